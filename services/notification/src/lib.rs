#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod bus;
pub mod channels;
pub mod config;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod store;
pub mod tasks;

use anyhow::Context as _;
use auth::access::Access;
use proto::{
    intake::v1::contact_service_client::ContactServiceClient,
    notification::v1::{
        delivery_service_server::DeliveryServiceServer, inbox_service_server::InboxServiceServer,
        preference_service_server::PreferenceServiceServer,
    },
    safety::v1::alarm_service_client::AlarmServiceClient,
    subject,
};
use server::{Context, limits::LARGE};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Wires the service and serves until the process stops.
///
/// # Errors
/// A setting is invalid, or the gRPC server cannot be started.
pub async fn serve(config: Config, ctx: Context) -> anyhow::Result<()> {
    let staff = domain::address::StaffDomains::new(&config.staff_domains);
    let app = app::App::new(ctx.pool.clone(), ctx.clock.clone(), ctx.ids.clone(), ctx.outbox.clone(), staff, ctx.vault.clone());
    ctx.keep_sealed(store::sealed::InClear).await;
    let mailer = match &config.smtp_url {
        Some(url) => Some(channels::smtp::Mailer::new(url, &config.mail_from)?),
        None => {
            tracing::warn!("no smtp url is set: e-mail is withheld, inboxes are not affected");
            None
        }
    };
    let safety = AlarmServiceClient::new(ctx.peer("safety", &config.safety_url).context("cannot reach safety")?);
    let seconds = |setting: u16| time::Duration::seconds(setting.into());
    let alarm = app::alarm_watch::Alarmed { safety, grace: seconds(config.alarm_grace), patience: seconds(config.alarm_patience) };
    tasks::start(&ctx, &app, alarm, mailer);

    ctx.consume_grants(subject::NOTIFICATION_GRANTS)?;
    ctx.consume(subject::NOTIFICATION_RINGS, bus::Rings { app: app.clone() });
    ctx.consume(subject::NOTIFICATION_CONCERNS, bus::Concerns { app: app.clone() });
    let intake = ContactServiceClient::new(ctx.peer("intake", &config.intake_url).context("cannot reach intake")?);
    for facts in [subject::NOTIFICATION_FACTS, subject::NOTIFICATION_CASE_FACTS, subject::NOTIFICATION_ACCESS] {
        ctx.consume(facts, bus::Facts { app: app.clone(), intake: intake.clone() });
    }
    let contacts = app.clone();
    ctx.tasks.every("contact-form", tasks::CONTACT_INTERVAL, None, move || {
        let (app, intake) = (contacts.clone(), intake.clone());
        async move { bus::in_one_form(&app, &intake).await.map(drop) }
    });
    let wait = time::Duration::minutes(config.destruction_wait.into());
    destruction::receive(
        &ctx,
        subject::NOTIFICATION_PURGES,
        wait,
        ctx.settings().audit_peers.as_deref(),
        bus::Purges { app: app.clone() },
    )?;

    ctx.watch_stream_usage(subject::STREAMS.map(|stream| stream.name));
    ctx.audit.join(subject::witnessing(env!("CARGO_PKG_NAME")))?;
    // A ring holds the whole concern, and must not be refused as too large.
    let server = grpc::Server { app };
    let routes = Routes::new(InboxServiceServer::new(server.clone()).max_decoding_message_size(2 * LARGE))
        .add_service(PreferenceServiceServer::new(server.clone()))
        .add_service(DeliveryServiceServer::new(server));
    let access = Access { rules: access::RULES, urgent: access::URGENT, ..Access::default() };
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, routes).await
}
