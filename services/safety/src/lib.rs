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

use app::{
    Ladders, Tools, by_heart, devices, directory, directory_cache::DirectoryCache, epoch, grants, guard, hand_over::ToNotification,
    raise_set, ring, roster, timekeeping, watch::Hub,
};
pub use config::Config;

/// This service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// How often the ladders are looked at.
const TICK: Duration = Duration::from_millis(500);

/// Wires the rooms and serves until stopped.
///
/// # Errors
/// The directory cannot be loaded, or the door cannot be opened.
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
    let tools = Tools {
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
    let hub = Hub::new(ctx.clock.clone(), tools.epoch.clone());
    directory::load(&ctx.pool).await?;
    ring::ring_anew_without_a_key(&ctx.pool, &tools).await?;
    chassis::vault::keep_sealed(&ctx, store::sealed::InClear).await;
    grants::sign_former(&ctx.pool, &tools).await?;
    grants::begin(&ctx.pool, &tools, &config.first_administrators).await?;
    by_heart::learn(&ctx.pool, &tools).await?;
    hub.ticked();
    ctx.spawn("by-heart", by_heart::keep_known(ctx.clone(), tools.clone()));
    ctx.spawn("restate-grants", grants::keep_stated(ctx.clone(), tools.clone()));
    ctx.spawn("ladder", climb(ctx.clone(), tools.clone(), hub.clone()));
    ctx.spawn("ring-after-restore", ring_after_a_restore(ctx.clone(), tools.clone()));
    ctx.spawn("guard", guard::keep(ctx.clone(), tools.clone()));
    ctx.spawn("watchers", hub.clone().follow(ctx.clone()));
    let notification = InboxServiceClient::new(ctx.peer("notification", &config.notification_url)?);
    ctx.deliver_directly(ToNotification { tools: tools.clone(), client: notification });
    for heard in [SAFETY_RAISES, SAFETY_SERVICE_RAISES] {
        ctx.consume(heard.stream, heard.name, heard.filters, bus::Raised { tools: tools.clone(), consumer: heard.name });
    }
    let heard = SAFETY_RAISES;
    ctx.hear_repeated(heard.stream, heard.name, heard.filters, bus::Raised { tools: tools.clone(), consumer: heard.name });
    let delivered = bus::Delivered { tools: tools.clone() };
    ctx.consume(SAFETY_DELIVERED.stream, SAFETY_DELIVERED.name, SAFETY_DELIVERED.filters, delivered);
    ctx.watch_room(STREAMS.map(|stream| stream.name));
    chassis::audit::join(&ctx, witness_ring())?;
    let proposals_last = time::Duration::hours(config.proposal_hours.into());
    let access =
        Access { rules: access::RULES, urgent: access::URGENT, by_device: access::BY_DEVICE, devices: Some(tools.devices.in_use.clone()) };
    let raises = raise_set::start(&ctx, &tools);
    let server = grpc::Server { ctx: ctx.clone(), tools, raises, hub, grants: ctx.grants()?, proposals_last };
    let routes = tonic::service::Routes::new(AlarmServiceServer::new(server.clone()).max_decoding_message_size(LARGE))
        .add_service(DirectoryServiceServer::new(server).max_decoding_message_size(LARGE));
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, routes).await
}

/// Rings everything at once whenever the database is found to be older than it was.
async fn ring_after_a_restore(ctx: Context, tools: Tools) -> anyhow::Result<()> {
    let mut history = ctx.history();
    loop {
        let whole = *history.borrow_and_update();
        let rung = if whole { Ok(0) } else { begin_epoch_and_ring(&ctx, &tools).await };
        let failed = rung.is_err();
        match rung {
            Ok(0) => {}
            Ok(audiences) => tracing::error!(audiences, "the database was set back: every open concern rings again"),
            Err(error) => tracing::error!(error = chassis::refusal::store_error(&error), "the open concerns cannot be rung again yet"),
        }
        tokio::select! {
            () = ctx.stop.cancelled() => return Ok(()),
            _ = history.changed() => {}
            () = tokio::time::sleep(TICK), if failed => {}
        }
    }
}

/// What is told from now on is of a new epoch, so that whoever listens takes it.
async fn begin_epoch_and_ring(ctx: &Context, tools: &Tools) -> sqlx::Result<u64> {
    epoch::begin(&ctx.pool, tools, ctx.name).await?;
    ring::all_at_once(&ctx.pool, ctx.clock.now()).await
}

/// The ladder engine: any number of instances may run, each audience is rung by one of them.
async fn climb(ctx: Context, tools: Tools, hub: Hub) -> anyhow::Result<()> {
    let mut clocks = timekeeping::Watched::begin();
    while !ctx.stop.is_cancelled() {
        if let Err(error) = clocks.look(&ctx.pool, &tools).await {
            tracing::warn!(error = chassis::refusal::store_error(&error), "the clocks cannot be compared for a moment");
        }
        match ring::tick(&ctx.pool, &tools).await {
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
            () = tokio::time::sleep(TICK) => {}
        }
    }
    Ok(())
}

/// Whose audit log this service witnesses, and who witnesses its own.
fn witness_ring() -> chassis::audit::Ring {
    let place = proto::subject::witnessing(env!("CARGO_PKG_NAME"));
    let spec = |c: proto::subject::Consumer| chassis::bus::ConsumerSpec { stream: c.stream, name: c.name, filters: c.filters };
    let proto::subject::Witnessing { ward, witness, sealed, witnessed, refused, wards, answers, .. } = place;
    chassis::audit::Ring { ward, witness, sealed, witnessed, refused, wards: spec(wards), answers: spec(answers) }
}
