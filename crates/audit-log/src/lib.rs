#![doc = include_str!("../README.md")]

mod checkpoint;
mod compare;
mod deferred;
mod denied;
mod history;
mod key;
pub mod log;
pub mod merkle;
mod read;
mod service_log;
pub mod statement;
mod stating;
#[cfg(test)]
mod tests;
mod witness;

pub use checkpoint::{checkpoint, checkpoint_and_state};
pub use compare::{Conflict, Cosigned, conflicts, cosigned, witnessed};
pub use deferred::{Deferred, enter};
pub use denied::Denied;
pub use history::{Epoch, accept_restore, epochs};
pub use key::{Signer, public_key, row_signed_by, signed_by};
pub use read::{checkpoints, entries, of_objects};
pub use service_log::AuditLog;
pub use topology::WitnessRing;

use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use base::{
    caller::Caller,
    database::{self, Actor},
    refusal::{Error, Result, store_error},
};

/// Longest id; whatever is longer or has other characters is no id and is not stored.
const MAX_CODE_LENGTH: usize = 64;

/// Act of a caller on an object.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    actor: &'a str,
    action: &'static str,
    kind: &'static str,
    object: String,
    device: Option<&'a str>,
}

impl<'a> Act<'a> {
    /// `action` is the name of the permission. An object that does not look like an id is not stored: it may be content.
    #[must_use]
    pub fn new(caller: &'a Caller, action: &'static str, kind: &'static str, object: &str) -> Self {
        Self::by(&caller.subject, action, kind, object).with(caller.device.as_deref())
    }

    /// The same, done by the service itself.
    #[must_use]
    pub fn by(actor: &'a str, action: &'static str, kind: &'static str, object: &str) -> Self {
        let is_id = object.len() <= MAX_CODE_LENGTH && object.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let object = if is_id { object.to_owned() } else { "unreadable".to_owned() };
        Self { actor, action, kind, object, device: None }
    }

    /// The same with the device that signed for the actor, where one did: the entry names it beside them.
    #[must_use]
    pub fn with(self, device: Option<&'a str>) -> Self {
        Self { device, ..self }
    }

    /// Object as stored.
    #[must_use]
    pub fn object(&self) -> &str {
        &self.object
    }

    /// Row of the granted act, for a statement that writes it beside its own.
    #[must_use]
    pub fn granted_row(&self) -> GrantedRow<'_> {
        let Self { actor, action, kind, object, device } = self;
        GrantedRow { actor, action, kind, object, reason: reason_with("", *device) }
    }
}

/// Row of a granted act in `audit_staged`; its outcome is `granted`.
pub struct GrantedRow<'a> {
    pub actor: &'a str,
    pub action: &'static str,
    pub kind: &'static str,
    pub object: &'a str,
    pub reason: String,
}

/// Records a granted act, in the transaction that performs it.
///
/// # Errors
/// The statement failed; the caller's transaction with it: what cannot be recorded is not done.
pub async fn granted(tx: &mut PgConnection, act: &Act<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    write(tx, std::slice::from_ref(act), "granted", "", at).await
}

/// The same for several objects in one statement.
///
/// # Errors
/// As [`granted`].
pub async fn granted_all(tx: &mut PgConnection, acts: &[Act<'_>], at: OffsetDateTime) -> sqlx::Result<()> {
    if acts.is_empty() { Ok(()) } else { write(tx, acts, "granted", "", at).await }
}

/// Passes on the result of a use case; a refusal is recorded first, in a transaction of its own: the use case's was rolled back.
///
/// # Errors
/// Those of the use case.
pub async fn watched<T>(pool: &PgPool, act: Act<'_>, at: OffsetDateTime, ended: Result<T>) -> Result<T> {
    let (outcome, reason) = match &ended {
        Ok(_) => return ended,
        Err(Error::NotFound) => ("hidden", "not-found"),
        Err(Error::Refused(refusal)) => ("refused", refusal.reason),
        // Nothing was decided and nothing was shown.
        Err(Error::Database(_) | Error::Unavailable { .. } | Error::Internal(_)) => return ended,
    };
    let recorded = async {
        let mut tx = database::begin(pool, &itself()).await?;
        write(&mut tx, &[act], outcome, reason, at).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = recorded {
        // Nothing is shown either way; the caller learns no more because the log is slow.
        tracing::error!(error = store_error(&error), outcome, reason, "a refusal could not be recorded");
    }
    ended
}

/// Actor of the log: it is written by the service, whichever caller the entries are about.
fn itself() -> Actor {
    Actor::service("audit")
}

/// Writes entries. Acts with the same device share a statement; so do those without.
async fn write(tx: &mut PgConnection, acts: &[Act<'_>], outcome: &str, reason: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    for alike in acts.chunk_by(|one, other| one.device == other.device) {
        let device = alike.first().and_then(|act| act.device);
        write_alike(tx, alike, outcome, &reason_with(reason, device), at).await?;
    }
    Ok(())
}

/// Reason of a refusal, and the device that it was tried or done with.
fn reason_with(reason: &str, device: Option<&str>) -> String {
    match device {
        None => reason.to_owned(),
        Some(device) if reason.is_empty() => format!("device:{device}"),
        Some(device) => format!("{reason} device:{device}"),
    }
}

async fn write_alike(tx: &mut PgConnection, acts: &[Act<'_>], outcome: &str, reason: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    let actors: Vec<String> = acts.iter().map(|a| a.actor.to_owned()).collect();
    let actions: Vec<String> = acts.iter().map(|a| a.action.to_owned()).collect();
    let kinds: Vec<String> = acts.iter().map(|a| a.kind.to_owned()).collect();
    let objects: Vec<String> = acts.iter().map(|a| a.object.clone()).collect();
    sqlx::query!(
        "insert into audit_staged (at, actor, action, kind, object, outcome, reason)
         select $1, actor, action, kind, object, $6, $7
         from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as act (actor, action, kind, object)",
        at,
        &actors,
        &actions,
        &kinds,
        &objects,
        outcome,
        reason
    )
    .execute(tx)
    .await?;
    Ok(())
}
