//! The commands that start, inspect and stop the stack on this machine: a file per command.

pub mod build;
mod destruction;
mod doctor;
mod down;
mod env;
mod logs;
mod psql;
mod reset;
pub mod signals;
mod sqlx;
mod status;
mod steps;
mod test;
mod test_browser;
mod test_programs;
pub mod up;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use local::{Description, Progress, state};

use crate::print;

/// Commands for the stack.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start everything on this machine: database, bus, services, dashboard
    Up(up::Up),
    /// Stop the running stack
    Down(down::Down),
    /// Tell what runs, and where
    Status(status::Status),
    /// Show the log of one process
    Logs(logs::Logs),
    /// Open the database of one service
    Psql(psql::Psql),
    /// What waits to be destroyed at the order of another service, and a way to stop it
    Destruction(destruction::Destruction),
    /// Print what a client needs, as exports for a shell
    Env(env::Env),
    /// Check this machine for everything a first run can stumble over
    Doctor(doctor::Doctor),
    /// Drop all data of the stopped stack
    Reset(reset::Reset),
    /// Rewrite the checked query data of every service after SQL was changed (developers)
    Sqlx(sqlx::Sqlx),
    /// Run every check and test of the project
    Test(test::Test),
}

/// Runs a command to its exit status: 0 done, 1 not.
pub fn run(command: Command) -> ExitCode {
    let result = match command {
        Command::Up(command) => command.run(),
        Command::Down(command) => command.run(),
        Command::Status(command) => command.run(),
        Command::Logs(command) => command.run(),
        Command::Psql(command) => command.run(),
        Command::Destruction(command) => command.run(),
        Command::Env(command) => command.run(),
        Command::Doctor(command) => command.run(),
        Command::Reset(command) => command.run(),
        Command::Sqlx(command) => command.run(),
        Command::Test(command) => command.run(),
    };
    result.unwrap_or_else(|error| {
        print::note(format!("ro: {error:#}"));
        ExitCode::FAILURE
    })
}

/// Which stack is meant.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Folder of the stack's data; without it, the one of this checkout
    #[arg(long, value_name = "DIR", env = "RO_STATE_DIR")]
    pub state_dir: Option<PathBuf>,
}

impl Place {
    /// The folder of the stack's data.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.state_dir.clone().unwrap_or_else(|| state::default_dir(&checkout()))
    }

    /// The running stack.
    ///
    /// # Errors
    /// When none runs; the sentence says how to start one.
    pub fn description(&self) -> local::Result<Description> {
        let dir = self.dir();
        if state::Lock::holder(&dir)?.is_none() {
            return Err(local::Error::said(format!("no stack is running in {}: start it with `cargo ro up`", dir.display())));
        }
        Description::load(&Description::path(&dir))
    }
}

/// The checkout this command was built from.
#[must_use]
pub fn checkout() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().unwrap_or(root)
}

/// Prints progress to standard error.
pub fn print_progress(progress: Progress) {
    match progress {
        Progress::Step(text) => print::note(text),
        Progress::Note(text) => print::note(format!("  {text}")),
    }
}
