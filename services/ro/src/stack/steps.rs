//! One step of `ro test`: run a tool, show its output, count what passed.

use std::{
    io::{BufRead, BufReader},
    ops::AddAssign,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, bail};

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

/// Parallel lanes of `cargo test`: every line is shown, those of the first lane at once and those of each other lane after it, and every
/// `test result:` line is counted.
///
/// # Errors
/// When cargo cannot be run.
pub fn tests(name: &str, lanes: Vec<Command>) -> anyhow::Result<Tally> {
    print::line(format!("== {name}"));
    let seen = thread::scope(|scope| {
        let lanes: Vec<_> = lanes
            .into_iter()
            .enumerate()
            .map(|(number, mut lane)| {
                let show: fn(&str) = if number == 0 { |line| print::line(line) } else { |_| () };
                scope.spawn(move || Lane::run(name, &mut lane, show))
            })
            .collect();
        lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|_| bail!("{name}: a lane could not be followed"))).collect::<Vec<_>>()
    });
    let mut tally = Tally::default();
    let mut failures = Vec::new();
    for (number, lane) in seen.into_iter().enumerate() {
        let lane = lane?;
        if number > 0 {
            lane.lines.iter().for_each(print::line);
        }
        tally += lane.tally;
        failures.extend(lane.failures);
    }
    failures.iter().for_each(print::line);
    Ok(tally)
}

/// Output of one lane.
#[derive(Default)]
struct Lane {
    lines: Vec<String>,
    failures: Vec<String>,
    tally: Tally,
}

impl Lane {
    fn run(name: &str, command: &mut Command, show: fn(&str)) -> anyhow::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("run {name}"))?;
        let mut lane = Self::default();
        if let Some(output) = child.stdout.take() {
            for line in BufReader::new(output).split(b'\n') {
                let line = String::from_utf8_lossy(&line?).into_owned();
                show(&line);
                lane.hear(line);
            }
        }
        let status = child.wait()?;
        // Failed without a failed test: it did not compile, or a test program died.
        if !status.success() && lane.tally.failed == 0 {
            lane.tally.failed = 1;
            lane.failures.push(format!("{name}: {status}"));
        }
        Ok(lane)
    }

    fn hear(&mut self, line: String) {
        if let Some(result) = result_line(&line) {
            self.tally += result;
        }
        if line.starts_with("test ") && line.ends_with("... FAILED") {
            self.failures.push(line.clone());
        }
        self.lines.push(line);
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
