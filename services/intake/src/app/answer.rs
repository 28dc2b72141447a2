//! Publishing of answers on the receipt subject of a site or region.

use messaging::outbox::{self, Outgoing};
use proto::subject::{self, Token};
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::App;
use crate::{domain::Answer, error, wire};

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
    let refusal = error::malformed_message();
    send(db, app, place, &Answer::Refused { refusal, key: String::new() }, at).await
}
