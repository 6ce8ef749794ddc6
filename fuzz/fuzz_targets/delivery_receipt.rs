//! Arbitrary text of receipts: read, written, read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use smpp_pdu::{
    EsmClass, Tlvs,
    receipt::{DeliveryReceipt, IdMatching, ReceiptFormat, ReceiptPolicy, ReceiptText, id_forms},
};

fuzz_target!(|text: &[u8]| {
    let receipt = ReceiptText::parse(text);
    let _ = (receipt.submitted(), receipt.done(), receipt.error_code(), receipt.message_state());
    let written = ReceiptFormat::default().write(&receipt);
    let _ = ReceiptText::parse(&written);
    let Some(receipt) = DeliveryReceipt::of(EsmClass(0), text, &Tlvs::new(), ReceiptPolicy::Any) else {
        return;
    };
    if let Some(id) = &receipt.message_id {
        assert!(receipt.is_about(id, IdMatching::Exact));
        for form in id_forms(id) {
            assert!(receipt.is_about(&form, IdMatching::AnyBase));
        }
    }
});
