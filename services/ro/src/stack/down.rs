//! The command `ro down`: ask the runner to stop, and wait until it has.

use std::{
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use anyhow::bail;
use clap::Args;
use local::{process, state::Lock, sys};

use super::Place;
use crate::print;

/// Options of `ro down`.
#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    place: Place,
}

impl Down {
    /// Stops the running stack; when none runs, that is reported and is no error.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let dir = self.place.dir();
        let Some(pid) = Lock::holder(&dir)? else {
            print::line(format!("no stack is running in {}", dir.display()));
            return Ok(ExitCode::SUCCESS);
        };
        if !sys::send(pid, sys::SIGTERM) {
            bail!("the runner (process {pid}) cannot be asked to stop: it belongs to another user");
        }
        // Three grace periods: services, bus, database.
        let deadline = Instant::now() + process::GRACE * 3 + Duration::from_secs(10);
        while Lock::holder(&dir)? == Some(pid) {
            if Instant::now() >= deadline {
                bail!("the runner (process {pid}) does not stop: end it with `kill -9 {pid}`, its children end with it");
            }
            thread::sleep(process::POLL);
        }
        print::line("stopped");
        Ok(ExitCode::SUCCESS)
    }
}
