//! Child processes: each in its own process group, with its own log file, and never outliving the runner.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    error::{Doing, Error, Result},
    sys,
};

/// How long a process may take to stop before it is killed.
pub const GRACE: Duration = Duration::from_secs(8);
/// Poll interval of a waiting loop.
pub const POLL: Duration = Duration::from_millis(15);
/// How many log lines are shown when a process ends unexpectedly.
pub const TAIL: usize = 8;

/// A running child process and its log file.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    stop_signal: i32,
    ended: Option<ExitStatus>,
}

/// How to start and stop one child.
#[derive(Debug)]
pub struct Spec {
    pub name: String,
    pub command: Command,
    pub log: PathBuf,
    /// Signal that asks it to stop.
    pub stop_signal: i32,
    /// Signal that the kernel sends it when the runner dies.
    pub death_signal: i32,
}

impl Process {
    /// Starts a child that writes both outputs to its log.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(mut spec: Spec) -> Result<Self> {
        let log =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&spec.log).doing(|| format!("open {}", spec.log.display()))?;
        let errors = log.try_clone().doing(|| format!("open {}", spec.log.display()))?;
        spec.command.stdin(Stdio::null()).stdout(log).stderr(errors);
        let program = spec.command.get_program().to_string_lossy().into_owned();
        let child = spawn_tied(spec.command, spec.death_signal).doing(|| format!("start {program}"))?;
        Ok(Self { name: spec.name, child, log: spec.log, stop_signal: spec.stop_signal, ended: None })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Its exit status when it has ended.
    pub fn exited(&mut self) -> Option<ExitStatus> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten();
        }
        self.ended
    }

    /// Sends a signal. A process that has ended gets none: its id may be somebody else's by now.
    pub fn signal(&mut self, signal: i32) {
        if self.exited().is_none() {
            let _gone = sys::send(self.pid(), signal);
        }
    }

    /// The error that reports how it ended.
    #[must_use]
    pub fn ended_error(&self, status: ExitStatus) -> Error {
        Error::Ended { name: self.name.clone(), status, log: self.log.clone(), tail: tail(&self.log, TAIL) }
    }

    /// The error that reports that it did not become ready in time.
    #[must_use]
    pub fn not_ready_error(&self, limit: Duration) -> Error {
        let tail = tail(&self.log, TAIL);
        Error::NotReady { name: self.name.clone(), seconds: limit.as_secs(), log: self.log.clone(), tail }
    }

    /// Polls until `ready` returns true, checking each time that the child still runs.
    ///
    /// # Errors
    /// When the child ends, the deadline passes or the start is cancelled.
    pub fn wait_ready(&mut self, limit: Duration, cancel: &AtomicBool, mut ready: impl FnMut() -> bool) -> Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.exited() {
                return Err(self.ended_error(status));
            }
            if ready() {
                return Ok(());
            }
            if cancel.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            if Instant::now() >= deadline {
                return Err(self.not_ready_error(limit));
            }
            thread::sleep(POLL);
        }
    }

    /// Waits for the end of a child that ends by itself.
    ///
    /// # Errors
    /// When it fails, takes too long or the start is cancelled.
    pub fn wait_done(&mut self, limit: Duration, cancel: &AtomicBool) -> Result<()> {
        let deadline = Instant::now() + limit;
        loop {
            match self.exited() {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(self.ended_error(status)),
                None if cancel.load(Ordering::Relaxed) => return Err(Error::Cancelled),
                None if Instant::now() >= deadline => return Err(self.not_ready_error(limit)),
                None => thread::sleep(POLL),
            }
        }
    }

    /// Waits up to `limit` for the child to end.
    pub fn wait_exit(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        while self.exited().is_none() && Instant::now() < deadline {
            thread::sleep(POLL);
        }
        self.exited()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.exited().is_none() {
            self.signal(self.stop_signal);
            if self.wait_exit(Duration::from_secs(2)).is_none() {
                self.signal(sys::SIGKILL);
                let _status = self.child.wait();
            }
        }
    }
}

/// Asks all of them to stop at once, waits, and kills what is left. Returns a line for each that had to be killed.
pub fn stop_all(processes: &mut [&mut Process], grace: Duration) -> Vec<String> {
    for process in processes.iter_mut() {
        let signal = process.stop_signal;
        process.signal(signal);
    }
    let deadline = Instant::now() + grace;
    let mut killed = Vec::new();
    for process in processes.iter_mut() {
        if process.wait_exit(deadline.saturating_duration_since(Instant::now())).is_none() {
            process.signal(sys::SIGKILL);
            process.wait_exit(Duration::from_secs(5));
            killed.push(format!("{} did not stop within {} s and was killed", process.name, grace.as_secs()));
        }
    }
    killed
}

/// Runs a short command to its end without output. False when it fails or takes too long.
#[must_use]
pub fn succeeds(mut command: Command, limit: Duration) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = spawn_tied(command, sys::SIGKILL) else { return false };
    let deadline = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL),
            _ => {
                let _gone = child.kill();
                let _status = child.wait();
                return false;
            }
        }
    }
}

/// The last lines of a log.
#[must_use]
pub fn tail(log: &Path, lines: usize) -> Vec<String> {
    let text = last_bytes(log, 64 * 1024).unwrap_or_default();
    let all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    all.iter().skip(all.len().saturating_sub(lines)).map(|line| line.chars().take(400).collect()).collect()
}

fn last_bytes(log: &Path, most: u64) -> io::Result<String> {
    let mut file = fs::File::open(log)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Spawns from one thread that lives as long as the runner: the kernel's death signal follows the spawning thread.
///
/// # Errors
/// When the program cannot be started.
pub fn spawn_tied(mut command: Command, death_signal: i32) -> io::Result<Child> {
    static SPAWNER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
    sys::die_with_parent(&mut command, death_signal);
    command.process_group(0);
    let spawner = SPAWNER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        thread::spawn(move || {
            for (mut command, answer) in inbox {
                let _nobody_waits = answer.send(command.spawn());
            }
        });
        orders
    });
    let (answer, result) = mpsc::channel();
    let gone = || io::Error::other("the spawning thread has ended");
    spawner.send((command, answer)).map_err(|_| gone())?;
    result.recv().map_err(|_| gone())?
}
