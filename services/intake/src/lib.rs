#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod store;
pub mod tasks;
pub mod wire;

use std::sync::Arc;

use audit_log::Signer;
use proto::safety::v1::alarm_service_client::AlarmServiceClient;
use sqlx::migrate::Migrator;
use to_safety::{OverGrpc, ToSafety};

use app::{
    concern::OpenConcerns,
    purge::retention::Expiry,
    referral::{Batching, Recorder},
};

pub use config::Config;

/// Migrations of intake, which run after those of the shared crates.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Consumes submissions from the bus and serves gRPC until stopped.
///
/// # Errors
/// The port cannot be bound, or a setting is invalid.
pub async fn serve(config: Config, ctx: server::Context) -> anyhow::Result<()> {
    let (pool, clock, ids, outbox, vault) = (ctx.pool.clone(), ctx.clock.clone(), ctx.ids.clone(), ctx.outbox.clone(), ctx.vault.clone());
    let safety = || anyhow::Ok(AlarmServiceClient::new(ctx.peer("safety", &config.safety_url)?));
    let concerns = OpenConcerns::new(Arc::new(OverGrpc(safety()?)));
    let (batching, sets) = Batching::together(Recorder { pool: pool.clone(), clock: clock.clone(), outbox: outbox.clone() });
    ctx.spawn("referral-sets", sets.run(ctx.stop.clone()));
    let app = app::App { pool, clock, ids, outbox, vault, batching, concerns };
    ctx.keep_sealed(store::sealed::InClear).await;
    ctx.consume_grants(proto::subject::INTAKE_GRANTS)?;
    let wait = time::Duration::minutes(config.destruction_wait.into());
    bus::listen(&ctx, &app, wait)?;
    match config.server.audit_key_file.as_deref().map(Signer::from_file).transpose()? {
        Some(signer) => {
            tasks::retention::begin(&ctx, Expiry::new(app.clone(), Arc::new(signer), config.retention_months, wait));
        }
        None => tracing::warn!("no audit key is set: no referral is destroyed when its retention is over"),
    }
    tasks::likeness::begin(&ctx, app.clone());
    ctx.deliver_directly(ToSafety(safety()?));
    ctx.watch_stream_usage(proto::subject::STREAMS.map(|stream| stream.name));
    ctx.audit.join(proto::subject::witnessing(env!("CARGO_PKG_NAME")))?;
    ctx.serve_grpc(proto::DESCRIPTOR_BYTES, access::RULES, grpc::routes(app)).await
}
