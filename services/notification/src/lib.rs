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
use proto::{intake::v1::contact_service_client::ContactServiceClient, safety::v1::alarm_service_client::AlarmServiceClient, subject};
use server::Context;
use sqlx::migrate::Migrator;

use app::alarm_guard::GuardedAlarm;
use channels::{gateway::Gateway, push::Pusher, smtp::Mailer};
use domain::{gateway::Hints, levels::ChannelLevels};

pub use config::Config;

/// Migrations of this service's own tables.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Gateway of the settings.
fn gateway(config: &Config) -> anyhow::Result<Option<Gateway>> {
    let Some(url) = &config.gateway_url else { return Ok(None) };
    let file = config.gateway_secret_file.as_ref().context("a gateway needs its secret: set --gateway-secret-file")?;
    let secret = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Gateway::new(url, &secret, hints(config)).map(Some)
}

/// Push services of the settings.
fn pusher(config: &Config) -> anyhow::Result<Option<Pusher>> {
    let (Some(file), Some(contact)) = (&config.push_key_file, &config.push_contact) else { return Ok(None) };
    let pusher = Pusher::new(file, contact, &config.push_hosts, hints(config));
    pusher.with_context(|| format!("the keys for push services in {} cannot be used", file.display())).map(Some)
}

fn hints(config: &Config) -> Hints {
    Hints { dashboard: config.dashboard_link.clone(), telephone: config.duty_telephone.clone() }
}

/// Wires the service and serves until the process stops.
///
/// # Errors
/// A setting is invalid, or the gRPC server cannot be started.
pub async fn serve(config: Config, ctx: Context) -> anyhow::Result<()> {
    let staff = domain::address::StaffDomains::new(&config.staff_domains);
    let gateway = gateway(&config)?;
    let app = app::App::new(ctx.pool.clone(), ctx.clock.clone(), ctx.ids.clone(), ctx.outbox.clone(), staff, ctx.vault.clone());
    let mut app = app.with_pages(config.dashboard_link.as_deref().unwrap_or_default()).with_pusher(pusher(&config)?);
    app.levels = ChannelLevels { imminent: config.channel_levels_imminent, other: config.channel_levels };
    if gateway.is_some() {
        app.calls = app::Calls::on();
    }
    ctx.keep_sealed(store::sealed::InClear).await;
    let mailer = config.smtp_url.as_ref().map(|url| Mailer::new(url, &config.mail_from)).transpose()?;
    if mailer.is_none() {
        tracing::warn!("no smtp url is set: e-mail is withheld, inboxes are not affected");
    }
    let safety = AlarmServiceClient::new(ctx.peer("safety", &config.safety_url).context("cannot reach safety")?);
    let intake = ContactServiceClient::new(ctx.peer("intake", &config.intake_url).context("cannot reach intake")?);
    let seconds = |setting: u16| time::Duration::seconds(setting.into());
    let alarm = GuardedAlarm { safety, grace: seconds(config.alarm_grace), patience: seconds(config.alarm_patience) };
    tasks::start(&ctx, &app, alarm, &intake, mailer);
    if let Some(gateway) = gateway {
        tasks::call(&ctx, &app, gateway);
    }
    if let Some(pusher) = &app.pusher {
        tasks::push(&ctx, &app, pusher);
    }

    ctx.consume_grants(subject::NOTIFICATION_GRANTS)?;
    bus::listen(&ctx, &app, &intake, time::Duration::minutes(config.destruction_wait.into()))?;
    ctx.watch_stream_usage(subject::STREAMS.map(|stream| stream.name));
    ctx.audit.join(subject::witnessing(env!("CARGO_PKG_NAME")))?;
    let access = Access { rules: access::RULES.into(), urgent: access::URGENT, ..Access::default() };
    ctx.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, grpc::routes(app)).await
}
