#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
mod config;
pub mod domain;
mod error;
pub mod grpc;
pub mod store;
mod tasks;

pub use config::Config;

use std::sync::Arc;

use audit_log::Signer;
use auth::access::Access;
use proto::{
    intake::v1::referral_service_client::ReferralServiceClient, oms::v1::oms_reader_service_client::OmsReaderServiceClient,
    safety::v1::alarm_service_client::AlarmServiceClient, subject,
};
use sqlx::migrate::Migrator;
use to_safety::{OverGrpc, ToSafety};

use app::{
    concern::open_concerns::OpenConcerns,
    extract::{self, oms::ReadOms},
};
use domain::consent::Validity;

/// Migrations of the database `ro_cases`, which run after those of the shared crates.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Runs the service until stopped: consumes screening decisions and concerns, serves gRPC.
///
/// # Errors
/// A setting is invalid, or the address cannot be bound.
pub async fn serve(config: Config, ctx: server::Context) -> anyhow::Result<()> {
    let signer = config.server.audit_key_file.as_deref().map(Signer::from_file).transpose()?.map(Arc::new);
    if signer.is_none() {
        tracing::warn!("no audit key is set: a purge has no signed certificate, and no case is purged");
    }
    let safety = AlarmServiceClient::new(ctx.peer("safety", &config.safety_url)?);
    let oms = match &config.oms_reader_url {
        Some(url) => {
            let reader: Arc<dyn ReadOms> = Arc::new(extract::oms::OverGrpc(OmsReaderServiceClient::new(ctx.peer("oms-reader", url)?)));
            Some(reader)
        }
        None => None,
    };
    let app = app::App {
        pool: ctx.pool.clone(),
        clock: ctx.clock.clone(),
        ids: ctx.ids.clone(),
        break_glass: config.break_glass(),
        outbox: ctx.outbox.clone(),
        vault: ctx.vault.clone(),
        documents: config.documents()?,
        retention: config.retention()?,
        consents: Validity(config.consent_months),
        concerns: OpenConcerns::new(Arc::new(OverGrpc(safety)), time::Duration::seconds(i64::from(config.safety_heard_within))),
        oms,
        training: Arc::new(config.training()?),
        due: config.due(),
        signer: signer.clone(),
    };
    ctx.keep_sealed(store::in_clear::InClear).await;
    let intake = ReferralServiceClient::new(ctx.peer("intake", &config.intake_url)?);
    let screened = bus::case::Screenings { intake, ids: ctx.ids.clone(), clock: ctx.clock.clone(), vault: ctx.vault.clone() };
    ctx.deliver_directly(ToSafety(AlarmServiceClient::new(ctx.peer("safety", &config.safety_url)?)));
    ctx.consume_grants(subject::CASES_GRANTS)?;
    ctx.consume(subject::CASES_SCREENED, screened);
    ctx.consume(subject::CASES_CONCERNS, bus::concern::Concerns { concerns: app.concerns.clone() });
    for consumer in [subject::CASES_PURGE_OBEYED, subject::CASES_PURGE_NOTICES] {
        let statements = bus::purge::PurgeStatements { clock: ctx.clock.clone(), signer: signer.clone() };
        ctx.consume(consumer, statements);
    }
    ctx.watch_stream_usage(subject::STREAMS.map(|stream| stream.name));
    ctx.audit.join(subject::witnessing(env!("CARGO_PKG_NAME")))?;
    tasks::start(&ctx.tasks, &app);
    let access = Access { rules: access::RULES.into(), urgent: access::URGENT, ..Access::default() };
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, grpc::routes(app)).await
}
