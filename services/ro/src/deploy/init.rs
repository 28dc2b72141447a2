//! The command `ro init`: fills the secrets folder of `docker-compose.yml`, and gives each container its own part. May run any number of
//! times.
//!
//! What is made, and which container gets what, is in `local::containers`. For development and trials only.

use std::path::PathBuf;

use clap::Args;
use local::{clock, containers};

use crate::print;

/// Make what a set of containers needs before it starts
#[derive(Debug, Args)]
pub struct Init {
    /// Folder with everything: a volume that no other container mounts
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,

    /// Folder with a folder for each other container: the volume of that container
    #[arg(long, value_name = "DIR")]
    given: PathBuf,
}

impl Init {
    /// # Errors
    /// A folder cannot be written, or holds a file that is not ours.
    pub fn run(&self) -> anyhow::Result<()> {
        let renewed = containers::fill(&self.dir, &self.given, clock::now())?;
        print::note(format!("{} is complete, and each container has its part below {}", self.dir.display(), self.given.display()));
        if renewed {
            print::note(
                "certificates and tokens are new: running services take the certificates by themselves; restart the dashboard, and have a running bus read its own: docker compose kill -s HUP nats",
            );
        }
        Ok(())
    }
}
