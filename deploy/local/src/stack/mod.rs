//! The running stack: what is started, in which order, and how it is stopped.
//!
//! Lock, tools, PostgreSQL and NATS, identities, streams, migrations, services, dashboard, seed. Stopping goes in reverse. Any failure on
//! the way stops what was started.

mod keep;
mod start;

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    SERVICES,
    description::Description,
    error::{Error, Progress, Result, Say},
    mail::MailCatcher,
    nats::Nats,
    oms::OmsStandIn,
    ports::Ports,
    postgres::Postgres,
    process::{self, Process, Spec},
    provider::Provider,
    service::Plan,
    state, sys,
    tools::Wishes,
};

/// Start timeout. A process that ends is reported at once; this bounds only one that hangs, on the busiest machine.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// What to start and where.
#[derive(Debug, Clone)]
pub struct Options {
    pub state_dir: PathBuf,
    /// The folder of the built programs.
    pub bin_dir: PathBuf,
    pub ports: Ports,
    /// Which of the five services.
    pub services: Vec<String>,
    pub dashboard: bool,
    /// How many processes of a service; one when not named.
    pub replicas: BTreeMap<String, u16>,
    /// Further settings per service, with full variable names; `*` is for all.
    pub extra_env: BTreeMap<String, Vec<(String, String)>>,
    /// Drop the data of former runs first.
    pub fresh: bool,
    /// Load the directory and the office-holders of the development identities.
    pub seed: bool,
    pub wishes: Wishes,
    /// Flag that cancels a start that is under way.
    pub cancel: Arc<AtomicBool>,
}

impl Options {
    /// Everything, on the listed ports, with the programs of `bin_dir`.
    #[must_use]
    pub fn new(state_dir: PathBuf, bin_dir: PathBuf) -> Self {
        let wishes = Wishes::from_env();
        Self {
            state_dir,
            bin_dir,
            ports: Ports::Stable,
            services: SERVICES.map(String::from).into(),
            dashboard: true,
            replicas: BTreeMap::new(),
            extra_env: BTreeMap::new(),
            fresh: false,
            seed: true,
            cancel: Arc::clone(&wishes.cancel),
            wishes,
        }
    }
}

/// One process of a service.
#[derive(Debug)]
struct Member {
    plan: Plan,
    process: Process,
}

/// The running stack. Dropping it stops everything.
#[derive(Debug)]
pub struct Stack {
    members: Vec<Member>,
    nats: Nats,
    postgres: Postgres,
    _stand_ins: (MailCatcher, OmsStandIn, Provider),
    description: Description,
    cancel: Arc<AtomicBool>,
    stopped: bool,
    began: Instant,
    kept: keep::Kept,
    _lock: state::Lock,
}

impl Stack {
    /// Starts everything and returns when all of it is ready.
    ///
    /// # Errors
    /// One sentence with the remedy; whatever was started is stopped again.
    pub fn start(options: &Options, say: Say<'_>) -> Result<Self> {
        start::start(options, say)
    }

    /// What outside clients need.
    #[must_use]
    pub const fn description(&self) -> &Description {
        &self.description
    }

    /// Path of the description.
    #[must_use]
    pub fn description_path(&self) -> PathBuf {
        Description::path(&self.description.state_dir)
    }

    #[must_use]
    pub const fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    #[must_use]
    pub const fn nats(&self) -> &Nats {
        &self.nats
    }

    /// Starts every process and waits until all of them are ready. One that ends is reported at once, whichever is slow.
    fn begin(&mut self, plans: Vec<Plan>, places: &start::Places) -> Result<()> {
        for plan in plans {
            let process = spawn(&plan, start::log_of(places, &plan.name), &[])?;
            self.members.push(Member { plan, process });
        }
        let since = Instant::now();
        let mut waiting: Vec<usize> = (0..self.members.len()).collect();
        while !waiting.is_empty() {
            for process in self.members.iter_mut().map(|member| &mut member.process) {
                if let Some(status) = process.exited() {
                    return Err(process.ended_error(status));
                }
            }
            waiting.retain(|number| self.members.get(*number).is_some_and(|member| !member.plan.answers()));
            let slow = waiting.first().and_then(|number| self.members.get(*number)).filter(|_| since.elapsed() >= READY_TIMEOUT);
            if let Some(member) = slow {
                return Err(member.process.not_ready_error(READY_TIMEOUT));
            }
            if self.cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            std::thread::sleep(process::POLL);
        }
        self.note_pids();
        Ok(())
    }

    fn process(&mut self, name: &str) -> Result<&mut Process> {
        match name {
            "nats" => Ok(&mut self.nats.process),
            "postgres" => Ok(&mut self.postgres.process),
            _ => self
                .members
                .iter_mut()
                .find(|member| member.plan.name == name)
                .map(|member| &mut member.process)
                .ok_or_else(|| Error::said(format!("no process of the stack is named {name}"))),
        }
    }

    /// Sends a signal to one process: a service, `service-2`, `dashboard`, `nats` or `postgres`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn kill(&mut self, name: &str, signal: i32) -> Result<()> {
        let process = self.process(name)?;
        process.signal(signal);
        if signal == sys::SIGKILL {
            process.wait_exit(process::GRACE);
        }
        Ok(())
    }

    /// Stops one process if it runs, starts it again on the same address, and waits until it is ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn restart(&mut self, name: &str) -> Result<()> {
        let cancel = Arc::clone(&self.cancel);
        match name {
            "nats" => self.nats.restart(&cancel)?,
            "postgres" => self.postgres.restart(&cancel)?,
            _ => {
                process::stop_all(&mut [self.process(name)?], process::GRACE);
                let member = self.members.iter_mut().find(|member| member.plan.name == name);
                if let Some(member) = member {
                    member.process = spawn(&member.plan, member.process.log().to_path_buf(), &[])?;
                    member.wait_ready(&cancel)?;
                }
            }
        }
        self.note_pids();
        self.description.save(&self.description_path())
    }

    fn note_pids(&mut self) {
        self.description.nats.pid = self.nats.process.pid();
        self.description.nats.monitor = self.nats.monitor_url();
        self.description.postgres.pid = self.postgres.process.pid();
        for member in &self.members {
            if let Some(service) = self.description.services.get_mut(&member.plan.name) {
                service.pid = member.process.pid();
            }
        }
    }

    /// Stops everything: services, then the bus, then the database. Says which process had to be killed.
    pub fn stop(mut self, say: Say<'_>) {
        for line in self.stop_now() {
            say(Progress::Note(line));
        }
    }

    fn stop_now(&mut self) -> Vec<String> {
        if std::mem::replace(&mut self.stopped, true) {
            return Vec::new();
        }
        let _absent = std::fs::remove_file(self.description_path());
        let mut services: Vec<&mut Process> = self.members.iter_mut().map(|member| &mut member.process).collect();
        let mut killed = process::stop_all(&mut services, process::GRACE);
        killed.extend(process::stop_all(&mut [&mut self.nats.process], process::GRACE));
        killed.extend(process::stop_all(&mut [&mut self.postgres.process], process::GRACE));
        killed
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.stop_now();
    }
}

/// Starts a program of a service; without arguments it serves.
fn spawn(plan: &Plan, log: PathBuf, arguments: &[&str]) -> Result<Process> {
    let mut command = plan.command();
    command.args(arguments);
    Process::spawn(Spec {
        name: [&[plan.name.as_str()], arguments].concat().join(" "),
        command,
        log,
        stop_signal: sys::SIGTERM,
        // Nothing accepted is lost by a kill, and only a kill is sure to leave no orphan.
        death_signal: sys::SIGKILL,
    })
}

impl Member {
    /// Ready when its own port answers and its own `health` reports it.
    fn wait_ready(&mut self, cancel: &AtomicBool) -> Result<()> {
        let plan = &self.plan;
        self.process.wait_ready(READY_TIMEOUT, cancel, || plan.answers())
    }
}

impl Plan {
    fn answers(&self) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
            return false;
        }
        let mut health = self.command();
        health.arg("health");
        process::succeeds(health, Duration::from_secs(5))
    }
}
