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

/// What one audience has seen and done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceStatus {
    pub audience: Audience,
    pub office: String,
    pub former_office: Option<String>,
    pub rung_from: OffsetDateTime,
    pub step: u32,
    pub level: u32,
    pub rings: u32,
    pub next_ring_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub accepted: Option<Acceptance>,
}

/// Who took a concern in hand for an audience, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    pub by: String,
    pub at: OffsetDateTime,
    /// By the service, with a key that the database does not hold.
    pub signature: Option<Vec<u8>>,
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

/// The state that follows from who has accepted. A closed concern stays closed.
#[must_use]
pub fn state_after(now: State, audiences: &[AudienceStatus]) -> State {
    match now {
        State::Closed => State::Closed,
        _ if audiences.iter().all(|a| a.accepted.is_some()) => State::Accepted,
        _ => State::Ringing,
    }
}

/// Whether the RJ Unit may close it now.
///
/// # Errors
/// What is missing.
pub fn may_close(state: State, outcome: &str) -> Result<(), CloseRefusal> {
    if state == State::Ringing {
        return Err(CloseRefusal::NotEveryAudienceAccepted);
    }
    if outcome.trim().is_empty() {
        return Err(CloseRefusal::OutcomeMissing);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(audience: Audience, accepted: bool) -> AudienceStatus {
        let at = OffsetDateTime::UNIX_EPOCH;
        AudienceStatus {
            audience,
            office: String::new(),
            former_office: None,
            rung_from: at,
            step: 0,
            level: 0,
            rings: 1,
            next_ring_at: (!accepted).then_some(at),
            delivered_at: None,
            accepted: accepted.then(|| Acceptance { by: "someone".into(), at, signature: None }),
        }
    }

    #[test]
    fn a_concern_rings_until_both_nhq_and_the_head_have_accepted_it() {
        for nhq in [false, true] {
            for head in [false, true] {
                let audiences = [status(Audience::Nhq, nhq), status(Audience::ResponsibleHead, head)];
                let expected = if nhq && head { State::Accepted } else { State::Ringing };
                assert_eq!(state_after(State::Ringing, &audiences), expected, "nhq {nhq}, head {head}");
                assert_eq!(state_after(State::Closed, &audiences), State::Closed);
            }
        }
    }

    #[test]
    fn nobody_closes_a_concern_that_still_rings_or_without_saying_how_it_ended() {
        assert_eq!(may_close(State::Ringing, "handled"), Err(CloseRefusal::NotEveryAudienceAccepted));
        assert_eq!(may_close(State::Accepted, "  "), Err(CloseRefusal::OutcomeMissing));
        assert_eq!(may_close(State::Accepted, "handled"), Ok(()));
    }

    #[test]
    fn every_code_comes_back_as_what_it_was() {
        for grade in [Grade::Imminent, Grade::Concern, Grade::Question] {
            assert_eq!(Grade::from_code(grade.code()), Some(grade));
        }
        for state in [State::Ringing, State::Accepted, State::Closed] {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
