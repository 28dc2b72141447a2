//! `ro psql SERVICE`: the database of one service, as that service sees it.

use std::{
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail};
use clap::Args;
use local::Description;

use super::Place;

/// Options of `ro psql`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro psql safety\n  cargo ro psql safety -- -c '\\dt'")]
pub struct Psql {
    #[command(flatten)]
    place: Place,

    /// One of intake, cases, safety, notification, reporting
    service: String,

    /// Further arguments for psql
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Psql {
    /// Becomes psql.
    ///
    /// # Errors
    /// When no stack runs or there is no such service.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut command = client(&self.place.description()?, &self.service)?;
        Err(command.args(&self.arguments).exec()).context("start psql")
    }
}

/// psql, signed in to the database of a service.
///
/// # Errors
/// When there is no such service.
pub fn client(description: &Description, service: &str) -> anyhow::Result<Command> {
    let Some(url) = description.postgres.databases.get(service) else {
        bail!("{service} has no database: there are {}", local::SERVICES.join(", "));
    };
    let (login, rest) =
        url.strip_prefix("postgres://").and_then(|rest| rest.split_once('@')).context("the address of the database has another form")?;
    let (role, password) = login.split_once(':').context("the address of the database has no password")?;
    let (_, database) = rest.split_once('/').context("the address of the database names no database")?;
    let mut command = Command::new(description.postgres.bin_dir.join("psql"));
    // Not among the arguments: everybody on the machine can read those.
    command.env("PGPASSWORD", password).arg("-h").arg(&description.postgres.socket_dir);
    command.args(["-U", role, "-d", database]);
    if let Some(libraries) = &description.postgres.library_dir {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    Ok(command)
}
