//! Who may know of which concern, and what they read of it.

use std::str::FromStr;

use chassis::{
    Caller, Error, Result, Vault,
    audit::{self, Act},
    refusal::store_error,
};
use proto::{id::ConcernId, reference, role, safety::v1};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Tools, envelope, raise_concern::Receipt, roster};
use crate::{
    domain::{
        concern::{Audience, AudienceStatus, State},
        route,
    },
    store::{
        self,
        concern::{Concern, Scope},
    },
};

/// What a caller is to the alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// Reads all concerns in full and accepts for NHQ.
    Nhq,
    /// Reads the concerns of the offices they hold, as a head, and accepts for them.
    Head { person: String, offices: Vec<String> },
    /// Follows every concern without content.
    Dashboard,
    /// May know of none.
    Nobody,
}

/// A concern as one viewer reads it.
#[derive(Clone)]
pub struct View {
    pub concern: Concern,
    pub audiences: Vec<AudienceStatus>,
    pub envelope: Option<v1::Envelope>,
    /// Whether the viewer may read who accepted.
    pub names: bool,
}

impl Viewer {
    fn scope(&self) -> Option<Scope> {
        match self {
            Self::Nhq | Self::Dashboard => Some(Scope::Everywhere),
            Self::Head { person, offices } => Some(Scope::Offices { person: person.clone(), offices: offices.clone() }),
            Self::Nobody => None,
        }
    }

    #[must_use]
    pub fn may_know(&self, audiences: &[AudienceStatus]) -> bool {
        match self {
            Self::Nhq | Self::Dashboard => true,
            Self::Head { .. } => audiences.iter().any(|a| self.speaks_for(a)),
            Self::Nobody => false,
        }
    }

    /// Whose envelope the viewer reads; none where they are shown no content.
    const fn reads(&self) -> Option<Audience> {
        match self {
            Self::Nhq => Some(Audience::Nhq),
            Self::Head { .. } => Some(Audience::ResponsibleHead),
            Self::Dashboard | Self::Nobody => None,
        }
    }

    /// Whether the viewer may accept for this audience. While nobody knows the head, NHQ routes the concern; it never accepts in the
    /// head's place. The head of the site that the person left has the concern until somebody accepts it [T2].
    #[must_use]
    pub fn speaks_for(&self, status: &AudienceStatus) -> bool {
        match self {
            Self::Nhq => status.audience == Audience::Nhq,
            Self::Head { person, offices } => {
                let left = status.former_office.as_ref().filter(|_| status.accepted.as_ref().is_none_or(|accepted| accepted.by == *person));
                status.audience == Audience::ResponsibleHead
                    && [Some(&status.office), left].into_iter().flatten().any(|office| offices.contains(office))
            }
            Self::Dashboard | Self::Nobody => false,
        }
    }
}

/// What the caller is to the alarm: by role and site, and by the offices the directory says they hold.
///
/// # Errors
/// A statement failed.
pub async fn viewer(db: &mut PgConnection, tools: &Tools, caller: &Caller) -> Result<Viewer> {
    if caller.has_any(&role::NHQ_ACCEPTORS) {
        return Ok(Viewer::Nhq);
    }
    let mut offices = roster::offices_of(db, tools, &caller.subject).await?;
    offices.extend(offices_of_role(caller));
    offices.retain(|o| o != route::RJ_UNIT && o != route::NMC);
    if !offices.is_empty() {
        return Ok(Viewer::Head { person: caller.subject.clone(), offices });
    }
    Ok(if caller.has_any(&[role::DASHBOARD, role::OPERATIONS]) { Viewer::Dashboard } else { Viewer::Nobody })
}

/// The offices that the caller holds by role and site, whatever the directory says.
pub(super) fn offices_of_role(caller: &Caller) -> Vec<String> {
    role::RESPONSIBLE_HEADS.iter().flat_map(|head| caller.sites_of(head).map(move |site| format!("{head}/{site}"))).collect()
}

/// The concerns as the viewer reads them. What stands beside its revision is read after it, so at least as new: a watcher would take the
/// old for told.
async fn views(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, mut concerns: Vec<Concern>) -> Result<Vec<View>> {
    let ids: Vec<Uuid> = concerns.iter().map(|concern| concern.id).collect();
    let mut audiences = store::concern::audiences_of(db, &ids).await?;
    if viewer.reads().is_some() {
        store::concern::open_all(db, vault, &mut concerns).await?;
    }
    let shown = concerns.into_iter().map(|concern| View {
        audiences: audiences.remove(&concern.id).unwrap_or_default(),
        envelope: viewer.reads().map(|audience| envelope::envelope(&concern, audience)),
        names: viewer.reads().is_some(),
        concern,
    });
    Ok(shown.collect())
}

/// One concern by its id; `None` where there is none, or none that the viewer may know of.
///
/// # Errors
/// A statement failed.
pub async fn find(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, id: Uuid) -> Result<Option<View>> {
    // Whether they may know comes first: of what is hidden no more is read than of what is absent [T6].
    if !viewer.may_know(&store::concern::audiences(db, id).await?) {
        return Ok(None);
    }
    match store::concern::find(db, id).await? {
        Some(concern) => Ok(views(db, vault, viewer, vec![concern]).await?.pop()),
        None => Ok(None),
    }
}

/// What the audit log calls the objects of this service.
pub const KIND: &str = "concern";

/// Ends a reading: notes in the audit log whose content the caller is about to read [IM1a], and commits. A concern is shown even
/// where that fails: nobody may come to harm because a log is full. The failure itself is an error in the service's own log.
pub async fn note(mut tx: Transaction<'_, Postgres>, caller: &Caller, action: &'static str, views: &[View], at: OffsetDateTime) {
    let shown = views.iter().filter(|view| view.envelope.is_some());
    let acts: Vec<Act<'_>> = shown.map(|view| Act::new(caller, action, KIND, &view.concern.id.to_string())).collect();
    let noted = async {
        audit::granted_all(&mut tx, &acts, at).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(error = store_error(&error), concerns = acts.len(), "concerns were shown and could not be noted");
    }
}

/// Where a list goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position {
    settled: bool,
    at: i128,
    id: Uuid,
}

/// A page of the concerns the viewer may know of; others are neither listed nor counted.
///
/// # Errors
/// A statement failed.
pub async fn list(
    db: &mut PgConnection,
    vault: &Vault,
    viewer: &Viewer,
    include_closed: bool,
    after: Option<Position>,
    limit: i64,
) -> Result<(Vec<View>, Option<Position>)> {
    let Some(scope) = viewer.scope() else { return Ok((Vec::new(), None)) };
    let after = after.map(|p| (p.settled, OffsetDateTime::from_unix_timestamp_nanos(p.at).unwrap_or(OffsetDateTime::UNIX_EPOCH), p.id));
    let mut concerns = store::concern::list(db, &scope, include_closed, after, limit + 1).await?;
    let more = i64::try_from(concerns.len()).unwrap_or(i64::MAX) > limit;
    concerns.truncate(usize::try_from(limit).unwrap_or_default());
    let next = concerns.last().filter(|_| more).map(|c| Position {
        settled: c.state != State::Ringing,
        at: c.raised_at.unix_timestamp_nanos(),
        id: c.id,
    });
    Ok((views(db, vault, viewer, concerns).await?, next))
}

/// One concern by id or reference. Absent and hidden are the same answer, by the same statements; what is neither an id nor a
/// reference is looked up as one that does not exist [T6].
///
/// # Errors
/// `NotFound`, or a statement failed.
pub async fn get(db: &mut PgConnection, vault: &Vault, viewer: &Viewer, concern_ref: &str) -> Result<View> {
    let id = match ConcernId::from_str(concern_ref) {
        Ok(id) => Some(id.uuid()),
        Err(_) => store::concern::id_of_reference(db, &reference::parse("RS", concern_ref).unwrap_or_default()).await?,
    };
    find(db, vault, viewer, id.unwrap_or_default()).await?.ok_or(Error::NotFound)
}

/// What the raiser may read back: that it was recorded, and how far it has come [RM1c].
///
/// # Errors
/// `NotFound` for everybody else.
pub async fn receipt(db: &mut PgConnection, caller: &Caller, id: &str) -> Result<(Receipt, State)> {
    let id = ConcernId::from_str(id).map_or(Uuid::nil(), ConcernId::uuid);
    let (id, reference, recorded_at, state) = store::concern::receipt(db, id, &caller.subject).await?.ok_or(Error::NotFound)?;
    Ok((Receipt { id, reference, recorded_at, already_known: true }, state))
}
