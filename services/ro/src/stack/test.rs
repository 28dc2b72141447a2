//! The command `ro test`: every check and every test of the project, and one summary line.

use std::{collections::BTreeSet, fs, process::Command, process::ExitCode, time::Instant};

use anyhow::{Context as _, ensure};
use clap::Args;
use local::{test_database, tools};
use serde::Deserialize;

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
        // Found or fetched once, before many tests search for them in parallel.
        let nats = tools::nats_server(&tools::Wishes::from_env(), &mut tell)?;
        let (postgres, dir) = test_database::start(&mut tell)?;

        let mut tally = steps::check("cargo fmt", build::cargo().args(["fmt", "--all", "--check"]))?;
        if !self.quick {
            let all = ["--workspace", "--all-targets"];
            tally += steps::check("cargo build", build::cargo().arg("build").args(all))?;
            tally += steps::check("cargo clippy", build::cargo().arg("clippy").args(all).args(["--", "-D", "warnings"]))?;
        }
        let url = postgres.superuser_url("postgres")?;
        let mut lanes = self.lanes()?;
        for lane in &mut lanes {
            lane.env(test_database::POSTGRES_VARIABLE, &url).env("RO_NATS_SERVER", &nats.program);
        }
        tally += steps::tests("cargo test", lanes)?;
        drop(postgres);
        fs::remove_dir_all(dir)?;

        print::line(format!("after {} s", started.elapsed().as_secs()));
        print::line(tally.line());
        Ok(self.verdict(tally))
    }

    /// The tests in parallel lanes, each one program after another: those of whole systems wait, those of the services compute. Every lane
    /// is of the whole workspace, or cargo would rebuild its programs with other features.
    fn lanes(&self) -> anyhow::Result<Vec<Command>> {
        let lane = |arguments: &[&str]| {
            let mut command = build::cargo();
            command.args(["test", "--no-fail-fast"]).args(arguments);
            command
        };
        if !self.arguments.is_empty() {
            let mut only = lane(if self.quick { &["--lib", "--bins"] } else { &[] });
            only.args(&self.arguments);
            return Ok(vec![only]);
        }
        if self.quick {
            return Ok(vec![lane(&["--workspace", "--lib", "--bins"])]);
        }
        let (systems, services) = test_programs()?;
        let named =
            |names: &BTreeSet<String>| -> Vec<String> { names.iter().flat_map(|name| ["--test".to_owned(), name.clone()]).collect() };
        let mut first = lane(&["--workspace", "--lib", "--bins", "--examples"]);
        first.args(named(&services));
        let mut second = lane(&["--workspace"]);
        second.args(named(&systems));
        Ok(vec![first, second, lane(&["--workspace", "--doc"])])
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

/// Names of the test programs: those of the package `tests`, and all others.
fn test_programs() -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let output = build::cargo().args(["metadata", "--no-deps", "--format-version", "1"]).output().context("run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", output.status);
    programs_of(&serde_json::from_slice(&output.stdout).context("read what cargo metadata says")?)
}

fn programs_of(workspace: &Workspace) -> anyhow::Result<(BTreeSet<String>, BTreeSet<String>)> {
    let (mut systems, mut services) = (BTreeSet::new(), BTreeSet::new());
    for package in &workspace.packages {
        let tests = package.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "test")).map(|target| target.name.clone());
        if package.name == "tests" { systems.extend(tests) } else { services.extend(tests) }
    }
    ensure!(!systems.is_empty() && !services.is_empty(), "cargo names no test programs");
    ensure!(
        systems.is_disjoint(&services),
        "a test program of the package tests is named like one of another package, and would run twice"
    );
    Ok((systems, services))
}

#[derive(Deserialize)]
struct Workspace {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_program_of_the_workspace_is_in_exactly_one_lane() {
        let target = |name: &str, kind: &str| Target { name: name.into(), kind: vec![kind.into()] };
        let package = |name: &str, targets| Package { name: name.into(), targets };
        let packages = vec![
            package("tests", vec![target("harness", "lib"), target("e2e", "test")]),
            package("safety", vec![target("safety", "bin"), target("it", "test")]),
            package("local", vec![target("it", "test"), target("parts", "test")]),
        ];
        let (systems, services) = programs_of(&Workspace { packages }).unwrap();
        assert_eq!((systems.len(), services.len()), (1, 2));
        assert!(systems.contains("e2e") && services.contains("it") && services.contains("parts"));
        let twice = vec![package("tests", vec![target("it", "test")]), package("safety", vec![target("it", "test")])];
        assert!(programs_of(&Workspace { packages: twice }).is_err());
    }
}
