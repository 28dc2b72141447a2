//! Circuit breaker for OMS: after repeated faults, reads are refused at once for a while and OMS is not called.

use time::{Duration, OffsetDateTime};

/// Consecutive faults that open the circuit.
const MAX_FAULTS: u32 = 3;
const OPEN_FOR: Duration = Duration::seconds(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circuit {
    faults: u32,
    closed_until: Option<OffsetDateTime>,
}

impl Circuit {
    /// Whether OMS may be called now. After the pause one read is let through as a test.
    #[must_use]
    pub fn may_ask(&mut self, now: OffsetDateTime) -> bool {
        let open = self.closed_until.is_none_or(|until| now >= until);
        if open && self.closed_until.is_some() {
            self.closed_until = Some(now + OPEN_FOR);
        }
        open
    }

    pub const fn answered(&mut self) {
        self.faults = 0;
        self.closed_until = None;
    }

    pub fn failed(&mut self, now: OffsetDateTime) {
        self.faults = self.faults.saturating_add(1);
        if self.faults >= MAX_FAULTS {
            self.closed_until = Some(now + OPEN_FOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_faults_in_a_row_nobody_asks_for_half_a_minute_and_then_one_read_tries() {
        let (mut circuit, now) = (Circuit::default(), OffsetDateTime::UNIX_EPOCH);
        circuit.failed(now);
        circuit.failed(now);
        circuit.answered();
        circuit.failed(now);
        circuit.failed(now);
        assert!(circuit.may_ask(now));
        circuit.failed(now);
        assert!(!circuit.may_ask(now) && !circuit.may_ask(now + Duration::seconds(29)));
        assert!(circuit.may_ask(now + OPEN_FOR));
        assert!(!circuit.may_ask(now + OPEN_FOR), "two reads try it at once");
        circuit.failed(now + OPEN_FOR);
        assert!(!circuit.may_ask(now + OPEN_FOR));
        circuit.answered();
        assert!(circuit.may_ask(now + OPEN_FOR));
    }
}
