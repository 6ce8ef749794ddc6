//! The PDU inside a stored message, in and out.

use bytes::BytesMut;
use smpp_session::pdu::{
    Body, CommandStatus, DeliverSm, OctetString, Pdu, Request, SequenceNumber, SubmitSm, TlvTag,
};

use crate::message::StoredMessage;

/// The octets to keep: the whole frame, with everything that SMPP 5.0 allows in it.
///
/// # Errors
///
/// ESME_RSYSERR if what was decoded cannot be encoded again.
pub(crate) fn encoded<R: Request>(request: R) -> Result<Box<[u8]>, CommandStatus> {
    let mut octets = BytesMut::new();
    match Pdu::request(SequenceNumber(1), request).encode(&mut octets) {
        Ok(()) => Ok(octets.to_vec().into_boxed_slice()),
        Err(error) => {
            tracing::error!(%error, "a message cannot be encoded for the store");
            Err(CommandStatus::ESME_RSYSERR)
        }
    }
}

/// The submission that was kept, or none if the message holds something else.
pub(crate) fn submission(message: &StoredMessage) -> Option<SubmitSm> {
    if let Body::SubmitSm(submission) = body(message)? { Some(submission) } else { None }
}

/// The deliver_sm that was kept, or none if the message holds something else.
pub(crate) fn delivery(message: &StoredMessage) -> Option<DeliverSm> {
    if let Body::DeliverSm(delivery) = body(message)? { Some(delivery) } else { None }
}

/// The submission without what it says: enough for receipts, queries and refunds.
pub(crate) fn without_text(submission: &SubmitSm) -> SubmitSm {
    let mut bare = submission.clone();
    bare.short_message = OctetString::default();
    bare.tlvs.retain(|tlv| tlv.tag != TlvTag::MESSAGE_PAYLOAD);
    bare
}

fn body(message: &StoredMessage) -> Option<Body> {
    match Pdu::decode(&message.pdu) {
        Ok(pdu) => Some(pdu.body),
        Err(error) => {
            tracing::error!(key = %message.key, %error, "a stored PDU cannot be decoded");
            None
        }
    }
}
