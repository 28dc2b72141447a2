//! Facts of cases.

use messaging::inbox::Rejection;
use proto::cases::v1::{self as cases, CaseMoved, CaseOpened};

use super::field::{id, instant, never};
use crate::domain::{
    code::Stage,
    fact::{self, Fact},
};

pub(super) fn opened(event: CaseOpened) -> Result<Fact, Rejection> {
    Ok(Fact::Case(fact::case::Fact::Opened {
        case: id(&event.case_id)?,
        referral: id(&event.referral_id)?,
        at: instant(event.opened_at.as_ref())?,
    }))
}

pub(super) fn moved(event: CaseMoved) -> Result<Fact, Rejection> {
    let stage = match event.stage() {
        cases::Stage::Assessment => Stage::Assessment,
        cases::Stage::Preparation => Stage::Preparation,
        cases::Stage::Mediation => Stage::Mediation,
        cases::Stage::FollowUp => Stage::FollowUp,
        cases::Stage::Paused => Stage::Paused,
        cases::Stage::Closed => Stage::Closed,
        cases::Stage::Unspecified => return Err(never("stage-unknown", "the stage is not a known one")),
    };
    Ok(Fact::Case(fact::case::Fact::Moved { case: id(&event.case_id)?, stage, at: instant(event.moved_at.as_ref())? }))
}
