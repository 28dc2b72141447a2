//! Condition of a meeting of people in one room: where the offender is held, everybody from outside has an approved and valid entry for that
//! time; in the community, nothing binds the offender elsewhere in these hours [R2a, R6d, R7d].

use proto::id::ParticipantId;
use time::OffsetDateTime;

use crate::domain::{
    entry::curfew::Curfew,
    gate::missing::Missing,
    participant::kind::Kind,
    site::{self, Kind as Site},
};

/// An approved entry of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    pub site: String,
    pub from: OffsetDateTime,
    pub until: OffsetDateTime,
    pub people: Vec<ParticipantId>,
    pub mediator: Option<String>,
    /// Something changed since it was approved: it is not valid.
    pub on_hold: bool,
}

/// A standing clearance of a mediator, whatever the case in which it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    pub mediator: String,
    pub from: OffsetDateTime,
    pub until: OffsetDateTime,
}

/// What a meeting in one room depends on, beside the conditions of mediation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Where the offender is, as the file has it.
    pub person_at: Option<String>,
    pub entries: Vec<Admitted>,
    /// Those for the site where the offender is.
    pub clearances: Vec<Clearance>,
    pub curfews: Vec<Curfew>,
}

/// A meeting in one room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meeting {
    pub at: OffsetDateTime,
    pub people: Vec<(ParticipantId, Kind)>,
    /// The mediator, and a second one where there is one.
    pub mediators: Vec<String>,
}

/// Whether somebody may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    None,
    OnHold,
    Valid,
}

/// Everything that stands in the way of the meeting. Where nobody knows where the offender is, nobody has an entry to it.
#[must_use]
pub fn missing(admission: &Admission, meeting: &Meeting) -> Vec<Missing> {
    let kind = admission.person_at.as_deref().and_then(site::kind_of);
    if matches!(kind, Some(Site::Community | Site::Headquarters)) {
        let moment = meeting.at + time::Duration::SECOND;
        let comes = |curfew: &Curfew| meeting.people.iter().any(|(who, _)| *who == curfew.said.participant);
        let clash = admission.curfews.iter().any(|curfew| comes(curfew) && curfew.clashes(meeting.at, moment));
        return clash.then_some(Missing::Curfew).into_iter().collect();
    }
    let from_outside = meeting.people.iter().filter(|(_, kind)| *kind != Kind::Offender);
    let people = from_outside.filter_map(|(who, kind)| lacks(of_participant(admission, meeting.at, *who), Some(*kind)));
    let mediators = meeting.mediators.iter().filter_map(|who| lacks(of_mediator(admission, meeting.at, who), None));
    let mut missing: Vec<Missing> = people.chain(mediators).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

const fn lacks(entry: Entry, who: Option<Kind>) -> Option<Missing> {
    match entry {
        Entry::None => Some(Missing::Entry(who)),
        Entry::OnHold => Some(Missing::EntryOnHold(who)),
        Entry::Valid => None,
    }
}

fn best(admission: &Admission, at: OffsetDateTime, names: impl Fn(&Admitted) -> bool) -> Entry {
    let there = |one: &&Admitted| Some(&one.site) == admission.person_at.as_ref() && one.from <= at && at < one.until && names(one);
    let state = |one: &Admitted| if one.on_hold { Entry::OnHold } else { Entry::Valid };
    admission.entries.iter().filter(there).map(state).max().unwrap_or(Entry::None)
}

fn of_participant(admission: &Admission, at: OffsetDateTime, who: ParticipantId) -> Entry {
    best(admission, at, |one| one.people.contains(&who))
}

fn of_mediator(admission: &Admission, at: OffsetDateTime, who: &str) -> Entry {
    let cleared = admission.clearances.iter().any(|one| one.mediator == who && one.from <= at && at < one.until);
    if cleared { Entry::Valid } else { best(admission, at, |one| one.mediator.as_deref() == Some(who)) }
}

#[cfg(test)]
mod tests {
    use proto::zone::Zone;
    use time::macros::{date, datetime};
    use uuid::Uuid;

    use super::*;
    use crate::domain::entry::curfew::{Hours, Kind as Binds, NewCurfew};

    const AT: OffsetDateTime = datetime!(2026-12-10 15:00 UTC);

    const fn who(n: u128) -> ParticipantId {
        ParticipantId::new(Uuid::from_u128(n))
    }

    fn meeting() -> Meeting {
        Meeting { at: AT, people: vec![(who(1), Kind::Victim), (who(2), Kind::Offender)], mediators: vec!["mediator-1".into()] }
    }

    fn entry(people: &[u128], mediator: Option<&str>, hours: (i64, i64), on_hold: bool) -> Admitted {
        Admitted {
            site: "mission".into(),
            from: AT + time::Duration::hours(hours.0),
            until: AT + time::Duration::hours(hours.1),
            people: people.iter().map(|n| who(*n)).collect(),
            mediator: mediator.map(str::to_owned),
            on_hold,
        }
    }

    fn at(site: Option<&str>, entries: Vec<Admitted>) -> Admission {
        Admission { person_at: site.map(str::to_owned), entries, clearances: Vec::new(), curfews: Vec::new() }
    }

    // [R2a] [R6d]
    #[test]
    fn everybody_from_outside_needs_an_entry_that_is_valid_then_and_the_offender_none() {
        let (victim, mediator) = (Missing::Entry(Some(Kind::Victim)), Missing::Entry(None));
        let held = |who| Missing::EntryOnHold(who);
        for (entries, expected) in [
            (vec![], vec![mediator, victim]),
            (vec![entry(&[1], None, (-1, 1), false)], vec![mediator]),
            (vec![entry(&[1], Some("mediator-1"), (-1, 1), false)], vec![]),
            (vec![entry(&[1], Some("mediator-2"), (-1, 1), false)], vec![mediator]),
            (vec![entry(&[1], Some("mediator-1"), (0, 1), false)], vec![]),
            (vec![entry(&[1], Some("mediator-1"), (-1, 0), false)], vec![mediator, victim]),
            (vec![entry(&[1], Some("mediator-1"), (1, 2), false)], vec![mediator, victim]),
            (vec![entry(&[1], Some("mediator-1"), (-1, 1), true)], vec![held(None), held(Some(Kind::Victim))]),
            (vec![entry(&[1], None, (-1, 1), true), entry(&[1], Some("mediator-1"), (-1, 1), false)], vec![]),
        ] {
            assert_eq!(missing(&at(Some("mission"), entries.clone()), &meeting()), expected, "{entries:?}");
        }
        let entries = vec![entry(&[1], Some("mediator-1"), (-1, 1), false)];
        assert_eq!(missing(&at(Some("kent"), entries.clone()), &meeting()), [mediator, victim], "an entry is to one site");
        assert_eq!(missing(&at(None, entries), &meeting()), [mediator, victim], "nobody knows where the person is");
    }

    // [R6d]
    #[test]
    fn a_standing_clearance_is_the_entry_of_its_mediator_between_its_dates() {
        let clearance = |mediator: &str, until: i64| Admission {
            clearances: vec![Clearance {
                mediator: mediator.into(),
                from: AT - time::Duration::DAY,
                until: AT + time::Duration::hours(until),
            }],
            ..at(Some("mission"), vec![entry(&[1], None, (-1, 1), false)])
        };
        assert_eq!(missing(&clearance("mediator-1", 1), &meeting()), []);
        assert_eq!(missing(&clearance("mediator-1", 0), &meeting()), [Missing::Entry(None)]);
        assert_eq!(missing(&clearance("mediator-2", 1), &meeting()), [Missing::Entry(None)]);
        let second = Meeting { mediators: vec!["mediator-1".into(), "mediator-2".into()], ..meeting() };
        assert_eq!(missing(&clearance("mediator-1", 1), &second), [Missing::Entry(None)], "each of two mediators");
    }

    // [R7d]
    #[test]
    fn in_the_community_a_curfew_of_an_offender_who_comes_clashes_and_at_an_institution_none_does() {
        let hours = |begins, ends| Hours {
            weekdays: Vec::new(),
            begins,
            ends,
            zone: Zone::of("America/Toronto").unwrap(),
            since: date!(2026 - 12 - 01),
            until: None,
        };
        let of = |n, begins, ends| Curfew {
            id: Uuid::from_u128(9),
            said: NewCurfew { participant: who(n), kind: Binds::Curfew, hours: hours(begins, ends) },
            ended_at: None,
        };
        let office = include_str!("../../../data/site-kind.csv").lines().find_map(|line| line.strip_suffix(",community")).unwrap();
        // 15:00 in UTC is 10:00 in Toronto.
        for (curfew, clash) in [(of(2, 9 * 60, 11 * 60), true), (of(2, 11 * 60, 12 * 60), false), (of(3, 9 * 60, 11 * 60), false)] {
            let community = Admission { curfews: vec![curfew.clone()], ..at(Some(office), Vec::new()) };
            let expected: &[Missing] = if clash { &[Missing::Curfew] } else { &[] };
            assert_eq!(missing(&community, &meeting()), expected);
            let inside = Admission { curfews: vec![curfew], ..at(Some("mission"), vec![entry(&[1], Some("mediator-1"), (-1, 1), false)]) };
            assert_eq!(missing(&inside, &meeting()), []);
        }
    }
}
