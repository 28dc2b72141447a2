//! Secrets of a process: no core file, none on a command line, none in the settings it prints (THREAT-13).

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Command, Stdio},
};

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use server::config::command;

use crate::system;

/// SIGABRT: the kernel writes a core for it, and nobody catches it.
const ABORT: i32 = 6;
const PROCESSES: [&str; 6] = ["intake", "cases", "safety", "notification", "reporting", "dashboard"];
/// What is a secret wherever it stands.
const MARKER: &str = "marker-of-a-secret";

fn proc(pid: u32, file: &str) -> String {
    String::from_utf8_lossy(&fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default()).into_owned()
}

fn writes_no_core(pid: u32) -> Result<(), String> {
    let limits = proc(pid, "limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
    let numbers: Vec<&str> = core.split_whitespace().filter(|word| word.chars().all(|c| c.is_ascii_digit())).collect();
    if numbers == ["0", "0"] { Ok(()) } else { Err(core.to_owned()) }
}

#[tokio::test]
async fn no_process_of_the_running_system_can_write_its_memory_to_a_disk() {
    let system = system().await;
    assert!(system.description.services.len() >= 5);
    for (name, service) in &system.description.services {
        writes_no_core(service.pid).unwrap_or_else(|limit| panic!("{name}: {limit}"));
    }
}

#[tokio::test]
async fn no_command_line_of_the_machine_holds_a_secret_of_the_running_system() {
    let system = system().await;
    let description = &system.description;
    let password = |url: &String| url.split_once("://")?.1.split_once('@')?.0.split_once(':').map(|(_, password)| password.to_owned());
    let mut secrets: Vec<String> = description.postgres.databases.values().filter_map(password).collect();
    secrets.extend(description.identities.iter().map(|identity| identity.token.clone()));
    let seeds = description.identities.iter().filter_map(|identity| identity.nats_seed_file.as_ref());
    secrets.extend(seeds.map(|file| fs::read_to_string(file).unwrap().trim().to_owned()));
    assert!(secrets.len() > 10 && secrets.iter().all(|secret| secret.len() > 8));
    let processes = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut seen = 0;
    for pid in processes {
        let line = proc(pid, "cmdline");
        seen += u32::from(!line.is_empty());
        assert!(!secrets.iter().any(|secret| line.contains(secret.as_str())), "process {pid} shows a secret to whoever lists processes");
    }
    assert!(seen > 5);
}

#[tokio::test]
async fn a_service_that_crashes_leaves_no_core_although_its_starter_allows_one() {
    let folder = std::env::temp_dir().join(format!("ro-crash-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut service = Command::new("sh")
        .args(["-c", "ulimit -S -c unlimited; exec \"$0\""])
        .arg(System::programs().join("safety"))
        // It waits for a database that never comes.
        .env("SAFETY_DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")
        .env("SAFETY_LISTEN", "127.0.0.1:0")
        .current_dir(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = service.id();
    eventually("it has begun", SOON, async || writes_no_core(pid)).await;
    assert!(local::sys::send(pid, ABORT));
    let ended = service.wait().unwrap();
    assert_eq!((ended.signal(), ended.core_dumped()), (Some(ABORT), false));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "it has left something");
    fs::remove_dir(&folder).unwrap();
}

fn settings(process: &str) -> clap::Command {
    match process {
        "intake" => command::<intake::Config>("intake"),
        "cases" => command::<cases::Config>("cases"),
        "safety" => command::<safety::Config>("safety"),
        "notification" => command::<notification::Config>("notification"),
        "reporting" => command::<reporting::Config>("reporting"),
        _ => command::<dashboard::Config>("dashboard"),
    }
}

/// A value of a setting that holds the marker as a secret; none where it can hold none.
fn with_secret(name: &str) -> Option<String> {
    if ["URL", "ENDPOINT"].iter().any(|end| name.ends_with(end)) {
        return Some(format!("smtp://user:{MARKER}@127.0.0.1:9/x"));
    }
    let secret = ["KEY", "TOKEN", "PASSWORD", "SECRET", "SEED"].iter().any(|word| name.ends_with(word));
    // A key that is named by its file is a path, and paths are shown.
    secret.then(|| MARKER.to_owned()).filter(|_| !name.ends_with("TLS_KEY"))
}

#[test]
fn a_secret_in_any_setting_is_printed_neither_with_the_settings_nor_with_the_complaint_about_them() {
    let mut tried = 0;
    for process in PROCESSES {
        let program: PathBuf = System::programs().join(process);
        for argument in settings(process).get_arguments() {
            let Some(variable) = argument.get_env().map(|name| name.to_string_lossy().into_owned()) else { continue };
            let Some(value) = with_secret(&variable) else { continue };
            let ran = Command::new(&program).arg("--check-config").env_clear().env(&variable, value).output().unwrap();
            let said = [ran.stdout, ran.stderr].concat();
            assert!(!said.is_empty(), "{variable}: nothing was printed, so nothing was tried");
            assert!(!String::from_utf8_lossy(&said).contains(MARKER), "{process} prints what {variable} holds");
            tried += 1;
        }
    }
    assert!(tried >= 18, "{tried} settings were tried");
}
