//! The commands of the local stack as a newcomer runs them: with settings of other work present, and while processes die.

use std::{
    cell::RefCell,
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::Duration,
};

use harness::{
    system::{KILL, System},
    wait::eventually,
};
use local::{Description, Options, Stack, ports::Ports, sys};

const LONG: Duration = Duration::from_secs(180);

/// What people have set who work with other databases and buses, each leading to nowhere.
const ELSEWHERE: [(&str, &str); 27] = [
    ("PGPORT", "6543"),
    ("PGHOST", "database.elsewhere.example"),
    ("PGHOSTADDR", "192.0.2.1"),
    ("PGUSER", "somebody"),
    ("PGDATABASE", "other"),
    ("PGPASSWORD", "of another database"),
    ("PGPASSFILE", "/nonexistent/pgpass"),
    ("PGSERVICE", "work"),
    ("PGSERVICEFILE", "/nonexistent/services"),
    ("PGOPTIONS", "-c no_such_setting=1"),
    ("PGSSLMODE", "verify-full"),
    ("PGSSLROOTCERT", "/nonexistent/ca.pem"),
    ("PGSSLCERT", "/nonexistent/client.pem"),
    ("PGSSLKEY", "/nonexistent/client.key"),
    ("PGAPPNAME", "other work"),
    ("PGREQUIREAUTH", "none"),
    ("PGCHANNELBINDING", "require"),
    ("PGTARGETSESSIONATTRS", "standby"),
    ("PGDATA", "/nonexistent/data"),
    ("PGCLIENTENCODING", "no_such_encoding"),
    ("PGTZ", "Nowhere/Nowhere"),
    ("NATS_URL", "nats://192.0.2.1:4222"),
    ("NATS_CREDS", "/nonexistent/creds"),
    ("NATS_USER", "somebody"),
    ("NATS_PASSWORD", "of another bus"),
    ("NATS_CONTEXT", "work"),
    ("DATABASE_URL", "postgres://somebody@192.0.2.1/other"),
];

/// A stack that `ro up` holds; it is stopped with this value.
struct Up(PathBuf);

impl Up {
    fn start(name: &str) -> Self {
        let up = Self(PathBuf::from(format!("/var/tmp/ro-up-{name}-{}", std::process::id())));
        up.ro(&["up", "--detach", "--no-build"]);
        up
    }

    /// The command with everything set for elsewhere; it must end well.
    fn ro(&self, arguments: &[&str]) -> String {
        let output = run(arguments, &self.0);
        let said = String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned();
        assert!(output.status.success(), "ro {arguments:?}: {}\n{said}\n{}", output.status, self.log());
        said
    }

    fn log(&self) -> String {
        fs::read_to_string(self.0.join("up.log")).unwrap_or_default()
    }

    fn description(&self) -> Description {
        Description::load(&Description::path(&self.0)).unwrap()
    }

    fn pid(&self, name: &str) -> u32 {
        let description = self.description();
        match name {
            "nats" => description.nats.pid,
            "postgres" => description.postgres.pid,
            service => description.services.get(service).unwrap().pid,
        }
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _stopped = run(&["down"], &self.0);
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str], state: &std::path::Path) -> Output {
    let mut command = Command::new(System::programs().join("ro"));
    let (own, more) = arguments.split_at(arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len()));
    command.args(own).arg("--state-dir").arg(state).args(more);
    command.envs(ELSEWHERE).stdin(Stdio::null()).output().unwrap()
}

#[tokio::test]
async fn with_everything_set_for_another_database_and_bus_the_stack_starts_a_day_is_played_and_every_command_finds_its_own() {
    let up = Up::start("elsewhere");
    let asked = "select current_user || ' in ' || current_database()";
    assert_eq!(up.ro(&["psql", "safety", "--", "-Atc", asked]).trim(), "ro_safety in ro_safety");
    assert_eq!(up.ro(&["psql", "cases", "--owner", "--", "-Atc", asked]).trim(), "ro_cases_owner in ro_cases");
    up.ro(&["quarantine", "safety"]);
    up.ro(&["status"]);
    up.ro(&["audit", "verify", "reporting"]);
    assert!(up.ro(&["demo", "--lang", "en"]).contains("every step was seen to happen"));
}

#[tokio::test]
async fn the_bench_measures_its_own_stack_with_everything_set_for_another_database_and_bus() {
    let output = Command::new(System::programs().join("ro"))
        .args(["bench", "--here", "--quick", "--clients", "1", "--json"])
        .envs(ELSEWHERE)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("state and outbox, commit"));
}

#[tokio::test]
async fn a_service_the_bus_or_the_database_that_dies_under_ro_up_is_started_again_and_the_day_can_be_played() {
    let up = Up::start("died");
    for name in ["safety", "nats", "cases", "postgres", "dashboard", "safety"] {
        let before = up.pid(name);
        assert!(sys::send(before, KILL));
        eventually("it is back, and everything answers", LONG, async || {
            let back = up.pid(name) != before && run(&["status"], &up.0).status.success();
            if back { Ok(()) } else { Err(format!("{name}: {}", up.log())) }
        })
        .await;
        assert!(up.log().contains(&format!("{name} is up again")), "{}", up.log());
    }
    assert!(up.log().contains("signal: 9"), "nobody is told how it died: {}", up.log());
    assert!(up.ro(&["demo", "--lang", "en"]).contains("every step was seen to happen"));
}

#[tokio::test]
async fn only_what_cannot_come_up_again_ends_the_stack_and_its_last_words_are_told() {
    let folder = PathBuf::from(format!("/var/tmp/ro-up-broken-{}", std::process::id()));
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).unwrap();
    for program in ["ro", "reporting", "oms-reader"] {
        symlink(System::programs().join(program), programs.join(program)).unwrap();
    }
    let mut options = Options::new(folder.join("state"), programs.clone());
    options.services = vec!["reporting".to_owned()];
    (options.ports, options.dashboard, options.seed) = (Ports::Free, false, false);
    let mut stack = Stack::start(&options, &mut |_| {}).unwrap();
    stack.keep_up(&mut |_| {}).unwrap();
    fs::remove_file(programs.join("reporting")).unwrap();
    fs::write(programs.join("reporting"), "#!/bin/sh\necho its library is gone\nexit 3\n").unwrap();
    fs::set_permissions(programs.join("reporting"), fs::Permissions::from_mode(0o755)).unwrap();
    stack.kill("reporting", KILL).unwrap();
    let (held, told) = (RefCell::new(stack), RefCell::new(Vec::new()));
    let error = eventually("it is given up", LONG, async || {
        let mut stack = held.borrow_mut();
        let kept = stack.keep_up(&mut |progress| told.borrow_mut().push(format!("{progress:?}")));
        assert!(sys::alive(stack.description().services.get("oms-reader").unwrap().pid), "the others go on");
        kept.map_or_else(|error| Ok(error.to_string()), |()| Err("it is tried again".to_owned()))
    })
    .await;
    let told = told.into_inner();
    assert!(error.contains("exit status: 3") && error.contains("its library is gone"), "{error}");
    let pauses: Vec<&String> = told.iter().filter(|line| line.contains("is started again in")).collect();
    assert_eq!(pauses.len(), 6, "{told:?}");
    assert!(pauses[0].contains("0.2 s") && pauses[5].contains("8.0 s"), "{pauses:?}");
    drop(held);
    fs::remove_dir_all(folder).unwrap();
}
