//! Victims informed before a condition that protects them changes, or why they were not [CCRA 133(7), L133-7].

use base::{Private, Refusal};
use proto::id::ParticipantId;

use crate::domain::{
    condition::entry,
    participant::{
        kind::{Kind, Side},
        person::Participant,
    },
};

/// The victims to be informed: those whom the condition protects, or every victim on the file; where no victim takes part, who acts for one.
#[must_use]
pub fn to_inform(everyone: &[Participant], protects: &[ParticipantId]) -> Vec<ParticipantId> {
    let of = |kind: Kind| everyone.iter().filter(move |p| p.person.kind == kind && p.left.is_none()).map(|p| p.id).collect::<Vec<_>>();
    let victims = match of(Kind::Victim) {
        none if none.is_empty() => of(Kind::Representative),
        victims => victims,
    };
    let named: Vec<ParticipantId> = victims.iter().copied().filter(|id| protects.contains(id)).collect();
    if named.is_empty() { victims } else { named }
}

/// Whether the participant stands on the victim's side, and can be recorded as informed.
#[must_use]
pub fn is_of_the_victim(everyone: &[Participant], id: ParticipantId) -> bool {
    everyone.iter().any(|p| p.id == id && p.person.kind.side() == Some(Side::Victim))
}

/// Whether the condition may change: every victim was informed, or why not. Where nobody can be informed, only a reason will do.
///
/// # Errors
/// Refuses a reason that says nothing.
pub fn settled(to_inform: &[ParticipantId], informed: &[ParticipantId], why_not: &str) -> Result<(bool, Option<Private<String>>), Refusal> {
    if !to_inform.is_empty() && to_inform.iter().all(|id| informed.contains(id)) {
        return Ok((true, None));
    }
    if why_not.trim().is_empty() {
        return Ok((false, None));
    }
    Ok((true, Some(entry::reason(why_not, "without_informing")?)))
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::participant::{
        leaving::{Leaving, Wish},
        person::NewParticipant,
    };

    fn person(id: u128, kind: Kind, has_left: bool) -> Participant {
        let at = OffsetDateTime::UNIX_EPOCH;
        let left = has_left.then(|| Leaving { wish: Wish::Own, reason: String::new().into(), recorded_by: "x".into(), at });
        let person = NewParticipant::parse(kind, "Robin Fictional", "", "").unwrap();
        Participant { id: id_of(id), person, added_at: at, formerly: None, left }
    }

    const fn id_of(id: u128) -> ParticipantId {
        ParticipantId::new(Uuid::from_u128(id))
    }

    // [L133-7]
    #[test]
    fn every_victim_whom_the_condition_protects_is_informed_and_nobody_else_counts() {
        let file = [person(1, Kind::Victim, false), person(2, Kind::Victim, false), person(3, Kind::Offender, false)];
        assert_eq!(to_inform(&file, &[]), [id_of(1), id_of(2)]);
        assert_eq!(to_inform(&file, &[id_of(2)]), [id_of(2)]);
        // A condition that names the offender alone protects every victim.
        assert_eq!(to_inform(&file, &[id_of(3)]), [id_of(1), id_of(2)]);
        let gone = [person(1, Kind::Victim, true), person(4, Kind::Representative, false)];
        assert_eq!(to_inform(&gone, &[]), [id_of(4)]);
        assert!(is_of_the_victim(&file, id_of(1)) && !is_of_the_victim(&file, id_of(3)) && !is_of_the_victim(&file, id_of(9)));
    }

    // [L133-7]
    #[test]
    fn a_condition_changes_once_all_are_informed_or_with_a_reason_that_says_something() {
        let all = [id_of(1), id_of(2)];
        assert!(settled(&all, &all, "").unwrap().0);
        assert!(!settled(&all, &[id_of(1)], " ").unwrap().0);
        assert_eq!(settled(&all, &[id_of(1)], "no").unwrap_err().reason, "reason-missing");
        assert!(settled(&all, &[], "she asked in writing not to be told").unwrap().1.is_some());
        assert!(!settled(&[], &[], "").unwrap().0);
    }
}
