//! Participants who leave a case: at whose wish, who may record it, and what it means when they come back [IM1c, D-RO].

use chassis::{Private, Refusal};
use proto::id::ParticipantId;
use time::OffsetDateTime;

use super::{
    consent::{Recorder, Status},
    participant::{Kind, NewParticipant, Participant},
    text,
};

const CLAUSE: &str = "IM1c";

/// At whose wish a participant left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Their own. No reason is needed.
    Own,
    /// Decided by the RJ Unit.
    Unit,
    /// Decided by the mediator.
    Mediator,
    /// No one's: they can no longer take part, they died or are too ill.
    Unable,
    /// They were put on the file by mistake.
    Mistake,
}

impl Wish {
    pub const ALL: [Self; 5] = [Self::Own, Self::Unit, Self::Mediator, Self::Unable, Self::Mistake];

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Unit => "unit",
            Self::Mediator => "mediator",
            Self::Unable => "unable",
            Self::Mistake => "mistake",
        }
    }

    /// The wish of a code, if known.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.code() == code)
    }
}

/// A departure as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    pub wish: Wish,
    /// Empty where they left at their own wish and gave no reason.
    pub reason: Private<String>,
    pub recorded_by: String,
    pub at: OffsetDateTime,
}

/// Validates the reason, before it is known who leaves.
///
/// # Errors
/// Refuses a mediator who records a wish of the RJ Unit, and a departure at another's wish without a reason [IM1c].
pub fn parse(wish: Wish, reason: &str, by: Recorder) -> Result<Private<String>, Refusal> {
    match (wish, by) {
        (Wish::Unit | Wish::Unable | Wish::Mistake, Recorder::Mediator) => return Err(not_the_mediators_word()),
        (Wish::Own | Wish::Mediator, Recorder::Mediator) | (_, Recorder::Unit) => {}
    }
    let reason = text::bounded(reason, text::NARRATIVE, "reason")?;
    if reason.is_empty() && wish != Wish::Own {
        return Err(Refusal::invalid(
            "reason-missing",
            CLAUSE,
            "reason",
            "say why this participant leaves: only who leaves at their own wish need not say so",
            "indiquez pourquoi ce participant quitte le dossier : seule la personne qui part de sa propre volonté n'a pas à le dire",
        ));
    }
    Ok(reason.into())
}

/// A repeated departure: the first one stands.
///
/// # Errors
/// Refused where it differs from the recorded one.
pub fn said_again(known: &Leaving, wish: Wish, reason: &Private<String>) -> Result<(), Refusal> {
    let nothing_new = known.wish == wish && (reason.expose().is_empty() || *reason == known.reason);
    if nothing_new { Ok(()) } else { Err(already()) }
}

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

/// Whether a departure has consequences for the person: one put on the file by mistake, who never withdrew, has said nothing.
fn binds(wish: Wish, withdrew: bool) -> bool {
    wish != Wish::Mistake || withdrew
}

/// Whether no one can stand in for a person who left: a representative stands for a victim who can no longer take part, or was named by
/// mistake, and never for one who withdrew, went, or was sent away [CCRA 2(3), CCRA 26.1(2)].
#[must_use]
pub fn bars_a_representative(kind: Kind, wish: Wish, withdrew: bool) -> bool {
    kind == Kind::Victim && (withdrew || matches!(wish, Wish::Own | Wish::Unit | Wish::Mediator))
}

/// What a person who has left can still record on consent: a withdrawal, which is never refused, and nothing else.
///
/// # Errors
/// Refused where a consent is offered to them, or recorded as given by them [IM1c].
pub fn heard(has_left: bool, status: Status) -> Result<(), Refusal> {
    if has_left && status != Status::Withdrawn { Err(left()) } else { Ok(()) }
}

fn left() -> Refusal {
    Refusal::precondition(
        "participant-left",
        CLAUSE,
        "this participant has left the case: if they come back of their own free will, add them anew",
        "ce participant a quitté le dossier : s'il revient de son plein gré, ajoutez-le de nouveau",
    )
}

fn already() -> Refusal {
    Refusal::precondition(
        "left-already",
        CLAUSE,
        "this participant has left already, and what was recorded stands: a case shows it",
        "ce participant a déjà quitté le dossier, et ce qui a été consigné demeure : le dossier l'indique",
    )
}

fn not_the_mediators_word() -> Refusal {
    Refusal::denied(
        "leaving-not-by-mediator",
        CLAUSE,
        "the mediator records that a participant leaves at their own wish or at the mediator's; anything else is recorded by who answers for \
         the case, its officer or a supervisor",
        "le médiateur consigne le départ voulu par le participant ou par lui-même; tout autre départ est consigné par la personne responsable \
         du dossier, son agent ou un superviseur",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use uuid::Uuid;

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
    fn who_leaves_at_their_own_wish_need_not_say_why_and_nobody_else_is_sent_away_silently() {
        for wish in Wish::ALL {
            assert_eq!(parse(wish, " ", Recorder::Unit).is_ok(), wish == Wish::Own, "{wish:?}");
            assert!(parse(wish, "as agreed", Recorder::Unit).is_ok(), "{wish:?}");
            assert_eq!(Wish::of_code(wish.code()), Some(wish));
        }
    }

    #[test]
    fn the_mediator_records_the_participants_wish_or_their_own_and_nobody_elses() {
        for wish in Wish::ALL {
            let reason = parse(wish, "as agreed", Recorder::Mediator).err().map(|r| r.reason);
            let own_word = matches!(wish, Wish::Own | Wish::Mediator);
            assert_eq!(reason, (!own_word).then_some("leaving-not-by-mediator"), "{wish:?}");
        }
    }

    #[test]
    fn a_leaving_said_again_changes_nothing_and_one_that_says_something_else_is_refused() {
        let known = Leaving { reason: "moved away".to_owned().into(), ..gone(Wish::Own, THEN) };
        let said = |wish, reason: &str| said_again(&known, wish, &reason.to_owned().into()).err().map(|r| r.reason);
        assert_eq!((said(Wish::Own, ""), said(Wish::Own, "moved away")), (None, None));
        assert_eq!((said(Wish::Unit, "moved away"), said(Wish::Own, "other")), (Some("left-already"), Some("left-already")));
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

    #[test]
    fn who_has_left_is_heard_when_they_withdraw_and_nothing_is_offered_to_them() {
        for status in Status::ALL {
            assert!(heard(false, status).is_ok());
            assert_eq!(heard(true, status).is_ok(), status == Status::Withdrawn, "{status:?}");
        }
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

    // [CCRA 26.1(2)]
    #[test]
    fn no_representative_stands_in_for_a_victim_who_withdrew_went_or_was_sent_away() {
        for wish in Wish::ALL {
            let can_stand_in = matches!(wish, Wish::Unable | Wish::Mistake);
            assert_eq!(bars_a_representative(Kind::Victim, wish, false), !can_stand_in, "{wish:?}");
            assert!(bars_a_representative(Kind::Victim, wish, true), "{wish:?}");
            assert!(!bars_a_representative(Kind::Elder, wish, true));
        }
    }
}
