//! Codes that show that a number is its person's: six digits, sent to the number itself, good for some minutes and some tries.

use base::Private;
use time::{Duration, OffsetDateTime};

/// How long a code is good for.
pub const LASTS: Duration = Duration::minutes(10);
/// Codes that one person is sent within that time.
pub const MAX_CODES: i64 = 5;
/// How often a code may be given in vain.
pub const MAX_TRIES: i32 = 5;

/// A code made of an unpredictable number.
#[must_use]
pub fn of(number: u64) -> Private<String> {
    format!("{:06}", number % 1_000_000).into()
}

/// Code that was sent.
pub struct Sent {
    pub code: Private<String>,
    pub expires_at: OffsetDateTime,
    /// How often one was given in vain.
    pub tries: i32,
}

/// What follows from a code that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    Wrong,
    /// It is no longer good: another must be sent.
    Over,
}

/// Compares what was given with what was sent; spaces do not count.
#[must_use]
pub fn check(sent: &Sent, given: &str, now: OffsetDateTime) -> Verdict {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    // A clock that was set back makes no code good for longer.
    if now >= sent.expires_at || now + LASTS < sent.expires_at || sent.tries >= MAX_TRIES {
        Verdict::Over
    } else if given == *sent.code.expose() {
        Verdict::Confirmed
    } else {
        Verdict::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = time::macros::datetime!(2026-11-30 02:00 UTC);

    #[test]
    fn a_code_is_good_for_ten_minutes_and_five_tries_and_for_nothing_else() {
        let sent = |tries| Sent { code: of(3_000_042), expires_at: NOW + LASTS, tries };
        assert_eq!(of(3_000_042).expose(), "000042");
        for (given, tries, at, verdict) in [
            ("000042", 0, NOW, Verdict::Confirmed),
            (" 000 042 ", 4, NOW, Verdict::Confirmed),
            ("42", 0, NOW, Verdict::Wrong),
            ("", 0, NOW, Verdict::Wrong),
            ("000042", MAX_TRIES, NOW, Verdict::Over),
            ("000042", 0, NOW + LASTS, Verdict::Over),
            ("000042", 0, NOW - Duration::SECOND, Verdict::Over),
        ] {
            assert_eq!(check(&sent(tries), given, at), verdict, "{given:?} {tries} {at}");
        }
    }
}
