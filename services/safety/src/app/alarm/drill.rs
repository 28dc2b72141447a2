//! Use case: drills of the alarm begin, end by themselves, and are read [R3e].
//!
//! A drill is rung as a concern with a grade of its own, through the same tables, ladder, outbox and inboxes. What ends it is signed when it
//! begins: a concern that somebody calls a drill in the database is none, and rings.

use audit_log::Act;
use base::{Caller, Error, Result, clock::micros, database};
use prost::Message;
use proto::{id::SiteCode, role, safety::v1};
use sqlx::{Connection as _, PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, record},
    close_concern, raise_concern,
    report::{self, ONCE},
    ring, signed,
};
use crate::{
    app::row_security,
    domain::alarm::{
        concern::{Audience, AudienceStatus, Grade, State},
        core,
        drill::{self, Ended, Facts, Site},
        duty, route,
    },
    error,
    store::{
        self,
        alarm::{
            concern::{Concern, Content},
            drill::{Drill, New},
        },
    },
};

/// Kind of a drill in the audit log, and of its signature.
pub const KIND: &str = "drill";
/// Drills looked at in one pass: more never run.
const BATCH: i64 = 50;
const ACTOR: &str = "service:safety";
/// What a drill says to those it rings.
const TEXT: &str = "This is a drill: nobody is at risk. Accept it as you would accept a concern. / Ceci est un exercice : personne n’est en \
                    danger. Acceptez-le comme vous accepteriez un signalement.";

/// Drill, and the offices it rang.
pub struct View {
    pub drill: Drill,
    pub offices: Vec<AudienceStatus>,
    /// Whether the reader may know who began it.
    pub names: bool,
}

/// Begins a drill at a site; `true` where it was begun before.
///
/// # Errors
/// Why none begins there; or a statement failed.
pub async fn begin(tx: &mut PgConnection, app: &App, caller: &Caller, (id, site, minutes): (Uuid, &SiteCode, u32)) -> Result<(View, bool)> {
    database::act_as(tx, &row_security::itself()).await?;
    let code = site.as_str();
    let at_site = store::alarm::drill::at_site(tx, code).await?;
    if let Some(known) = find(tx, caller, id).await? {
        return Ok((known, true));
    }
    let minutes = if minutes == 0 { app.drill_minutes } else { minutes };
    let at_site = Site {
        known: at_site.known,
        runs_one: at_site.runs_one,
        concern_rings: at_site.concern_rings,
        running: usize::try_from(at_site.running).unwrap_or(usize::MAX),
    };
    let lasts = drill::begins(at_site, minutes).map_err(error::no_drill)?;
    let now = app.clock.now();
    let mut concern = concern(app, caller, id, code, now);
    let key = store::alarm::sealed::key(tx, &app.vault, id, now).await?;
    let located = report::locate(tx, code, None).await?;
    if raise_concern::record_new(tx, app, &mut concern, key.as_ref(), located, raise_concern::RAISED).await?.is_some() {
        return Err(error::drill_id_taken().into());
    }
    let ends_at = now + lasts;
    let signature = sign(app, id, code, ends_at);
    store::alarm::drill::insert(tx, &New { concern: id, site: code, by: &caller.subject, at: now, ends_at, signature }).await?;
    audit_log::granted(tx, &Act::new(caller, "drill.begin", KIND, &id.to_string()), now).await?;
    let begun = find(tx, caller, id).await?.ok_or_else(|| Error::Internal("a drill that was recorded is not found".to_owned()))?;
    Ok((begun, false))
}

fn concern(app: &App, caller: &Caller, id: Uuid, site: &str, now: OffsetDateTime) -> Concern {
    let said = v1::Concern {
        concern_id: id.to_string(),
        grade: v1::Grade::Drill as i32,
        site: site.to_owned(),
        text: TEXT.to_owned(),
        ..v1::Concern::default()
    };
    Concern {
        id,
        reference: String::new(),
        grade: Grade::Drill,
        site: Some(site.to_owned()),
        content: Content::Clear(said.encode_to_vec()),
        more: Vec::new(),
        said: ONCE,
        unreadable: false,
        raised_by: caller.subject.clone(),
        raised_at: now,
        state: State::Ringing,
        revision: 1,
        ladder_version: app.ladders.version,
    }
}

async fn find(tx: &mut PgConnection, caller: &Caller, id: Uuid) -> Result<Option<View>> {
    let Some(drill) = store::alarm::drill::find(tx, id).await?.filter(|drill| drill.begun_by == caller.subject) else { return Ok(None) };
    let offices = store::alarm::audience::of(tx, id).await?;
    Ok(Some(View { drill, offices, names: true }))
}

fn sign(app: &App, id: Uuid, site: &str, ends_at: OffsetDateTime) -> Option<Vec<u8>> {
    app.signer.as_ref().map(|signer| signer.sign_row(KIND, &[&id.to_string(), site, &micros(ends_at).to_string()]))
}

/// Whether this service began the drill. Without a key every one is believed; the process logs that at its start.
fn is_signed(app: &App, drill: &Drill) -> bool {
    let Some(signer) = &app.signer else { return true };
    let values = [&drill.concern.to_string(), drill.site.as_str(), &micros(drill.ends_at).to_string()];
    signer.signed_row(KIND, &values, drill.signature.as_deref().unwrap_or_default())
}

/// Drills that the caller may know of, newest first.
///
/// # Errors
/// A statement failed.
pub async fn list(
    tx: &mut PgConnection,
    caller: &Caller,
    site: Option<&str>,
    before: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<View>> {
    let drills = store::alarm::drill::list(tx, site, before, limit).await?;
    let ids: Vec<Uuid> = drills.iter().map(|drill| drill.concern).collect();
    let mut offices = store::alarm::audience::of_all(tx, &ids).await?;
    let names = caller.has_any(&role::NHQ_ACCEPTORS);
    let view = |drill: Drill| View { offices: offices.remove(&drill.concern).unwrap_or_default(), drill, names };
    Ok(drills.into_iter().map(view).collect())
}

/// Ends every drill that is over, and makes a concern of whatever is none; returns how many changed. One that fails keeps no other.
///
/// # Errors
/// The database does not answer: they are looked at again in the next pass.
pub async fn pass(pool: &PgPool, app: &App) -> sqlx::Result<usize> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let mut changed = 0;
    for id in store::alarm::drill::never_begun(&mut tx, BATCH).await? {
        changed += apart(&mut tx, id, async |tx| make_real(tx, app, id).await).await?;
    }
    for drill in store::alarm::drill::running(&mut tx, BATCH).await? {
        let id = drill.concern;
        changed += apart(&mut tx, id, async |tx| look_at(tx, app, &drill).await).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// One of them in its own savepoint: its failure undoes nothing of the others.
async fn apart(tx: &mut PgConnection, id: Uuid, work: impl AsyncFnOnce(&mut PgConnection) -> Result<bool>) -> sqlx::Result<usize> {
    let mut apart = tx.begin().await?;
    match work(&mut apart).await {
        Ok(changed) => {
            apart.commit().await?;
            Ok(usize::from(changed))
        }
        Err(error) => {
            apart.rollback().await?;
            tracing::error!(concern.id = %id, error = %error, "a drill cannot be looked at now: it is tried again, and keeps no other");
            Ok(0)
        }
    }
}

async fn look_at(tx: &mut PgConnection, app: &App, drill: &Drill) -> Result<bool> {
    if drill.is_drill && !drill.is_closed && !is_signed(app, drill) {
        return make_real(tx, app, drill.concern).await;
    }
    let Some(concern) = store::alarm::concern::lock(tx, drill.concern).await? else { return Ok(false) };
    let statuses = signed::believed(app, concern.id, store::alarm::audience::of(tx, concern.id).await?);
    let facts = Facts {
        said: concern.said,
        statuses: &statuses,
        ends_at: drill.ends_at,
        is_real: concern.grade != Grade::Drill,
        is_closed: concern.state == State::Closed,
        real_one_rings: store::alarm::drill::real_one_rings(tx, &drill.site).await?,
    };
    let now = app.clock.now();
    let Some(ended) = drill::ended(&facts, now) else { return Ok(false) };
    if !store::alarm::drill::end(tx, concern.id, ended, now).await? {
        return Ok(false);
    }
    if ended != Ended::Overtaken && concern.state != State::Closed {
        close_concern::record_closed(tx, app, (ACTOR, None), concern.id, ended.code()).await?;
    }
    Ok(true)
}

/// What is called a drill in the database and was never begun as one is a concern: it rings both audiences anew, whatever they accepted.
async fn make_real(tx: &mut PgConnection, app: &App, id: Uuid) -> Result<bool> {
    let Some(mut concern) = store::alarm::concern::lock(tx, id).await? else { return Ok(false) };
    if concern.grade != Grade::Drill {
        return Ok(false);
    }
    tracing::error!(concern.id = %id, "a concern was called a drill behind this service's back: it rings as a concern");
    let now = app.clock.now();
    concern.grade = Grade::Concern;
    store::alarm::concern::restated(tx, &concern).await?;
    let site = report::locate(tx, concern.site.as_deref().unwrap_or_default(), None).await?;
    let head = route::office(Audience::ResponsibleHead, site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str())));
    let mut statuses = store::alarm::audience::of(tx, id).await?;
    duty::said_again(&mut statuses, &duty::Word { needed: Grade::Concern.audiences(), graver: true, head: &head }, now);
    ring::attend(tx, app, &concern, &mut statuses).await?;
    let state = core::state_after(concern.state, &statuses, concern.said);
    let revision = store::alarm::concern::advance(tx, id, state).await?;
    let (audience, level, actor, device) = (None, None, ACTOR, None);
    let graver = Some(Grade::Concern);
    record(tx, app, &Change { concern: id, revision, state, what: "said-graver", audience, level, graver, actor, device }).await?;
    Ok(true)
}
