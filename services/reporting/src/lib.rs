#![doc = include_str!("../README.md")]

pub mod domain;

pub mod store;

pub mod app;

pub mod access;
pub mod bus;
pub mod config;
pub mod grpc;

use proto::subject::{REPORTING_CASE_FACTS, REPORTING_CONCERNS, REPORTING_FACTS, REPORTING_GRANTS, STREAMS};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Serves reports and consumes facts until the process stops.
///
/// # Errors
/// The address cannot be bound or the key set is invalid.
pub async fn serve(config: Config, ctx: chassis::Context) -> anyhow::Result<()> {
    chassis::vault::keep_sealed(&ctx, ()).await;
    ctx.hear_grants(REPORTING_GRANTS.stream, REPORTING_GRANTS.name, REPORTING_GRANTS.filters)?;
    for consumer in [REPORTING_FACTS, REPORTING_CASE_FACTS, REPORTING_CONCERNS] {
        ctx.consume(consumer.stream, consumer.name, consumer.filters, bus::Facts);
    }
    ctx.watch_stream_usage(STREAMS.map(|stream| stream.name));
    chassis::audit::join(&ctx, witness_ring())?;
    let server = grpc::Server { pool: ctx.pool.clone(), clock: ctx.clock.clone(), rules: config.rules() };
    let routes = Routes::new(server.service());
    ctx.serve_grpc(proto::DESCRIPTOR_BYTES, access::RULES, routes).await
}

/// Which service's audit log this one witnesses, and which service witnesses its log.
fn witness_ring() -> chassis::audit::WitnessRing {
    let place = proto::subject::witnessing(env!("CARGO_PKG_NAME"));
    let spec = |c: proto::subject::Consumer| chassis::bus::ConsumerSpec { stream: c.stream, name: c.name, filters: c.filters };
    let proto::subject::Witnessing { ward, witness, sealed, witnessed, refused, wards, answers, .. } = place;
    chassis::audit::WitnessRing { ward, witness, sealed, witnessed, refused, wards: spec(wards), answers: spec(answers) }
}
