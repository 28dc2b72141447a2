//! The command `ro psql SERVICE`: a SQL prompt on the database of one service, with the service's login or, when asked, the table owner's.

use std::{
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

use anyhow::{Context as _, bail};
use clap::Args;
use local::{Description, environment, postgres::Login};

use super::Place;

/// Options of `ro psql`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro psql safety\n  cargo ro psql safety -- -c '\\dt'\n  cargo ro psql safety --owner")]
pub struct Psql {
    #[command(flatten)]
    place: Place,

    /// One of intake, cases, safety, notification, reporting
    service: String,

    /// As the owner of the tables, who may change them
    #[arg(long)]
    owner: bool,

    /// Further arguments for psql
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Psql {
    /// Replaces this process by psql.
    ///
    /// # Errors
    /// When no stack runs or there is no such service.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut command = client(&self.place.description()?, &self.service, if self.owner { Login::Owner } else { Login::Application })?;
        Err(command.args(&self.arguments).exec()).context("start psql")
    }
}

/// A psql command logged in to the database of a service. Row-level security shows it what the service itself sees.
///
/// # Errors
/// When there is no such service.
pub fn client(description: &Description, service: &str, login: Login) -> anyhow::Result<Command> {
    let databases = match login {
        Login::Owner => &description.postgres.owners,
        Login::Application => &description.postgres.databases,
        Login::Auditor => &description.postgres.auditors,
    };
    let Some(url) = databases.get(service) else {
        bail!("{service} has no database: there are {}", local::SERVICES.join(", "));
    };
    let (login, rest) =
        url.strip_prefix("postgres://").and_then(|rest| rest.split_once('@')).context("the address of the database has another form")?;
    let (role, password) = login.split_once(':').context("the address of the database has no password")?;
    let (_, database) = rest.split_once('/').context("the address of the database names no database")?;
    let database = database.split_once('?').map_or(database, |(name, _)| name);
    let mut command = Command::new(description.postgres.bin_dir.join("psql"));
    for name in environment::foreign() {
        command.env_remove(name);
    }
    // Not among the arguments: every user of the machine can read those.
    command
        .env("PGPASSWORD", password)
        .env("PGOPTIONS", format!("-c actor.subject=service:{service} -c actor.reach=service"))
        .arg("-h")
        .arg(&description.postgres.socket_dir);
    command.args(["-p", "5432", "-U", role, "-d", database]);
    if let Some(libraries) = &description.postgres.library_dir {
        command.env("LD_LIBRARY_PATH", libraries);
    }
    Ok(command)
}
