//! Delivery receipts: read from text and TLVs, written, and matched with what was submitted.
//!
//! The text has no standard of its own (SMPP 3.4 appendix B describes one form and calls it specific to the
//! Message Centre), so [`ReceiptText::parse`] takes every dialect that is known. [`DeliveryReceipt`] joins it with
//! the TLVs, which win. [`ReceiptFormat`] writes it, and [`delivery_receipt()`] makes the deliver_sm.

mod build;
mod delivery_receipt;
mod error_text;
mod format;
mod matching;
mod parse;

pub use build::{Submission, delivery_receipt};
pub use delivery_receipt::{DeliveryReceipt, ReceiptPolicy};
pub use error_text::gsm_error_text;
pub use format::{DateForm, IdForm, ReceiptFormat};
pub use matching::{IdMatching, id_forms, same_id};
pub use parse::ReceiptText;
