//! Decoding of events into facts. An unreadable event is quarantined, never guessed.

use std::str::FromStr;

use chassis::{
    inbox::{Incoming, Rejection},
    wire,
};
use prost_types::Timestamp;
use proto::{
    cases::v1::{self as cases, CaseMoved, CaseOpened},
    id::SiteCode,
    intake::v1::{self as intake, ReferralReceived, ReferralScreened},
    safety::v1::{self as safety, ConcernChanged, ConcernRaised},
    subject,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    code::{Audience, Disposition, Grade, Origin, Region, Stage},
    fact::Fact,
    site::region_of,
};

/// The fact in an event.
pub fn fact(message: &Incoming) -> Result<Fact, Rejection> {
    match message.subject.as_str() {
        subject::REFERRAL_RECEIVED => referral_received(message.decode()?),
        subject::REFERRAL_SCREENED => referral_screened(message.decode()?),
        subject::CASE_OPENED => case_opened(message.decode()?),
        subject::CASE_MOVED => case_moved(message.decode()?),
        subject::CONCERN_RAISED => concern_raised(message.decode()?),
        subject::CONCERN_CHANGED => concern_changed(message.decode()?),
        _ => Err(never("subject-unknown", "no fact is known by this subject")),
    }
}

fn referral_received(event: ReferralReceived) -> Result<Fact, Rejection> {
    let origin = match event.counted_origin() {
        intake::Origin::Unspecified => event.origin(),
        counted => counted,
    };
    let origin = match origin {
        intake::Origin::Victim => Origin::Victim,
        intake::Origin::Institutional => Origin::Institutional,
        intake::Origin::Community => Origin::Community,
        intake::Origin::AnyCommunication => Origin::AnyCommunication,
        intake::Origin::Unspecified => return Err(never("origin-unknown", "the referral has no known origin")),
    };
    let (site, region) = place(&event.site);
    Ok(Fact::ReferralReceived { referral: id(&event.referral_id)?, origin, at: instant(event.received_at.as_ref())?, site, region })
}

fn referral_screened(event: ReferralScreened) -> Result<Fact, Rejection> {
    let disposition = match event.disposition() {
        intake::Disposition::Accepted => Disposition::Accepted,
        intake::Disposition::IndirectOnly => Disposition::IndirectOnly,
        intake::Disposition::DeferredForPreparation => Disposition::DeferredForPreparation,
        intake::Disposition::OtherPartyInaccessible => Disposition::OtherPartyInaccessible,
        intake::Disposition::OtherPartyUnwilling => Disposition::OtherPartyUnwilling,
        intake::Disposition::MotivationNotAppropriate => Disposition::MotivationNotAppropriate,
        intake::Disposition::NoContactPermitted => Disposition::NoContactPermitted,
        intake::Disposition::Withdrawn => Disposition::Withdrawn,
        intake::Disposition::OutOfJurisdiction => Disposition::OutOfJurisdiction,
        intake::Disposition::Duplicate => Disposition::Duplicate,
        intake::Disposition::Unspecified => return Err(never("disposition-unknown", "the decision is not a known one")),
    };
    Ok(Fact::ReferralScreened { referral: id(&event.referral_id)?, disposition, at: instant(event.screened_at.as_ref())? })
}

fn case_opened(event: CaseOpened) -> Result<Fact, Rejection> {
    Ok(Fact::CaseOpened { case: id(&event.case_id)?, referral: id(&event.referral_id)?, at: instant(event.opened_at.as_ref())? })
}

fn case_moved(event: CaseMoved) -> Result<Fact, Rejection> {
    let stage = match event.stage() {
        cases::Stage::Assessment => Stage::Assessment,
        cases::Stage::Preparation => Stage::Preparation,
        cases::Stage::Mediation => Stage::Mediation,
        cases::Stage::FollowUp => Stage::FollowUp,
        cases::Stage::Paused => Stage::Paused,
        cases::Stage::Closed => Stage::Closed,
        cases::Stage::Unspecified => return Err(never("stage-unknown", "the stage is not a known one")),
    };
    Ok(Fact::CaseMoved { case: id(&event.case_id)?, stage, at: instant(event.moved_at.as_ref())? })
}

fn concern_raised(event: ConcernRaised) -> Result<Fact, Rejection> {
    let grade = grade(event.grade()).unwrap_or(Grade::Concern);
    let (site, region) = place(&event.site);
    Ok(Fact::ConcernRaised { concern: id(&event.concern_id)?, grade, at: instant(event.raised_at.as_ref())?, site, region })
}

fn concern_changed(event: ConcernChanged) -> Result<Fact, Rejection> {
    let concern = id(&event.concern_id)?;
    let at = || instant(event.at.as_ref());
    match (event.what.as_str(), event.audience()) {
        ("accepted", safety::Audience::Nhq) => Ok(Fact::ConcernAccepted { concern, audience: Audience::Nhq, at: at()? }),
        ("accepted", safety::Audience::ResponsibleHead) => {
            Ok(Fact::ConcernAccepted { concern, audience: Audience::ResponsibleHead, at: at()? })
        }
        ("accepted", safety::Audience::Unspecified) => Err(never("audience-unknown", "it is not said who accepted")),
        ("closed", _) => Ok(Fact::ConcernClosed { concern, at: at()? }),
        ("said-graver", _) => match grade(event.grade()) {
            Some(grade) => Ok(Fact::ConcernSaidGraver { concern, grade, at: at()? }),
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
        safety::Grade::Unspecified => None,
    }
}

/// The site as stored, and its region. An invalid site code is not stored at all: it could be anything.
fn place(site: &str) -> (String, Region) {
    let known = SiteCode::from_str(site).map_or(subject::NO_SITE.to_owned(), |code| code.as_str().to_owned());
    let region = region_of(&known);
    (known, region)
}

fn id(text: &str) -> Result<Uuid, Rejection> {
    Uuid::try_parse(text).ok().filter(|id| !id.is_nil()).ok_or_else(|| never("id-malformed", "an id is not a UUID"))
}

fn instant(stamp: Option<&Timestamp>) -> Result<OffsetDateTime, Rejection> {
    stamp.and_then(wire::instant).ok_or_else(|| never("clock-missing", "a time is missing or impossible"))
}

fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost::Message;

    use super::*;

    fn incoming(subject: &str, body: &impl Message) -> Incoming {
        Incoming { event_id: "1".into(), subject: subject.into(), body: body.encode_to_vec().into(), headers: BTreeMap::new(), attempt: 1 }
    }

    #[test]
    fn every_subject_that_reporting_hears_is_understood() {
        let heard = [subject::REPORTING_FACTS, subject::REPORTING_CASE_FACTS, subject::REPORTING_CONCERNS];
        let filters = heard.iter().flat_map(|consumer| consumer.filters);
        for filter in filters {
            let read = fact(&incoming(filter, &CaseOpened::default()));
            assert!(!matches!(read, Err(Rejection::Never { reason: "subject-unknown", .. })), "{filter}");
        }
    }

    #[test]
    fn a_concern_without_a_known_grade_or_site_is_counted_all_the_same() {
        let event = ConcernRaised {
            concern_id: Uuid::from_u128(7).to_string(),
            site: "A Fictional Person".into(),
            raised_at: Some(Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            ..ConcernRaised::default()
        };
        let Ok(Fact::ConcernRaised { grade, site, region, .. }) = fact(&incoming(subject::CONCERN_RAISED, &event)) else { panic!() };
        assert_eq!((grade, site.as_str(), region), (Grade::Concern, "unknown", Region::Unknown));
    }

    #[test]
    fn a_graver_word_says_the_grade_it_rose_to_and_one_of_a_former_version_counts_for_nothing() {
        let graver = |grade: safety::Grade| {
            let event = ConcernChanged {
                concern_id: Uuid::from_u128(7).to_string(),
                what: "said-graver".into(),
                at: Some(Timestamp { seconds: 1_790_000_000, nanos: 0 }),
                grade: grade.into(),
                ..ConcernChanged::default()
            };
            fact(&incoming(subject::CONCERN_CHANGED, &event))
        };
        assert!(matches!(graver(safety::Grade::Imminent), Ok(Fact::ConcernSaidGraver { grade: Grade::Imminent, .. })));
        assert!(matches!(graver(safety::Grade::Unspecified), Ok(Fact::NotCounted)));
    }

    #[test]
    fn a_concern_that_is_routed_stays_counted_at_the_site_where_it_was_raised() {
        let routed = ConcernChanged {
            concern_id: Uuid::from_u128(7).to_string(),
            what: "routed".into(),
            audience: safety::Audience::ResponsibleHead.into(),
            at: Some(Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            ..ConcernChanged::default()
        };
        assert_eq!(fact(&incoming(subject::CONCERN_CHANGED, &routed)).ok(), Some(Fact::NotCounted));
    }

    #[test]
    fn an_event_without_an_id_or_a_time_is_set_aside() {
        let nobody = ReferralReceived { origin: intake::Origin::Victim.into(), ..ReferralReceived::default() };
        let never = fact(&incoming(subject::REFERRAL_RECEIVED, &nobody));
        assert!(matches!(never, Err(Rejection::Never { reason: "id-malformed", .. })));
        let timeless = CaseMoved { case_id: Uuid::from_u128(7).to_string(), stage: cases::Stage::Closed.into(), ..CaseMoved::default() };
        let never = fact(&incoming(subject::CASE_MOVED, &timeless));
        assert!(matches!(never, Err(Rejection::Never { reason: "clock-missing", .. })));
    }
}
