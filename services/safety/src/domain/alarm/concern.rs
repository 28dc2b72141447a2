//! Concern: its grade, its audiences and states, and its allowed changes.

use strum::{EnumString, IntoStaticStr};
use time::OffsetDateTime;

/// Grade of a concern, as stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Grade {
    /// Imminent risk of self-injury, suicide, serious bodily injury or death [RM1b].
    Imminent,
    /// Any other safety or security concern, and one without a stated grade [RM1c].
    Concern,
    /// A question about the process [RM1c].
    Question,
    /// A drill: nobody is at risk.
    Drill,
}

/// Audience that must accept a concern; one acceptance does not silence the other [R3e].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Audience {
    Nhq,
    ResponsibleHead,
}

/// State of a concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Ringing,
    Accepted,
    Closed,
}

/// State of one office of an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceStatus {
    pub audience: Audience,
    pub office: String,
    /// Former office of the person: rung on until the present office has accepted, or it has for itself [TRAP-2].
    pub former: bool,
    /// Former office with nothing left to do.
    pub ended: bool,
    /// Start of its duty to accept: its ladder counts from here.
    pub rung_from: OffsetDateTime,
    /// When it was last rung.
    pub rung_at: Option<OffsetDateTime>,
    /// To be rung at once, whatever was rung before.
    pub anew: bool,
    /// At its last ring the office had no holder.
    pub unheld: bool,
    pub step: u32,
    pub level: u32,
    pub rings: u32,
    /// Hint for the database query; no office is silent because of it.
    pub next_ring_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub accepted: Option<Acceptance>,
    /// Who had accepted and handed it over, until somebody accepts.
    pub handed: Option<Handed>,
}

/// Office handed over by the person who had accepted for it: they answer for it until somebody accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    pub by: String,
    /// The person it was handed to; `None`: everybody who holds the office.
    pub to: Option<String>,
    pub at: OffsetDateTime,
}

/// Acceptance of a concern for an office: by whom, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub by: String,
    pub at: OffsetDateTime,
    /// Number of the last statement that they knew.
    pub knowing: u32,
    /// Signature by the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
}

/// Statements under the id of a concern, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Number of different statements: the first, and each one after.
    pub count: u32,
    /// Number of the first statement with the gravest grade.
    pub gravest: u32,
}

/// Why a concern cannot be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseRefusal {
    /// At least one audience has not accepted [R3e].
    NotEveryAudienceAccepted,
    OutcomeMissing,
}

impl Grade {
    /// Audiences of a grade: a question goes to the RJ Unit alone; everything else also to the responsible head.
    #[must_use]
    pub const fn audiences(self) -> &'static [Audience] {
        match self {
            Self::Imminent | Self::Concern | Self::Drill => &[Audience::Nhq, Audience::ResponsibleHead],
            Self::Question => &[Audience::Nhq],
        }
    }

    /// Whether this is graver than the other.
    #[must_use]
    pub const fn is_graver_than(self, other: Self) -> bool {
        self.gravity() > other.gravity()
    }

    const fn gravity(self) -> u8 {
        match self {
            Self::Imminent => 3,
            Self::Concern => 2,
            Self::Question => 1,
            Self::Drill => 0,
        }
    }

    /// Code in tables and messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl Audience {
    /// Code in tables and messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl State {
    /// Code in tables and messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

impl AudienceStatus {
    /// Office that owes an acceptance from `from` on and was not rung yet.
    #[must_use]
    pub const fn unrung(audience: Audience, office: String, from: OffsetDateTime) -> Self {
        Self {
            audience,
            office,
            former: false,
            ended: false,
            rung_from: from,
            rung_at: None,
            anew: false,
            unheld: false,
            step: 0,
            level: 0,
            rings: 0,
            next_ring_at: Some(from),
            delivered_at: None,
            accepted: None,
            handed: None,
        }
    }

    /// Makes the office owe anew from `from` on: what it accepted before is not what must be accepted now.
    pub fn owe_anew(&mut self, from: OffsetDateTime) {
        let (rings, delivered_at) = (self.rings, self.delivered_at);
        let (former, office) = (self.former, std::mem::take(&mut self.office));
        *self = Self { former, rings, delivered_at, ..Self::unrung(self.audience, office, from) };
    }

    /// Makes the office ring at once, whatever was rung; the ladder goes on as it was.
    pub const fn ring_anew(&mut self, now: OffsetDateTime) {
        self.anew = true;
        self.next_ring_at = Some(now);
    }

    /// Ends the duty of a former office.
    pub const fn end(&mut self) {
        self.ended = true;
        self.next_ring_at = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back_as_what_it_was() {
        for (audience, code) in [(Audience::Nhq, "nhq"), (Audience::ResponsibleHead, "responsible-head")] {
            assert_eq!((audience.code(), code.parse()), (code, Ok(audience)));
        }
        for grade in [Grade::Imminent, Grade::Concern, Grade::Question, Grade::Drill] {
            assert_eq!(grade.code().parse(), Ok(grade));
        }
        for state in [State::Ringing, State::Accepted, State::Closed] {
            assert_eq!(state.code().parse(), Ok(state));
        }
    }

    #[test]
    fn an_imminent_risk_is_graver_than_a_concern_and_a_concern_than_a_question() {
        let grades = [Grade::Drill, Grade::Question, Grade::Concern, Grade::Imminent];
        for (place, grade) in grades.into_iter().enumerate() {
            for (other, than) in grades.into_iter().enumerate() {
                assert_eq!(grade.is_graver_than(than), place > other);
            }
        }
    }
}
