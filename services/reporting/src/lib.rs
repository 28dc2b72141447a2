#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod store;

use proto::subject::{REPORTING_CASE_FACTS, REPORTING_CONCERNS, REPORTING_FACTS, REPORTING_GRANTS, STREAMS, witnessing};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Serves reports and consumes facts until the process stops.
///
/// # Errors
/// The address cannot be bound or the key set is invalid.
pub async fn serve(config: Config, ctx: server::Context) -> anyhow::Result<()> {
    ctx.keep_sealed(()).await;
    ctx.consume_grants(REPORTING_GRANTS)?;
    for consumer in [REPORTING_FACTS, REPORTING_CASE_FACTS, REPORTING_CONCERNS] {
        ctx.consume(consumer, bus::Facts);
    }
    ctx.watch_stream_usage(STREAMS.map(|stream| stream.name));
    ctx.audit.join(witnessing(env!("CARGO_PKG_NAME")))?;
    let server = grpc::Server { pool: ctx.pool.clone(), clock: ctx.clock.clone(), rules: config.rules() };
    let routes = Routes::new(server.service());
    ctx.serve_grpc(proto::DESCRIPTOR_BYTES, access::RULES, routes).await
}
