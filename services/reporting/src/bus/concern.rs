//! Facts of safety.

use messaging::inbox::Rejection;
use proto::safety::v1::{self as safety, ConcernChanged, ConcernRaised};

use super::field::{id, instant, never, place};
use crate::domain::{
    code::{Audience, Grade},
    fact::{self, Fact},
};

pub(super) fn raised(event: ConcernRaised) -> Result<Fact, Rejection> {
    // A drill is no concern: it is counted nowhere.
    if event.grade() == safety::Grade::Drill {
        return Ok(Fact::NotCounted);
    }
    let grade = grade(event.grade()).unwrap_or(Grade::Concern);
    let (site, region) = place(&event.site);
    Ok(Fact::Concern(fact::concern::Fact::Raised {
        concern: id(&event.concern_id)?,
        grade,
        at: instant(event.raised_at.as_ref())?,
        site,
        region,
    }))
}

pub(super) fn changed(event: ConcernChanged) -> Result<Fact, Rejection> {
    let concern = id(&event.concern_id)?;
    let at = || instant(event.at.as_ref());
    match (event.what.as_str(), event.audience()) {
        ("accepted", safety::Audience::Nhq) => {
            Ok(Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::Nhq, at: at()? }))
        }
        ("accepted", safety::Audience::ResponsibleHead) => {
            Ok(Fact::Concern(fact::concern::Fact::Accepted { concern, audience: Audience::ResponsibleHead, at: at()? }))
        }
        ("accepted", safety::Audience::Unspecified) => Err(never("audience-unknown", "it is not said who accepted")),
        ("closed", _) => Ok(Fact::Concern(fact::concern::Fact::Closed { concern, at: at()? })),
        ("said-graver", _) => match grade(event.grade()) {
            Some(grade) => Ok(Fact::Concern(fact::concern::Fact::Graver { concern, grade, at: at()? })),
            // A service of a former version does not state the grade.
            None => Ok(Fact::NotCounted),
        },
        _ => Ok(Fact::NotCounted),
    }
}

const fn grade(grade: safety::Grade) -> Option<Grade> {
    match grade {
        safety::Grade::Imminent => Some(Grade::Imminent),
        safety::Grade::Concern => Some(Grade::Concern),
        safety::Grade::Question => Some(Grade::Question),
        safety::Grade::Unspecified | safety::Grade::Drill => None,
    }
}
