//! The environment of the stack's programs: only what is listed here, and nothing that was set for other work.
//!
//! A person who works with another database or bus has `PGPORT`, `PGSERVICE`, `NATS_URL` and their like set. Clients read them where an
//! address leaves something open, and some cannot be told not to. So the command removes them before it does anything, and starts each
//! program of the stack with what is listed here and its own settings.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::unix::process::CommandExt,
    process::Command,
};

/// Prefixes of the variables that clients of databases and buses read.
const FOREIGN: [&str; 2] = ["PG", "NATS_"];
/// Read by programs that are built with checked queries.
const DATABASE: &str = "DATABASE_URL";
/// Variables every program gets: paths of programs, files and certificate authorities, and what a developer asks of a crash.
const KEPT: [&str; 7] = ["PATH", "HOME", "TMPDIR", "RUST_BACKTRACE", "SSL_CERT_FILE", "SSL_CERT_DIR", "LLVM_PROFILE_FILE"];

/// Whether a variable was set for another database or bus than the stack's.
#[must_use]
pub fn is_foreign(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name == DATABASE.as_bytes() || FOREIGN.iter().any(|begin| name.starts_with(begin.as_bytes()))
}

/// The variables of this process that were set for another database or bus.
pub fn foreign() -> impl Iterator<Item = OsString> {
    env::vars_os().map(|(name, _)| name).filter(|name| is_foreign(name))
}

/// A command with only the listed environment variables of this process.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    command
}

/// Restarts this program in place (exec) without the foreign variables; returns at once where there are none.
///
/// # Errors
/// When the program cannot be started again.
pub fn leave_foreign() -> io::Result<()> {
    let foreign: Vec<OsString> = foreign().collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let mut arguments = env::args_os();
    let mut again = Command::new(env::current_exe()?);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    again.args(arguments);
    for name in foreign {
        again.env_remove(name);
    }
    Err(again.exec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_for_another_database_or_bus_is_told_from_what_is_the_persons_own() {
        for name in ["PGPORT", "PGHOST", "PGUSER", "PGSERVICE", "PGPASSFILE", "PGOPTIONS", "NATS_URL", "NATS_CREDS", "DATABASE_URL"] {
            assert!(is_foreign(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "HOME", "RO_STATE_DIR", "CARGO_HOME", "LANG", "OTEL_EXPORTER_OTLP_ENDPOINT", "SAFETY_DATABASE_URL", "PAGER"] {
            assert!(!is_foreign(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn a_program_of_the_stack_is_given_nothing_that_is_not_listed() {
        let given: Vec<_> = command("true").get_envs().map(|(name, _)| name.to_owned()).collect();
        assert!(given.iter().all(|name| KEPT.iter().any(|kept| OsStr::new(kept) == name)), "{given:?}");
        assert!(given.contains(&OsString::from("PATH")));
    }
}
