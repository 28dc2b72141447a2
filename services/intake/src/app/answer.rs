//! Answers to submitters: a receipt that discloses nothing of what follows [TRAP-4], or a refusal with what to mend.

use chassis::{
    Refusal,
    outbox::{self, Outgoing},
};
use proto::subject::{self, Token};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::App;
use crate::wire;

/// The answer to one submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Recorded(Receipt),
    Refused {
        refusal: Refusal,
        /// The key as submitted.
        key: String,
    },
}

/// Proof that a submission was received, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub number: String,
    pub received_at: OffsetDateTime,
    pub key: String,
    pub repeat: Repeat,
}

/// Whether the key was already known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    First,
    SameBody,
    /// Another body, stored beside the first.
    OtherBody,
}

/// Queues the answer for the receipt subject of a site or region, in the caller's transaction.
///
/// # Errors
/// The statement failed.
pub async fn send(db: &mut PgConnection, app: &App, place: &impl Token, answer: &Answer, at: OffsetDateTime) -> sqlx::Result<()> {
    outbox::enqueue(db, &outgoing(app, place, answer), at).await
}

/// The answer as a message for the receipt subject of a site or region.
pub(super) fn outgoing(app: &App, place: &impl Token, answer: &Answer) -> Outgoing {
    Outgoing::event(&app.ids, app.ids.uuid(), subject::intake_receipt(place), &wire::answer(answer)).urgent()
}

/// Answers an unreadable message, on the receipt subject of the site or region that may publish there [R6a].
///
/// # Errors
/// The statement failed.
pub async fn send_unreadable(db: &mut PgConnection, app: &App, place: &impl Token, at: OffsetDateTime) -> sqlx::Result<()> {
    let refusal = Refusal::precondition(
        "malformed-message",
        "R6a",
        "the message could not be read and was set aside: send the protobuf message of this subject, texts in UTF-8, at most 256 KiB",
        "le message n'a pu être lu et a été mis de côté : envoyez le message protobuf de ce sujet, textes en UTF-8, au plus 256 Kio",
    );
    send(db, app, place, &Answer::Refused { refusal, key: String::new() }, at).await
}
