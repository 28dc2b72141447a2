//! Lifecycle of a process: one start order, one stop order, and no task that ends unnoticed.

use std::{
    future::Future,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, bail};
use audit_log::Denied;
use auth::{
    access::{Access, Rule},
    grants,
};
use base::{
    clock::{self, Clock, Ids},
    database,
    tasks::{GRACE, Tasks},
};
use messaging::{BusHealth, bus::Bus};
use sqlx::migrate::Migrator;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Router;
use tower::layer::util::{Identity, Stack};
use vault::{KeyFile, Vault};

use crate::{
    Context,
    client::{self, Peer},
    config::{self, Configured, Settings, Task},
    grpc, health,
    limits::{self, Defence, connections::Connections},
    process, schema, task,
    telemetry::Telemetry,
    tls::{self, Credentials},
};

type Guarded = Router<Stack<grpc::Gate, Identity>>;

/// Dependencies of every process. Cheap to clone.
#[derive(Clone)]
pub struct Process {
    pub name: &'static str,
    pub clock: Clock,
    pub ids: Ids,
    /// Cancelled when the process is asked to stop.
    pub stop: CancellationToken,
    pub tasks: Tasks,
    pub settings: Arc<Settings>,
    /// Calls refused by the gRPC server, until they are in the audit log.
    pub denied: Denied,
    /// Faults between this process and the bus.
    pub(crate) bus_health: Option<BusHealth>,
    /// Whether the database is as its witness knows it.
    pub(crate) history: Arc<watch::Sender<bool>>,
    credentials: Arc<Mutex<Option<Credentials>>>,
}

impl Process {
    /// Process that has not begun anything.
    #[must_use]
    pub fn new(name: &'static str, settings: Settings, clock: Clock, ids: Ids) -> Self {
        let tasks = Tasks::default();
        Self {
            name,
            clock,
            ids,
            stop: tasks.stop.clone(),
            tasks,
            settings: Arc::new(settings),
            denied: Denied::default(),
            bus_health: None,
            history: Arc::new(watch::Sender::new(true)),
            credentials: Arc::default(),
        }
    }

    /// Vault over the key file of the settings. Without one it refuses everything.
    pub(crate) fn vault(&self) -> Vault {
        match &self.settings.vault_key_file {
            Some(path) => Vault::new(self.name, KeyFile::new(path), self.clock.clone()),
            None => Vault::none(self.name, self.clock.clone()),
        }
    }

    /// Whether the database is as its witness knows it: `false` from the moment it is found to be older, or rewritten, until an operator
    /// has accepted that.
    #[must_use]
    pub fn history(&self) -> watch::Receiver<bool> {
        self.history.subscribe()
    }

    /// As [`Tasks::spawn`].
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.tasks.spawn(name, task);
    }

    /// Logs when the clock of this machine is set, until the process stops.
    pub fn watch_clock(&self) {
        let (clock, stop) = (self.clock.clone(), self.stop.clone());
        self.spawn("clock", async move {
            clock::watch(clock, stop).await;
            Ok(())
        });
    }

    /// Connection to another service, which must prove to be `service`, under this service's own identity.
    ///
    /// # Errors
    /// The URL or a certificate cannot be used.
    pub fn peer(&self, service: &str, url: &str) -> anyhow::Result<Peer> {
        client::connect_as_service(url, service, self.credentials()?)
    }

    /// Certificates of this process, read once and kept fresh from then on.
    fn credentials(&self) -> anyhow::Result<Credentials> {
        let mut held = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(credentials) = held.as_ref() {
            return Ok(credentials.clone());
        }
        let credentials = Credentials::load(&self.settings, self.clock.clone())?;
        self.spawn("certificates", credentials.clone().keep_fresh(self.stop.clone()));
        *held = Some(credentials.clone());
        Ok(credentials)
    }

    /// Serves the RPCs, health and reflection until the process stops. People's grants are read from `grants`; without it no person holds
    /// any grant here.
    ///
    /// # Errors
    /// The address cannot be bound, or a certificate or key set cannot be used.
    pub async fn serve_grpc(
        &self,
        descriptors: &'static [u8],
        rules: &'static [Rule],
        routes: tonic::service::Routes,
        grants: Option<grants::Copy>,
    ) -> anyhow::Result<()> {
        self.serve_grpc_to(descriptors, Access { rules, ..Access::default() }, routes, grants).await
    }

    /// The same with further access settings: urgent methods, and devices.
    ///
    /// # Errors
    /// As above.
    pub async fn serve_grpc_to(
        &self,
        descriptors: &'static [u8],
        access: Access,
        routes: tonic::service::Routes,
        grants: Option<grants::Copy>,
    ) -> anyhow::Result<()> {
        let settings = &self.settings;
        let verifier = match (self.verifier()?, &access.devices) {
            (Some(verifier), Some(devices)) => Some(verifier.with_devices(devices.clone())),
            (verifier, _) => verifier,
        };
        let (health, health_service) = tonic_health::server::health_reporter();
        health.set_service_status("", tonic_health::ServingStatus::Serving).await;
        let reporting = health::report(self.bus_health.clone(), self.history(), self.tasks.clone(), health.clone());
        let reflection = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(descriptors)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .context("cannot serve reflection")?
            .max_decoding_message_size(limits::open::MESSAGE);
        let health_service = health_service.max_decoding_message_size(limits::open::MESSAGE);
        let defence = Defence::new(settings, self.clock.clone(), access.urgent);
        let router = limits::server()
            .layer(grpc::Gate { verifier, access, denied: self.denied.clone(), defence, grants, clock: self.clock.clone() })
            .add_routes(routes)
            .add_service(health_service)
            .add_service(reflection);
        let listener = TcpListener::bind(settings.listen).await.with_context(|| format!("cannot serve on {}", settings.listen))?;
        tracing::info!(address = %settings.listen, "serving");
        let stop = self.stop.clone();
        let ending = async move {
            stop.cancelled().await;
            health.set_service_status("", tonic_health::ServingStatus::NotServing).await;
        };
        let serving = self.serve_on(listener, router, ending);
        // An open stream must not delay the stop: its end is awaited no longer than the grace.
        tokio::select! {
            served = serving => served,
            () = async { self.stop.cancelled().await; tokio::time::sleep(GRACE / 2).await } => Ok(()),
            () = reporting => Ok(()),
        }
    }

    async fn serve_on(&self, listener: TcpListener, router: Guarded, ending: impl Future<Output = ()> + Send) -> anyhow::Result<()> {
        let credentials = self.credentials()?;
        let most = |setting: u32| usize::try_from(setting).unwrap_or(usize::MAX);
        let open = Connections::new(most(self.settings.open_connections), most(self.settings.open_connections_per_address));
        if credentials.server().is_none() {
            tracing::warn!("no certificate is set: this service speaks plain text, and no other service can prove itself to it");
            let connections = tls::plain(listener, open);
            return router.serve_with_incoming_shutdown(connections, ending).await.context("cannot serve");
        }
        let (connections, accepting) = tls::listen(listener, credentials, open, self.stop.clone());
        self.spawn("door", accepting);
        router.serve_with_incoming_shutdown(connections, ending).await.context("cannot serve")
    }
}

impl Settings {
    /// Authority that signs the services' certificates, where one is set.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn authority(&self) -> anyhow::Result<Option<Vec<u8>>> {
        self.tls_ca.as_ref().map(|path| std::fs::read(path).context("cannot read the authority's certificate")).transpose()
    }
}

/// Runs a service with its own database: parses the configuration, then serves, migrates, or checks its health.
pub fn run<C, F, S>(name: &'static str, migrator: &'static Migrator, serve: S) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>> + Send,
    S: FnOnce(C, Context) -> F,
{
    start(name, |config: C, settings| async move {
        match &settings.command {
            Some(Task::Health) => task::health(&settings).await,
            Some(Task::Migrate) => task::migrate(name, &settings, migrator).await,
            Some(Task::RotateKeys) => task::rotate_keys(name, &settings).await,
            Some(Task::AcceptRestore { reason }) => task::accept_restore(name, &settings, reason).await,
            None => live(name, settings, migrator, config.keeps_its_clocks(), |ctx| serve(config, ctx)).await,
        }
    })
}

/// Runs a process without a database and without the bus.
pub fn run_without_database<C, F, S>(name: &'static str, serve: S) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>> + Send,
    S: FnOnce(C, Process) -> F,
{
    start(name, |config: C, settings| async move {
        match &settings.command {
            Some(Task::Health) => task::health(&settings).await,
            Some(Task::Migrate | Task::RotateKeys | Task::AcceptRestore { .. }) => bail!("{name} owns no database"),
            None => {
                let process = Process::new(name, settings, Clock::system(), Ids::random());
                listen_for_signals(&process.stop)?;
                process.watch_clock();
                let served = serve(config, process.clone()).await;
                process.end().await;
                process.verdict(served)
            }
        }
    })
}

fn start<C, F>(name: &'static str, work: impl FnOnce(C, Settings) -> F) -> ExitCode
where
    C: Configured,
    F: Future<Output = anyhow::Result<()>>,
{
    let sealed = process::keep_memory_private();
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

/// Pool of the application's login.
pub(crate) async fn connect(name: &str, settings: &Settings) -> anyhow::Result<sqlx::PgPool> {
    let url = settings.database_url.as_ref().context("a database is needed: set --database-url")?;
    database::connect(name, url, settings.database_connections).await
}

/// Start order: database, schema, bus, tasks, gRPC server. Stop order: the reverse, within the grace.
async fn live<F>(
    name: &'static str,
    settings: Settings,
    migrator: &'static Migrator,
    keeps_its_clocks: bool,
    serve: impl FnOnce(Context) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let process = Process::new(name, settings, Clock::system(), Ids::random());
    listen_for_signals(&process.stop)?;
    let pool = tokio::select! {
        pool = connect(name, &process.settings) => pool?,
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

impl Process {
    /// Asks every task to stop and waits for them, within the grace.
    async fn end(&self) {
        tracing::info!("stopping");
        if !self.tasks.end(GRACE).await {
            tracing::warn!("some tasks did not end in time");
        }
    }

    fn verdict(&self, served: anyhow::Result<()>) -> anyhow::Result<()> {
        served?;
        if self.tasks.failed() {
            bail!("a task ended by surprise");
        }
        tracing::info!("stopped");
        Ok(())
    }
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
