//! The parts of the local run against the real programs: a database, a bus, and no process left behind.
#![expect(clippy::unwrap_used, reason = "a helper that fails has failed the test")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};

use local::{
    SERVICES, identity, nats,
    nats::Nats,
    postgres::{Login, Postgres, scram},
    process, secret, sys,
    tools::{self, Wishes},
};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let dir = PathBuf::from(format!("/var/tmp/ro-part-{name}-{}", std::process::id()));
        local::state::prepare(&dir).unwrap();
        fs::create_dir_all(dir.join("logs")).unwrap();
        Self(dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.0);
    }
}

fn start_postgres(dir: &Path) -> Postgres {
    let tool = tools::postgres(&Wishes::from_env(), &mut |_| ()).unwrap();
    Postgres::start(&tool, &dir.join("pg"), &dir.join("logs"), &AtomicBool::new(false)).unwrap()
}

fn start_nats(dir: &Path) -> Nats {
    let tool = tools::nats_server(&Wishes::from_env(), &mut |_| ()).unwrap();
    let credentials = nats::credentials(&dir.join("seeds"), &identity::sites()).unwrap();
    let certificates = dir.join("certificates");
    identity::write_certificates(&certificates, &[identity::BUS], local::clock::now()).unwrap();
    Nats::start(&tool, &dir.join("nats"), &dir.join("logs"), None, Some(&certificates), credentials, &AtomicBool::new(false)).unwrap()
}

fn ask(postgres: &Postgres, service: &str, database: &str, sql: &str) -> Result<String, String> {
    ask_as(postgres, service, Login::Application, database, sql)
}

fn ask_as(postgres: &Postgres, service: &str, login: Login, database: &str, sql: &str) -> Result<String, String> {
    let output = postgres.psql(service, login).unwrap().args(["-d", database, "-Atc", sql]).output().unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

fn until(what: &str, mut seen: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(15);
    while !seen() {
        assert!(Instant::now() < deadline, "never seen: {what}");
        thread::sleep(process::POLL);
    }
}

#[test]
fn each_service_enters_its_own_database_and_no_other_and_data_outlive_a_kill() {
    let folder = Folder::new("pg");
    let mut postgres = start_postgres(&folder.0);
    postgres.create_services(&SERVICES).unwrap();
    postgres.create_services(&SERVICES).unwrap();
    assert_eq!(ask(&postgres, "safety", "ro_safety", "select current_user").unwrap(), "ro_safety");
    let refusal = ask(&postgres, "safety", "ro_intake", "select 1").unwrap_err();
    assert!(refusal.contains("permission denied for database"), "{refusal}");
    assert_eq!(ask(&postgres, "safety", "ro_safety", "show data_checksums").unwrap(), "on");
    assert_eq!(ask(&postgres, "safety", "ro_safety", "show fsync").unwrap(), "on");
    assert_eq!(ask(&postgres, "safety", "ro_safety", "show listen_addresses").unwrap(), "");

    let keep = "create table kept (n int); insert into kept values (7); grant select on kept to ro_safety";
    ask_as(&postgres, "safety", Login::Owner, "ro_safety", keep).unwrap();
    postgres.create_database("from_template", Some("ro_safety"), Some("ro_safety")).unwrap();
    postgres.drop_database("from_template").unwrap();
    postgres.process.signal(sys::SIGKILL);
    postgres.restart(&AtomicBool::new(false)).unwrap();
    drop(postgres);

    let mut postgres = start_postgres(&folder.0);
    assert_eq!(ask(&postgres, "safety", "ro_safety", "select n from kept").unwrap(), "7");
    let url = postgres.url("safety", Login::Application).unwrap();
    assert!(url.starts_with("postgres://ro_safety:") && url.ends_with("pg%2Fsocket:5432/ro_safety?sslmode=disable"), "{url}");
    let killed = process::stop_all(&mut [&mut postgres.process], process::GRACE);
    assert_eq!(killed, Vec::<String>::new());
    drop(postgres);

    fs::write(folder.0.join("pg/data/PG_VERSION"), "9\n").unwrap();
    let tool = tools::postgres(&Wishes::from_env(), &mut |_| ()).unwrap();
    let refusal = Postgres::start(&tool, &folder.0.join("pg"), &folder.0.join("logs"), &AtomicBool::new(false)).unwrap_err().to_string();
    assert!(refusal.contains("PostgreSQL 9") && refusal.contains("cargo ro reset"), "{refusal}");
}

#[test]
fn no_login_of_a_service_enters_another_database_and_only_the_owner_makes_tables() {
    let folder = Folder::new("logins");
    let mut postgres = start_postgres(&folder.0);
    postgres.create_services(&SERVICES).unwrap();
    for service in SERVICES {
        for login in Login::ALL {
            for other in SERVICES {
                let database = format!("ro_{other}");
                let entered = ask_as(&postgres, service, login, &database, "select 1");
                assert_eq!(entered.is_ok(), service == other, "{login:?} of {service} in {other}");
            }
            assert!(ask_as(&postgres, service, login, "postgres", "select 1").is_err());
            let own = format!("ro_{service}");
            let makes = ask_as(&postgres, service, login, &own, "create table t (n int)").is_ok();
            assert_eq!(makes, login == Login::Owner, "{login:?} of {service}");
            let rights = "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication from pg_roles
                          where rolname = current_user";
            assert_eq!(ask_as(&postgres, service, login, &own, rights).unwrap(), "f");
        }
        let own = format!("ro_{service}");
        for forbidden in ["create temp table t (n int)", "set role ro_admin", &format!("set role {own}_owner"), "alter table t add m int"] {
            assert!(ask(&postgres, service, &own, forbidden).is_err(), "{forbidden}");
        }
    }
}

#[test]
fn the_tables_of_a_former_version_that_belonged_to_the_application_get_their_owner() {
    let folder = Folder::new("former");
    let mut postgres = start_postgres(&folder.0);
    postgres
        .run_script(
            "create role ro_cases login password 'former';
             create database ro_cases owner ro_cases;
             \\connect ro_cases
             set role ro_cases;
             create table kept (n int generated always as identity, m int); insert into kept (m) values (7);
             create function seven() returns int language sql as 'select 7';",
        )
        .unwrap();
    for _ in 0..2 {
        postgres.create_services(&SERVICES).unwrap();
    }
    let owners = "select distinct pg_get_userbyid(owner) from (
                      select relowner as owner from pg_class where relname like 'kept%'
                      union all select proowner from pg_proc where proname = 'seven'
                      union all select datdba from pg_database where datname = 'ro_cases') as had";
    assert_eq!(ask(&postgres, "cases", "ro_cases", owners).unwrap(), "ro_cases_owner");
    assert!(ask(&postgres, "cases", "ro_cases", "select * from kept").unwrap_err().contains("permission denied"));
    assert_eq!(ask_as(&postgres, "cases", Login::Owner, "ro_cases", "select m from kept").unwrap(), "7");
}

#[test]
fn what_a_container_is_given_checks_a_password_and_is_none_and_the_administrator_has_the_socket_alone() {
    let folder = Folder::new("verifier");
    let mut postgres = start_postgres(&folder.0);
    let password = secret::random_hex::<24>().unwrap();
    let script = local::postgres::service_script("intake", |role| scram::verifier(&format!("{role}{password}")));
    assert!(!script.contains(&password));
    for _ in 0..2 {
        postgres.run_script(&script).unwrap();
    }
    let hba = folder.0.join("pg_hba.conf");
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../postgres/pg_hba.conf"), &hba).unwrap();
    fs::set_permissions(&hba, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    postgres.run_script(&format!("alter system set hba_file = '{}'", hba.display())).unwrap();
    postgres.restart(&AtomicBool::new(false)).unwrap();
    let tool = tools::postgres(&Wishes::from_env(), &mut |_| ()).unwrap();
    let ask = |role: &str, password: &str, sql: &str| {
        let mut command = tool.command("psql");
        command.env("PGPASSWORD", password).args(["-X", "-w", "-h"]).arg(postgres.socket_dir()).args(["-U", role, "-d", "ro_intake"]);
        let output = command.args(["-Atc", sql]).output().unwrap();
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let who = "select current_user";
    for role in ["ro_intake", "ro_intake_owner", "ro_intake_auditor"] {
        assert_eq!(ask(role, &format!("{role}{password}"), who).as_deref(), Some(role));
        for wrong in ["", &password, &scram::verifier(&format!("{role}{password}"))] {
            assert_eq!(ask(role, wrong, who), None, "{role} with {wrong}");
        }
    }
    // Over the socket without a password; over a network, encrypted or not, never.
    let rules = "select string_agg(concat_ws(' ', type, user_name::text, auth_method), ', ' order by line_number) from pg_hba_file_rules";
    assert_eq!(
        ask("ro_admin", "", rules).as_deref(),
        Some("local {ro_admin} trust, local {all} scram-sha-256, hostssl {ro_admin} reject, hostssl {all} scram-sha-256")
    );
}

#[test]
fn the_bus_syncs_every_message_accepts_only_our_logins_and_keeps_its_port_over_a_kill() {
    let folder = Folder::new("nats");
    let mut nats = start_nats(&folder.0);
    let tool = tools::nats_server(&Wishes::from_env(), &mut |_| ()).unwrap();
    let checked = Command::new(&tool.program).arg("-t").arg("-c").arg(folder.0.join("nats/nats.conf")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(get(&nats.monitor_url(), "/jsz").contains("\"sync_always\": true"));

    // Whoever speaks plain text is refused before it can say who it is.
    let mut stream = TcpStream::connect(nats.url().trim_start_matches("tls://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(b"CONNECT {\"verbose\":false}\r\nPING\r\n").unwrap();
    let mut text = String::new();
    // The connection may be reset: what counts is that nothing was answered but the greeting.
    let _ = stream.read_to_string(&mut text);
    assert!(text.starts_with("INFO ") && text.contains("\"tls_required\":true") && !text.contains("PONG"), "{text}");

    let seed = nats.credential("safety").unwrap().seed_file.clone();
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&fs::metadata(&seed).unwrap()) & 0o777, 0o600);
    assert!(nats.credential("site-mission").is_ok() && nats.credential("region-pacific").is_ok());
    assert!(nats.credential("nobody").is_err());

    let url = nats.url();
    nats.process.signal(sys::SIGKILL);
    nats.restart(&AtomicBool::new(false)).unwrap();
    assert_eq!(nats.url(), url);
}

fn get(base: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(base.trim_start_matches("http://")).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: localhost\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

const HOLD: &str = "RO_TEST_HOLD";

/// Not a test by itself: started by the next one as a runner that is then killed.
#[test]
fn a_runner_that_only_holds_its_children() {
    let Some(dir) = env::var_os(HOLD).map(PathBuf::from) else { return };
    let postgres = start_postgres(&dir);
    let nats = start_nats(&dir);
    println!("pids: {} {}", postgres.process.pid(), nats.process.pid());
    thread::sleep(Duration::from_secs(60));
}

#[test]
fn no_process_is_left_when_the_runner_is_killed_without_a_word() {
    let folder = Folder::new("hold");
    let mut runner = Command::new(env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "a_runner_that_only_holds_its_children"])
        .env(HOLD, &folder.0)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(runner.stdout.take().unwrap()).lines().map_while(|line| line.ok());
    let told = lines.into_iter().find_map(|line| line.split_once("pids: ").map(|(_, pids)| pids.to_owned()));
    let children: Vec<u32> = told.unwrap().split_whitespace().map(|pid| pid.parse().unwrap()).collect();
    assert_eq!(children.len(), 2);
    assert!(children.iter().all(|pid| sys::alive(*pid)));
    runner.kill().unwrap();
    runner.wait().unwrap();
    for pid in children {
        until("the end of a child", || !sys::alive(pid));
    }
}

#[test]
fn a_child_that_ends_too_early_is_told_with_its_last_words() {
    let folder = Folder::new("dead");
    let mut command = Command::new("sh");
    command.args(["-c", "echo cannot open the safe; exit 3"]);
    let (stop_signal, death_signal) = (sys::SIGTERM, sys::SIGKILL);
    let spec = process::Spec { name: "safe".into(), command, log: folder.0.join("safe.log"), stop_signal, death_signal };
    let mut child = process::Process::spawn(spec).unwrap();
    let refusal = child.wait_ready(Duration::from_secs(10), &AtomicBool::new(false), || false).unwrap_err().to_string();
    assert!(refusal.contains("safe ended: exit status: 3") && refusal.contains("cannot open the safe"), "{refusal}");
}

#[test]
fn a_child_that_does_not_stop_is_killed_and_said_so() {
    let folder = Folder::new("deaf");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done"]);
    let (stop_signal, death_signal) = (sys::SIGTERM, sys::SIGKILL);
    let log = folder.0.join("deaf.log");
    let spec = process::Spec { name: "deaf".into(), command, log: log.clone(), stop_signal, death_signal };
    let mut child = process::Process::spawn(spec).unwrap();
    until("the child at work", || !process::tail(&log, 1).is_empty());
    let lines = process::stop_all(&mut [&mut child], Duration::from_millis(200));
    assert_eq!(lines.len(), 1);
    assert!(!sys::alive(child.pid()));
}
