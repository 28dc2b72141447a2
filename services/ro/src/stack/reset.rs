//! The command `ro reset`: deletes the data of the stack.

use std::process::ExitCode;

use clap::Args;
use local::state;

use super::Place;
use crate::print;

/// Options of `ro reset`.
#[derive(Debug, Args)]
pub struct Reset {
    #[command(flatten)]
    place: Place,
}

impl Reset {
    /// Drops databases, messages, mail, logs and identities of the stopped stack.
    ///
    /// # Errors
    /// While the stack runs.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let dir = self.place.dir();
        state::prepare(&dir)?;
        let _lock = state::Lock::take(&dir)?;
        state::reset(&dir)?;
        print::line(format!("all data in {} are dropped", dir.display()));
        Ok(ExitCode::SUCCESS)
    }
}
