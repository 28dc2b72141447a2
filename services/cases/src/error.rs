//! Refusals of requests that name something wrong, and what an answer of intake means for a message on the bus.

use chassis::{Refusal, inbox::Rejection};
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

/// Intake does not answer: the message waits. Intake knows no such referral: somebody must look.
#[must_use]
pub fn intake_answer(status: &Status) -> Rejection {
    match status.code() {
        Code::NotFound | Code::InvalidArgument => {
            Rejection::Never { reason: "referral-unknown", detail: "intake knows no such referral".to_owned() }
        }
        code => Rejection::Later(format!("intake does not answer: {code}")),
    }
}
