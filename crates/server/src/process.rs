//! Process of a service: its name, clock, ids, settings and tasks, its gRPC server, and its connections to other services.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, bail};
use audit_log::Denied;
use auth::{
    access::{Access, Rule},
    grants,
};
use base::{
    clock::{self, Clock, Ids},
    programme,
    tasks::{GRACE, Tasks},
};
use messaging::BusHealth;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;
use tonic::transport::server::Router;
use topology::Programme;
use tower::layer::util::{Identity, Stack};
use vault::{KeyFile, Vault};

use crate::{
    Settings,
    client::{self, Peer},
    grpc, health,
    limits::{self, Defence, connections::Connections},
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
    /// Process of a programme that has not begun anything.
    #[must_use]
    pub fn new(programme: Programme, name: &'static str, settings: Settings, clock: Clock, ids: Ids) -> Self {
        programme::set(programme);
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
        self.tasks.every("clock", clock::CHECK_INTERVAL, None, clock::Watch::new(self.clock.clone()));
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
        let mut loaded = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(credentials) = loaded.as_ref() {
            return Ok(credentials.clone());
        }
        let credentials = Credentials::load(&self.settings, self.clock.clone())?;
        let renewed = credentials.clone();
        self.tasks.every_delayed("certificates", tls::CHECK_INTERVAL, None, move || renewed.clone().renew());
        *loaded = Some(credentials.clone());
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
        self.serve_grpc_to(descriptors, Access { rules: rules.into(), ..Access::default() }, routes, grants).await
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
        let size = |setting: u32| usize::try_from(setting).unwrap_or(usize::MAX);
        let open = Connections::new(size(self.settings.open_connections), size(self.settings.open_connections_per_address));
        if credentials.server().is_none() {
            tracing::warn!("no certificate is set: this service speaks plain text, and no other service can prove itself to it");
            let connections = tls::plain(listener, open);
            return router.serve_with_incoming_shutdown(connections, ending).await.context("cannot serve");
        }
        let (connections, accepting) = tls::listen(listener, credentials, open, self.stop.clone());
        self.spawn("grpc-server", accepting);
        router.serve_with_incoming_shutdown(connections, ending).await.context("cannot serve")
    }
}

impl Process {
    /// Asks every task to stop and waits for them, within the grace.
    pub(crate) async fn end(&self) {
        tracing::info!("stopping");
        if !self.tasks.end(GRACE).await {
            tracing::warn!("some tasks did not end in time");
        }
    }

    pub(crate) fn verdict(&self, served: anyhow::Result<()>) -> anyhow::Result<()> {
        served?;
        if self.tasks.failed() {
            bail!("a task ended by surprise");
        }
        tracing::info!("stopped");
        Ok(())
    }
}
