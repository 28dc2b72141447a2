//! One step of `ro test`: run a tool, show what it says, count what passed.

use std::{
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::print;

/// What came of the tests so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Tally {
    /// The closing line.
    #[must_use]
    pub fn line(self) -> String {
        format!("{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }

    const fn of(passed: bool) -> Self {
        Self { passed: passed as u64, failed: !passed as u64, skipped: 0 }
    }
}

/// A check that passes or fails as a whole.
///
/// # Errors
/// When the tool cannot be run.
pub fn check(name: &str, command: &mut Command) -> anyhow::Result<Tally> {
    print::line(format!("== {name}"));
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("run {name}"))?;
    print::line(format!("== {name}: {}", if status.success() { "passed" } else { "FAILED" }));
    Ok(Tally::of(status.success()))
}

/// `cargo test`: every line is shown, and every `test result:` line counted.
///
/// # Errors
/// When cargo cannot be run.
pub fn tests(name: &str, command: &mut Command) -> anyhow::Result<Tally> {
    print::line(format!("== {name}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("run {name}"))?;
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            if let Some(result) = result_line(&line) {
                tally += result;
            }
            if line.starts_with("test ") && line.ends_with("... FAILED") {
                failures.push(line.clone());
            }
            print::line(line);
        }
    }
    let status = child.wait()?;
    // Failed without a failed test: it did not compile, or a test program died.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
        failures.push(format!("{name}: {status}"));
    }
    for failure in failures {
        print::line(failure);
    }
    Ok(tally)
}

/// Reads `test result: ok. 11 passed; 0 failed; 2 ignored; 0 measured; …`.
fn result_line(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| counts.split(';').find_map(|part| part.trim().strip_suffix(what)?.trim().parse().ok()).unwrap_or_default();
    Some(Tally { passed: count("passed"), failed: count("failed"), skipped: count("ignored") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted_from_what_cargo_prints() {
        let line = "test result: FAILED. 11 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(result_line(line), Some(Tally { passed: 11, failed: 1, skipped: 2 }));
        assert_eq!(result_line("running 3 tests"), None);
    }
}
