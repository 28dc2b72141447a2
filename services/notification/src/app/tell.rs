//! A fact of another service is told to whoever works on it: the RJ Unit, its supervisors, an officer or a mediator.

use proto::{
    id::{CaseId, ReferralId},
    reference,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    App,
    post::{Letter, post},
};
use crate::domain::{
    office,
    ring::Recipient,
    template::{Data, Origin, Template},
};

/// A fact that somebody is told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    ReferralReceived { referral_id: ReferralId, origin: Origin, site: String, at: Option<OffsetDateTime> },
    CaseOpened { case_id: CaseId, at: Option<OffsetDateTime> },
    MediatorAssigned { case_id: CaseId, mediator: String, at: Option<OffsetDateTime> },
    OfficerAssigned { case_id: CaseId, officer: String, at: Option<OffsetDateTime> },
    GlassBroken { glass_id: Uuid, case_id: CaseId, at: Option<OffsetDateTime> },
    GlassQuotaReached { notice_id: Uuid, at: Option<OffsetDateTime> },
    GlassReviewDue { notice_id: Uuid, overdue: i32, at: Option<OffsetDateTime> },
}

/// Tells the fact in the caller's transaction; the same fact twice is told once.
///
/// # Errors
/// A statement failed.
pub async fn tell(tx: &mut PgConnection, app: &App, fact: Fact) -> sqlx::Result<()> {
    let reference = notice_reference(app);
    match fact {
        Fact::ReferralReceived { referral_id, origin, site, at } => {
            let data = Data { reference, origin: Some(origin), site, happened_at: at, ..Data::default() };
            inform(tx, app, rj_unit(), Template::ReferralReceived, referral_id.uuid(), &data).await
        }
        Fact::CaseOpened { case_id, at } => {
            let data = Data { reference, case_id: case_id.to_string().into(), happened_at: at, ..Data::default() };
            inform(tx, app, rj_unit(), Template::CaseOpened, case_id.uuid(), &data).await
        }
        Fact::MediatorAssigned { case_id, mediator, at } => {
            let data = Data { reference, case_id: case_id.to_string().into(), happened_at: at, ..Data::default() };
            inform(tx, app, Recipient::Person(mediator), Template::MediatorAssigned, case_id.uuid(), &data).await
        }
        Fact::OfficerAssigned { case_id, officer, at } => {
            let data = Data { reference, case_id: case_id.to_string().into(), happened_at: at, ..Data::default() };
            inform(tx, app, Recipient::Person(officer), Template::OfficerAssigned, case_id.uuid(), &data).await
        }
        Fact::GlassBroken { glass_id, case_id, at } => {
            let data = Data { reference, case_id: case_id.to_string().into(), happened_at: at, ..Data::default() };
            inform(tx, app, rj_supervisors(), Template::GlassBroken, glass_id, &data).await
        }
        Fact::GlassQuotaReached { notice_id, at } => {
            let data = Data { reference, happened_at: at, ..Data::default() };
            inform(tx, app, rj_supervisors(), Template::GlassQuotaReached, notice_id, &data).await
        }
        Fact::GlassReviewDue { notice_id, overdue, at } => {
            let data = Data { reference, waiting: Some(overdue), happened_at: at, ..Data::default() };
            inform(tx, app, rj_supervisors(), Template::GlassReviewDue, notice_id, &data).await
        }
    }
}

fn rj_supervisors() -> Recipient {
    Recipient::Office(office::RJ_SUPERVISORS.to_owned())
}

/// A number that an outside notice may quote and a person may read out.
pub(super) fn notice_reference(app: &App) -> String {
    reference::make("RN", app.ids.number())
}

pub(super) fn rj_unit() -> Recipient {
    Recipient::Office(office::RJ_UNIT.to_owned())
}

pub(super) async fn inform(
    tx: &mut PgConnection,
    app: &App,
    recipient: Recipient,
    template: Template,
    about: Uuid,
    data: &Data,
) -> sqlx::Result<()> {
    post(tx, app, recipient, Letter { template, about, data, alarm: None, again: false }).await
}
