#![doc = include_str!("../README.md")]

pub mod domain;

pub mod store;

pub mod app;

pub mod access;
pub mod bus;
pub mod config;
pub mod grpc;

use proto::subject::{REPORTING_CONCERNS, REPORTING_FACTS, REPORTING_GRANTS};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// This service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Serves reports and hears facts until the process stops.
///
/// # Errors
/// The address cannot be bound or the key set cannot be used.
pub async fn serve(config: Config, ctx: chassis::Context) -> anyhow::Result<()> {
    ctx.hear_grants(REPORTING_GRANTS.stream, REPORTING_GRANTS.name, REPORTING_GRANTS.filters);
    for consumer in [REPORTING_FACTS, REPORTING_CONCERNS] {
        ctx.consume(consumer.stream, consumer.name, consumer.filters, bus::Facts);
    }
    let door = grpc::Door { pool: ctx.pool.clone(), clock: ctx.clock.clone(), rules: config.rules() };
    let routes = Routes::new(door.service());
    ctx.serve_grpc(proto::DESCRIPTOR_BYTES, access::RULES, routes).await
}
