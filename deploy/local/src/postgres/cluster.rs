//! The data folder of the PostgreSQL cluster: made once, checked before each start, owned by a user that is not root.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{
        fs::{MetadataExt, fchown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use crate::{
    error::{Doing, Error, Result},
    place,
    process::{self, Process, Spec},
    secret, sys,
    tools::PostgresTool,
};

pub const ADMINISTRATOR: &str = "ro_admin";
const INIT_TIMEOUT: Duration = Duration::from_secs(300);

/// Command line of the server.
pub fn server(tool: &PostgresTool, dir: &Path, log: &Path, owner: Option<(u32, u32)>) -> Spec {
    let mut command = tool.command("postgres");
    command.arg("-D").arg(dir.join("data")).arg("-k").arg(dir.join("socket"));
    for setting in [
        "listen_addresses=",
        "port=5432",
        "max_connections=200",
        // A client that is gone before it has logged in blocks the creation and dropping of databases for this long.
        "authentication_timeout=10s",
        "jit=off",
        "logging_collector=off",
        // No value of a row in the log: a broken constraint would print one.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
    ] {
        command.arg("-c").arg(setting);
    }
    act_as(&mut command, owner);
    // SIGINT asks for a fast stop; SIGQUIT ends at once and leaves the rest to recovery at the next start.
    Spec { name: "postgres".into(), command, log: log.to_path_buf(), stop_signal: sys::SIGINT, death_signal: sys::SIGQUIT }
}

pub fn initialise(
    tool: &PostgresTool,
    dir: &Path,
    log: &Path,
    owner: Option<(u32, u32)>,
    cancel: &AtomicBool,
) -> Result<BTreeMap<String, String>> {
    let (fresh, data, secret_file) = (dir.join("data.new"), dir.join("data"), dir.join("password.new"));
    for half in [&fresh, &data] {
        let _absent = fs::remove_dir_all(half);
    }
    let passwords = BTreeMap::from([(ADMINISTRATOR.to_owned(), secret::random_hex::<24>()?)]);
    keep_passwords(dir, &passwords)?;
    secret::write_for(&secret_file, passwords.get(ADMINISTRATOR).map_or("", String::as_str).as_bytes(), owner)?;
    let mut command = tool.command("initdb");
    command
        .args(["--locale=C", "--encoding=UTF8", "--data-checksums", "--auth-local=scram-sha-256", "--auth-host=reject"])
        .arg(format!("--username={ADMINISTRATOR}"))
        .arg(format!("--pwfile={}", secret_file.display()))
        .arg("-D")
        .arg(&fresh);
    act_as(&mut command, owner);
    let mut initdb = Process::spawn(Spec {
        name: "initdb".into(),
        command,
        log: log.to_path_buf(),
        stop_signal: sys::SIGTERM,
        death_signal: sys::SIGKILL,
    })?;
    let done = initdb.wait_done(INIT_TIMEOUT, cancel);
    let _gone = fs::remove_file(&secret_file);
    done?;
    // Only complete data get the final name.
    fs::rename(&fresh, &data).doing(|| format!("name {}", data.display()))?;
    Ok(passwords)
}

pub fn check_version(tool: &PostgresTool, dir: &Path) -> Result<()> {
    let of_data = fs::read_to_string(dir.join("data/PG_VERSION")).unwrap_or_default();
    if of_data.trim() == tool.version.major().to_string() {
        return Ok(());
    }
    Err(Error::said(format!(
        "the data in {} are of PostgreSQL {}, and {} is {}: name the folder of PostgreSQL {} in RO_PG_BIN, or drop the data with `cargo ro reset`",
        dir.display(),
        of_data.trim(),
        tool.bin.display(),
        tool.version,
        of_data.trim(),
    )))
}

pub fn keep_passwords(dir: &Path, passwords: &BTreeMap<String, String>) -> Result<()> {
    let text = serde_json::to_vec_pretty(passwords).map_err(|_| Error::said("the passwords cannot be written"))?;
    secret::write(&dir.join("passwords.json"), &text)
}

pub fn kept_passwords(dir: &Path) -> Result<BTreeMap<String, String>> {
    fs::read(dir.join("passwords.json"))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
        .ok_or_else(|| Error::said(format!("the passwords of the data in {} are gone: drop the data with `cargo ro reset`", dir.display())))
}

/// Waits for the server of a killed runner to close: two must never work on the same data.
pub fn wait_for_former(dir: &Path) -> Result<()> {
    let file = dir.join("data/postmaster.pid");
    let deadline = Instant::now() + process::GRACE;
    loop {
        let former = fs::read_to_string(&file).ok().and_then(|text| text.lines().next()?.trim().parse::<u32>().ok());
        let busy = former.filter(|pid| sys::alive(*pid) && sys::command_name(*pid).as_deref() == Some("postgres"));
        match busy {
            None => return Ok(()),
            Some(pid) if Instant::now() >= deadline => {
                return Err(Error::said(format!(
                    "another PostgreSQL (process {pid}) still works on {}: stop it with `kill {pid}`",
                    dir.display()
                )));
            }
            Some(_) => std::thread::sleep(process::POLL),
        }
    }
}

/// The user that runs PostgreSQL when we are root: `postgres`, or `nobody` where there is no such user.
pub fn database_user() -> Result<Option<(u32, u32)>> {
    if !sys::is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").doing(|| "read /etc/passwd".to_owned())?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next() != Some(name) {
                return None;
            }
            Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .ok_or_else(|| Error::said("PostgreSQL does not run as root, and there is no user postgres or nobody: run this as a plain user"))
}

fn act_as(command: &mut Command, owner: Option<(u32, u32)>) {
    if let Some((user, group)) = owner {
        command.uid(user).gid(group);
    }
}

/// Changes the owner of a folder, never through a link.
pub fn give(dir: &Path, owner: Option<(u32, u32)>) -> Result<()> {
    let Some((user, group)) = owner else { return Ok(()) };
    let doing = || format!("hand {} to the database user", dir.display());
    let folder = place::open_folder(dir).doing(doing)?;
    if folder.metadata().doing(doing)?.uid() == user {
        return Ok(());
    }
    fchown(&folder, Some(user), Some(group)).doing(doing)
}
