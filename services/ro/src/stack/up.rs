//! The command `ro up`: starts everything, prints where it is, and keeps it running until asked to stop.

use std::{
    fs::{self, OpenOptions},
    os::unix::{fs::OpenOptionsExt, process::CommandExt},
    path::Path,
    process::{Command, ExitCode, Stdio},
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::Args;
use local::{Description, Options, Progress, Stack, process, state};
use serde_json::json;

use super::{Place, build, print_progress, signals};
use crate::print;

/// Options of `ro up`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro up\n  cargo ro up --detach\n  cargo ro up --fresh --scale notification=3")]
pub struct Up {
    #[command(flatten)]
    pub place: Place,

    /// Drop the data of former runs first
    #[arg(long)]
    pub fresh: bool,

    /// Print the addresses as one JSON object
    #[arg(long)]
    pub json: bool,

    /// Leave it running and return; stop it with `cargo ro down`
    #[arg(long)]
    pub detach: bool,

    /// Run several processes of one service
    #[arg(long, value_name = "SERVICE=COUNT", value_parser = scale)]
    pub scale: Vec<(String, u16)>,

    /// Use the programs that are there
    #[arg(long)]
    pub no_build: bool,
}

fn scale(text: &str) -> Result<(String, u16), String> {
    let (name, count) = text.split_once('=').ok_or("write SERVICE=COUNT, for example notification=3")?;
    match count.parse() {
        Ok(count @ 1..=20) if local::SERVICES.contains(&name) => Ok((name.to_owned(), count)),
        Ok(1..=20) => Err(format!("no service is named {name}: there are {}", local::SERVICES.join(", "))),
        _ => Err("the count is from 1 to 20".to_owned()),
    }
}

impl Up {
    /// Runs until asked to stop, or until a process that died cannot be started again.
    ///
    /// # Errors
    /// One sentence with the remedy.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let dir = self.place.dir();
        if let Some(pid) = state::Lock::holder(&dir)? {
            bail!("the stack in {} is already running (process {pid}): use it, or stop it with `cargo ro down`", dir.display());
        }
        if build::by_cargo() && !self.no_build {
            build::programs()?;
        }
        if self.detach { self.start_detached(&dir) } else { self.keep_running(&dir) }
    }

    fn keep_running(&self, dir: &Path) -> anyhow::Result<ExitCode> {
        let started = Instant::now();
        let mut options = Options::new(dir.to_path_buf(), build::bin_dir()?);
        options.fresh = self.fresh;
        options.replicas = self.scale.iter().cloned().collect();
        signals::raise_on_stop(options.cancel.clone()).context("catch Ctrl-C")?;
        let mut stack = match Stack::start(&options, &mut print_progress) {
            Ok(stack) => stack,
            Err(local::Error::Cancelled) => {
                print::note("stopped before everything was up");
                return Ok(ExitCode::FAILURE);
            }
            Err(error) => return Err(error.into()),
        };
        print_progress(Progress::Step(format!("up after {:.1} s", started.elapsed().as_secs_f32())));
        self.print_addresses(stack.description());
        while !options.cancel.load(Ordering::Relaxed) {
            if let Err(error) = stack.keep_up(&mut print_progress) {
                print::note(format!("ro: it cannot be started again: {error}"));
                print::note("stopping the others");
                stack.stop(&mut print_progress);
                return Ok(ExitCode::FAILURE);
            }
            thread::sleep(Duration::from_millis(100));
        }
        print::note("stopping");
        stack.stop(&mut print_progress);
        print::note("stopped");
        Ok(ExitCode::SUCCESS)
    }

    fn start_detached(&self, dir: &Path) -> anyhow::Result<ExitCode> {
        state::prepare(dir)?;
        let path = dir.join("up.log");
        let _former = fs::remove_file(&path);
        let log = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["up", "--no-build", "--state-dir"]).arg(dir);
        if self.fresh {
            command.arg("--fresh");
        }
        for (name, count) in &self.scale {
            command.arg("--scale").arg(format!("{name}={count}"));
        }
        // A process group of its own: Ctrl-C in this terminal is not meant for it.
        command.process_group(0).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut runner = command.spawn().context("start the runner")?;
        let deadline = Instant::now() + Duration::from_secs(15 * 60);
        let file = Description::path(dir);
        loop {
            if let Ok(description) = Description::load(&file)
                && description.pid == runner.id()
            {
                self.print_addresses(&description);
                return Ok(ExitCode::SUCCESS);
            }
            if let Some(status) = runner.try_wait()? {
                bail!("the stack did not start ({status}):\n{}", process::tail(&path, 12).join("\n"));
            }
            if Instant::now() >= deadline {
                bail!("the stack is not up after 15 minutes: see {}, stop it with `cargo ro down`", path.display());
            }
            thread::sleep(process::POLL);
        }
    }

    fn print_addresses(&self, description: &Description) {
        let file = Description::path(&description.state_dir);
        if self.json {
            print::line(json!({
                "stack": file,
                "pid": description.pid,
                "services": description.services,
                "nats": description.nats.url,
                "ca_file": description.ca_file,
                "mail_dir": description.mail_dir,
            }));
            return;
        }
        let dashboard = description.services.get("dashboard").and_then(|found| found.http.as_deref());
        for name in local::SERVICES {
            if let Ok(address) = description.grpc(name) {
                print::line(format!("{name:<13} {address}"));
            }
        }
        if let Some(address) = dashboard {
            print::line(format!("{:<13} {address}  (sign in there as one of the invented people)", "dashboard"));
        }
        print::line(format!("{:<13} {}", "bus", description.nats.url));
        print::line(format!("{:<13} {}", "mail", description.mail_dir.display()));
        print::line(format!("{:<13} {}  (addresses, CA, identities; `cargo ro env`)", "stack.json", file.display()));
        let stop = if self.detach { "`cargo ro down` stops everything" } else { "Ctrl-C or `cargo ro down` stops everything" };
        print::line(format!("{stop}; `cargo ro demo` plays a day on it"));
    }
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn a_count_is_taken_for_services_that_exist() {
        assert_eq!(scale("notification=3"), Ok(("notification".to_owned(), 3)));
        for wrong in ["notification", "notification=0", "notification=many", "printer=2"] {
            assert!(scale(wrong).is_err(), "{wrong}");
        }
    }
}
