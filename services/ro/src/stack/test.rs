//! `ro test`: every check and every test of the project, and one closing line.

use std::{fs, process::Command, process::ExitCode, time::Instant};

use clap::Args;
use local::{test_database, tools};

use super::{
    build,
    steps::{self, Tally},
    tell,
};
use crate::print;

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
        // Found or fetched once, before many tests look for them side by side.
        let nats = tools::nats_server(&tools::Wishes::from_env(), &mut tell)?;
        let (postgres, dir) = test_database::start(&mut tell)?;

        let mut tally = steps::check("cargo fmt", build::cargo().args(["fmt", "--all", "--check"]))?;
        if !self.quick {
            let all = ["--workspace", "--all-targets"];
            tally += steps::check("cargo build", build::cargo().arg("build").args(all))?;
            tally += steps::check("cargo clippy", build::cargo().arg("clippy").args(all).args(["--", "-D", "warnings"]))?;
        }
        let mut tests = self.cargo_test();
        tests.env(test_database::POSTGRES_VARIABLE, postgres.superuser_url("postgres")?).env("RO_NATS_SERVER", &nats.program);
        tally += steps::tests("cargo test", &mut tests)?;
        drop(postgres);
        fs::remove_dir_all(dir)?;

        print::line(format!("after {} s", started.elapsed().as_secs()));
        print::line(tally.line());
        Ok(self.verdict(tally))
    }

    fn cargo_test(&self) -> Command {
        let mut command = build::cargo();
        command.args(["test", "--no-fail-fast"]);
        if self.arguments.is_empty() {
            command.arg("--workspace");
        } else {
            command.args(&self.arguments);
        }
        if self.quick {
            command.args(["--lib", "--bins"]);
        }
        command
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
