//! The command `ro test`: every check and every test of the project, and one summary line.

use std::{fs, num::NonZero, process::ExitCode, thread, time::Instant};

use clap::Args;
use local::{test_database, tools};

use super::{
    build, print_progress,
    steps::{self, Tally},
    test_browser, test_programs,
};
use crate::print;

/// Variable that a test with random tries reads: set, it makes all that its name states, and without it a share of them.
const EVERY_TRY: &str = "RO_TEST_EVERY_TRY";

/// Options of `ro test`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro test\n  cargo ro test --quick\n  cargo ro test -- --package safety")]
pub struct Test {
    /// Do not count a skipped test as failed
    #[arg(long)]
    allow_skips: bool,

    /// Only the form and the tests inside the libraries and programs
    #[arg(long)]
    quick: bool,

    /// All random tries of the tests that make tens of thousands, in place of a share of them
    #[arg(long)]
    every_try: bool,

    /// Further arguments for `cargo test`, instead of `--workspace`
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Test {
    /// Runs all of it; exit status 0 when nothing failed and nothing was skipped.
    ///
    /// # Errors
    /// When a tool cannot be run at all.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        // Found or fetched once, before many tests search for them in parallel.
        let nats = tools::nats_server(&tools::Wishes::from_env(), &mut print_progress)?;
        let (postgres, dir) = test_database::start(&mut print_progress)?;

        let mut environment = vec![
            (test_database::POSTGRES_VARIABLE, postgres.superuser_url("postgres")?),
            ("RO_NATS_SERVER", nats.program.display().to_string()),
        ];
        environment.extend(self.every_try.then(|| (EVERY_TRY, "yes".to_owned())));
        let mut tally = steps::check("cargo fmt", build::cargo().args(["fmt", "--all", "--check"]))?;
        let failures = if self.quick || !self.arguments.is_empty() {
            if !self.quick {
                tally += clippy()?;
            }
            self.some(&environment, &mut tally)?
        } else {
            tally += clippy()?;
            all(&environment, &mut tally)?
        };
        drop(postgres);
        fs::remove_dir_all(dir)?;

        failures.iter().for_each(print::line);
        print::line(format!("after {} s", started.elapsed().as_secs()));
        print::line(tally.line());
        Ok(self.verdict(tally))
    }

    /// What `cargo test` runs with the person's own arguments, or of the libraries and programs only.
    fn some(&self, environment: &[(&str, String)], tally: &mut Tally) -> anyhow::Result<Vec<String>> {
        let mut command = build::cargo();
        command.args(["test", "--no-fail-fast"]).args(if self.quick { ["--lib", "--bins"].as_slice() } else { &[] });
        if self.arguments.is_empty() {
            command.arg("--workspace");
        }
        command.args(&self.arguments);
        let (results, failures) = steps::tests("cargo test", command.envs(environment.iter().map(|(name, value)| (*name, value))))?;
        *tally += results;
        Ok(failures)
    }

    fn verdict(&self, tally: Tally) -> ExitCode {
        if tally.failed > 0 {
            return ExitCode::FAILURE;
        }
        if tally.skipped > 0 && !self.allow_skips {
            print::note("skipped tests count as failed: run with --allow-skips to accept them");
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }
}

/// Checks every target: its artefacts are those of `cargo check`, and nothing is built for it.
fn clippy() -> anyhow::Result<Tally> {
    steps::check("cargo clippy", build::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

/// Builds everything, then runs all test programs side by side, and the examples in the documentation.
fn all(environment: &[(&str, String)], tally: &mut Tally) -> anyhow::Result<Vec<String>> {
    print::line("== cargo build");
    let built = test_programs::build()?;
    *tally += Tally::of(built.is_some());
    print::line(format!("== cargo build: {}", if built.is_some() { "passed" } else { "FAILED" }));
    let Some(mut programs) = built else { return Ok(vec!["cargo build failed: no test was run".to_owned()]) };
    let skipped = test_browser::prepare(&mut programs, tally, print_progress);
    skipped.iter().for_each(print::line);
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (results, mut failures) = test_programs::run(programs, cores + 1, environment, |line| print::line(line))?;
    *tally += results;
    let (results, failed) = steps::tests("cargo test --doc", build::cargo().args(["test", "--quiet", "--workspace", "--doc"]))?;
    *tally += results;
    failures.extend(failed);
    // Once more at the end, where they are read.
    failures.extend(skipped);
    Ok(failures)
}
