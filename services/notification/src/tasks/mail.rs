//! Workers that send the mails that are due, one for each lane.
//!
//! They are not periodic work: a mail is requested before its transaction is committed, so for some time after a request each commit of
//! this process wakes them, and a wake at a wrong moment would let the mail wait for the next poll.

use std::time::Duration;

use base::refusal::store_error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::COMMIT_TIMEOUT;
use crate::{
    app::{
        App,
        mail::{BATCH, send_lane},
    },
    channels::smtp::Mailer,
    domain::mail::lane::Lane,
};

/// Poll interval of a worker, woken or not.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Sends until stopped, each lane for itself.
pub(super) async fn run(app: App, mailer: Option<Mailer>, stop: CancellationToken) -> anyhow::Result<()> {
    futures::future::join_all(Lane::ALL.map(|lane| send(&app, mailer.as_ref(), lane, &stop))).await;
    Ok(())
}

async fn send(app: &App, mailer: Option<&Mailer>, lane: Lane, stop: &CancellationToken) {
    let mut committed = app.outbox.committed();
    let mut asked_until = None;
    while !stop.is_cancelled() {
        asked_until = asked_until.filter(|until| Instant::now() < *until);
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.mail.notified(lane) => asked_until = Some(Instant::now() + COMMIT_TIMEOUT),
            Ok(()) = committed.changed(), if asked_until.is_some() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
        }
        while !stop.is_cancelled() {
            match send_lane(app, mailer, lane).await {
                Ok(sent) if i64::try_from(sent).is_ok_and(|sent| sent >= BATCH) => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(error = store_error(&error), "the ledger cannot be read");
                    break;
                }
            }
        }
    }
}
