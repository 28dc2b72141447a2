//! Screening decisions of the RJ Unit: the transitions from every state [R3a].

use chassis::{Private, Refusal};
use time::{Date, Duration, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{Flag, Flags, text};

/// State of a referral. It follows from the latest decision; only the first two are reached without the RJ Unit [GL1].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Received,
    /// Recorded, and blocked until a question is answered.
    NeedsClarification,
    Accepted,
    IndirectOnly,
    Deferred,
    Closed,
}

impl State {
    pub const ALL: [Self; 6] = [Self::Received, Self::NeedsClarification, Self::Accepted, Self::IndirectOnly, Self::Deferred, Self::Closed];

    /// State of an undecided referral.
    #[must_use]
    pub fn undecided(flags: &Flags) -> Self {
        if flags.has_questions() { Self::NeedsClarification } else { Self::Received }
    }

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::NeedsClarification => "needs-clarification",
            Self::Accepted => "screened-accepted",
            Self::IndirectOnly => "screened-indirect-only",
            Self::Deferred => "screened-deferred",
            Self::Closed => "screened-closed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// Decision of the RJ Unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    Accepted,
    IndirectOnly,
    DeferredForPreparation,
    OtherPartyInaccessible,
    OtherPartyUnwilling,
    MotivationNotAppropriate,
    NoContactPermitted,
    Withdrawn,
    OutOfJurisdiction,
    Duplicate,
}

impl Disposition {
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::IndirectOnly,
        Self::DeferredForPreparation,
        Self::OtherPartyInaccessible,
        Self::OtherPartyUnwilling,
        Self::MotivationNotAppropriate,
        Self::NoContactPermitted,
        Self::Withdrawn,
        Self::OutOfJurisdiction,
        Self::Duplicate,
    ];

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::IndirectOnly => "indirect-only",
            Self::DeferredForPreparation => "deferred-for-preparation",
            Self::OtherPartyInaccessible => "other-party-inaccessible",
            Self::OtherPartyUnwilling => "other-party-unwilling",
            Self::MotivationNotAppropriate => "motivation-not-appropriate",
            Self::NoContactPermitted => "no-contact-permitted",
            Self::Withdrawn => "withdrawn",
            Self::OutOfJurisdiction => "out-of-jurisdiction",
            Self::Duplicate => "duplicate",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    const fn state(self) -> State {
        match self {
            Self::Accepted => State::Accepted,
            Self::IndirectOnly => State::IndirectOnly,
            Self::DeferredForPreparation => State::Deferred,
            Self::OtherPartyInaccessible
            | Self::OtherPartyUnwilling
            | Self::MotivationNotAppropriate
            | Self::NoContactPermitted
            | Self::Withdrawn
            | Self::OutOfJurisdiction
            | Self::Duplicate => State::Closed,
        }
    }

    /// Whether a case opens from it.
    #[must_use]
    pub const fn opens_a_case(self) -> bool {
        matches!(self, Self::Accepted | Self::IndirectOnly)
    }

    /// Whether it stops the open case at once: the request was withdrawn, or contact is no longer permitted. Any other change after an
    /// acceptance is decided in the case.
    const fn stops_a_case(self) -> bool {
        matches!(self, Self::NoContactPermitted | Self::Withdrawn)
    }
}

/// A complete decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub disposition: Disposition,
    pub reason: Private<String>,
    pub review_on: Option<Date>,
}

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

impl Decision {
    /// Parses an officer's decision. `today` is a UTC date.
    ///
    /// # Errors
    /// A missing disposition or reason, or a review date that is missing, malformed, past or out of place.
    pub fn read(disposition: Option<Disposition>, reason: Private<String>, review_on: &str, today: Date) -> Result<Self, Refusal> {
        let disposition = disposition.ok_or_else(disposition_missing)?;
        text::narrative("reason", reason.expose())?;
        if !text::is_given(reason.expose()) {
            return Err(reason_missing());
        }
        let review_on = match (disposition, review_on.trim()) {
            (Disposition::DeferredForPreparation, day) => Some(review_day(day, today)?),
            (_, "") => None,
            _ => return Err(review_date_out_of_place()),
        };
        Ok(Self { disposition, reason, review_on })
    }
}

/// Outcome of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A repetition by the same officer: not recorded.
    Repeated(State),
    /// A confirmation of the current decision: recorded, not published.
    Confirmed(State),
    /// A new decision: recorded and published.
    Changed(State),
}

/// State of a referral before a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub state: State,
    pub flags: Flags,
    pub latest: Option<Latest>,
    /// Time last published of it: of a decision, or of a correction.
    pub told_at: Option<OffsetDateTime>,
}

/// The current decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    pub decision: Decision,
    pub decided_by: String,
    pub decided_at: OffsetDateTime,
}

impl Standing {
    /// Time of a decision made now. It is later than that of the previous decision or correction whatever the clock says, because consumers
    /// take the later one as current.
    #[must_use]
    pub fn moment(&self, now: OffsetDateTime) -> OffsetDateTime {
        after(self.latest.as_ref().map(|latest| latest.decided_at), after(self.told_at, now))
    }
}

/// Now, or the first moment after another, if that is later.
#[must_use]
pub fn after(other: Option<OffsetDateTime>, now: OffsetDateTime) -> OffsetDateTime {
    other.map_or(now, |other| other.saturating_add(Duration::MICROSECOND).max(now))
}

/// Decides the outcome of a decision.
///
/// # Errors
/// An open question blocks the opening of a case [R7a, D-institutional, D-victim-referral]; or a case is open and decides for itself.
pub fn decide(standing: &Standing, decision: &Decision, officer: &str) -> Result<Outcome, Refusal> {
    let next = transition(standing.state, decision.disposition, &standing.flags)?;
    let Some(latest) = &standing.latest else {
        return Ok(Outcome::Changed(next));
    };
    if standing.flags.contains(Flag::CorrectedAfterDecision) {
        // It was made on other words: made again it is published, even if unchanged.
        return Ok(Outcome::Changed(next));
    }
    let same_effect = latest.decision.disposition == decision.disposition && latest.decision.review_on == decision.review_on;
    Ok(match same_effect {
        true if latest.decision.reason == decision.reason && latest.decided_by == officer => Outcome::Repeated(next),
        true => Outcome::Confirmed(next),
        false => Outcome::Changed(next),
    })
}

/// The transition table. Every closed referral can be reopened by a new decision, if no question is open.
fn transition(state: State, disposition: Disposition, flags: &Flags) -> Result<State, Refusal> {
    match state {
        // [L26-6] [R3a]
        State::Accepted | State::IndirectOnly if !disposition.opens_a_case() && !disposition.stops_a_case() => Err(case_is_open()),
        // Also for an accepted one: a correction may have reopened a question.
        State::Accepted | State::IndirectOnly | State::Received | State::NeedsClarification | State::Deferred | State::Closed => {
            if disposition.opens_a_case() {
                flags.nothing_to_ask()?;
            }
            Ok(disposition.state())
        }
    }
}

/// Longest deferral: a later review day would be forgotten.
const LONGEST_DEFERRAL: Duration = Duration::days(366);

fn review_day(text: &str, today: Date) -> Result<Date, Refusal> {
    if text.is_empty() {
        return Err(Refusal::invalid(
            "review-date-missing",
            "R3a",
            "review_on",
            "a deferred referral needs the day to look at it again, as YYYY-MM-DD",
            "un renvoi reporté exige la date à laquelle le revoir, sous la forme AAAA-MM-JJ",
        ));
    }
    match Date::parse(text, DAY) {
        Ok(day) if day > today.saturating_add(LONGEST_DEFERRAL) => Err(Refusal::invalid(
            "review-date-far-ahead",
            "R3a",
            "review_on",
            "a deferral is looked at again within a year",
            "un report est revu dans l'année",
        )),
        Ok(day) if day >= today => Ok(day),
        Ok(_) => Err(Refusal::invalid(
            "review-date-past",
            "R3a",
            "review_on",
            "the review date lies in the past",
            "la date de révision est passée",
        )),
        Err(_) => Err(Refusal::invalid(
            "review-date-malformed",
            "R3a",
            "review_on",
            "not a date: write it as YYYY-MM-DD",
            "ce n'est pas une date : écrivez-la sous la forme AAAA-MM-JJ",
        )),
    }
}

fn disposition_missing() -> Refusal {
    Refusal::invalid("disposition-missing", "R3a", "disposition", "say what was decided", "indiquez la décision prise")
}

fn reason_missing() -> Refusal {
    Refusal::invalid(
        "reason-missing",
        "R3a",
        "reason",
        "every screening decision needs a reason, in your own words",
        "toute décision d'examen préalable doit être motivée, dans vos propres mots",
    )
}

fn review_date_out_of_place() -> Refusal {
    Refusal::invalid(
        "review-date-out-of-place",
        "R3a",
        "review_on",
        "only a deferral has a review date",
        "seul un report comporte une date de révision",
    )
}

fn case_is_open() -> Refusal {
    Refusal::precondition(
        "case-already-open",
        "R3a",
        "a case has been opened from this referral: close or pause the case instead; a withdrawal, or that no contact is permitted, can be \
         decided here and stops the case",
        "un dossier a été ouvert à partir de ce renvoi : fermez ou suspendez plutôt le dossier; un retrait, ou l'interdiction de tout contact, \
         peut être décidé ici et arrête le dossier",
    )
}

#[cfg(test)]
#[path = "screening_tests.rs"]
mod tests;
