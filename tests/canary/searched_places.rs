//! Places where no canary may appear: logs, telemetry, mail, subjects, reports, the process table, files left by a crash.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use harness::{dump::rows, system::System};
use local::Description;
use proto::{
    DESCRIPTORS,
    reporting::v1::{GetReportRequest, Table},
};
use serde_json::{Map, Value};

/// `ESRCH`: what reading of a process that has ended gives.
const NO_SUCH_PROCESS: i32 = 3;

/// One place, by name, with what stands in it.
pub type Sink = (String, Vec<u8>);

/// What was read, or nothing where it has vanished since it was listed, as it may while something runs.
fn if_there<T: Default>(read: io::Result<T>) -> T {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(NO_SUCH_PROCESS) => T::default(),
        read => read.unwrap(),
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    assert!(folder.is_dir(), "{} is no folder", folder.display());
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        let entries = if_there(fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>));
        for path in entries.into_iter().map(|entry| entry.path()) {
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

/// Each file below a folder, by what it is and its path from there.
fn folder(what: &str, folder: &Path, read: fn(&Path) -> Vec<u8>) -> Vec<Sink> {
    let name = |path: &Path| format!("{what} {}", path.strip_prefix(folder).unwrap().display());
    files(folder).into_iter().map(|path| (name(&path), read(&path))).collect()
}

/// A mail without the headers that say where it goes: whoever gave a canary for an address is written to at that address.
fn without_its_address(mail: &[u8]) -> Vec<u8> {
    let goes_to = |line: &[u8]| [b"To:".as_slice(), b"X-Envelope-To:"].iter().any(|name| line.starts_with(name));
    let mut is_header = true;
    let is_kept = |line: &&[u8]| {
        is_header &= !line.trim_ascii().is_empty();
        !(is_header && goes_to(line))
    };
    mail.split_inclusive(|byte| *byte == b'\n').filter(is_kept).flatten().copied().collect()
}

/// Logs of services, bus and database, mail, and whatever a crash has left, once the services have stopped: no log and no mail
/// vanishes then.
pub fn on_the_machine(system: &System) -> Vec<Sink> {
    let state = &system.description.state_dir;
    let mut all = folder("log", &state.join("logs"), |path| fs::read(path).unwrap());
    all.extend(folder("mail", &system.description.mail_dir, |path| without_its_address(&fs::read(path).unwrap())));
    let core = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"));
    all.extend(files(state).into_iter().filter(core).map(|path| (format!("core {}", path.display()), if_there(fs::read(path)))));
    all
}

/// The running system as it stands now: a process that was started again has another number.
pub fn now(system: &System) -> Description {
    Description::load(&Description::path(&system.description.state_dir)).unwrap()
}

/// Command lines and environments of everything that runs for the system.
pub fn processes(system: &System) -> Vec<Sink> {
    let description = now(system);
    let mut pids: Vec<u32> = description.services.values().map(|service| service.pid).collect();
    pids.extend([description.nats.pid, description.postgres.pid]);
    let children: Vec<u32> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| parent(*pid).is_some_and(|parent| pids.contains(&parent)))
        .collect();
    let read = |pid: &u32, what: &str| (format!("{what} of process {pid}"), fs::read(format!("/proc/{pid}/{what}")));
    let both = |pid: &u32| [read(pid, "cmdline"), read(pid, "environ")];
    let theirs = pids.iter().flat_map(both).map(|(name, bytes)| (name, bytes.unwrap()));
    // A child may end at any moment.
    theirs.chain(children.iter().flat_map(both).map(|(name, bytes)| (name, if_there(bytes)))).collect()
}

fn parent(pid: u32) -> Option<u32> {
    fs::read_to_string(format!("/proc/{pid}/stat")).ok()?.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

/// Subjects, event bodies above nothing: what every service has handed to the bus, and what it set aside by subject.
pub async fn of_the_bus(system: &System) -> Vec<Sink> {
    let mut all = Vec::new();
    for service in local::SERVICES {
        let db = system.database(service).await;
        let subjects: Vec<String> =
            sqlx::query_scalar("select subject from outbox union select subject from quarantine").fetch_all(&db).await.unwrap();
        all.push((format!("subjects of {service}"), subjects.join("\n").into_bytes()));
        let facts: Vec<Vec<u8>> =
            sqlx::query_scalar("select body from outbox where subject like '%.event.%' and subject not like '%mediator-assigned'")
                .fetch_all(&db)
                .await
                .unwrap();
        all.push((format!("facts of {service}"), facts.concat()));
    }
    all
}

/// Every table in both languages.
pub async fn reports(system: &System) -> Vec<Sink> {
    let tables = DESCRIPTORS.get_enum_by_name("ro.reporting.v1.Table").unwrap();
    let mut all = Vec::new();
    for table in tables.values().filter(|table| table.number() != 0) {
        for language in ["en", "fr"] {
            let ask = GetReportRequest { table: table.number(), fiscal_year: 0, language: language.into() };
            let report = system.reports("statistics-officer-1").get_report(ask).await.unwrap().into_inner();
            all.push((format!("report {} in {language}", table.name()), prost::Message::encode_to_vec(&report)));
        }
    }
    assert!(all.len() >= 2 * 7 && Table::try_from(1).is_ok());
    all
}

/// What is at rest, byte for byte: nothing of a person stands in it in clear.
pub async fn at_rest(system: &System) -> Vec<Sink> {
    let mut all = folder("bus", &system.description.state_dir.join("nats"), |path| if_there(fs::read(path)));
    all.extend(folder("documents", &system.description.state_dir.join("documents"), |path| fs::read(path).unwrap()));
    for service in local::SERVICES {
        all.push((format!("the database of {service}"), dump(system, service).await));
    }
    all
}

/// Every row of every table, as text. What somebody asked for in vain is kept by the audit log as they typed it, where it is written
/// like an id: that one column is left out.
async fn dump(system: &System, service: &str) -> Vec<u8> {
    let mut text = Vec::new();
    for (table, row) in rows(&system.database(service).await).await {
        let mut row: Map<String, Value> = serde_json::from_str(&row).unwrap();
        if table.starts_with("audit_") || table == "break_glass_use" {
            row.remove("object");
        }
        serde_json::to_writer(&mut text, &row).unwrap();
        text.push(b'\n');
    }
    text
}
