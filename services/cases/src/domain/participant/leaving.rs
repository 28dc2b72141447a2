//! Departure of a participant: at whose wish, who may record it, and what can be recorded afterwards [IM1c, D-RO].

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::OffsetDateTime;

use crate::{
    domain::{
        consent::{Recorder, Status},
        participant::kind::Kind,
        text,
    },
    error,
};

/// At whose wish a participant left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
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
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
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
        (Wish::Unit | Wish::Unable | Wish::Mistake, Recorder::Mediator) => return Err(error::leaving_not_by_mediator()),
        (Wish::Own | Wish::Mediator, Recorder::Mediator) | (_, Recorder::Unit) => {}
    }
    let reason = text::bounded(reason, text::NARRATIVE, "reason")?;
    if reason.is_empty() && wish != Wish::Own {
        return Err(error::leaving_reason_missing());
    }
    Ok(reason.into())
}

/// A repeated departure: the first one stands.
///
/// # Errors
/// Refused where it differs from the recorded one.
pub fn said_again(known: &Leaving, wish: Wish, reason: &Private<String>) -> Result<(), Refusal> {
    let nothing_new = known.wish == wish && (reason.expose().is_empty() || *reason == known.reason);
    if nothing_new { Ok(()) } else { Err(error::left_already()) }
}

/// Whether a departure has consequences for the person: one put on the file by mistake, who never withdrew, has said nothing.
pub(crate) fn binds(wish: Wish, withdrew: bool) -> bool {
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
pub fn may_state(has_left: bool, status: Status) -> Result<(), Refusal> {
    if has_left && status != Status::Withdrawn { Err(error::participant_left()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn gone(wish: Wish, at: OffsetDateTime) -> Leaving {
        Leaving { wish, reason: String::new().into(), recorded_by: "rj-officer-1".to_owned(), at }
    }

    // [IM1c]
    #[test]
    fn who_leaves_at_their_own_wish_need_not_say_why_and_nobody_else_is_sent_away_silently() {
        for &wish in Wish::ALL {
            assert_eq!(parse(wish, " ", Recorder::Unit).is_ok(), wish == Wish::Own, "{wish:?}");
            assert!(parse(wish, "as agreed", Recorder::Unit).is_ok(), "{wish:?}");
            assert_eq!(wish.code().parse(), Ok(wish));
        }
    }

    #[test]
    fn the_mediator_records_the_participants_wish_or_their_own_and_nobody_elses() {
        for &wish in Wish::ALL {
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

    #[test]
    fn who_has_left_is_heard_when_they_withdraw_and_nothing_is_offered_to_them() {
        for &status in Status::ALL {
            assert!(may_state(false, status).is_ok());
            assert_eq!(may_state(true, status).is_ok(), status == Status::Withdrawn, "{status:?}");
        }
    }

    // [CCRA 26.1(2)]
    #[test]
    fn no_representative_stands_in_for_a_victim_who_withdrew_went_or_was_sent_away() {
        for &wish in Wish::ALL {
            let can_stand_in = matches!(wish, Wish::Unable | Wish::Mistake);
            assert_eq!(bars_a_representative(Kind::Victim, wish, false), !can_stand_in, "{wish:?}");
            assert!(bars_a_representative(Kind::Victim, wish, true), "{wish:?}");
            assert!(!bars_a_representative(Kind::Elder, wish, true));
        }
    }
}
