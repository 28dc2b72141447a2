//! Answers to submitters on the wire.

use base::{Refusal, wire::timestamp};
use proto::intake::v1 as wire;

use crate::domain::{Answer, Receipt, Repeat, key};

#[must_use]
pub fn receipt(receipt: &Receipt) -> wire::Receipt {
    wire::Receipt {
        number: receipt.number.clone(),
        received_at: Some(timestamp(receipt.received_at)),
        idempotency_key: receipt.key.clone(),
        already_known: receipt.repeat != Repeat::First,
        variant_kept: receipt.repeat == Repeat::OtherBody,
    }
}

#[must_use]
pub fn rejection(refusal: &Refusal, idempotency_key: &str) -> wire::Rejection {
    wire::Rejection {
        reason: refusal.reason.to_owned(),
        clause: refusal.clause.to_owned(),
        message_en: refusal.en.to_string(),
        message_fr: refusal.fr.to_string(),
        idempotency_key: idempotency_key.chars().take(key::LIMIT).collect(),
        field: refusal.field.unwrap_or_default().to_owned(),
    }
}

#[must_use]
pub fn answer(answer: &Answer) -> wire::SubmissionAnswer {
    use wire::submission_answer::Answer as Either;
    let either = match answer {
        Answer::Recorded(recorded) => Either::Receipt(receipt(recorded)),
        Answer::Refused { refusal, key } => Either::Rejection(rejection(refusal, key)),
    };
    wire::SubmissionAnswer { answer: Some(either) }
}
