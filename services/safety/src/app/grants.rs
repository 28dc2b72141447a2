//! The directory's grants: given, ended, and told to every service, again and again, so that no copy stays wrong.

use std::time::Duration;

use chassis::{
    Caller, Context, Error, Result,
    audit::{self, Act},
    database,
    grants::{self, Line, Told},
    identity::Grant,
    outbox::{self, Outgoing},
    refusal::store_error,
};
use proto::{id::SiteCode, role, subject};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Tools, fence};
pub use crate::store::grant::Held;
use crate::{
    domain::{fingerprint_id, grant::Wanted},
    store,
};

/// What the audit log calls a grant.
pub const KIND: &str = "grant";
const ACTOR: &str = "service:safety";
/// What the log says when the lines of a version that did not sign were signed.
const SIGNED: &str = "grant.sign-former";
/// Lines of one person shown at most.
const SHOWN: i64 = 500;
/// Every service is told of each line again after this: a copy that was set back to an old state mends itself within it.
const STATED_EVERY: time::Duration = time::Duration::DAY;
/// A line that is over is still told for this long.
const OVER_STATED_FOR: time::Duration = time::Duration::days(90);
/// Lines told in one transaction, and how often it is looked.
const BATCH: i64 = 200;
const LOOK: Duration = Duration::from_secs(5);
/// What a look at somebody's site may hold up an alarm.
const GLANCE: Duration = Duration::from_millis(300);

/// Puts a grant in force, in the caller's transaction: the master, this service's copy, the fact, and who is behind it.
///
/// # Errors
/// A statement failed.
pub async fn give(tx: &mut PgConnection, tools: &Tools, wanted: Wanted, by: &str, confirmed_by: Option<&str>) -> Result<Uuid> {
    let now = tools.clock.now();
    let Wanted { subject, grant, since, until } = wanted;
    let (id, since) = (tools.ids.uuid(), since.unwrap_or(now));
    let line = signed(tools, Line { id, subject, grant, since, until, ended_at: None, revision: 1, signature: Vec::new() });
    store::grant::insert(tx, &line, by, confirmed_by, now).await?;
    tell(tx, &line, true, now).await?;
    audit::granted(tx, &Act::by(confirmed_by.unwrap_or(by), "grant.give", KIND, &line.id.to_string()), now).await?;
    tracing::info!(grant.id = %line.id, grant.role = line.grant.role, "a role was granted");
    Ok(line.id)
}

/// Takes a role back, now. One administrator is enough.
///
/// # Errors
/// `NotFound` where no such grant is in force.
pub async fn end(tx: &mut PgConnection, tools: &Tools, caller: &Caller, id: Uuid) -> Result<()> {
    let now = tools.clock.now();
    let line = signed(tools, store::grant::end(tx, id, &caller.subject, now).await?.ok_or(Error::NotFound)?);
    store::grant::sign(tx, &line).await?;
    tell(tx, &line, true, now).await?;
    audit::granted(tx, &Act::new(caller, "grant.end", KIND, &id.to_string()), now).await?;
    tracing::info!(grant.id = %id, grant.role = line.grant.role, "a role was taken back");
    Ok(())
}

/// Without a key nothing is signed and every line is believed, as the start of each process says.
fn signed(tools: &Tools, line: Line) -> Line {
    match &tools.signer {
        Some(signer) => line.signed(signer),
        None => line,
    }
}

/// Signs the lines of a version that did not, once: what has no signature after that was written by somebody else. How many.
///
/// # Errors
/// A statement failed.
pub async fn sign_former(pool: &PgPool, tools: &Tools) -> Result<usize> {
    let now = tools.clock.now();
    let mut tx = database::begin(pool, &fence::itself()).await?;
    store::grant::hold_directory(&mut tx).await?;
    if tools.signer.is_none() || store::grant::was_done(&mut tx, SIGNED).await? {
        return Ok(0);
    }
    let former = store::grant::unsigned(&mut tx, now).await?;
    let count = former.len();
    for line in former {
        let line = signed(tools, line);
        store::grant::sign(&mut tx, &line).await?;
        tell(&mut tx, &line, false, now).await?;
    }
    audit::granted(&mut tx, &Act::by(ACTOR, SIGNED, KIND, &count.to_string()), now).await?;
    tx.commit().await?;
    Ok(count)
}

/// This service's own copy at once, every other service's by a fact. The fact of a revision has one id for ever: whoever has
/// heard it hears nothing new, and whoever has forgotten it hears it again.
///
/// What is news is urgent; what is only said again waits behind every ring.
async fn tell(tx: &mut PgConnection, line: &Line, urgent: bool, at: OffsetDateTime) -> sqlx::Result<()> {
    // The copy and the outbox are the service's own, whoever gave or took.
    database::act_as(tx, &fence::itself()).await?;
    grants::keep(tx, line).await?;
    let digest = Sha256::new().chain_update(line.id.as_bytes()).chain_update(line.revision.to_be_bytes()).finalize();
    let fact = Outgoing {
        id: fingerprint_id(&digest),
        aggregate: line.id,
        subject: subject::GRANT_CHANGED.to_owned(),
        body: prost::Message::encode_to_vec(&Told::of(line)),
        sealed: false,
        confirm: false,
        urgent,
    };
    outbox::tell_again(tx, &fact, at).await
}

/// Every grant of a person or system, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn of(db: &mut PgConnection, subject: &str) -> Result<Vec<Held>> {
    Ok(store::grant::of(db, subject, SHOWN).await?)
}

/// The very first directory administrators: named by a setting, and only while there is none.
///
/// # Errors
/// A statement failed.
pub async fn begin(pool: &PgPool, tools: &Tools, first: &[String]) -> Result<()> {
    let mut tx = database::begin(pool, &fence::itself()).await?;
    store::grant::hold_directory(&mut tx).await?;
    if store::grant::is_held(&mut tx, role::DIRECTORY_ADMINISTRATOR, tools.clock.now()).await? {
        return Ok(());
    }
    let named: Vec<&String> = first.iter().filter(|subject| !subject.trim().is_empty()).collect();
    if named.len() < 2 {
        tracing::error!(
            named = named.len(),
            "no two directory administrators are named: nobody can be given an office or a role that takes two persons"
        );
    }
    for subject in named {
        let grant = Grant { role: role::DIRECTORY_ADMINISTRATOR.to_owned(), site: None, region: None };
        let wanted = Wanted { subject: subject.trim().to_owned(), grant, since: None, until: None };
        give(&mut tx, tools, wanted, ACTOR, None).await?;
        tracing::warn!("a first directory administrator was taken from the settings");
    }
    tx.commit().await?;
    Ok(())
}

/// Tells every service of every line again, once a day and a bounded number at a time, until stopped.
///
/// # Errors
/// Never while the database can be waited for.
pub async fn keep_stated(ctx: Context, tools: Tools) -> anyhow::Result<()> {
    while !ctx.stop.is_cancelled() {
        match restate(&ctx.pool, &tools).await {
            Ok(0) => {}
            Ok(told) => {
                tracing::info!(grants = told, "services are told again of what people may do");
                ctx.outbox.wake();
            }
            Err(error) => tracing::warn!(error = store_error(&error), "grants cannot be told again for a moment"),
        }
        tokio::select! {
            () = ctx.stop.cancelled() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    Ok(())
}

/// One batch of what was not told for a day; how many lines.
///
/// # Errors
/// A statement failed.
pub async fn restate(pool: &PgPool, tools: &Tools) -> sqlx::Result<usize> {
    let now = tools.clock.now();
    let mut tx = database::begin(pool, &fence::itself()).await?;
    let lines = store::grant::to_state(&mut tx, now - STATED_EVERY, now - OVER_STATED_FOR, now, BATCH).await?;
    for line in &lines {
        tell(&mut tx, line, false, now).await?;
    }
    tx.commit().await?;
    Ok(lines.len())
}

/// A site the caller belongs to, for a concern that names none. A comfort, not a condition: where the grants cannot be read at
/// once, the concern is taken without [RM1c].
pub async fn a_site_of(copy: &grants::Copy, caller: &Caller, now: OffsetDateTime) -> Option<SiteCode> {
    match tokio::time::timeout(GLANCE, copy.again(caller, now)).await {
        Ok(Ok(known)) => known.grants.iter().find_map(|grant| grant.site.as_deref()?.parse().ok()),
        Ok(Err(error)) => {
            tracing::error!(error = store_error(&error), "the raiser's site cannot be looked up: the concern is taken without");
            None
        }
        Err(_) => {
            tracing::error!("the raiser's site cannot be looked up in time: the concern is taken without");
            None
        }
    }
}
