//! Read side of the alarm: which concerns a caller may know of, and what they may read of each.

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Error, Result, database::act_as, refusal::store_error};
use proto::{id::ConcernId, reference, role, safety::v1};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;
use vault::Vault;

use super::{app::App, change::KIND, envelope, report::Receipt};
use crate::{
    app::{
        directory::roster,
        row_security::{self, offices_of_role},
    },
    domain::{
        alarm::{
            concern::{Audience, AudienceStatus, Grade, State},
            core, route,
        },
        directory::office::{NMC, RJ_UNIT},
    },
    store::{
        self,
        alarm::{
            concern::{Concern, Scope},
            history::{Ended, Happened, Rung},
            list::Wanted,
            note::Note,
        },
    },
};

/// Capacities in which a caller sees the alarm; a person may have several at once, and accepts in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    person: String,
    /// Reads all concerns in full and accepts for NHQ.
    nhq: bool,
    /// Reads the concerns of the offices they hold, as a head, and accepts for them.
    offices: Vec<String>,
    /// Follows every concern without content.
    dashboard: bool,
}

/// State of an audience as one viewer is shown it: of the office they hold, else of the present office.
#[derive(Clone)]
pub struct Shown {
    pub status: AudienceStatus,
    /// The viewer may accept for it, and an acceptance is due.
    pub may_accept: bool,
    /// Former offices of the person that are still rung.
    pub also_rung: Vec<String>,
}

/// A concern as one viewer reads it.
#[derive(Clone)]
pub struct View {
    pub concern: Concern,
    pub audiences: Vec<Shown>,
    pub envelope: Option<v1::Envelope>,
    /// Whether the viewer may read who accepted.
    pub names: bool,
}

/// What everybody reads alike who has no other capacity: for such viewers one reading serves all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Common {
    Nhq,
    Dashboard,
}

impl Common {
    /// The capacity of a caller who holds no office, neither by a role nor in the directory as it is now. `None` for everybody else, and
    /// while that is not known.
    #[must_use]
    pub fn of(app: &App, caller: &Caller) -> Option<Self> {
        let holds_none = app.directory.cache.known()?.names_nowhere(&caller.subject) && offices_of_role(caller).is_empty();
        match caller {
            _ if !holds_none => None,
            caller if caller.has_any(&role::NHQ_ACCEPTORS) => Some(Self::Nhq),
            caller if caller.has_any(&DASHBOARDS) => Some(Self::Dashboard),
            _ => None,
        }
    }
}

/// Roles that follow every concern without content.
const DASHBOARDS: [&str; 2] = [role::DASHBOARD, role::OPERATIONS];

impl Viewer {
    fn scope(&self) -> Option<Scope> {
        if self.nhq || self.dashboard {
            return Some(Scope::Everywhere);
        }
        let heads = !self.offices.is_empty();
        heads.then(|| Scope::Offices { person: self.person.clone(), offices: self.offices.clone() })
    }

    #[must_use]
    pub fn may_know(&self, statuses: &[AudienceStatus]) -> bool {
        self.nhq || self.dashboard || statuses.iter().any(|status| self.speaks_for(status))
    }

    /// Audience whose envelope the viewer reads of this concern; `None` where they are shown no content.
    pub(in crate::app) fn reads(&self, statuses: &[AudienceStatus]) -> Option<Audience> {
        if self.nhq {
            return Some(Audience::Nhq);
        }
        statuses.iter().any(|status| self.speaks_for(status)).then_some(Audience::ResponsibleHead)
    }

    /// Whether the viewer may accept for this office. While no head is known, NHQ routes the concern; it never accepts in the head's place,
    /// except where the unit itself is the head. A former head keeps the concern until the next head has accepted it, and one who accepted
    /// it themselves keeps it [TRAP-2].
    #[must_use]
    pub fn speaks_for(&self, status: &AudienceStatus) -> bool {
        if status.audience == Audience::Nhq {
            return self.nhq;
        }
        let theirs = !status.ended || status.accepted.as_ref().is_some_and(|accepted| accepted.by == self.person);
        (theirs && self.offices.contains(&status.office)) || (self.nhq && !status.former && route::is_the_units_own(&status.office))
    }

    fn shown(&self, concern: &Concern, statuses: &[AudienceStatus]) -> Vec<Shown> {
        let owes = |status: &AudienceStatus| concern.state != State::Closed && core::owes(status, statuses, concern.said);
        let present = statuses.iter().filter(|status| !status.former);
        let shown = present.map(|present| {
            let theirs = || statuses.iter().filter(|status| status.audience == present.audience && self.speaks_for(status));
            let status = theirs().find(|status| owes(status)).or_else(|| theirs().next()).unwrap_or(present);
            let also = statuses.iter().filter(|other| other.former && other.audience == present.audience && owes(other));
            Shown {
                status: status.clone(),
                may_accept: self.speaks_for(status) && owes(status),
                also_rung: also.map(|other| other.office.clone()).collect(),
            }
        });
        shown.collect()
    }
}

/// Capacities of the caller: by role and site, and by the offices the directory assigns to them.
///
/// # Errors
/// A statement failed.
pub async fn viewer(db: &mut PgConnection, app: &App, caller: &Caller) -> Result<Viewer> {
    let mut offices = roster::offices_of(db, &app.directory, &caller.subject).await?;
    offices.extend(offices_of_role(caller));
    offices.retain(|office| office != RJ_UNIT && office != NMC);
    let nhq = caller.has_any(&role::NHQ_ACCEPTORS);
    // The head of a site follows it as a head, with its content, and no other sites.
    let dashboard = !nhq && offices.is_empty() && caller.has_any(&DASHBOARDS);
    Ok(Viewer { person: caller.subject.clone(), nhq, offices, dashboard })
}

/// What a list shows of each concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What was said, as far as the viewer may read it.
    Said,
    /// Grade, site, state and who has accepted. What was said is not opened, so that there is no reading of it to record.
    Outline,
}

/// The concerns as the viewer reads them. The audiences are read after the revision, so at least as new: otherwise a watcher would take old
/// state for the one already sent.
async fn views(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, mut concerns: Vec<Concern>, depth: Depth) -> Result<Vec<View>> {
    let ids: Vec<Uuid> = concerns.iter().map(|concern| concern.id).collect();
    let mut statuses = store::alarm::audience::of_all(db, &ids).await?;
    if depth == Depth::Said && (viewer.nhq || !viewer.offices.is_empty()) {
        store::alarm::concern::open_all(db, vault, &mut concerns).await?;
    }
    let shown = concerns.into_iter().filter_map(|concern| {
        let statuses = statuses.remove(&concern.id).unwrap_or_default();
        // Between the two reads it may have become another's: it is not shown at a revision from which it is hidden.
        if !viewer.may_know(&statuses) {
            return None;
        }
        let reads = viewer.reads(&statuses);
        Some(View {
            audiences: viewer.shown(&concern, &statuses),
            envelope: reads.filter(|_| depth == Depth::Said).map(|audience| envelope::envelope(&concern, audience)),
            names: reads.is_some(),
            concern,
        })
    });
    Ok(shown.collect())
}

/// One concern by its id; `None` where there is none, or none that the viewer may know of.
///
/// # Errors
/// A statement failed.
pub async fn find(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, id: Uuid) -> Result<Option<View>> {
    Ok(find_all(db, vault, viewer, (&[id], Depth::Said)).await?.pop())
}

/// Those of several concerns that the viewer may know of, gravest and oldest first, by the same few statements however many they are.
///
/// # Errors
/// A statement failed.
pub async fn find_all(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, (ids, depth): (&[Uuid], Depth)) -> Result<Vec<View>> {
    // The permission is checked first: of what is hidden no more is read than of what is absent [TRAP-6].
    let statuses = store::alarm::audience::of_all(db, ids).await?;
    let known: Vec<Uuid> = statuses.into_iter().filter(|(_, statuses)| viewer.may_know(statuses)).map(|(id, _)| id).collect();
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let concerns = store::alarm::concern::of_ids(db, &known).await?;
    let mut views = views(db, vault, viewer, concerns, depth).await?;
    views.sort_by_key(|view| (view.concern.grade != Grade::Imminent, view.concern.raised_at));
    Ok(views)
}

/// Ends a read: records in the audit log whose content the caller is about to read [IM1a], and commits. A concern is shown even where that
/// fails: nobody may come to harm because a log is full. The failure itself is an error in the service's own log.
pub async fn note(mut tx: Transaction<'_, Postgres>, caller: &Caller, action: &'static str, views: &[View], at: OffsetDateTime) {
    let shown = views.iter().filter(|view| view.envelope.is_some());
    let acts: Vec<Act<'_>> = shown.map(|view| Act::new(caller, action, KIND, &view.concern.id.to_string())).collect();
    let noted = async {
        audit_log::granted_all(&mut tx, &acts, at).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(error = store_error(&error), concerns = acts.len(), "concerns were shown and could not be noted");
    }
}

/// Cursor of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position {
    settled: bool,
    at: i128,
    id: Uuid,
}

/// Page of the concerns the viewer may know of; others are neither listed nor counted.
///
/// # Errors
/// A statement failed.
pub async fn list(
    db: &mut PgConnection,
    vault: &Vault,
    viewer: &Viewer,
    (wanted, depth): (&Wanted<'_>, Depth),
    after: Option<Position>,
    limit: i64,
) -> Result<(Vec<View>, Option<Position>)> {
    let Some(scope) = viewer.scope() else { return Ok((Vec::new(), None)) };
    let after = after.map(|p| (p.settled, OffsetDateTime::from_unix_timestamp_nanos(p.at).unwrap_or(OffsetDateTime::UNIX_EPOCH), p.id));
    let mut concerns = store::alarm::list::list(db, &scope, wanted, after, limit + 1).await?;
    let more = i64::try_from(concerns.len()).unwrap_or(i64::MAX) > limit;
    concerns.truncate(usize::try_from(limit).unwrap_or_default());
    let next = concerns.last().filter(|_| more).map(|c| Position {
        settled: c.state != State::Ringing,
        at: c.raised_at.unix_timestamp_nanos(),
        id: c.id,
    });
    Ok((views(db, vault, viewer, concerns, depth).await?, next))
}

/// One concern by id or reference. Absent and hidden give the same answer, by the same statements; text that is neither an id nor a
/// reference is looked up as one that does not exist [TRAP-6].
///
/// # Errors
/// `NotFound`, or a statement failed.
pub async fn get(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, concern_ref: &str) -> Result<View> {
    let id = match ConcernId::from_str(concern_ref) {
        Ok(id) => Some(id.uuid()),
        Err(_) => store::alarm::concern::id_of_reference(db, &reference::parse("RS", concern_ref).unwrap_or_default()).await?,
    };
    find(db, vault, viewer, id.unwrap_or_default()).await?.ok_or(Error::NotFound)
}

/// What happened to a concern, and how it ended.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub timeline: Vec<Happened>,
    pub rings: Vec<Rung>,
    pub ended: Option<Ended>,
    pub notes: Vec<Note>,
}

/// The history of a concern that the viewer may know of: all of it for NHQ. Others are told what was rung, accepted and closed, and neither
/// by whom nor with which outcome: who raised a concern says where it comes from [TRAP-1].
///
/// # Errors
/// A statement failed.
pub async fn history(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, view: &View) -> Result<History> {
    let id = view.concern.id;
    // Rings and timelines stand under no rule of one reader: what of them is shown is decided here.
    act_as(&mut *db, &row_security::itself()).await?;
    let mut history = History {
        timeline: store::alarm::history::timeline(&mut *db, id).await?,
        rings: store::alarm::history::rings(&mut *db, id).await?,
        ended: store::alarm::history::ended(db, vault, id).await?,
        notes: if view.names { store::alarm::note::of(db, vault, id).await? } else { Vec::new() },
    };
    if !viewer.nhq {
        history.timeline.retain(|entry| TOLD.contains(&entry.what.as_str()));
        for entry in &mut history.timeline {
            entry.actor.clear();
        }
        let offices: Vec<&str> = view.audiences.iter().map(|shown| shown.status.office.as_str()).collect();
        // What NHQ notes may come from the RO file [TRAP-1].
        history.notes.retain(|note| note.audience == Audience::ResponsibleHead.code());
        history.rings.retain(|ring| ring.office.as_deref().is_some_and(|office| offices.contains(&office)));
        if let Some(ended) = &mut history.ended {
            ended.by.clear();
            ended.outcome.clear();
        }
    }
    Ok(history)
}

/// Entries of a timeline that every reader of a concern is told.
const TOLD: [&str; 6] = ["raised", "rung", "delivered", "accepted", "handed-over", "closed"];

/// What the raiser may read back: that it was recorded, and its state [RM1c].
///
/// # Errors
/// `NotFound` for everybody else.
pub async fn receipt(db: &mut PgConnection, caller: &Caller, id: &str) -> Result<(Receipt, State)> {
    let id = ConcernId::from_str(id).map_or(Uuid::nil(), ConcernId::uuid);
    let (id, reference, recorded_at, state) = store::alarm::concern::receipt(db, id, &caller.subject).await?.ok_or(Error::NotFound)?;
    Ok((Receipt { id, reference, recorded_at, already_known: true }, state))
}
