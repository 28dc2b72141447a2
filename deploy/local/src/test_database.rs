//! The PostgreSQL server of a test run: the one `cargo ro test` started, or one of this process that is removed when it ends.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError, atomic::AtomicBool},
};

use crate::{
    error::{Result, Say},
    place,
    postgres::Postgres,
    scratch, secret, state, sys,
    tools::{self, Wishes},
};

/// The address of an administrator's connection to the shared server.
pub const POSTGRES_VARIABLE: &str = "RO_TEST_DATABASE_URL";

/// Starts a PostgreSQL for tests in a folder named after this process, sweeping those of processes that are gone.
///
/// # Errors
/// When there is no PostgreSQL or it does not start.
pub fn start(say: Say<'_>) -> Result<(Postgres, PathBuf)> {
    let below = |place: &str| PathBuf::from(format!("{place}/ro-test-{}", sys::user_id()));
    for root in scratch::PLACES.map(below) {
        if matches!(place::check(&root), Ok(true)) {
            sweep(&root);
        }
    }
    start_in(&below(scratch::place()), say)
}

/// The same below a given folder.
///
/// # Errors
/// As above, or somebody else may have prepared the folder.
pub fn start_in(root: &Path, say: Say<'_>) -> Result<(Postgres, PathBuf)> {
    state::prepare(root)?;
    sweep(root);
    let dir = root.join(std::process::id().to_string());
    secret::folder(&dir, if sys::is_root() { 0o711 } else { 0o700 })?;
    let tool = tools::postgres(&Wishes::from_env(), say)?;
    let postgres = Postgres::start(&tool, &dir.join("pg"), &dir, &AtomicBool::new(false))?;
    postgres.run_script(&format!("{NOTHING_OUTLIVES_THE_RUN}{}", postgres.quick_administrator()?))?;
    Ok((postgres, dir))
}

/// No test cuts this server's power: those about power cuts and full disks start a stack of their own, which syncs as in production.
const NOTHING_OUTLIVES_THE_RUN: &str =
    "alter system set fsync = off;\nalter system set full_page_writes = off;\nselect pg_reload_conf();\n";

fn sweep(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        if pid.is_some_and(|pid| !sys::alive(pid)) {
            let _kept = fs::remove_dir_all(entry.path());
        }
    }
}

/// The administrator's address of the shared server (database `postgres`).
///
/// # Errors
/// When there is no PostgreSQL or it does not start.
pub fn administrator_url() -> Result<String> {
    static OWN: OnceLock<Mutex<Option<(Postgres, PathBuf)>>> = OnceLock::new();
    if let Some(url) = env::var_os(POSTGRES_VARIABLE).and_then(|url| url.into_string().ok()) {
        return Ok(url);
    }
    let mut own = OWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if own.is_none() {
        *own = Some(start(&mut |_| ())?);
    }
    own.as_ref().map_or_else(|| Ok(String::new()), |(postgres, _)| postgres.superuser_url("postgres"))
}
