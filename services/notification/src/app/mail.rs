//! Use case: the mails that are due are sent. No inbox waits for it: acceptance does not depend on e-mail [R3e].
//!
//! A delivery is leased, not locked, while it is sent: a worker that dies leaves it to the next, under the same Message-ID.

use base::refusal::store_error;
use futures::StreamExt;
use uuid::Uuid;
use vault::Fault;

use super::{App, ring::unreached};
use crate::{
    channels::smtp::Mailer,
    domain::{
        address::Address,
        delivery::{Reason, State},
        mail::{
            attempt::{Outcome, after},
            content,
            lane::Lane,
        },
        template::{Data, Template},
    },
    store::{self, mail::Due},
};

/// Deliveries taken in one pass.
pub const BATCH: i64 = 20;
/// Longer than a whole pass can take: 20 mails, 5 at once, 10 seconds each.
const LEASE: time::Duration = time::Duration::seconds(90);

/// One pass over all lanes at once; returns how many deliveries were tried.
///
/// # Errors
/// The ledger cannot be read.
pub async fn send_due(app: &App, mailer: Option<&Mailer>) -> sqlx::Result<usize> {
    futures::future::try_join_all(Lane::ALL.map(|lane| send_lane(app, mailer, lane))).await.map(|sent| sent.into_iter().sum())
}

/// One pass over what is due in one lane; returns how many deliveries were tried. One that fails stops no other.
///
/// # Errors
/// The ledger cannot be read; leased deliveries become due when the lease ends.
pub async fn send_lane(app: &App, mailer: Option<&Mailer>, lane: Lane) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let stepped = store::mail::take_step_back(&mut tx, lane, now, LEASE).await?;
    let due = store::mail::lease(&mut tx, lane, now, now + LEASE, BATCH).await?;
    tx.commit().await?;
    if stepped > 0 {
        tracing::error!(mails = stepped, "the clock of this machine was set back: mails that waited for a later moment are due now");
    }
    let tried = due.len();
    let mut attempts = futures::stream::iter(due.into_iter().map(|due| settle(app, mailer, due))).buffer_unordered(Lane::MAX_AT_ONCE);
    while let Some((delivery, settled)) = attempts.next().await {
        if let Err(error) = settled {
            tracing::error!(delivery.id = %delivery, error = store_error(&error), "a mail cannot be tried: it is tried again when its lease ends");
        }
    }
    Ok(tried)
}

/// Tries one delivery and records the result.
async fn settle(app: &App, mailer: Option<&Mailer>, due: Due) -> (Uuid, sqlx::Result<()>) {
    (due.delivery_id, try_one(app, mailer, due).await)
}

async fn try_one(app: &App, mailer: Option<&Mailer>, due: Due) -> sqlx::Result<()> {
    let outcome = attempt(app, mailer, &due).await?;
    let now = app.clock.now();
    let verdict = after(outcome, due.attempts, due.grade, now);
    let reason = verdict.reason.map_or("", Reason::code);
    let mut tx = app.begin().await?;
    store::delivery::conclude(&mut tx, due.delivery_id, verdict, now).await?;
    unreached::look(&mut tx, app, due.delivery_id, verdict, due.attempts).await?;
    tx.commit().await?;
    let (delivery, attempts) = (due.delivery_id, due.attempts);
    match verdict.state {
        State::Failed => {
            app.wake_others(due.grade);
            tracing::error!(delivery.id = %delivery, attempts, reason, "mail given up: somebody must act");
        }
        State::Withheld => tracing::warn!(delivery.id = %delivery, reason, "mail withheld"),
        State::Retrying => tracing::warn!(delivery.id = %delivery, attempts, reason, "mail not taken: trying again"),
        State::Pending | State::Sent | State::Delivered => tracing::debug!(delivery.id = %delivery, attempts, "mail sent"),
    }
    Ok(())
}

/// Sends one mail. The rules are checked at the last moment: a mark or a new address that came since counts [L26-6, TS1a].
async fn attempt(app: &App, mailer: Option<&Mailer>, due: &Due) -> sqlx::Result<Outcome> {
    let mut tx = app.begin().await?;
    let destination = store::mail::destination(&mut tx, &app.vault, due.delivery_id, app.clock.now()).await;
    tx.commit().await?;
    let destination = match destination {
        Ok(destination) => destination,
        // One address that does not open stops no other mail. While there is no key it may open later, and a ring is not given up.
        Err(error) => {
            return match vault::fault(&error) {
                Some(Fault::KeyStore(_)) => Ok(Outcome::NotTaken(Reason::AddressMissing)),
                Some(_) => Ok(Outcome::Hopeless(Reason::AddressMalformed)),
                None => Err(error),
            };
        }
    };
    if destination.do_not_contact {
        return Ok(Outcome::Forbidden(Reason::DoNotContact));
    }
    if destination.contact_stopped {
        return Ok(Outcome::Forbidden(Reason::ContactStopped));
    }
    let Some(mailer) = mailer else {
        return Ok(Outcome::Forbidden(Reason::EmailNotConfigured));
    };
    if destination.code == Some(None) {
        return Ok(Outcome::Forbidden(Reason::CodeOver));
    }
    let Some(address) = destination.address else {
        return Ok(Outcome::Forbidden(Reason::AddressMissing));
    };
    let Ok(to) = Address::parse(address.expose()) else {
        return Ok(Outcome::Hopeless(Reason::AddressMalformed));
    };
    let code = destination.code.flatten();
    let form = if code.is_some() { Template::AddressCode } else { content::form(due.grade, &to, &app.staff) };
    let data = Data {
        reference: due.reference.clone(),
        grade: due.grade,
        pages: app.pages.to_string(),
        code: code.unwrap_or_default(),
        ..Data::default()
    };
    match content::compose(form, to, &app.staff, due.language, &data) {
        Ok(mail) => Ok(mailer.send(due.delivery_id, &mail, app.clock.now()).await),
        Err(reason) => Ok(Outcome::Forbidden(reason)),
    }
}
