//! When OMS does not answer, it is left alone for a while: who asks is told at once, and nobody waits for it.

use time::{Duration, OffsetDateTime};

/// Faults in a row after which OMS is left alone.
const MAX_FAULTS: u32 = 3;
const OPEN_FOR: Duration = Duration::seconds(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circuit {
    faults: u32,
    closed_until: Option<OffsetDateTime>,
}

impl Circuit {
    /// Whether OMS may be asked now. After the rest one read tries it.
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
