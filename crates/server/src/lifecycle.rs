//! Lifecycle of a process: one start order, one stop order, and no task that ends unnoticed.

use std::{future::Future, process::ExitCode, time::Duration};

use anyhow::bail;
use base::{Clock, Ids, programme};
use messaging::bus::Bus;
use sqlx::migrate::Migrator;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use topology::Programme;

use crate::{
    Context, Process,
    config::{self, Configured, Settings, Task},
    files, memory, schema, task,
    telemetry::Telemetry,
};

/// Runs a service with its own database: parses the configuration, then serves, migrates, or checks its health.
pub fn run<C, F, S>(programme: Programme, name: &'static str, migrator: &'static Migrator, serve: S) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>> + Send,
    S: FnOnce(C, Context) -> F,
{
    start(programme, name, |config: C, settings| async move {
        match &settings.command {
            Some(Task::Health) => task::health(&settings).await,
            Some(Task::Migrate) => task::migrate(name, &settings, migrator).await,
            Some(Task::RotateKeys) => task::rotate_keys(name, &settings).await,
            Some(Task::AcceptRestore { reason }) => task::accept_restore(name, &settings, reason).await,
            None => live(programme, name, settings, migrator, config.keeps_its_clocks(), |ctx| serve(config, ctx)).await,
        }
    })
}

/// Runs a process without a database and without the bus.
pub fn run_without_database<C, F, S>(programme: Programme, name: &'static str, serve: S) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>> + Send,
    S: FnOnce(C, Process) -> F,
{
    start(programme, name, |config: C, settings| async move {
        match &settings.command {
            Some(Task::Health) => task::health(&settings).await,
            Some(Task::Migrate | Task::RotateKeys | Task::AcceptRestore { .. }) => bail!("{name} owns no database"),
            None => {
                let process = Process::new(programme, name, settings, Clock::system(), Ids::random());
                listen_for_signals(&process.stop)?;
                process.watch_clock();
                let served = serve(config, process.clone()).await;
                process.end().await;
                process.verdict(served)
            }
        }
    })
}

fn start<C, F>(programme: Programme, name: &'static str, work: impl FnOnce(C, Settings) -> F) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>>,
{
    programme::set(programme);
    let sealed = memory::keep_memory_private();
    let files = files::open_as_many_as_allowed();
    let config: C = config::parse(name);
    let settings = config.server().clone();
    // The first call wins; a second one only returns an error.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    if let Err(error) = settings.check_addresses() {
        return fail(name, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(name, &error.into()),
    };
    let outcome = runtime.block_on(async {
        let telemetry = Telemetry::start(name, &settings.log, settings.otlp_endpoint.as_deref())?;
        if let Err(error) = sealed {
            tracing::error!(error = %error, "this process may leave its memory on a disk when it crashes");
        }
        if let Err(error) = files {
            tracing::warn!(error = %error, "the limit of open files cannot be raised");
        }
        files::check(settings.open_connections);
        let outcome = if settings.check_config {
            tracing::info!(settings = ?settings, "the settings can be used");
            Ok(())
        } else {
            work(config, settings).await
        };
        if let Err(error) = &outcome {
            tracing::error!(error = format!("{error:#}"), "the process ends");
        }
        telemetry.shutdown().await;
        outcome
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(name, &error),
    }
}

#[expect(clippy::print_stderr, reason = "the last word of a process that cannot go on, for whoever started it")]
fn fail(name: &str, error: &anyhow::Error) -> ExitCode {
    eprintln!("{name}: {error:#}");
    ExitCode::FAILURE
}

/// Start order: database, schema, bus, tasks, gRPC server. Stop order: the reverse, within the grace.
async fn live<F>(
    programme: Programme,
    name: &'static str,
    settings: Settings,
    migrator: &'static Migrator,
    keeps_its_clocks: bool,
    serve: impl FnOnce(Context) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let process = Process::new(programme, name, settings, Clock::system(), Ids::random());
    listen_for_signals(&process.stop)?;
    let pool = tokio::select! {
        pool = process.settings.pool(name) => pool?,
        () = process.stop.cancelled() => return Ok(()),
    };
    schema::check(name, &pool, migrator).await?;
    let url = process.settings.nats_url.clone();
    let bus = Bus::connect(name, &url, process.settings.nats_seed_file.as_deref(), process.settings.nats_ca.as_deref()).await?;
    let ctx = Context::assemble(process, pool, bus);
    ctx.publish_outbox();
    if !keeps_its_clocks {
        ctx.process.watch_clock();
    }
    ctx.spawn("audit-checkpoints", ctx.audit.clone().keep_checkpointed());
    let (bus, stop) = (ctx.bus.clone(), ctx.stop.clone());
    // The gRPC server opens without the bus: what is recorded waits in the outbox. A bus server that is too old ends the process.
    ctx.spawn("bus-check", async move {
        tokio::select! {
            checked = bus.ready(&url) => checked?,
            () = stop.cancelled() => {}
        }
        stop.cancelled().await;
        Ok(())
    });
    let served = serve(ctx.clone()).await;
    ctx.process.end().await;
    let _ = tokio::time::timeout(Duration::from_secs(2), ctx.bus.client.drain()).await;
    let _ = tokio::time::timeout(Duration::from_secs(2), ctx.pool.close()).await;
    ctx.process.verdict(served)
}

/// Listens for signals: the first SIGTERM or SIGINT stops gracefully.
fn listen_for_signals(stop: &CancellationToken) -> anyhow::Result<()> {
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}
