//! Sessions: meetings of participants in any direct mode, or by video link, planned, confirmed and held with a mediator [R4b, D-VOM].

pub mod machine;

use base::{Private, Refusal};
use proto::id::ParticipantId;
use strum::{EnumString, IntoStaticStr, VariantArray};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::{
    domain::{
        calendar,
        mode::Mode,
        participant::{kind::Side, person::Participant},
        session::machine::{State, Step},
        text,
    },
    error,
};

/// Fewest participants of a session.
const FEWEST: usize = 2;
/// Most participants of a session.
const MOST: usize = 50;

/// How a session ended, as a category: what was said in it is nowhere in the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Outcome {
    Completed,
    StoppedByParticipant,
    StoppedByMediator,
    StoppedForSafety,
    SomeoneDidNotCome,
}

impl Outcome {
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The code used in tables.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// What a request states of a session.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    /// Where they meet, or by which link.
    pub place: &'a str,
    /// Accommodations, interpreters, what each side needs.
    pub needs: &'a str,
    /// Identity of a second mediator; empty where there is none.
    pub co_mediator: &'a str,
}

/// A session as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    pub mode: Mode,
    pub starts_at: OffsetDateTime,
    /// In the order of the file.
    pub participants: Vec<ParticipantId>,
    pub place: Private<String>,
    pub needs: Private<String>,
    pub co_mediator: Option<String>,
}

impl NewSession {
    /// Checks a session against the file: who meets takes part, the mode is one in which people meet, and it lies in the future.
    ///
    /// # Errors
    /// Somebody unknown or who left, fewer than two, a mode of letters, a moment that has passed, no place.
    pub fn parse(
        mode: Mode,
        starts_at: Option<OffsetDateTime>,
        asked: &[String],
        everyone: &[Participant],
        written: Written<'_>,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        if mode == Mode::Letter {
            return Err(error::session_by_letter());
        }
        let starts_at = starts_at.filter(|at| *at > now).ok_or_else(error::session_in_the_past)?;
        let named = |id: &String| {
            let known = everyone.iter().find(|person| person.id.to_string() == id.trim());
            known.filter(|person| person.left.is_none()).ok_or_else(error::session_with_somebody_unknown)
        };
        let mut participants = asked.iter().take(MOST).map(named).collect::<Result<Vec<_>, _>>()?;
        participants.sort_by_key(|person| everyone.iter().position(|one| one.id == person.id));
        participants.dedup_by_key(|person| person.id);
        if participants.len() < FEWEST {
            return Err(error::session_with_too_few());
        }
        let place = text::given(written.place, text::LINE, "place", error::session_place_missing())?;
        let needs = text::bounded(written.needs, text::NARRATIVE, "needs")?;
        let co_mediator = text::bounded(written.co_mediator, text::LINE, "co_mediator")?;
        Ok(Self {
            mode,
            starts_at,
            participants: participants.into_iter().map(|person| person.id).collect(),
            place: place.into(),
            needs: needs.into(),
            co_mediator: (!co_mediator.is_empty()).then_some(co_mediator),
        })
    }
}

/// A session of the file with all its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub planned: NewSession,
    pub planned_by: String,
    pub planned_at: OffsetDateTime,
    /// Oldest first.
    pub steps: Vec<Taken>,
}

impl Session {
    /// The state after its last step.
    #[must_use]
    pub fn state(&self) -> State {
        self.steps.last().map_or(State::Planned, |taken| taken.said.step.leads_to())
    }
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub said: Said,
    pub by: String,
    pub at: OffsetDateTime,
}

/// A step with what comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub step: Step,
    pub words: Private<String>,
    /// Of the end.
    pub outcome: Option<Outcome>,
    /// Of a debrief: with whom.
    pub side: Option<Side>,
    /// Of a follow-up: when the next one is due, if any.
    pub next_on: Option<Date>,
}

/// What a request says with a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub words: &'a str,
    pub outcome: Option<Outcome>,
    pub side: Option<Side>,
    /// YYYY-MM-DD, or empty.
    pub next_on: &'a str,
}

impl Said {
    /// Checks what comes with a step.
    ///
    /// # Errors
    /// Something that the step needs is missing, a text is too long, or a date is none.
    pub fn parse(step: Step, asked: Asked<'_>) -> Result<Self, Refusal> {
        let words = text::bounded(asked.words, text::NARRATIVE, "words")?;
        match step {
            Step::Cancel if words.is_empty() => return Err(error::session_reason_missing()),
            Step::End if asked.outcome.is_none() => return Err(error::session_outcome_missing()),
            Step::Debrief if asked.side.is_none() => return Err(error::session_side_missing()),
            _ => {}
        }
        let next_on = match (step, asked.next_on.trim()) {
            (Step::FollowUp, typed) if !typed.is_empty() => Some(calendar::date(typed).ok_or_else(error::session_date_malformed)?),
            _ => None,
        };
        Ok(Self {
            step,
            words: words.into(),
            outcome: asked.outcome.filter(|_| step == Step::End),
            side: asked.side.filter(|_| step == Step::Debrief),
            next_on,
        })
    }
}

#[cfg(test)]
mod tests;
