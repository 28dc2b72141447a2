//! When the alarm itself must be missed: it has rung by a time, or somebody is told that it has not [R3e, threat T1].

use proto::id::ConcernId;
use time::{Duration, OffsetDateTime};

use super::ring::{Audience, Urgency};

/// While the alarm is silent, its listeners are rung in its place this often.
pub const REPEAT: Duration = Duration::minutes(1);

/// A concern that an audience has not accepted, as far as is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guarded {
    pub concern: ConcernId,
    pub audience: Audience,
    pub reference: String,
    pub urgency: Urgency,
    /// When the alarm said it would ring next.
    pub next_ring_by: Option<OffsetDateTime>,
    /// When it was last rung in the place of the alarm.
    pub alarmed_at: Option<OffsetDateTime>,
}

/// What the alarm says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Rings,
    Settled,
    /// It does not know it at all.
    Vanished,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wait,
    Settle,
    /// The alarm gets it back.
    Restore,
    /// Its listeners are rung from here.
    Ring,
}

/// What follows from what the alarm says, or does not say, `grace` after it should have rung.
#[must_use]
pub fn verdict(guarded: &Guarded, told: Option<Standing>, now: OffsetDateTime, grace: Duration) -> Verdict {
    let overdue = guarded.next_ring_by.is_some_and(|by| now > by + grace);
    let repeats = guarded.alarmed_at.is_none_or(|last| now >= last + REPEAT);
    match told {
        Some(Standing::Settled) => Verdict::Settle,
        Some(Standing::Vanished) => Verdict::Restore,
        Some(Standing::Rings) | None if overdue && repeats => Verdict::Ring,
        Some(Standing::Rings) | None => Verdict::Wait,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const GRACE: Duration = Duration::seconds(30);
    const DUE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn guarded(next_ring_by: Option<OffsetDateTime>, alarmed_at: Option<OffsetDateTime>) -> Guarded {
        Guarded {
            concern: ConcernId::new(Uuid::from_u128(1)),
            audience: Audience::Nhq,
            reference: "RS-7KDM-Q4XP".into(),
            urgency: Urgency::Concern,
            next_ring_by,
            alarmed_at,
        }
    }

    #[test]
    fn an_alarm_that_answers_nothing_or_only_says_that_it_rings_is_rung_for_once_it_is_overdue_and_every_minute_from_then() {
        let late = DUE + GRACE + Duration::SECOND;
        for told in [None, Some(Standing::Rings)] {
            for (alarmed_at, now, expected) in [
                (None, DUE + GRACE, Verdict::Wait),
                (None, late, Verdict::Ring),
                (Some(late), late + REPEAT - Duration::SECOND, Verdict::Wait),
                (Some(late), late + REPEAT, Verdict::Ring),
            ] {
                assert_eq!(verdict(&guarded(Some(DUE), alarmed_at), told, now, GRACE), expected, "{told:?} {alarmed_at:?} {now}");
            }
            assert_eq!(verdict(&guarded(None, None), told, late, GRACE), Verdict::Wait, "it never said when it would ring");
        }
    }

    #[test]
    fn what_the_alarm_has_forgotten_it_gets_back_and_what_is_settled_is_let_go_whatever_the_time() {
        for now in [DUE - GRACE, DUE + GRACE * 100] {
            for alarmed_at in [None, Some(DUE)] {
                let guarded = guarded(Some(DUE), alarmed_at);
                assert_eq!(verdict(&guarded, Some(Standing::Vanished), now, GRACE), Verdict::Restore);
                assert_eq!(verdict(&guarded, Some(Standing::Settled), now, GRACE), Verdict::Settle);
            }
        }
    }
}
