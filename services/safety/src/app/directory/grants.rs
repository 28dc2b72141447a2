//! Grants of the directory: given, ended, and published to every service repeatedly, so that no copy stays wrong.

use std::{collections::BTreeSet, time::Duration};

use audit_log::Act;
use auth::grants::{self, Line};
use base::{Caller, Error, Result, caller::Grant, database, refusal::store_error};
use messaging::outbox::{self, Outgoing};
use proto::{id::SiteCode, role, safety::v1::GrantChanged, subject};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::app::App;
pub use crate::store::directory::grant::GrantRow;
use crate::{
    app::row_security,
    domain::directory::grant::{Wanted, enough_administrators, is_subject},
    store,
};

/// Kind of a grant in the audit log.
pub const KIND: &str = "grant";
const ACTOR: &str = "service:safety";
/// Audit action: the grants of a version that did not sign were signed.
const SIGNED: &str = "grant.sign-former";
/// Audit action: the first administrators were taken from the settings.
const BEGUN: &str = "grant.begin";
/// Largest number of grants of one person shown.
const MAX_SHOWN: i64 = 500;
/// Interval at which every grant is published again: a copy that was set back to an old state is corrected within it.
const STATE_INTERVAL: time::Duration = time::Duration::DAY;
/// How long an ended grant is still published.
const STATE_ENDED_FOR: time::Duration = time::Duration::days(90);
/// Grants published in one transaction.
const BATCH: i64 = 200;
/// Longest delay that looking up a person's site may add to an alarm.
const QUICK_TIMEOUT: Duration = Duration::from_millis(300);

/// Puts a grant in force, in the caller's transaction: the master row, this service's copy, the fact, and who is behind it.
///
/// # Errors
/// A statement failed.
pub async fn give(tx: &mut PgConnection, app: &App, wanted: Wanted, by: &str, confirmed_by: Option<&str>) -> Result<Uuid> {
    let now = app.clock.now();
    let Wanted { subject, grant, since, until } = wanted;
    let (id, since) = (app.ids.uuid(), since.unwrap_or(now));
    let epoch = app.epoch.number();
    let line = signed(app, Line { id, subject, grant, since, until, ended_at: None, revision: 1, epoch, signature: Vec::new() });
    store::directory::grant::insert(tx, &line, by, confirmed_by, now).await?;
    publish(tx, app, &line, true, now).await?;
    audit_log::granted(tx, &Act::by(confirmed_by.unwrap_or(by), "grant.give", KIND, &line.id.to_string()), now).await?;
    tracing::info!(grant.id = %line.id, grant.role = line.grant.role, "a role was granted");
    Ok(line.id)
}

/// Ends a grant, now. Whether one administrator is enough is decided by `proposals::propose_ending`.
///
/// # Errors
/// `NotFound` where no such grant is in force.
pub async fn end(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid) -> Result<()> {
    let now = app.clock.now();
    let ended = store::directory::grant::end(tx, id, &caller.subject, app.epoch.number(), now).await?;
    let line = signed(app, ended.ok_or(Error::NotFound)?);
    store::directory::grant::sign(tx, &line).await?;
    publish(tx, app, &line, true, now).await?;
    audit_log::granted(tx, &Act::new(caller, "grant.end", KIND, &id.to_string()), now).await?;
    tracing::info!(grant.id = %id, grant.role = line.grant.role, "a role was taken back");
    Ok(())
}

/// Signed grant. Without a key nothing is signed and every grant is believed; each process logs that at its start.
fn signed(app: &App, line: Line) -> Line {
    match &app.trust.signer {
        Some(signer) => line.signed(signer),
        None => line,
    }
}

/// Signs the grants of a version that did not, once: one without a signature after that was written by somebody else. Returns how many.
///
/// # Errors
/// A statement failed.
pub async fn sign_former(pool: &PgPool, app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    store::directory::grant::lock_directory(&mut tx).await?;
    if app.trust.signer.is_none() || store::directory::grant::was_done(&mut tx, SIGNED).await? {
        return Ok(0);
    }
    let former = store::directory::grant::unsigned(&mut tx, now).await?;
    let count = former.len();
    for line in former {
        let line = signed(app, line);
        store::directory::grant::sign(&mut tx, &line).await?;
        publish(&mut tx, app, &line, false, now).await?;
    }
    audit_log::granted(&mut tx, &Act::by(ACTOR, SIGNED, KIND, &count.to_string()), now).await?;
    tx.commit().await?;
    Ok(count)
}

/// Writes this service's own copy at once, and a fact for every other service's, each time under an id of its own: a copy that has lost
/// the grant, or its signature, although its service received the fact, takes it when it is published again.
///
/// A change is published on the urgent lane; a repetition waits behind every ring.
async fn publish(tx: &mut PgConnection, app: &App, line: &Line, urgent: bool, at: OffsetDateTime) -> sqlx::Result<()> {
    // The copy and the outbox are the service's own, whoever gave or ended the grant.
    database::act_as(tx, &row_security::itself()).await?;
    let key = app.trust.signer.as_ref().map(|signer| signer.public());
    grants::keep(tx, line, key.as_ref().map(AsRef::as_ref)).await?;
    let fact = Outgoing { urgent, ..Outgoing::event(&app.ids, line.id, subject::GRANT_CHANGED, &GrantChanged::from(line)) };
    outbox::enqueue(tx, &fact, at).await
}

/// Every grant of a person or system, newest first.
///
/// # Errors
/// The database does not answer.
pub async fn of(db: &mut PgConnection, subject: &str) -> Result<Vec<GrantRow>> {
    Ok(store::directory::grant::of(db, subject, MAX_SHOWN).await?)
}

/// First directory administrators: named by a setting, and taken only once, which is recorded in the audit log. Changing the settings of a
/// running system makes nobody an administrator.
///
/// # Errors
/// A statement failed.
pub async fn begin(pool: &PgPool, app: &App, first: &[String]) -> Result<()> {
    let now = app.clock.now();
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    store::directory::grant::lock_directory(&mut tx).await?;
    if store::directory::grant::was_done(&mut tx, BEGUN).await? {
        let lasting = store::directory::grant::lasting_administrators(&mut tx, now).await?.len();
        if !enough_administrators(lasting) {
            tracing::error!(named = lasting, "fewer than two directory administrators have no end: name others before these end");
        }
        return Ok(());
    }
    let named: BTreeSet<&str> = first.iter().map(|subject| subject.trim()).filter(|subject| is_subject(subject)).collect();
    // A directory of the version before this audit entry has its administrators already.
    let held = store::directory::grant::is_held(&mut tx, role::DIRECTORY_ADMINISTRATOR, now).await?;
    if !held && !enough_administrators(named.len()) {
        tracing::error!(
            named = named.len(),
            "no two directory administrators are named: nobody can be given an office or a role that takes two persons"
        );
        return Ok(());
    }
    audit_log::granted(&mut tx, &Act::by(ACTOR, BEGUN, KIND, &named.len().to_string()), now).await?;
    for subject in named.into_iter().filter(|_| !held) {
        let grant = Grant { role: role::DIRECTORY_ADMINISTRATOR.to_owned(), site: None, region: None };
        let wanted = Wanted { subject: subject.to_owned(), grant, since: None, until: None };
        give(&mut tx, app, wanted, ACTOR, None).await?;
        tracing::warn!("a first directory administrator was taken from the settings");
    }
    tx.commit().await?;
    Ok(())
}

/// One batch of what was not published for a day, and of what was not published in this epoch once an operator has accepted that the
/// database went back (`whole`): until then the other services keep what they have. Returns how many grants.
///
/// # Errors
/// A statement failed.
pub async fn restate(pool: &PgPool, app: &App, whole: bool) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let epoch = if whole { app.epoch.number() } else { 0 };
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let lines = store::directory::grant::to_state(&mut tx, now - STATE_INTERVAL, now - STATE_ENDED_FOR, epoch, now, BATCH).await?;
    for line in &lines {
        let raised = Line { epoch: line.epoch.max(epoch), ..line.clone() };
        // An unsigned grant is published as it stands, and believed by no service.
        let sound = app.trust.signer.as_ref().is_some_and(|signer| line.is_signed_by(&signer.public()));
        let raised = if sound { signed(app, raised) } else { raised };
        if raised != *line {
            store::directory::grant::move_on(&mut tx, &raised).await?;
        }
        publish(&mut tx, app, &raised, false, now).await?;
    }
    tx.commit().await?;
    Ok(lines.len())
}

/// Site of the caller, for a concern that names none. Optional: where the grants cannot be read at once, the concern is taken without it
/// [RM1c].
pub async fn a_site_of(copy: &grants::Copy, caller: &Caller, now: OffsetDateTime) -> Option<SiteCode> {
    match tokio::time::timeout(QUICK_TIMEOUT, copy.again(caller, now)).await {
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
