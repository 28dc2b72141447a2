#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
pub mod clients;
pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod store;
pub mod tasks;

use std::sync::Arc;

use audit_log::Signer;
use auth::access::Access;
use base::database;
use proto::{
    notification::v1::inbox_service_client::InboxServiceClient,
    safety::v1::{
        alarm_service_server::AlarmServiceServer, directory_service_server::DirectoryServiceServer,
        drill_service_server::DrillServiceServer,
    },
    subject::{SAFETY_DELIVERED, SAFETY_RAISES, SAFETY_SERVICE_RAISES, SAFETY_UNREACHED, STREAMS, witnessing},
};
use server::{Context, limits::LARGE};
use sqlx::migrate::Migrator;

use crate::{
    app::{
        alarm::{self, Turn, raise_set, ring, watch::Hub},
        directory::{self, directory_cache::DirectoryCache, grants, known_devices::KnownDevices, sites, trust::Trust, trust_cache},
        epoch::Epoch,
    },
    clients::notification::ToNotification,
    grpc::{
        Transactions,
        alarm::{AlarmServer, Outlines},
        directory::DirectoryServer,
    },
};
pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Wires the service and serves until stopped.
///
/// # Errors
/// The directory cannot be loaded, or the gRPC server cannot be started.
pub async fn serve(config: Config, ctx: Context) -> anyhow::Result<()> {
    let app = use_cases(&config, &ctx)?;
    let hub = Hub::new(ctx.clock.clone(), app.epoch.clone());
    begin(&config, &ctx, &app).await?;
    hub.ticked();
    tasks::start(&ctx, &app, &hub);
    let notification = InboxServiceClient::new(ctx.peer("notification", &config.notification_url)?);
    ctx.deliver_directly(ToNotification { app: app.clone(), client: notification });
    consume(&ctx, &app);
    ctx.audit.join(witnessing(env!("CARGO_PKG_NAME")))?;
    let devices = Some(app.directory.devices.in_use.clone());
    let access = Access { rules: access::RULES.into(), urgent: access::URGENT, by_device: access::BY_DEVICE, devices };
    let (alarm, directory) = servers(&ctx, app, hub)?;
    let drills = alarm.clone();
    let routes = tonic::service::Routes::new(AlarmServiceServer::new(alarm).max_decoding_message_size(LARGE))
        .add_service(DrillServiceServer::new(drills).max_decoding_message_size(LARGE))
        .add_service(DirectoryServiceServer::new(directory).max_decoding_message_size(LARGE));
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, routes).await
}

/// Dependencies of the use cases of both capabilities.
fn use_cases(config: &Config, ctx: &Context) -> anyhow::Result<alarm::App> {
    let signer = config.server.audit_key_file.as_deref().map(Signer::from_file).transpose()?.map(Arc::new);
    if signer.is_none() {
        tracing::warn!(
            "no audit key is set: who holds an office is not signed, a change behind this service's back is not noticed, and no device proves anybody"
        );
    }
    let epoch = Epoch::default();
    let directory = directory::App {
        clock: ctx.clock.clone(),
        ids: ctx.ids.clone(),
        trust: Trust::by(signer.clone()),
        devices: KnownDevices::new(ctx.clock.clone(), time::Duration::days(config.device_days.into())),
        cache: DirectoryCache::default(),
        epoch: epoch.clone(),
        proposals_last: time::Duration::hours(config.proposal_hours.into()),
        vault: ctx.vault.clone(),
    };
    Ok(alarm::App {
        clock: ctx.clock.clone(),
        ids: ctx.ids.clone(),
        ladders: config.ladders(),
        signer,
        vault: ctx.vault.clone(),
        directory,
        epoch,
        turn: Turn::default(),
        drill_minutes: config.drill_minutes.into(),
        accept_within: (config.accept_minutes > 0).then(|| time::Duration::minutes(config.accept_minutes.into())),
    })
}

/// What is done once at each start, before anything is served.
async fn begin(config: &Config, ctx: &Context, app: &alarm::App) -> anyhow::Result<()> {
    sites::load(&ctx.pool).await?;
    ring::ring_anew_without_a_key(&ctx.pool, app).await?;
    ctx.keep_sealed(store::alarm::sealed::InClear).await;
    grants::sign_former(&ctx.pool, &app.directory).await?;
    grants::begin(&ctx.pool, &app.directory, &config.first_administrators).await?;
    trust_cache::refresh(&ctx.pool, &app.directory).await?;
    Ok(())
}

fn consume(ctx: &Context, app: &alarm::App) {
    let raised = |consumer: &'static str| bus::Raised { app: app.clone(), consumer };
    for raises in [SAFETY_RAISES, SAFETY_SERVICE_RAISES] {
        ctx.consume(raises, raised(raises.name));
    }
    ctx.hear_repeated(SAFETY_RAISES, raised(SAFETY_RAISES.name));
    let delivered = bus::Delivered { app: app.clone() };
    ctx.consume(SAFETY_DELIVERED, delivered);
    ctx.consume(SAFETY_UNREACHED, bus::Unreached { app: app.clone() });
    ctx.watch_stream_usage(STREAMS.map(|stream| stream.name));
}

/// The two gRPC servers, and the task that writes raises in batches until the process stops.
///
/// # Errors
/// The key by which grants are believed cannot be read.
pub fn servers(ctx: &Context, app: alarm::App, hub: Hub) -> anyhow::Result<(AlarmServer, DirectoryServer)> {
    let transactions = Transactions { pool: ctx.pool.clone(), outbox: ctx.outbox.clone(), clock: ctx.clock.clone() };
    let pool = database::for_service(ctx.name, &ctx.pool, raise_set::CONNECTIONS);
    let (raises, worker) = raise_set::queue(pool, ctx.outbox.clone(), app.clone());
    ctx.spawn("write-raises", worker.run(ctx.stop.clone()));
    let (grants, bus, stop) = (ctx.grants()?, ctx.bus.clone(), ctx.stop.clone());
    let directory = DirectoryServer { transactions: transactions.clone(), app: app.directory.clone(), grants: grants.clone() };
    Ok((AlarmServer { transactions, app, raises, hub, outlines: Outlines::default(), grants, bus, stop }, directory))
}
