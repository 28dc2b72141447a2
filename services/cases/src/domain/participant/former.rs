//! Former entries of a person who comes back, and other entries that may be of the same person [IM1c, D-RO].

use proto::id::ParticipantId;

use crate::domain::{
    consent::Recorder,
    participant::{
        leaving::{Wish, binds},
        person::{NewParticipant, Participant},
    },
};

/// Former entry of a person who comes back, compared by number and by name with those who left. A person put on the file by mistake, who
/// never withdrew, has none. `is_another_person` decides for a name alone, and only from the person who answers for the case.
#[must_use]
pub fn formerly(
    newcomer: &NewParticipant,
    everyone: &[Participant],
    withdrawn: &[ParticipantId],
    is_another_person: bool,
    by: Recorder,
) -> Option<ParticipantId> {
    let told_apart = is_another_person && by == Recorder::Unit;
    let was = everyone.iter().filter(|someone| {
        let left = someone.left.as_ref();
        left.is_some_and(|left| binds(left.wish, withdrawn.contains(&someone.id))) && newcomer.is_like(&someone.person, told_apart)
    });
    was.max_by_key(|someone| someone.left.as_ref().map(|left| left.at)).map(|someone| someone.id)
}

/// Other entries on the file that may be the same person as the one who leaves: their statements stay while they stay under another entry.
#[must_use]
pub fn stays_as(leaver: &Participant, everyone: &[Participant], wish: Wish, withdrew: bool) -> Vec<ParticipantId> {
    let others = everyone.iter().filter(|someone| someone.id != leaver.id && someone.left.is_none());
    let alike = others.filter(|someone| binds(wish, withdrew) && leaver.person.is_like(&someone.person, false));
    alike.map(|someone| someone.id).collect()
}

#[cfg(test)]
mod tests {
    use time::{Duration, OffsetDateTime};
    use uuid::Uuid;

    use super::*;
    use crate::domain::participant::{kind::Kind, leaving::Leaving};

    const THEN: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn gone(wish: Wish, at: OffsetDateTime) -> Leaving {
        Leaving { wish, reason: String::new().into(), recorded_by: "rj-officer-1".to_owned(), at }
    }

    fn someone(id: u128, kind: Kind, name: &str, fps: &str, left: Option<Leaving>) -> Participant {
        let person = NewParticipant::parse(kind, name, fps, "").unwrap();
        Participant { id: ParticipantId::new(Uuid::from_u128(id)), person, added_at: THEN, formerly: None, left }
    }

    // [IM1c]
    #[test]
    fn who_comes_back_is_known_by_number_and_by_name_under_any_spelling_and_in_any_part() {
        let (early, late) = (gone(Wish::Own, THEN), gone(Wish::Unit, THEN + Duration::DAY));
        let everyone = [
            someone(1, Kind::Victim, "André Exemple", "", Some(early.clone())),
            someone(2, Kind::SupportPerson, "EXEMPLE, Andre", "", Some(late)),
            someone(3, Kind::Elder, "André Exemple", "", None),
            someone(4, Kind::Offender, "Oscar Invented", "123456A", Some(early)),
        ];
        let who = |name: &str, fps: &str, another, by| {
            let newcomer = NewParticipant::parse(Kind::Representative, name, fps, "").unwrap();
            formerly(&newcomer, &everyone, &[], another, by).map(|id| id.uuid().as_u128())
        };
        assert_eq!(who("andre exemple", "", false, Recorder::Unit), Some(2), "the last one who left");
        assert_eq!(who("andre exemple", "", true, Recorder::Unit), None);
        assert_eq!(who("andre exemple", "", true, Recorder::Mediator), Some(2), "the mediator's word tells nobody apart");
        assert_eq!(who("Somebody Else", "123 456a", true, Recorder::Unit), Some(4), "the number says who it is");
        assert_eq!(who("Somebody Else", "", false, Recorder::Unit), None);
    }

    #[test]
    fn who_was_named_by_mistake_was_nobody_unless_they_withdrew() {
        let everyone = [someone(1, Kind::Victim, "Vera Imaginary", "", Some(gone(Wish::Mistake, THEN)))];
        let newcomer = NewParticipant::parse(Kind::Elder, "Vera Imaginary", "", "").unwrap();
        let who = |withdrawn: &[ParticipantId]| formerly(&newcomer, &everyone, withdrawn, false, Recorder::Unit);
        let [someone] = &everyone;
        assert_eq!((who(&[]), who(&[someone.id])), (None, Some(someone.id)));
    }

    // [IM1c]
    #[test]
    fn who_leaves_and_stays_under_a_second_entry_is_found_there() {
        let leaver = someone(1, Kind::Victim, "Vera Imaginary", "", None);
        let everyone = [
            leaver.clone(),
            someone(2, Kind::SupportPerson, "IMAGINARY Véra", "", None),
            someone(3, Kind::Victim, "Vera Imaginary", "", Some(gone(Wish::Own, THEN))),
            someone(4, Kind::Elder, "Somebody Else", "", None),
        ];
        let found = |wish, withdrew| stays_as(&leaver, &everyone, wish, withdrew).iter().map(|id| id.uuid().as_u128()).collect::<Vec<_>>();
        assert_eq!((found(Wish::Own, false), found(Wish::Mediator, false), found(Wish::Mistake, true)), (vec![2], vec![2], vec![2]));
        assert_eq!(found(Wish::Mistake, false), [0; 0], "an entry made twice is taken back");
    }
}
