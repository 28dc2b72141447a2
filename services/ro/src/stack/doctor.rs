//! The command `ro doctor`: checks for everything that can break a first run, each with its remedy.

use std::{
    fs::{self, OpenOptions},
    net::{Ipv4Addr, TcpListener, TcpStream, ToSocketAddrs},
    path::Path,
    process::{Command, ExitCode},
    time::Duration,
};

use clap::Args;
use local::{
    browser, search_path, service, state, sys,
    tools::{self, Version, Wishes},
};

use super::{Place, build};
use crate::print;

/// Options of `ro doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    place: Place,
}

/// Result of a check: what is in order, or the problem with its remedy.
type Finding = Result<String, String>;

impl Doctor {
    /// Exit status 0 when no check found a problem.
    ///
    /// # Errors
    /// Never: a problem is printed as a line.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let dir = self.place.dir();
        let checks: [(&str, Finding); 19] = [
            ("machine", machine()),
            ("Rust", rust()),
            ("C compiler", c_compiler()),
            ("programs", programs()),
            ("nats-server", nats_server()),
            ("PostgreSQL", postgres()),
            ("Chromium", chromium()),
            ("axe-core", axe()),
            ("database user", database_user()),
            ("state folder", state_folder(&dir)),
            ("disk", disk(&dir)),
            ("memory", memory()),
            ("shared memory", shared_memory()),
            ("time zones", time_zones()),
            ("runner", runner(&dir)),
            ("left over", left_over(&dir)),
            ("kept data", kept_data(&dir)),
            ("ports", Ok(ports(&dir))),
            ("telemetry", telemetry()),
        ];
        let mut problems = 0;
        for (name, finding) in checks {
            match finding {
                Ok(detail) => print::line(format!("ok       {name}: {detail}")),
                Err(remedy) => {
                    problems += 1;
                    print::line(format!("PROBLEM  {name}: {remedy}"));
                }
            }
        }
        print::line(if problems == 0 { "nothing stands in the way".to_owned() } else { format!("{problems} to solve") });
        Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn machine() -> Finding {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", arch @ ("x86_64" | "aarch64")) => Ok(format!("linux {arch}")),
        ("linux", arch) => Ok(format!("linux {arch}: nats-server cannot be fetched through pip here, only through apt")),
        (os, _) => Err(format!("{os} is not supported: use Linux")),
    }
}

fn rust() -> Finding {
    const MINIMUM: Version = Version([1, 94, 0]);
    let output = build::cargo().arg("--version").output().map_err(|_| "cargo does not run: install Rust with rustup".to_owned())?;
    match Version::parse(&String::from_utf8_lossy(&output.stdout)) {
        Some(version) if version >= MINIMUM => Ok(format!("cargo {version}")),
        Some(version) => Err(format!("cargo {version} is older than {MINIMUM}: run `rustup update`")),
        None => Err("cargo tells no version: install Rust with rustup".to_owned()),
    }
}

fn c_compiler() -> Finding {
    let found = ["cc", "gcc", "clang"].into_iter().find_map(search_path::program);
    found.map(|path| path.display().to_string()).ok_or_else(|| "none found: apt-get install gcc libc6-dev".to_owned())
}

fn programs() -> Finding {
    let dir = build::bin_dir().map_err(|error| error.to_string())?;
    let missing: Vec<_> =
        local::SERVICES.into_iter().chain([local::OMS_READER, "dashboard"]).filter(|name| !dir.join(name).is_file()).collect();
    if missing.is_empty() {
        Ok(format!("built in {}", dir.display()))
    } else {
        Ok(format!("not built yet: {}: `cargo ro up` builds them, which takes some minutes the first time", missing.join(", ")))
    }
}

fn offline() -> Wishes {
    Wishes { may_fetch: false, ..Wishes::from_env() }
}

fn nats_server() -> Finding {
    let mut notes = Vec::new();
    match tools::nats_server(&offline(), &mut |progress| notes.push(format!("{progress:?}"))) {
        Ok(found) => Ok(format!("{} at {}", found.version, found.program.display())),
        Err(error) => fetchable("`cargo ro up`", &["pip3", "pip", "python3", "apt-get"]).ok_or_else(|| error.to_string()),
    }
}

fn postgres() -> Finding {
    match tools::postgres(&offline(), &mut |_| ()) {
        Ok(found) => Ok(format!("{} in {}", found.version, found.bin.display())),
        Err(error) => fetchable("`cargo ro up`", &["apt-get"]).ok_or_else(|| error.to_string()),
    }
}

fn chromium() -> Finding {
    match browser::chromium(&offline(), &mut |_| ()) {
        Ok(found) => Ok(format!("{} at {}", found.version, found.program.display())),
        Err(error) => fetchable("`cargo ro test`", &["apt-get"]).ok_or_else(|| error.to_string()),
    }
}

fn axe() -> Finding {
    match browser::axe(&offline(), &mut |_| ()) {
        Ok(file) => Ok(file.display().to_string()),
        Err(error) => fetchable("`cargo ro test`", &["npm", "curl", "apt-get"]).ok_or_else(|| error.to_string()),
    }
}

fn fetchable(command: &str, clients: &[&str]) -> Option<String> {
    if !Wishes::from_env().may_fetch {
        return None;
    }
    let client = clients.iter().find(|name| search_path::program(name).is_some())?;
    Some(format!("not here: {command} fetches it through {client}, without installing anything"))
}

fn database_user() -> Finding {
    if !sys::is_root() {
        return Ok("your own".to_owned());
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = ["postgres", "nobody"].into_iter().find(|name| users.lines().any(|line| line.starts_with(&format!("{name}:"))));
    found
        .map(|name| format!("{name}, because PostgreSQL does not run as root"))
        .ok_or_else(|| "you are root and there is no user postgres or nobody: work as a plain user".to_owned())
}

fn state_folder(dir: &Path) -> Finding {
    if sys::is_root() && dir.starts_with("/root") {
        return Err(format!("{} is below /root, where the database user may not go: choose --state-dir below /var/tmp", dir.display()));
    }
    state::prepare(dir).map_err(|error| error.to_string())?;
    let probe = dir.join("probe");
    let written = OpenOptions::new().write(true).create(true).truncate(true).open(&probe);
    written.map_err(|error| format!("{} cannot be written ({error}): choose another with --state-dir", dir.display()))?;
    let _gone = fs::remove_file(probe);
    Ok(dir.display().to_string())
}

fn disk(dir: &Path) -> Finding {
    const NEEDED: u64 = 2_000_000;
    let output = Command::new("df").args(["-Pk"]).arg(dir).output().map_err(|error| format!("df does not run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let free = text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    match free {
        Some(free) if free >= NEEDED => Ok(format!("{} GB free", free / 1_000_000)),
        Some(free) => Err(format!("{} MB free below {}: 2 GB are needed", free / 1000, dir.display())),
        None => Ok("free space not known".to_owned()),
    }
}

fn memory() -> Finding {
    const NEEDED: u64 = 1_000_000;
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next()?.parse::<u64>().ok());
    match available {
        Some(free) if free >= NEEDED => Ok(format!("{} GB available", free / 1_000_000)),
        Some(free) => Err(format!("{} MB available: running takes 1 GB, building 2 GB", free / 1000)),
        None => Ok("not known".to_owned()),
    }
}

fn shared_memory() -> Finding {
    if Path::new("/dev/shm").is_dir() {
        Ok("/dev/shm".to_owned())
    } else {
        Err("/dev/shm is missing, PostgreSQL needs it: mount a tmpfs there".to_owned())
    }
}

fn time_zones() -> Finding {
    if Path::new("/usr/share/zoneinfo/UTC").exists() {
        Ok("installed".to_owned())
    } else {
        Err("no time zone data, PostgreSQL needs them: apt-get install tzdata".to_owned())
    }
}

fn runner(dir: &Path) -> Finding {
    Ok(match state::Lock::holder(dir).map_err(|error| error.to_string())? {
        Some(pid) => format!("the stack is running (process {pid})"),
        None => "no stack is running".to_owned(),
    })
}

/// Check for a database that outlived its runner and would still use the data.
fn left_over(dir: &Path) -> Finding {
    let file = dir.join("pg/data/postmaster.pid");
    let pid = fs::read_to_string(file).ok().and_then(|text| text.lines().next()?.trim().parse::<u32>().ok());
    match pid {
        Some(pid)
            if matches!(state::Lock::holder(dir), Ok(None)) && sys::command_name(pid).as_deref() == Some("postgres") && sys::alive(pid) =>
        {
            Err(format!("a PostgreSQL without runner (process {pid}) holds the data: `kill {pid}`"))
        }
        _ => Ok("nothing".to_owned()),
    }
}

fn kept_data(dir: &Path) -> Finding {
    let Ok(version) = fs::read_to_string(dir.join("pg/data/PG_VERSION")) else { return Ok("none yet".to_owned()) };
    if !dir.join("pg/passwords.json").is_file() {
        return Err("the passwords of the kept data are gone: `cargo ro reset` drops the data".to_owned());
    }
    let version = version.trim();
    match tools::postgres(&offline(), &mut |_| ()) {
        Ok(found) if found.version.major().to_string() != version => Err(format!(
            "they are of PostgreSQL {version}, and {} is {}: name the other one in RO_PG_BIN, or `cargo ro reset` drops the data",
            found.bin.display(),
            found.version
        )),
        _ => Ok(format!("of PostgreSQL {version}")),
    }
}

fn ports(dir: &Path) -> String {
    if matches!(state::Lock::holder(dir), Ok(Some(_))) {
        return "held by the running stack".to_owned();
    }
    let taken: Vec<String> = service::LISTED
        .into_iter()
        .filter(|(_, port)| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_err())
        .map(|(_, port)| port.to_string())
        .collect();
    if taken.is_empty() {
        "free; 4222 and 5432 are never used".to_owned()
    } else {
        format!("in use: {}: the next free ones are taken instead", taken.join(", "))
    }
}

fn telemetry() -> Finding {
    let Some(endpoint) = std::env::var_os("OTEL_EXPORTER_OTLP_ENDPOINT").filter(|value| !value.is_empty()) else {
        return Ok("off; set OTEL_EXPORTER_OTLP_ENDPOINT to export traces and metrics".to_owned());
    };
    let endpoint = endpoint.to_string_lossy().into_owned();
    let host = endpoint.split_once("//").map_or(endpoint.as_str(), |(_, rest)| rest).trim_end_matches('/');
    let addresses = host.to_socket_addrs().into_iter().flatten();
    let reached = addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok());
    if reached {
        Ok(format!("to {endpoint}"))
    } else {
        Err(format!(
            "nothing answers at {endpoint}: start the collector, or unset OTEL_EXPORTER_OTLP_ENDPOINT; the services run without it"
        ))
    }
}
