//! The command `ro bench`: the system measured against the best the machine can do, in the same run, on a stack of its own.

mod browser;
mod caseload;
mod floor;
mod intake;
mod load;
mod machine;
mod raise;
mod sample;
mod streams;
mod table;
mod uniform;

use std::{
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use local::{Options, Stack, ports::Ports, postgres::Login, state};

use crate::{
    client::{common::Common, session::Session},
    print,
    stack::{build, print_progress, signals},
};
use floor::{Floor, Receives};
use intake::Intake;
use load::Load;
use raise::Raise;
use table::Table;

const CLIENTS: [usize; 3] = [1, 8, 64];
const MAX_CLIENTS: usize = 64;
const BULK_CLIENTS: usize = 4;
/// How long a call that a busy service refuses for now is retried; the whole time is measured.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Number of clients that raise under load, and how long the idle processes are watched.
const CLIENTS_BESIDE_LOAD: usize = 1;
const QUIET: usize = 10;
/// How often each read is measured.
const READS: usize = 400;
/// Number of raises that live streams are measured with.
const RAISES: usize = 40;

/// Measure the system beside what the machine can do at best
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro bench\n  cargo ro bench --quick\n  cargo ro bench --json > bench.json\n\n\
    Builds release programs, starts a stack of its own with fresh data, and stops it. Only the ratios of one run count:\n\
    the machine may be busy with other work.")]
pub struct Bench {
    /// Fewer of everything: to see that it runs
    #[arg(long)]
    quick: bool,
    /// Also write the figures as JSON on standard output; the table then goes to standard error
    #[arg(long)]
    json: bool,
    /// Use the release programs that are there
    #[arg(long)]
    no_build: bool,
    /// How many clients call at once, one round after the other
    #[arg(long, hide = true, requires = "here", value_delimiter = ',', default_values_t = CLIENTS, value_parser = clap::builder::ValueParser::new(clients))]
    clients: Vec<usize>,
    /// Measure the programs that stand beside this one, whatever their profile
    #[arg(long, hide = true)]
    here: bool,
    /// Measure instead whether the time of a refusal tells what is hidden from what does not exist: so many pairs per RPC, by the
    /// programs that stand beside this one
    #[arg(long, value_name = "PAIRS", num_args = 0..=1, default_missing_value = "2000")]
    uniform: Option<usize>,
    /// Measure instead how soon a concern reaches every live stream of one dashboard: so many streams, each of another person, by the
    /// programs that stand beside this one
    #[arg(long, value_name = "STREAMS", num_args = 0..=1, default_missing_value = "1000", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    streams: Option<u16>,
    /// Measure instead how long the pages that people wait for take with hardly anything in the system, and beside a caseload of so many
    /// years, by the programs that stand beside this one
    #[arg(long, value_name = "YEARS", num_args = 0..=1, default_missing_value = "5", value_parser = clap::value_parser!(u32).range(1..=50))]
    caseload: Option<u32>,
}

fn clients(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| (1..=MAX_CLIENTS).contains(count)).ok_or_else(|| format!("from 1 to {MAX_CLIENTS}"))
}

/// Runs the benchmark; exit status 0 when everything was measured.
pub fn run(bench: &Bench) -> ExitCode {
    match bench.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::note(format!("ro: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

impl Bench {
    fn run(&self) -> anyhow::Result<()> {
        if let Some(pairs) = self.uniform {
            return uniformity(pairs);
        }
        if let Some(streams) = self.streams {
            return self.live_streams(streams.into());
        }
        if let Some(years) = self.caseload {
            return self.reads(years);
        }
        let release = if self.here { build::bin_dir()? } else { release_dir()? };
        if !self.no_build && !self.here {
            print::note("building the release programs: the first time takes many minutes");
            let status = build::cargo().args(["build", "--release", "--workspace", "--bins"]).status().context("run cargo")?;
            ensure!(status.success(), "the build failed ({status})");
        }
        let this = std::env::current_exe()?;
        if this.parent() != Some(release.as_path()) {
            // The clients are measured too: they run as a release program as well.
            let mut command = Command::new(release.join("ro"));
            command.args(["bench", "--no-build"]).args(self.quick.then_some("--quick")).args(self.json.then_some("--json"));
            return Err(command.exec()).context("run the release program");
        }
        let table = self.on_a_stack_of_its_own(release)?;
        if self.json {
            print::line(table.json());
            print::note(table.text());
        } else {
            print::line(table.text());
        }
        Ok(())
    }

    fn on_a_stack_of_its_own(&self, release: PathBuf) -> anyhow::Result<Table> {
        let mut options = Options::new(state::default_dir(&release), release);
        options.fresh = true;
        options.ports = Ports::Free;
        signals::raise_on_stop(options.cancel.clone())?;
        let begun = Instant::now();
        let mut stack = Stack::start(&options, &mut print_progress)?;
        let mut table = Table { quick: self.quick, up_seconds: begun.elapsed().as_secs_f64(), ..Table::default() };
        let (nats, login) = floor::start_nats(&options)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        table.memory = machine::idle(stack.description());
        print::note("processor time while nothing happens");
        let quiet = Duration::from_secs(self.count(QUIET) as u64);
        table.idle = runtime.block_on(machine::idle_cost(stack.description(), quiet));
        let measured = runtime.block_on(async {
            let floor = Floor::open(&stack.postgres().url("safety", Login::Owner)?, &nats.url(), &login).await?;
            tokio::select! {
                done = Box::pin(self.measure(&stack, &floor, &mut table)) => done,
                () = stopped(&options.cancel) => Err(anyhow::anyhow!("stopped on request")),
            }
        });
        machine::peaks(stack.description(), &mut table.memory);
        // Pending calls must not outlive the services.
        runtime.shutdown_background();
        drop(nats);
        if measured.is_ok() {
            print::note("start times");
            table.starts = machine::starts(&mut stack)?;
        }
        stack.stop(&mut print_progress);
        measured.map(|()| table)
    }

    /// A tenth of it when quick; a hundredth when quick and of these programs, which is how a test sees that everything is measured.
    const fn count(&self, full: usize) -> usize {
        match (self.quick, self.here) {
            (true, true) => full.div_ceil(100),
            (true, false) => full.div_ceil(10),
            (false, _) => full,
        }
    }

    fn reads(&self, years: u32) -> anyhow::Result<()> {
        let options = beside_this("caseload")?;
        let stack = Stack::start(&options, &mut print_progress)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let measured = runtime.block_on(async {
            let session = session(&stack)?;
            tokio::select! {
                done = Box::pin(caseload::measure(&session, stack.description(), years, self.count(READS))) => done,
                () = stopped(&options.cancel) => Err(anyhow::anyhow!("stopped on request")),
            }
        });
        runtime.shutdown_background();
        stack.stop(&mut print_progress);
        print::line(caseload::text(&measured?));
        Ok(())
    }

    fn live_streams(&self, streams: usize) -> anyhow::Result<()> {
        let mut options = beside_this("streams")?;
        // Streams may take three quarters of the connections.
        let connections = ("DASHBOARD_OPEN_CONNECTIONS".to_owned(), (streams * 2 + 64).to_string());
        options.extra_env.insert("dashboard".to_owned(), vec![connections]);
        let stack = Stack::start(&options, &mut print_progress)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let measured = runtime.block_on(async {
            let session = session(&stack)?;
            tokio::select! {
                done = Box::pin(streams::measure(&session, stack.description(), streams, self.count(RAISES))) => done,
                () = stopped(&options.cancel) => Err(anyhow::anyhow!("stopped on request")),
            }
        });
        runtime.shutdown_background();
        stack.stop(&mut print_progress);
        print::line(measured?.text());
        Ok(())
    }

    async fn measure(&self, stack: &Stack, floor: &Floor, table: &mut Table) -> anyhow::Result<()> {
        let session = session(stack)?;
        let raise = Raise::open(&session, MAX_CLIENTS).await?;
        let intake = Arc::new(Intake::open(&session, MAX_CLIENTS)?);
        print::note("warming up");
        for receives in [Receives::Only, Receives::AndCommits] {
            floor.composed(8, 10, receives).await?;
        }
        raise.measure(8, 40).await?;
        intake.one_by_one(MAX_CLIENTS, 2).await?;
        for clients in self.clients.iter().copied() {
            print::note(format!("{clients} clients"));
            let each = self.count(1_600 / clients + 40);
            table.floor("PostgreSQL: row, commit", &floor.insert(clients, each).await?);
            let both = table.floor("PostgreSQL: state and outbox, commit", &floor.insert_with_outbox(clients, each).await?);
            table.floor("JetStream: publish, ack", &floor.publish(clients, each).await?);
            let received = floor.composed(clients, each, Receives::Only).await?;
            let received = table.floor("composed: commit, publish, both receive", &received);
            let committed = floor.composed(clients, each, Receives::AndCommits).await?;
            let committed = table.floor("composed: commit, publish, both commit", &committed);
            let raised = raise.measure(clients, self.count(1_152)).await?;
            table.product("concern: raise, receipt", &raised.receipt, ("state and outbox", both));
            table.product("concern: raise, both inboxes hold it", &raised.both_known, ("both receive", received));
            table.product("concern: raise, both inboxes hold it", &raised.both_known, ("both commit", committed));
            table.product("concern: raise, both seen by a watcher", &raised.watched, ("both receive", received));
            table.product("concern: raise, both seen by a watcher", &raised.watched, ("both commit", committed));
            let submitted = intake.one_by_one(clients, each).await?;
            table.product("referral: submit, receipt", &submitted, ("state and outbox", both));
        }
        print::note("bulk");
        let batches = self.count(50);
        let many = table.floor("PostgreSQL: 200 rows, commit", &floor.insert_many(BULK_CLIENTS, batches, intake::BATCH).await?);
        table.product("referrals: 200 in a call", &intake.bulk(BULK_CLIENTS, batches).await?, ("200 rows", many));
        self.beside_load(&session, &raise, &intake, table).await
    }

    /// Raises in a quiet system, and the same under an import and reports at full load.
    async fn beside_load(&self, session: &Session, raise: &Raise, intake: &Arc<Intake>, table: &mut Table) -> anyhow::Result<()> {
        print::note("a raise in a quiet system, and beside an import and reports");
        let count = self.count(768);
        let quiet = raise.measure(CLIENTS_BESIDE_LOAD, count).await?;
        let receipt = table.floor("quiet: raise, receipt", &quiet.receipt);
        let both = table.floor("quiet: raise, both inboxes hold it", &quiet.both_known);
        let load = Load::begin(session, intake).await?;
        let loaded = raise.measure(CLIENTS_BESIDE_LOAD, count).await?;
        table.load = load.summary();
        drop(load);
        table.product("loaded: raise, receipt", &loaded.receipt, ("quiet", receipt));
        table.product("loaded: raise, both inboxes hold it", &loaded.both_known, ("quiet", both));
        Ok(())
    }
}

/// A stack of its own with the programs that stand beside this one, and fresh data in a folder of this name.
fn beside_this(name: &str) -> anyhow::Result<Options> {
    let programs = std::env::current_exe()?.parent().context("this program stands nowhere")?.to_path_buf();
    let mut options = Options::new(state::default_dir(&programs).with_extension(name), programs);
    options.fresh = true;
    options.ports = Ports::Free;
    signals::raise_on_stop(options.cancel.clone())?;
    Ok(options)
}

fn uniformity(pairs: usize) -> anyhow::Result<()> {
    let options = beside_this("uniform")?;
    let stack = Stack::start(&options, &mut print_progress)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let measured = runtime.block_on(async {
        let session = session(&stack)?;
        tokio::select! {
            done = Box::pin(uniform::measure(&session, pairs)) => done,
            () = stopped(&options.cancel) => Err(anyhow::anyhow!("stopped on request")),
        }
    });
    runtime.shutdown_background();
    stack.stop(&mut print_progress);
    measured
}

fn session(stack: &Stack) -> anyhow::Result<Session> {
    let description = stack.description().clone();
    let session = Session::with(&Common::plain(), Some(description));
    Ok(session.map_err(|_| anyhow::anyhow!("the stack's certificate cannot be read"))?.with_min_timeout(TIMEOUT))
}

/// Folder of the release programs, beside that of this program, wherever cargo builds to.
fn release_dir() -> anyhow::Result<PathBuf> {
    Ok(build::bin_dir()?.with_file_name("release"))
}

async fn stopped(cancel: &std::sync::atomic::AtomicBool) {
    while !cancel.load(std::sync::atomic::Ordering::Relaxed) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
