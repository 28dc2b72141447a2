//! A private PostgreSQL server: reached over a unix socket only, one database per service with three logins, never run by root.

mod cluster;
pub mod scram;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io::Write,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use crate::{
    error::{Doing, Error, Result},
    process::{self, Process},
    secret,
    tools::PostgresTool,
};

use cluster::ADMINISTRATOR;

/// Start timeout: a first start waits for recovery after a kill, on a slow disk.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// SQL for the administrator that forbids connections to the databases of no service.
pub const CLOSE_TO_THE_PUBLIC: &str =
    "revoke connect on database postgres from public;\nrevoke connect on database template1 from public;\n";

/// The three logins of a service's database: owner (owns and migrates the tables), application, and auditor (reads the audit log).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    Owner,
    Application,
    Auditor,
}

impl Login {
    pub const ALL: [Self; 3] = [Self::Owner, Self::Application, Self::Auditor];

    /// The role of this login; the database is named as the application.
    #[must_use]
    pub fn role(self, service: &str) -> String {
        match self {
            Self::Owner => format!("ro_{service}_owner"),
            Self::Application => format!("ro_{service}"),
            Self::Auditor => format!("ro_{service}_auditor"),
        }
    }
}

/// SQL for the administrator, for `psql`: one service's logins, their passwords and its own database. May run any number of times,
/// also over a database of a former version, whose tables belonged to the application.
#[must_use]
pub fn service_script(service: &str, password: impl Fn(&str) -> String) -> String {
    let [owner, application, auditor] = Login::ALL.map(|login| login.role(service));
    let mut script = String::new();
    for role in [&owner, &application, &auditor] {
        script += &format!(
            "select 'create role {role} login' where not exists (select from pg_roles where rolname = '{role}') \\gexec\n\
             alter role {role} nosuperuser nocreatedb nocreaterole noreplication nobypassrls password '{}';\n",
            password(role)
        );
    }
    script
        + &format!(
            "select 'create database {application} owner {owner}'
                 where not exists (select from pg_database where datname = '{application}') \\gexec\n\
             alter database {application} owner to {owner};\n\
             revoke all on database {application} from public, {application};\n\
             grant connect on database {application} to {application}, {auditor};\n\
             grant set on parameter actor.reach to {owner};\n\
             \\connect {application}\n\
             reassign owned by {application} to {owner};\n\
             \\connect postgres\n"
        )
}

/// A running cluster.
#[derive(Debug)]
pub struct Postgres {
    tool: PostgresTool,
    dir: PathBuf,
    log: PathBuf,
    passwords: BTreeMap<String, String>,
    pub process: Process,
}

impl Postgres {
    /// Starts the cluster of `dir`, making it first when it is not there. Data already there are kept.
    ///
    /// # Errors
    /// When the data belong to another version, or the server does not come up.
    pub fn start(tool: &PostgresTool, dir: &Path, logs: &Path, cancel: &AtomicBool) -> Result<Self> {
        let owner = cluster::database_user()?;
        secret::folder(dir, 0o711)?;
        secret::folder(&dir.join("socket"), 0o755)?;
        for folder in [dir.to_path_buf(), dir.join("socket")] {
            cluster::give(&folder, owner)?;
        }
        let log = logs.join("postgres.log");
        let passwords = if dir.join("data/PG_VERSION").is_file() {
            cluster::check_version(tool, dir)?;
            cluster::kept_passwords(dir)?
        } else {
            cluster::initialise(tool, dir, &log, owner, cancel)?
        };
        cluster::wait_for_former(dir)?;
        let process = Process::spawn(cluster::server(tool, dir, &log, owner))?;
        let mut postgres = Self { tool: tool.clone(), dir: dir.to_path_buf(), log, passwords, process };
        match postgres.wait_ready(cancel) {
            Err(_) if postgres.memory_is_held() => postgres.restart(cancel)?,
            outcome => outcome?,
        }
        Ok(postgres)
    }

    /// Starts the server again over the same data, after it was stopped or killed.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self, cancel: &AtomicBool) -> Result<()> {
        process::stop_all(&mut [&mut self.process], process::GRACE);
        cluster::wait_for_former(&self.dir)?;
        let deadline = Instant::now() + process::GRACE;
        loop {
            self.process = Process::spawn(cluster::server(&self.tool, &self.dir, &self.log, cluster::database_user()?))?;
            match self.wait_ready(cancel) {
                // The backends of a killed server release its memory a moment after it.
                Err(_) if Instant::now() < deadline && self.memory_is_held() => std::thread::sleep(process::POLL),
                outcome => return outcome,
            }
        }
    }

    fn memory_is_held(&mut self) -> bool {
        self.process.exited().is_some() && process::tail(&self.log, 20).iter().any(|line| line.contains("is still in use"))
    }

    fn wait_ready(&mut self, cancel: &AtomicBool) -> Result<()> {
        let socket = self.socket_dir().join(".s.PGSQL.5432");
        let password = self.password(ADMINISTRATOR)?.to_owned();
        let (tool, folder) = (self.tool.clone(), self.socket_dir());
        self.process.wait_ready(READY_TIMEOUT, cancel, || {
            let mut ask = client(&tool, &folder, ADMINISTRATOR, &password, "postgres");
            ask.args(["-Atc", "select 1"]);
            UnixStream::connect(&socket).is_ok() && process::succeeds(ask, Duration::from_secs(5))
        })
    }

    /// The folder of the socket.
    #[must_use]
    pub fn socket_dir(&self) -> PathBuf {
        self.dir.join("socket")
    }

    /// Creates three logins and one database per service. What exists is left unchanged; tables of a former version get their owner.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn create_services(&mut self, services: &[&str]) -> Result<()> {
        let mut script = format!("{CLOSE_TO_THE_PUBLIC}{}", self.quick_administrator()?);
        for service in services {
            for role in Login::ALL.map(|login| login.role(service)) {
                if let Entry::Vacant(entry) = self.passwords.entry(role) {
                    entry.insert(secret::random_hex::<24>()?);
                }
            }
            script += &service_script(service, |role| {
                self.passwords.get(role).map(|password| scram::quick_verifier(password)).unwrap_or_default()
            });
        }
        // Kept before they are used: a password the server knows and we do not would lock the data away.
        cluster::keep_passwords(&self.dir, &self.passwords)?;
        self.run_script(&script)
    }

    /// The address of a service's database for one of its logins, with the password.
    ///
    /// # Errors
    /// When the service has no database here.
    pub fn url(&self, service: &str, login: Login) -> Result<String> {
        self.address(&login.role(service), &Login::Application.role(service))
    }

    /// An address with every permission, for tests and for inspection by the developer.
    ///
    /// # Errors
    /// When the cluster has no administrator.
    pub fn superuser_url(&self, database: &str) -> Result<String> {
        self.address(ADMINISTRATOR, database)
    }

    fn address(&self, role: &str, database: &str) -> Result<String> {
        let password = self.password(role)?;
        let host = self.socket_dir().to_string_lossy().replace('%', "%25").replace('/', "%2F").replace(' ', "%20");
        // Complete: what an address leaves open is read from the environment of its user.
        Ok(format!("postgres://{role}:{password}@{host}:5432/{database}?sslmode=disable"))
    }

    /// SQL that spares connections of the administrator the iterations that `initdb` has chosen.
    ///
    /// # Errors
    /// When the cluster has no administrator.
    pub fn quick_administrator(&self) -> Result<String> {
        Ok(format!("alter role {ADMINISTRATOR} password '{}';\n", scram::quick_verifier(self.password(ADMINISTRATOR)?)))
    }

    fn password(&self, role: &str) -> Result<&str> {
        self.passwords.get(role).map(String::as_str).ok_or_else(|| Error::said(format!("{role} has no password in {}", self.dir.display())))
    }

    /// A database of its own for a test, empty or copied from a template nobody is connected to.
    ///
    /// # Errors
    /// When it exists already or the template is in use.
    pub fn create_database(&self, name: &str, template: Option<&str>, owner: Option<&str>) -> Result<()> {
        let template = template.map(|from| format!(" template {}", quoted(from))).unwrap_or_default();
        let owner = owner.map(|role| format!(" owner {}", quoted(role))).unwrap_or_default();
        self.run_script(&format!("create database {}{owner}{template};\n", quoted(name)))
    }

    /// Drops a test's database, ending its sessions.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        self.run_script(&format!("drop database if exists {} with (force);\n", quoted(name)))
    }

    /// `psql` as one of a service's logins, connected to that service's database.
    ///
    /// # Errors
    /// When there is no such role.
    pub fn psql(&self, service: &str, login: Login) -> Result<Command> {
        self.client(&login.role(service), &Login::Application.role(service))
    }

    fn client(&self, role: &str, database: &str) -> Result<Command> {
        Ok(client(&self.tool, &self.socket_dir(), role, self.password(role)?, database))
    }

    /// Runs SQL as the administrator, stopping at the first error.
    ///
    /// # Errors
    /// With the server's own words.
    pub fn run_script(&self, script: &str) -> Result<()> {
        let doing = || "run psql".to_owned();
        let mut command = self.client(ADMINISTRATOR, "postgres")?;
        command.args(["-q", "-v", "ON_ERROR_STOP=1", "-f", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().doing(doing)?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(script.as_bytes()).doing(doing)?;
        }
        let output = child.wait_with_output().doing(doing)?;
        if output.status.success() {
            return Ok(());
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(Error::said(format!("PostgreSQL refused: {}", errors.lines().next().unwrap_or("no reason given"))))
    }
}

fn client(tool: &PostgresTool, socket_dir: &Path, role: &str, password: &str, database: &str) -> Command {
    let mut command = tool.command("psql");
    command.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "5");
    command.args(["-X", "-h"]).arg(socket_dir).args(["-U", role, "-d", database]);
    command
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
