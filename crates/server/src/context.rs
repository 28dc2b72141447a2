//! Context of a service: its messaging endpoint, its process and its audit log, wired together.

use std::{ops::Deref, sync::Arc};

use audit_log::AuditLog;
use auth::{
    access::{Access, Rule},
    grants,
};
use messaging::{
    Endpoint,
    bus::{Bus, ConsumerSpec},
    outbox,
};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Process, Settings, client::Peer, operations};

/// What a service with a database and a bus connection is wired from. Cheap to clone. Use cases are given what they need of it, and never
/// the whole.
#[derive(Clone)]
pub struct Context {
    pub process: Process,
    pub endpoint: Endpoint,
    /// This service's audit log.
    pub audit: AuditLog,
    /// Cancelled when the process is asked to stop.
    pub stop: CancellationToken,
}

impl Deref for Context {
    type Target = Endpoint;

    fn deref(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl Context {
    /// Assembles a service from its parts; [`crate::run`] does it for a service, a test for itself.
    #[must_use]
    pub fn assemble(mut process: Process, pool: PgPool, bus: Bus) -> Self {
        process.bus_health = Some(bus.bus_health.clone());
        let endpoint = Endpoint {
            name: process.name,
            pool,
            bus,
            clock: process.clock.clone(),
            ids: process.ids.clone(),
            vault: process.vault(),
            outbox: outbox::Wake::default(),
            tasks: process.tasks.clone(),
        };
        let files = (process.settings.audit_key_file.clone(), process.settings.audit_peers.clone());
        let audit = AuditLog::new(endpoint.clone(), files, process.denied.clone(), process.history.clone());
        let stop = process.stop.clone();
        Self { process, endpoint, audit, stop }
    }

    /// Settings of the process.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.process.settings
    }

    /// As [`Process::history`].
    #[must_use]
    pub fn history(&self) -> watch::Receiver<bool> {
        self.process.history()
    }

    /// As [`base::tasks::Tasks::spawn`].
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.tasks.spawn(name, task);
    }

    /// As [`Process::peer`].
    ///
    /// # Errors
    /// The URL or a certificate cannot be used.
    pub fn peer(&self, service: &str, url: &str) -> anyhow::Result<Peer> {
        self.process.peer(service, url)
    }

    /// This service's copy of the grants. A line counts where the service that keeps the directory signed it.
    ///
    /// # Errors
    /// The public audit key of that service cannot be read.
    pub fn grants(&self) -> anyhow::Result<grants::Copy> {
        let key = match &self.settings().audit_peers {
            Some(folder) => Some(Arc::from(audit_log::public_key(folder, self.settings().directory())?)),
            None => {
                tracing::warn!("no keys of other services are set: grants are believed as they stand in the database");
                None
            }
        };
        Ok(grants::Copy::new(self.pool.clone(), key))
    }

    /// Keeps this service's copy of the grants up to date from a durable consumer, until the process stops.
    ///
    /// # Errors
    /// The key of the directory cannot be read.
    pub fn consume_grants(&self, spec: ConsumerSpec) -> anyhow::Result<()> {
        grants::consume(&self.endpoint, self.grants()?, spec);
        Ok(())
    }

    /// Serves the RPCs, those of operations, health and reflection until the process stops; people's grants are read from this service's own database.
    ///
    /// # Errors
    /// As [`Process::serve_grpc`].
    pub async fn serve_grpc(
        &self,
        descriptors: &'static [u8],
        rules: &'static [Rule],
        routes: tonic::service::Routes,
    ) -> anyhow::Result<()> {
        self.serve_grpc_to(descriptors, Access { rules: rules.into(), ..Access::default() }, routes).await
    }

    /// The same with further access settings: urgent methods, and devices.
    ///
    /// # Errors
    /// As above.
    pub async fn serve_grpc_to(
        &self,
        descriptors: &'static [u8],
        mut access: Access,
        routes: tonic::service::Routes,
    ) -> anyhow::Result<()> {
        access.rules.to_mut().extend(operations::rules());
        let routes = routes.add_service(operations::service(self.endpoint.clone(), self.process.bus_health.clone()));
        self.process.serve_grpc_to(descriptors, access, routes, Some(self.grants()?)).await
    }
}
