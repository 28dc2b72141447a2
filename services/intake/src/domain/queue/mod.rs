//! Screening decisions of the RJ Unit: the transitions from every state [R3a]. Beside them, the lists of the queue.

pub mod list;

use base::{Private, Refusal};
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, Duration, OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{Flag, Flags, State, text};
use crate::error;

/// Decision of the RJ Unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
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
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The code in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        code.parse().ok()
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

    /// The clause on which a decision rests.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Accepted | Self::IndirectOnly => "R3c",
            Self::NoContactPermitted | Self::Withdrawn => "L26-6",
            Self::Duplicate => "LPR4",
            Self::DeferredForPreparation
            | Self::OtherPartyInaccessible
            | Self::OtherPartyUnwilling
            | Self::MotivationNotAppropriate
            | Self::OutOfJurisdiction => "R3a",
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
        let disposition = disposition.ok_or_else(error::disposition_missing)?;
        text::narrative("reason", reason.expose())?;
        if !text::is_given(reason.expose()) {
            return Err(error::reason_missing());
        }
        let review_on = match (disposition, review_on.trim()) {
            (Disposition::DeferredForPreparation, day) => Some(review_day(day, today)?),
            (_, "") => None,
            _ => return Err(error::review_date_out_of_place()),
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
        State::Accepted | State::IndirectOnly if !disposition.opens_a_case() && !disposition.stops_a_case() => Err(error::case_is_open()),
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
        return Err(error::review_date_missing());
    }
    match Date::parse(text, DAY) {
        Ok(day) if day > today.saturating_add(LONGEST_DEFERRAL) => Err(error::review_date_far_ahead()),
        Ok(day) if day >= today => Ok(day),
        Ok(_) => Err(error::review_date_past()),
        Err(_) => Err(error::review_date_malformed()),
    }
}

#[cfg(test)]
mod tests;
