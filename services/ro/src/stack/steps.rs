//! One step of `ro test`: run a tool, show its output, count what passed.

use std::{
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
};

use anyhow::Context as _;

use crate::print;

/// Results of the tests so far.
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

    /// That of a step which passes or fails as a whole.
    #[must_use]
    pub const fn of(passed: bool) -> Self {
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

/// A `cargo test`: every line is shown at once, and every `test result:` line is counted. Answers with the tests that failed.
///
/// # Errors
/// When cargo cannot be run.
pub fn tests(name: &str, command: &mut Command) -> anyhow::Result<(Tally, Vec<String>)> {
    print::line(format!("== {name}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("run {name}"))?;
    let mut lines = Lines::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            print::line(&line);
            lines.0.push(line);
        }
    }
    let status = child.wait()?;
    let (mut tally, mut failures) = lines.result();
    // Failed without a failed test: it did not compile, or a test program died.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
        failures.push(format!("{name}: {status}"));
    }
    Ok((tally, failures))
}

/// Output of a test program.
#[derive(Debug, Default)]
pub struct Lines(Vec<String>);

/// The lines of an output.
#[must_use]
pub fn lines_of(bytes: &[u8]) -> Lines {
    Lines(String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect())
}

impl Lines {
    /// The results, and the tests that failed.
    #[must_use]
    pub fn result(&self) -> (Tally, Vec<String>) {
        let mut tally = Tally::default();
        self.0.iter().filter_map(|line| result_line(line)).for_each(|result| tally += result);
        let failed = |line: &&String| line.starts_with("test ") && line.ends_with("... FAILED");
        (tally, self.0.iter().filter(failed).cloned().collect())
    }

    /// All of it below a heading.
    #[must_use]
    pub fn under(&self, heading: &str) -> String {
        std::iter::once(heading).chain(self.0.iter().map(String::as_str)).collect::<Vec<_>>().join("\n")
    }
}

/// Parses `test result: ok. 11 passed; 0 failed; 2 ignored; 0 measured; …`.
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
