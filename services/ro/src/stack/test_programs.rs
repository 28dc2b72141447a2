//! The test programs of the workspace: built by one cargo command, and run side by side.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read as _},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use anyhow::Context as _;
use local::sys;
use serde::Deserialize;

use super::{
    build,
    steps::{Tally, lines_of},
};

/// Programs that take longest, in the order in which they start; the others follow.
const LONGEST: [&str; 8] = ["tests e2e", "tests browser", "server it", "tests canary", "cases it", "safety it", "tests bus", "local parts"];

/// One test program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestProgram {
    /// Package and target.
    pub name: String,
    pub program: PathBuf,
    /// The folder of its package, in which it runs.
    pub folder: PathBuf,
    /// Tests of it that are left out.
    pub without: Option<&'static str>,
}

impl TestProgram {
    fn command(&self) -> Command {
        let cargo = build::cargo();
        let mut own = Command::new(&self.program);
        // What is left out for cargo is left out here too.
        for (name, _) in cargo.get_envs().filter(|(_, value)| value.is_none()) {
            own.env_remove(name);
        }
        own.env("CARGO", cargo.get_program()).env("CARGO_MANIFEST_DIR", &self.folder).current_dir(&self.folder);
        own.args(self.without.iter().flat_map(|tests| ["--skip", tests]));
        sys::die_with_parent(&mut own, sys::SIGTERM);
        own
    }
}

/// Builds everything there is, and answers with the test programs, or with nothing where the build failed.
///
/// # Errors
/// When cargo cannot be run.
pub fn build() -> anyhow::Result<Option<Vec<TestProgram>>> {
    let mut command = build::cargo();
    command.args(["build", "--workspace", "--all-targets", "--message-format", "json-render-diagnostics"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("run cargo build")?;
    let mut programs = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            programs.extend(program_of(&line?));
        }
    }
    Ok(child.wait()?.success().then(|| in_order(programs)))
}

/// The test program that a line of cargo tells of.
fn program_of(line: &str) -> Option<TestProgram> {
    let artefact: Artefact = serde_json::from_str(line).ok()?;
    let (program, manifest) = (artefact.executable.filter(|_| artefact.profile.test)?, artefact.manifest_path);
    let folder = manifest.parent()?.to_path_buf();
    let kind = if artefact.target.kind.iter().any(|kind| kind == "test") { artefact.target.name.as_str() } else { "unit tests" };
    let package = folder.file_name()?.to_string_lossy().into_owned();
    Some(TestProgram { name: format!("{package} {kind}"), program, folder, without: None })
}

/// The longest first, so that none of them is left alone at the end.
fn in_order(mut programs: Vec<TestProgram>) -> Vec<TestProgram> {
    let place = |program: &TestProgram| LONGEST.iter().position(|name| *name == program.name).unwrap_or(LONGEST.len());
    programs.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.name.cmp(&b.name)));
    programs
}

/// Runs all of them with some at a time: the tests of whole systems mostly wait while those of the services compute. The output of a program is
/// shown when it has ended.
///
/// # Errors
/// When a program cannot be run.
pub fn run(
    programs: Vec<TestProgram>,
    side_by_side: usize,
    environment: &[(&str, String)],
    show: impl Fn(&str) + Sync,
) -> anyhow::Result<(Tally, Vec<String>)> {
    let waiting = Mutex::new(VecDeque::from(programs));
    let done = Mutex::new((Tally::default(), Vec::new()));
    let work = || -> anyhow::Result<()> {
        loop {
            let Some(next) = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front() else { return Ok(()) };
            let mut command = next.command();
            command.envs(environment.iter().map(|(name, value)| (*name, value)));
            let (tally, failures) = one(&next.name, &mut command, &show)?;
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.0 += tally;
            done.1.extend(failures);
        }
    };
    let ended = thread::scope(|scope| {
        let workers: Vec<_> = (0..side_by_side.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    for worker in ended {
        worker.unwrap_or_else(|_| anyhow::bail!("a test program could not be followed"))?;
    }
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Runs one program to its end; its output is shown at once, so that two do not mix.
fn one(name: &str, command: &mut Command, show: impl Fn(&str)) -> anyhow::Result<(Tally, Vec<String>)> {
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("run the test program {name}"))?;
    let errors = child.stderr.take();
    let output = thread::scope(|scope| {
        let errors = scope.spawn(move || {
            let mut text = Vec::new();
            errors.map_or(Ok(0), |mut errors| errors.read_to_end(&mut text)).map(|_| text)
        });
        let mut text = Vec::new();
        if let Some(mut output) = child.stdout.take() {
            output.read_to_end(&mut text)?;
        }
        text.extend(errors.join().unwrap_or_else(|_| Ok(Vec::new()))?);
        anyhow::Ok(text)
    })?;
    let status = child.wait()?;
    let lines = lines_of(&output);
    let (mut tally, mut failures) = lines.result();
    // Failed without a failed test: the program died.
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
        failures.push(format!("{name}: {status}"));
    }
    let heading = format!("== {name}: {} in {} s", tally.line(), began.elapsed().as_secs());
    show(&lines.under(&heading));
    Ok((tally, failures))
}

#[derive(Deserialize)]
struct Artefact {
    manifest_path: PathBuf,
    target: Target,
    profile: Profile,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artefact(package: &str, kind: &str, name: &str, test: bool) -> String {
        let target = format!(r#"{{"kind":["{kind}"],"name":"{name}"}}"#);
        format!(
            r#"{{"reason":"compiler-artifact","manifest_path":"/x/{package}/Cargo.toml","target":{target},"profile":{{"test":{test}}},"executable":"/t/{name}"}}"#
        )
    }

    #[test]
    fn every_test_program_that_cargo_has_built_is_run_and_the_longest_first() {
        let lines = [
            artefact("safety", "lib", "safety", true),
            artefact("safety", "test", "it", true),
            artefact("safety", "bin", "safety", false),
            artefact("tests", "test", "e2e", true),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        let names: Vec<String> = in_order(lines.iter().filter_map(|line| program_of(line)).collect()).into_iter().map(|p| p.name).collect();
        assert_eq!(names, ["tests e2e", "safety it", "safety unit tests"]);
    }

    #[test]
    fn programs_run_side_by_side_are_all_counted_and_one_that_dies_has_failed() {
        let folder = std::env::temp_dir().join(format!("ro-programs-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = |name: &str, text: &str| {
            use std::os::unix::fs::PermissionsExt;
            let path = folder.join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
            TestProgram { name: name.to_owned(), program: path, folder: folder.clone(), without: None }
        };
        let programs = vec![
            program("good", "echo 'test result: ok. 11 passed; 0 failed; 0 ignored;'"),
            program("bad", "echo 'test a::b ... FAILED'; echo 'test result: FAILED. 1 passed; 1 failed; 2 ignored;'; exit 101"),
            program("dead", "echo 'running 3 tests'; exit 9"),
        ];
        let (tally, mut failures) = run(programs, 2, &[], |_| ()).unwrap();
        failures.sort();
        assert_eq!(tally, Tally { passed: 12, failed: 2, skipped: 2 });
        assert!(failures.len() == 2 && failures[0].starts_with("dead: ") && failures[1] == "test a::b ... FAILED", "{failures:?}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
