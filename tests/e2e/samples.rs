//! Sample requests as people and systems send them. Everybody is obviously fictional.

use proto::{
    intake::v1::{Known, Origin, Referral},
    safety::v1::{Concern, Grade},
};
use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "each test run sends under keys of its own")]
pub fn fresh_key() -> String {
    Uuid::now_v7().to_string()
}

pub fn institutional_referral(site: &str) -> Referral {
    Referral {
        idempotency_key: fresh_key(),
        origin: Origin::Institutional as i32,
        site: site.into(),
        request: "asks whether a letter could be passed on".into(),
        offender_name: "Alex Exemple".into(),
        offender_fps: "000000F".into(),
        offender_asked: Known::Yes as i32,
        offender_in_custody: Known::Yes as i32,
        victim_name: "Sam Sample".into(),
        ..Referral::default()
    }
}

pub fn imminent_concern(site: &str) -> Concern {
    Concern {
        concern_id: fresh_key(),
        grade: Grade::Imminent as i32,
        site: site.into(),
        text: "told the mediator during preparation that he has a plan".into(),
        person_at_risk: "Alex Exemple".into(),
        nature: "said he will hurt himself tonight".into(),
        place: "Unit 3".into(),
        ..Concern::default()
    }
}
