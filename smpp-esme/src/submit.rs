//! [`Submission`]: what a centre accepted of a message.

use futures::future::join_all;
use smpp_session::pdu::{MessageId, SubmitSm};

use crate::{
    client::EsmeClient,
    error::{PartialSubmission, SubmitError},
};

/// A message of which every part was accepted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Submission {
    message_ids: Vec<MessageId>,
}

impl Submission {
    /// The centre's message_id of each part, in order. An answer without a
    /// body gives an empty one.
    pub fn message_ids(&self) -> &[MessageId] {
        &self.message_ids
    }
}

/// Submits the parts of one message in order, all under way at once.
pub(crate) async fn submit_parts(
    client: &EsmeClient,
    mut parts: Vec<SubmitSm>,
    reference: Option<&str>,
) -> Result<Submission, SubmitError> {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        let message_id = client.submit_part(only, reference).await?;
        return Ok(Submission { message_ids: vec![message_id] });
    }
    let outcomes = join_all(parts.into_iter().map(|part| client.submit_part(part, reference))).await;
    if outcomes.iter().any(Result::is_err) {
        return Err(SubmitError::Parts(PartialSubmission::new(outcomes)));
    }
    Ok(Submission { message_ids: outcomes.into_iter().flatten().collect() })
}
