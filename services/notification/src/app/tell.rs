//! Use case: facts of another service become notices to the people who work on them: the RJ Unit, its supervisors, an officer or a
//! mediator.

use std::collections::BTreeMap;

use proto::{
    id::{CaseId, ReferralId},
    reference,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::object_of;

use super::{
    App,
    post::{Letter, post},
};
use crate::{
    domain::{
        office,
        ring::Recipient,
        template::{Data, Origin, Template},
    },
    store::{self, import::Arrived},
};

/// Fact that a person is notified of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// With its import, where it did not come alone.
    ReferralReceived {
        referral_id: ReferralId,
        import: Option<Uuid>,
        origin: Origin,
        site: String,
        at: Option<OffsetDateTime>,
    },
    CaseOpened {
        case_id: CaseId,
        at: Option<OffsetDateTime>,
    },
    MediatorAssigned {
        case_id: CaseId,
        mediator: String,
        at: Option<OffsetDateTime>,
    },
    OfficerAssigned {
        case_id: CaseId,
        officer: String,
        at: Option<OffsetDateTime>,
    },
    BreakGlassOpened {
        break_glass_id: Uuid,
        case_id: CaseId,
        at: Option<OffsetDateTime>,
    },
    BreakGlassQuotaReached {
        notice_id: Uuid,
        at: Option<OffsetDateTime>,
    },
    BreakGlassReviewDue {
        notice_id: Uuid,
        overdue: i32,
        at: Option<OffsetDateTime>,
    },
}

impl Fact {
    /// Object it is about.
    const fn about(&self) -> Uuid {
        match self {
            Self::ReferralReceived { referral_id, .. } => referral_id.uuid(),
            Self::CaseOpened { case_id, .. } | Self::MediatorAssigned { case_id, .. } | Self::OfficerAssigned { case_id, .. } => {
                case_id.uuid()
            }
            Self::BreakGlassOpened { break_glass_id, .. } => *break_glass_id,
            Self::BreakGlassQuotaReached { notice_id, .. } | Self::BreakGlassReviewDue { notice_id, .. } => *notice_id,
        }
    }
}

/// Notice of a fact to one recipient.
struct Notice {
    recipient: Recipient,
    template: Template,
    about: Uuid,
    data: Data,
}

/// Writes the notices of facts in the caller's transaction; the same fact twice gives one notice, and the referrals of an import share one.
///
/// # Errors
/// A statement failed.
pub async fn tell(tx: &mut PgConnection, app: &App, facts: Vec<Fact>) -> sqlx::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    // A late fact about a purged case gives no notice [LPR4].
    let about: Vec<Uuid> = facts.iter().map(Fact::about).collect();
    let purged = store::purge::purged_among(tx, &about).await?;
    let (mut imports, mut notices) = (BTreeMap::new(), Vec::new());
    for fact in facts {
        if purged.contains(&fact.about()) {
            continue;
        }
        match fact {
            Fact::ReferralReceived { import: Some(import), site, at, .. } => {
                let (referrals, last) = imports.entry((import, site)).or_insert((0, None));
                *referrals += 1;
                *last = at.max(*last);
            }
            fact => notices.push(notice(app, fact)),
        }
    }
    if !imports.is_empty() {
        notices.extend(of_imports(tx, app, imports).await?);
    }
    let letters = notices.iter().map(|notice| Letter {
        recipient: notice.recipient.clone(),
        template: notice.template,
        about: notice.about,
        data: &notice.data,
        alarm: None,
        again: false,
    });
    post(tx, app, letters.collect()).await
}

/// Referrals of an import that came together, and when the last of them was received.
type Imports = BTreeMap<(Uuid, String), (i32, Option<OffsetDateTime>)>;

/// One notice for each import and site, with the number received so far.
async fn of_imports(tx: &mut PgConnection, app: &App, imports: Imports) -> sqlx::Result<Vec<Notice>> {
    let mut last_at = BTreeMap::new();
    let mut arrived = Vec::with_capacity(imports.len());
    for ((import, site), (referrals, at)) in imports {
        let about = object_of(&format!("import|{import}|{site}"));
        last_at.insert(about, at);
        arrived.push(Arrived { about, site, referrals, reference: notice_reference(app) });
    }
    let so_far = store::import::count(tx, &arrived, app.clock.now()).await?;
    let notice = |Arrived { about, site, referrals, reference }| Notice {
        recipient: rj_unit(),
        template: Template::ReferralImport,
        about,
        data: Data { reference, site, waiting: Some(referrals), happened_at: last_at.get(&about).copied().flatten(), ..Data::default() },
    };
    Ok(so_far.into_iter().map(notice).collect())
}

fn notice(app: &App, fact: Fact) -> Notice {
    let (about, reference) = (fact.about(), notice_reference(app));
    let of_case = |case_id: CaseId, happened_at| Data { case_id: case_id.to_string().into(), happened_at, ..Data::default() };
    let (recipient, template, data) = match fact {
        Fact::ReferralReceived { origin, site, at, .. } => {
            (rj_unit(), Template::ReferralReceived, Data { origin: Some(origin), site, happened_at: at, ..Data::default() })
        }
        Fact::CaseOpened { case_id, at } => (rj_unit(), Template::CaseOpened, of_case(case_id, at)),
        Fact::MediatorAssigned { case_id, mediator, at } => (Recipient::Person(mediator), Template::MediatorAssigned, of_case(case_id, at)),
        Fact::OfficerAssigned { case_id, officer, at } => (Recipient::Person(officer), Template::OfficerAssigned, of_case(case_id, at)),
        Fact::BreakGlassOpened { case_id, at, .. } => (rj_supervisors(), Template::BreakGlassOpened, of_case(case_id, at)),
        Fact::BreakGlassQuotaReached { at, .. } => {
            (rj_supervisors(), Template::BreakGlassQuotaReached, Data { happened_at: at, ..Data::default() })
        }
        Fact::BreakGlassReviewDue { overdue, at, .. } => {
            (rj_supervisors(), Template::BreakGlassReviewDue, Data { waiting: Some(overdue), happened_at: at, ..Data::default() })
        }
    };
    Notice { recipient, template, about, data: Data { reference, ..data } }
}

fn rj_supervisors() -> Recipient {
    Recipient::Office(office::RJ_SUPERVISORS.to_owned())
}

/// Reference that an outside notice may quote and a person may read out.
pub(super) fn notice_reference(app: &App) -> String {
    reference::make("RN", app.ids.number())
}

pub(super) fn rj_unit() -> Recipient {
    Recipient::Office(office::RJ_UNIT.to_owned())
}
