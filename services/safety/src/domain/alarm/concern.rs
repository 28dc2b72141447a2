//! What a concern is, who must accept it, and what may happen to it.

use time::OffsetDateTime;

/// How grave a concern is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grade {
    /// Imminent risk of self-injury, suicide, serious bodily injury or death [RM1b].
    Imminent,
    /// Any other safety or security concern, and whatever does not state a grade [RM1c].
    Concern,
    /// A question about the process [RM1c].
    Question,
}

/// Who must take a concern in hand; one acceptance does not silence the other [R3e].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    Nhq,
    ResponsibleHead,
}

/// Where a concern stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Ringing,
    Accepted,
    Closed,
}

/// What one office of an audience has seen and done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceStatus {
    pub audience: Audience,
    pub office: String,
    /// The person left this office: it is rung on until the office they are with now has accepted, or it has for itself [TRAP-2].
    pub former: bool,
    /// A former office that has nothing to do any more.
    pub ended: bool,
    /// Since when it owes an acceptance: its ladder counts from here.
    pub rung_from: OffsetDateTime,
    /// When it was last rung.
    pub rung_at: Option<OffsetDateTime>,
    /// To be rung at once, whatever was rung.
    pub anew: bool,
    /// At its last ring nobody held the office.
    pub unheld: bool,
    pub step: u32,
    pub level: u32,
    pub rings: u32,
    /// A hint for the database; nothing is silent for what it says.
    pub next_ring_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub accepted: Option<Acceptance>,
}

/// Who took a concern in hand for an office, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub by: String,
    pub at: OffsetDateTime,
    /// The number of the last thing said that they knew.
    pub knowing: u32,
    /// By the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
}

/// How much was said under the id of a concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// Different things said: the first, and each one after.
    pub count: u32,
    /// The number of what was said first with the gravest grade.
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
    /// A question goes to the RJ Unit alone; everything else also to the responsible head.
    #[must_use]
    pub const fn audiences(self) -> &'static [Audience] {
        match self {
            Self::Imminent | Self::Concern => &[Audience::Nhq, Audience::ResponsibleHead],
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
            Self::Imminent => 2,
            Self::Concern => 1,
            Self::Question => 0,
        }
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Imminent => "imminent",
            Self::Concern => "concern",
            Self::Question => "question",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Imminent, Self::Concern, Self::Question].into_iter().find(|g| g.code() == code)
    }
}

impl Audience {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nhq => "nhq",
            Self::ResponsibleHead => "responsible-head",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Nhq, Self::ResponsibleHead].into_iter().find(|a| a.code() == code)
    }
}

impl State {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Accepted => "accepted",
            Self::Closed => "closed",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Ringing, Self::Accepted, Self::Closed].into_iter().find(|s| s.code() == code)
    }
}

impl AudienceStatus {
    /// An office that owes an acceptance from `from` on and was not rung yet.
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
        }
    }

    /// The same office, owing anew from `from` on: what it had accepted is not what is to be accepted now.
    pub fn owe_anew(&mut self, from: OffsetDateTime) {
        let (rings, delivered_at) = (self.rings, self.delivered_at);
        let (former, office) = (self.former, std::mem::take(&mut self.office));
        *self = Self { former, rings, delivered_at, ..Self::unrung(self.audience, office, from) };
    }

    /// Rings at once, whatever was rung; the ladder goes on as it was.
    pub const fn ring_anew(&mut self, now: OffsetDateTime) {
        self.anew = true;
        self.next_ring_at = Some(now);
    }

    /// A former office has nothing to do any more.
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
        for grade in [Grade::Imminent, Grade::Concern, Grade::Question] {
            assert_eq!(Grade::from_code(grade.code()), Some(grade));
        }
        for state in [State::Ringing, State::Accepted, State::Closed] {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }

    #[test]
    fn an_imminent_risk_is_graver_than_a_concern_and_a_concern_than_a_question() {
        let grades = [Grade::Question, Grade::Concern, Grade::Imminent];
        for (place, grade) in grades.into_iter().enumerate() {
            for (other, than) in grades.into_iter().enumerate() {
                assert_eq!(grade.is_graver_than(than), place > other);
            }
        }
    }
}
