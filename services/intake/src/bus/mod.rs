//! Bus consumers of intake: decode, call the use case, answer. An unreadable message is answered and quarantined.

mod concern;
mod contact;
mod purge;
mod referral;
mod tie;

use messaging::{
    bus::ConsumerSpec,
    inbox::{Incoming, Rejection},
    quarantine,
};
use proto::subject::{self, Token};
use server::Context;
use sqlx::PgConnection;

use crate::app::{App, answer};

pub use concern::Concerns;
pub use contact::Contacts;
pub use purge::Purges;
pub use referral::Referrals;
pub use tie::TiesOfCases;

/// Index of the subject token that names the site or region.
const PLACE: usize = 4;

/// A decoded message, or why it could not be read.
pub enum Work<T> {
    Submission(T),
    Unreadable(String),
}

/// Consumes submissions, ties and purges until the process stops; an ordered destruction can be stopped for `wait`.
///
/// # Errors
/// The public audit key of cases cannot be read.
pub fn listen(ctx: &Context, app: &App, wait: time::Duration) -> anyhow::Result<()> {
    ctx.consume(subject::INTAKE_REFERRALS, Referrals(app.clone()));
    ctx.consume(subject::INTAKE_CONTACTS, Contacts(app.clone()));
    ctx.consume(subject::INTAKE_TIES, TiesOfCases);
    ctx.consume(subject::INTAKE_CONCERNS, Concerns(app.clock.clone()));
    destruction::receive(ctx, subject::INTAKE_PURGES, wait, ctx.settings().audit_peers.as_deref(), Purges(app.clone()))
}

fn decode<M: prost::Message + Default>(message: &Incoming) -> Work<M> {
    let limit = usize::try_from(subject::SUBMISSIONS.max_message_bytes).unwrap_or_default();
    if message.body.len() > limit {
        return Work::Unreadable("the body is larger than a submission may be".to_owned());
    }
    match message.decode::<M>() {
        Ok(decoded) => Work::Submission(decoded),
        Err(Rejection::Never { detail, .. } | Rejection::Later(detail)) => Work::Unreadable(detail),
    }
}

/// Answers an unreadable message at `place`, and keeps its bytes for an operator.
async fn set_aside(
    tx: &mut PgConnection,
    app: &App,
    consumer: ConsumerSpec,
    message: &Incoming,
    place: &impl Token,
    detail: &str,
) -> Result<(), Rejection> {
    let now = app.clock.now();
    answer::send_unreadable(tx, app, place, now).await?;
    quarantine::put(tx, &app.vault, consumer.name, message, ("malformed-message", detail), app.ids.uuid(), now).await?;
    Ok(())
}

/// The rejection of a subject with an impossible place: there is no one to answer.
fn placeless() -> Rejection {
    Rejection::Never { reason: "subject-malformed", detail: "the subject names no site or region".to_owned() }
}
