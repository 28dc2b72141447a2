//! The command `ro destruction SERVICE`: orders from other services to destroy data there; to stop one before it is due, or let it go on.

use std::{
    io::Write as _,
    process::{ExitCode, Stdio},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use local::postgres::Login;
use uuid::Uuid;

use super::{Place, psql};

/// Options of `ro destruction`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cargo ro destruction notification\n  cargo ro destruction notification --stop 0199a6c2-5a1e-7cc0-9d57-3f3f0c1f5b11 \
    --reason \"the wrong case was purged\"\n  cargo ro destruction notification --go-on 0199a6c2-5a1e-7cc0-9d57-3f3f0c1f5b11"
)]
pub struct Destruction {
    #[command(flatten)]
    place: Place,

    /// The service that would destroy: intake or notification
    service: String,

    /// Stop the destruction of this, as the list names it
    #[arg(long, value_name = "ID", requires = "reason", conflicts_with = "go_on")]
    stop: Option<Uuid>,

    /// Why it is stopped, for the record; no personal data
    #[arg(long, value_name = "TEXT", requires = "stop")]
    reason: Option<String>,

    /// Let what was stopped or refused go on
    #[arg(long, value_name = "ID")]
    go_on: Option<Uuid>,
}

const LIST: &str = "select about, kind, heard_at, due_at, stopped_at, stopped_because, refused_for, kept_for from destruction \
    where ended_at is null or refused_for is not null order by due_at limit 200;";
const STOP: &str = "update destruction set stopped_at = now(), stopped_because = :'reason', stop_noted = false where about = :'about' and ended_at is null and stopped_at is null;";
const GO_ON: &str = "update destruction set stopped_at = null, stopped_because = null, ended_at = null, refused_for = null \
    where about = :'about' and (stopped_at is not null or refused_for is not null);";

impl Destruction {
    /// Lists pending orders, stops one, or lets it go on; psql prints how many it found.
    ///
    /// # Errors
    /// When no stack runs, there is no such service, or psql fails.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let (statement, about) = match (self.stop, self.go_on) {
            (Some(about), _) => (STOP, Some(about)),
            (None, Some(about)) => (GO_ON, Some(about)),
            (None, None) => (LIST, None),
        };
        let mut command = psql::client(&self.place.description()?, &self.service, Login::Application)?;
        command.args(["-P", "pager=off", "-v", "ON_ERROR_STOP=1", "-v"]);
        command.arg(format!("about={}", about.unwrap_or_default()));
        command.arg("-v").arg(format!("reason={}", self.reason.as_deref().unwrap_or_default()));
        // From a file psql puts the variables in, quoted as values; from an argument it does not.
        let mut psql = command.args(["-f", "-"]).stdin(Stdio::piped()).spawn().context("start psql")?;
        psql.stdin.take().context("psql reads nothing")?.write_all(statement.as_bytes()).context("psql reads nothing")?;
        ensure!(psql.wait().context("psql does not end")?.success(), "psql did not answer");
        Ok(ExitCode::SUCCESS)
    }
}
