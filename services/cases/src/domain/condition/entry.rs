//! A condition as it is recorded: what it says, whom it protects, and when it counts [R8d].

use base::{Private, Refusal};
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::Date;

use crate::{
    domain::{calendar, condition::state::Days, consent::Recorder, participant::person::Participant, text},
    error,
};

/// Who imposed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Kind {
    /// A non-communication order of a court.
    CourtOrder,
    /// A no-contact condition of the Parole Board of Canada.
    ParoleBoard,
    Other,
}

impl Kind {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// A condition about to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCondition {
    pub kind: Kind,
    /// Word for word.
    pub text: Private<String>,
    /// Where it stands.
    pub source: Private<String>,
    /// Whom it protects; empty: everybody on the other side.
    pub protects: Vec<ParticipantId>,
    pub days: Days,
    /// Stated by a person who read it, and never guessed from the text.
    pub has_exception_words: bool,
}

/// A condition as typed by the caller.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    pub text: &'a str,
    pub source: &'a str,
    pub protects: &'a [String],
    /// YYYY-MM-DD, or empty.
    pub since: &'a str,
    pub until: &'a str,
    pub has_exception_words: bool,
}

impl NewCondition {
    /// Validates a condition.
    ///
    /// # Errors
    /// Refuses one without its text, of a participant who is not on the file, with an impossible day, or with the exception words stated by
    /// the mediator: that opens the way to contact, and is stated by who answers for the case.
    pub fn parse(kind: Kind, written: Written<'_>, everyone: &[Participant], recorder: Recorder) -> Result<Self, Refusal> {
        let text = text::given(written.text, text::NARRATIVE, "text", error::condition_text_missing())?;
        let source = text::bounded(written.source, text::LINE, "source")?;
        if written.has_exception_words && recorder == Recorder::Mediator {
            return Err(error::exception_by_mediator());
        }
        let protects = written.protects.iter().map(|id| of_file(everyone, id)).collect::<Result<Vec<_>, _>>()?;
        let days = Days { since: day(written.since, "since")?, until: day(written.until, "until")? };
        if days.since.zip(days.until).is_some_and(|(first, last)| last < first) {
            return Err(error::condition_day_impossible("until"));
        }
        Ok(Self { kind, text: text.into(), source: source.into(), protects, days, has_exception_words: written.has_exception_words })
    }
}

/// The participant of the file with this id.
fn of_file(everyone: &[Participant], id: &str) -> Result<ParticipantId, Refusal> {
    let id: ParticipantId = id.trim().parse().map_err(|_| error::participant_unknown())?;
    everyone.iter().any(|someone| someone.id == id).then_some(id).ok_or_else(error::participant_unknown)
}

fn day(text: &str, field: &'static str) -> Result<Option<Date>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        typed => calendar::date(typed).map(Some).ok_or_else(|| error::condition_day_impossible(field)),
    }
}

/// The day on which something was done to a condition: today or before.
///
/// # Errors
/// Refuses a text that is no date, or a day that lies ahead.
pub fn day_done(typed: &str, today: Date, field: &'static str) -> Result<Date, Refusal> {
    calendar::date(typed.trim()).filter(|day| *day <= today).ok_or_else(|| error::condition_day_impossible(field))
}

/// Fewest visible characters of a reason.
const SHORTEST_REASON: usize = 10;

/// Why something is so, in the caller's words.
///
/// # Errors
/// Refuses a reason that is too short, or too long to be stored.
pub fn reason(typed: &str, field: &'static str) -> Result<Private<String>, Refusal> {
    let text = text::bounded(typed, text::NARRATIVE, field)?;
    if text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).count() < SHORTEST_REASON {
        return Err(error::condition_reason_missing(field));
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    const WRITTEN: Written<'_> = Written {
        text: "not to communicate with the victim",
        source: "Provincial Court",
        protects: &[],
        since: "2026-03-02",
        until: "",
        has_exception_words: false,
    };

    fn parse(written: Written<'_>, recorder: Recorder) -> Result<NewCondition, &'static str> {
        NewCondition::parse(Kind::CourtOrder, written, &[], recorder).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn a_condition_is_recorded_with_its_text_and_possible_days() {
        assert_eq!(parse(WRITTEN, Recorder::Mediator).unwrap().days.since, Some(date!(2026 - 03 - 02)));
        assert_eq!(parse(Written { text: " ", ..WRITTEN }, Recorder::Unit), Err("condition-text-missing"));
        assert_eq!(parse(Written { since: "2 March", ..WRITTEN }, Recorder::Unit), Err("day-impossible"));
        assert_eq!(parse(Written { until: "2026-03-01", ..WRITTEN }, Recorder::Unit), Err("day-impossible"));
        let stranger = ["0191d2a4-7e3c-7000-8000-000000000001".to_owned()];
        assert_eq!(parse(Written { protects: &stranger, ..WRITTEN }, Recorder::Unit), Err("participant-unknown"));
    }

    // [GL2c/2d]
    #[test]
    fn the_exception_words_are_found_by_a_person_of_the_unit_and_never_by_the_text() {
        let text = format!("not to communicate, {}", crate::domain::condition::wording::EXCEPTION.english);
        assert!(!parse(Written { text: &text, ..WRITTEN }, Recorder::Unit).unwrap().has_exception_words);
        let stated = Written { has_exception_words: true, ..WRITTEN };
        assert!(parse(stated, Recorder::Unit).unwrap().has_exception_words);
        assert_eq!(parse(stated, Recorder::Mediator), Err("exception-by-mediator"));
    }

    #[test]
    fn a_day_that_lies_ahead_was_not_done_yet() {
        let today = date!(2026 - 03 - 02);
        assert_eq!(day_done("2026-03-02", today, "amended_on"), Ok(today));
        for wrong in ["", "2026-03-03", "today"] {
            assert_eq!(day_done(wrong, today, "amended_on").unwrap_err().reason, "day-impossible", "{wrong}");
        }
    }
}
