#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
pub mod config;
pub mod domain;
pub mod grpc;
pub mod store;

use std::{sync::Arc, time::Duration};

use chassis::{Context, access::Access, audit::Signer, limits::LARGE};
use proto::{
    notification::v1::inbox_service_client::InboxServiceClient,
    safety::v1::{alarm_service_server::AlarmServiceServer, directory_service_server::DirectoryServiceServer},
    subject::{SAFETY_DELIVERED, SAFETY_RAISES, SAFETY_SERVICE_RAISES, STREAMS},
};
use sqlx::migrate::Migrator;

use crate::app::{
    App, Ladders,
    alarm::{hand_over::ToNotification, raise_set, reconcile, ring, timekeeping, watch::Hub},
    directory::{devices, directory_cache::DirectoryCache, grants, roster, sites, trust_cache},
    epoch,
};
pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Tick of the ladder engine.
const TICK_INTERVAL: Duration = Duration::from_millis(500);

/// Wires the service and serves until stopped.
///
/// # Errors
/// The directory cannot be loaded, or the gRPC server cannot be started.
pub async fn serve(config: Config, ctx: Context) -> anyhow::Result<()> {
    let signer = config.chassis.audit_key_file.as_deref().map(Signer::from_file).transpose()?.map(Arc::new);
    if signer.is_none() {
        tracing::warn!(
            "no audit key is set: who holds an office is not signed, a change behind this service's back is not noticed, and no device proves anybody"
        );
    }
    let devices = devices::Book::new(ctx.clock.clone(), time::Duration::days(config.device_days.into()));
    let accept_within = (config.accept_minutes > 0).then(|| time::Duration::minutes(config.accept_minutes.into()));
    let (clock, ids, vault) = (ctx.clock.clone(), ctx.ids.clone(), ctx.vault.clone());
    let app = App {
        clock,
        ids,
        ladders: Ladders::of(&config),
        signer,
        vault,
        devices,
        directory: DirectoryCache::default(),
        left: roster::Left::default(),
        epoch: epoch::Epoch::default(),
        turn: ring::Turn::default(),
        accept_within,
    };
    let hub = Hub::new(ctx.clock.clone(), app.epoch.clone());
    sites::load(&ctx.pool).await?;
    ring::ring_anew_without_a_key(&ctx.pool, &app).await?;
    chassis::vault::keep_sealed(&ctx, store::alarm::sealed::InClear).await;
    grants::sign_former(&ctx.pool, &app).await?;
    grants::begin(&ctx.pool, &app, &config.first_administrators).await?;
    trust_cache::learn(&ctx.pool, &app).await?;
    hub.ticked();
    ctx.spawn("by-heart", trust_cache::keep_known(ctx.clone(), app.clone()));
    ctx.spawn("restate-grants", grants::keep_stated(ctx.clone(), app.clone()));
    ctx.spawn("ladder", climb(ctx.clone(), app.clone(), hub.clone()));
    ctx.spawn("ring-after-restore", ring_after_a_restore(ctx.clone(), app.clone()));
    ctx.spawn("guard", reconcile::keep(ctx.clone(), app.clone()));
    ctx.spawn("watchers", hub.clone().follow(ctx.clone()));
    let notification = InboxServiceClient::new(ctx.peer("notification", &config.notification_url)?);
    ctx.deliver_directly(ToNotification { app: app.clone(), client: notification });
    for heard in [SAFETY_RAISES, SAFETY_SERVICE_RAISES] {
        ctx.consume(heard.stream, heard.name, heard.filters, bus::Raised { app: app.clone(), consumer: heard.name });
    }
    let heard = SAFETY_RAISES;
    ctx.hear_repeated(heard.stream, heard.name, heard.filters, bus::Raised { app: app.clone(), consumer: heard.name });
    let delivered = bus::Delivered { app: app.clone() };
    ctx.consume(SAFETY_DELIVERED.stream, SAFETY_DELIVERED.name, SAFETY_DELIVERED.filters, delivered);
    ctx.watch_stream_usage(STREAMS.map(|stream| stream.name));
    chassis::audit::join(&ctx, witness_ring())?;
    let proposals_last = time::Duration::hours(config.proposal_hours.into());
    let access =
        Access { rules: access::RULES, urgent: access::URGENT, by_device: access::BY_DEVICE, devices: Some(app.devices.in_use.clone()) };
    let raises = raise_set::start(&ctx, &app);
    let server = grpc::Server { ctx: ctx.clone(), app, raises, hub, grants: ctx.grants()?, proposals_last };
    let routes = tonic::service::Routes::new(AlarmServiceServer::new(server.clone()).max_decoding_message_size(LARGE))
        .add_service(DirectoryServiceServer::new(server).max_decoding_message_size(LARGE));
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, routes).await
}

/// Rings everything at once whenever the database is found to be older than it was.
async fn ring_after_a_restore(ctx: Context, app: App) -> anyhow::Result<()> {
    let mut history = ctx.history();
    loop {
        let whole = *history.borrow_and_update();
        let rung = if whole { Ok(0) } else { begin_epoch_and_ring(&ctx, &app).await };
        let failed = rung.is_err();
        match rung {
            Ok(0) => {}
            Ok(audiences) => tracing::error!(audiences, "the database was set back: every open concern rings again"),
            Err(error) => tracing::error!(error = chassis::refusal::store_error(&error), "the open concerns cannot be rung again yet"),
        }
        tokio::select! {
            () = ctx.stop.cancelled() => return Ok(()),
            _ = history.changed() => {}
            () = tokio::time::sleep(TICK_INTERVAL), if failed => {}
        }
    }
}

/// Begins a new epoch, so that consumers accept what is published from now on.
async fn begin_epoch_and_ring(ctx: &Context, app: &App) -> sqlx::Result<u64> {
    epoch::begin(&ctx.pool, app, ctx.name).await?;
    ring::all_at_once(&ctx.pool, ctx.clock.now()).await
}

/// Ladder engine: any number of instances may run, each audience is rung by one of them.
async fn climb(ctx: Context, app: App, hub: Hub) -> anyhow::Result<()> {
    let mut clocks = timekeeping::Watched::begin();
    while !ctx.stop.is_cancelled() {
        if let Err(error) = clocks.look(&ctx.pool, &app).await {
            tracing::warn!(error = chassis::refusal::store_error(&error), "the clocks cannot be compared for a moment");
        }
        match ring::tick(&ctx.pool, &app).await {
            Ok(0) => hub.ticked(),
            Ok(rung) => {
                hub.ticked();
                tracing::warn!(rings = rung, "audiences that have not accepted were rung again");
                ctx.outbox.wake();
            }
            Err(error) => tracing::error!(error = chassis::refusal::store_error(&error), "the ladders cannot be looked at"),
        }
        tokio::select! {
            () = ctx.stop.cancelled() => {}
            () = tokio::time::sleep(TICK_INTERVAL) => {}
        }
    }
    Ok(())
}

/// Which audit log this service witnesses, and which service witnesses its own.
fn witness_ring() -> chassis::audit::WitnessRing {
    let place = proto::subject::witnessing(env!("CARGO_PKG_NAME"));
    let spec = |c: proto::subject::Consumer| chassis::bus::ConsumerSpec { stream: c.stream, name: c.name, filters: c.filters };
    let proto::subject::Witnessing { ward, witness, sealed, witnessed, refused, wards, answers, .. } = place;
    chassis::audit::WitnessRing { ward, witness, sealed, witnessed, refused, wards: spec(wards), answers: spec(answers) }
}
