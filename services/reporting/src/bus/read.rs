//! Decoding of events into facts. An unreadable event is quarantined, never guessed.

use messaging::inbox::{Incoming, Rejection};
use proto::subject;

use super::{case, concern, field, referral};
use crate::domain::fact::Fact;

/// The facts in an event.
pub fn facts(message: &Incoming) -> Result<Vec<Fact>, Rejection> {
    match message.subject.as_str() {
        subject::REFERRALS_RECEIVED => referral::received(message.decode()?),
        _ => Ok(vec![fact(message)?]),
    }
}

/// The fact in an event that holds one.
fn fact(message: &Incoming) -> Result<Fact, Rejection> {
    match message.subject.as_str() {
        subject::REFERRAL_SCREENED => referral::screened(message.decode()?),
        subject::CASE_OPENED => case::opened(message.decode()?),
        subject::CASE_MOVED => case::moved(message.decode()?),
        subject::CONCERN_RAISED => concern::raised(message.decode()?),
        subject::CONCERN_CHANGED => concern::changed(message.decode()?),
        _ => Err(field::never("subject-unknown", "no fact is known by this subject")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use prost::Message;
    use prost_types::Timestamp;
    use proto::{
        cases::v1::{self as cases, CaseMoved, CaseOpened},
        intake::v1::{Origin, ReferralReceived, ReferralsReceived},
        safety::v1::{self as safety, ConcernChanged, ConcernRaised},
    };
    use uuid::Uuid;

    use super::*;
    use crate::domain::code::{Grade, Region};

    fn incoming(subject: &str, body: &impl Message) -> Incoming {
        Incoming { event_id: "1".into(), subject: subject.into(), body: body.encode_to_vec().into(), headers: BTreeMap::new(), attempt: 1 }
    }

    #[test]
    fn every_subject_that_reporting_consumes_is_understood() {
        let consumers = [subject::REPORTING_FACTS, subject::REPORTING_CASE_FACTS, subject::REPORTING_CONCERNS];
        let filters = consumers.iter().flat_map(|consumer| consumer.filters);
        for filter in filters {
            let read = facts(&incoming(filter, &CaseOpened::default()));
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
        let Ok(Fact::Concern(crate::domain::fact::concern::Fact::Raised { grade, site, region, .. })) =
            fact(&incoming(subject::CONCERN_RAISED, &event))
        else {
            panic!()
        };
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
        assert!(matches!(
            graver(safety::Grade::Imminent),
            Ok(Fact::Concern(crate::domain::fact::concern::Fact::Graver { grade: Grade::Imminent, .. }))
        ));
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
    fn each_referral_of_an_event_is_a_fact_and_one_that_cannot_be_read_leaves_none() {
        let referral = |n: u128, origin: Origin| ReferralReceived {
            referral_id: Uuid::from_u128(n).to_string(),
            origin: origin.into(),
            site: "mission".into(),
            received_at: Some(Timestamp { seconds: 1_790_000_000, nanos: 0 }),
            ..ReferralReceived::default()
        };
        let event = |last: Origin| ReferralsReceived { referrals: vec![referral(1, Origin::Victim), referral(2, last)] };
        let read = facts(&incoming(subject::REFERRALS_RECEIVED, &event(Origin::Community))).ok().unwrap();
        assert!(matches!(read.as_slice(), [Fact::Referral(_), Fact::Referral(_)]));
        let never = facts(&incoming(subject::REFERRALS_RECEIVED, &event(Origin::Unspecified)));
        assert!(matches!(never, Err(Rejection::Never { reason: "origin-unknown", .. })));
    }

    #[test]
    fn an_event_without_an_id_or_a_time_is_set_aside() {
        let nobody = ReferralReceived { origin: Origin::Victim.into(), ..ReferralReceived::default() };
        let never = facts(&incoming(subject::REFERRALS_RECEIVED, &ReferralsReceived { referrals: vec![nobody] }));
        assert!(matches!(never, Err(Rejection::Never { reason: "id-malformed", .. })));
        let timeless = CaseMoved { case_id: Uuid::from_u128(7).to_string(), stage: cases::Stage::Closed.into(), ..CaseMoved::default() };
        let never = fact(&incoming(subject::CASE_MOVED, &timeless));
        assert!(matches!(never, Err(Rejection::Never { reason: "clock-missing", .. })));
    }
}
