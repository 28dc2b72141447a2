//! The command `ro quarantine SERVICE`: the messages a service has quarantined, without their content, and the request to try one again.

use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Args;
use local::postgres::Login;
use uuid::Uuid;

use super::{Place, psql};

/// Options of `ro quarantine`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo ro quarantine safety\n  cargo ro quarantine cases --replay 0199a6c2-5a1e-7cc0-9d57-3f3f0c1f5b11\n  \
    cargo ro quarantine cases --replay-all"
)]
pub struct Quarantine {
    #[command(flatten)]
    place: Place,

    /// One of intake, cases, safety, notification, reporting
    service: String,

    /// Try this message again
    #[arg(long, value_name = "ID", conflicts_with = "replay_all")]
    replay: Option<Uuid>,

    /// Try every message again
    #[arg(long)]
    replay_all: bool,
}

const LIST: &str = "select id, consumer, reason, detail, received_at, replay_asked_at from quarantine where released_at is null order by received_at limit 200";

impl Quarantine {
    /// Lists quarantined messages, or asks the running service to retry them; the next list shows the result.
    ///
    /// # Errors
    /// When no stack runs, there is no such service, or psql fails.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let request = "update quarantine set replay_asked_at = now() where released_at is null";
        let statement = match (&self.replay, self.replay_all) {
            (Some(id), _) => format!("{request} and id = '{id}'"),
            (None, true) => request.to_owned(),
            (None, false) => LIST.to_owned(),
        };
        let mut command = psql::client(&self.place.description()?, &self.service, Login::Application)?;
        let status = command.args(["-X", "-P", "pager=off", "-c", &statement]).status().context("start psql")?;
        ensure!(status.success(), "psql did not answer");
        Ok(ExitCode::SUCCESS)
    }
}
