//! Version numbers as programs print them.

use std::fmt;

/// The oldest nats-server with `sync_interval: always` and several filter subjects.
pub const NATS_MINIMUM: Version = Version([2, 10, 27]);
/// The oldest PostgreSQL the migrations are written for.
pub const POSTGRES_MINIMUM: Version = Version([15, 0, 0]);

/// A version as three numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub [u32; 3]);

impl Version {
    /// Reads the first version-like word: `nats-server: v2.15.1`, `postgres (PostgreSQL) 15.13 (Debian …)`, `17beta1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let word = word.trim_start_matches('v');
            if !word.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            let mut numbers = [0; 3];
            for (number, part) in numbers.iter_mut().zip(word.split('.')) {
                let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
                *number = digits.parse().ok()?;
            }
            Some(Self(numbers))
        })
    }

    /// The major version.
    #[must_use]
    pub const fn major(self) -> u32 {
        let [major, _, _] = self.0;
        major
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        if major >= 10 { write!(f, "{major}.{minor}") } else { write!(f, "{major}.{minor}.{patch}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_the_programs_really_print() {
        for (text, numbers) in [
            ("nats-server: v2.10.27", [2, 10, 27]),
            ("nats-server: v2.15.1-RC.1", [2, 15, 1]),
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", [15, 13, 0]),
            ("postgres (PostgreSQL) 17beta1", [17, 0, 0]),
        ] {
            assert_eq!(Version::parse(text), Some(Version(numbers)), "{text}");
        }
        assert_eq!(Version::parse("command not found"), None);
        assert!(Version([2, 9, 10]) < Version([2, 10, 27]) && Version([2, 15, 1]) > Version([2, 10, 27]));
    }
}
