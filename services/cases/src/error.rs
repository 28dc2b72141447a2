//! Refusals of requests with invalid references, and the mapping of intake's answers to rejections of bus messages.

use base::Refusal;
use messaging::inbox::Rejection;
use tonic::{Code, Status};

/// No such participant on a case that the caller sees [R4a].
#[must_use]
pub fn participant_unknown() -> Refusal {
    Refusal::invalid(
        "participant-unknown",
        "R4a",
        "participant_id",
        "no participant of this case has this id; if someone is at risk now, raise a concern directly",
        "aucun participant de ce dossier ne porte cet identifiant; si quelqu'un est en danger, signalez la préoccupation directement",
    )
}

/// Maps an answer of intake: where intake does not answer the message waits; where it knows no such referral an operator must check.
#[must_use]
pub fn intake_answer(status: &Status) -> Rejection {
    match status.code() {
        Code::NotFound | Code::InvalidArgument => {
            Rejection::Never { reason: "referral-unknown", detail: "intake knows no such referral".to_owned() }
        }
        code => Rejection::Later(format!("intake does not answer: {code}")),
    }
}
