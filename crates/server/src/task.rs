//! Tasks of a service's binary besides serving: migrate the schema, rotate keys, accept a restore, check health.

use std::time::Duration;

use anyhow::{Context as _, bail};
use base::{clock::Clock, database, refusal::store_error};
use messaging::BUS_HEALTH;
use sqlx::migrate::Migrator;
use vault::{KeyFile, Vault};

use crate::{client, config::Settings, schema};

/// Migrates as the owner of the tables, which does nothing else.
pub(crate) async fn migrate(name: &'static str, settings: &Settings, migrator: &'static Migrator) -> anyhow::Result<()> {
    let url = settings.database_owner_url.as_ref().context("the owner of the tables is needed: set --database-owner-url")?;
    let pool = database::connect_as_owner(name, url, settings.database_connections).await?;
    schema::migrate(&pool, migrator).await?;
    tracing::info!("the database schema is up to date");
    pool.close().await;
    Ok(())
}

/// Rotates keys beside the running service, which reads the key file again when it meets an unknown version.
pub(crate) async fn rotate_keys(name: &'static str, settings: &Settings) -> anyhow::Result<()> {
    let path = settings.vault_key_file.as_ref().context("a key file is needed: set --vault-key-file")?;
    let pool = settings.pool(name).await?;
    let mut turn = database::begin(&pool, &database::Actor::service(name)).await?;
    vault::take_turn(&mut turn).await?;
    let version = vault::add_version(path)?;
    turn.commit().await?;
    let keys = Vault::new(name, KeyFile::new(path), Clock::system());
    let moved = vault::rewrap(&keys, &pool).await.map_err(|error| anyhow::anyhow!("not every key was moved: {}", store_error(&error)))?;
    tracing::info!(version, moved, "every data key is under the new version: older ones may be removed from the key file");
    pool.close().await;
    Ok(())
}

pub(crate) async fn accept_restore(name: &'static str, settings: &Settings, reason: &str) -> anyhow::Result<()> {
    let key = settings.audit_key_file.as_deref().context("the audit key is not set")?;
    let signer = audit_log::Signer::from_file(key)?;
    let pool = settings.pool(name).await?;
    let epoch = audit_log::accept_restore(&pool, name, &signer, reason, Clock::system().now()).await?;
    tracing::warn!(epoch, "a restore of this database was accepted: its audit log goes on from here");
    pool.close().await;
    Ok(())
}

/// Checks the health of the service behind `--listen` over its own gRPC server.
pub(crate) async fn health(settings: &Settings) -> anyhow::Result<()> {
    let scheme = if settings.tls_cert.is_some() || settings.tls_ca.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://127.0.0.1:{}", settings.listen.port());
    let peer = client::connect(&url, settings.authority()?.as_deref(), None, Some(Duration::from_secs(2)))?;
    let mut client = tonic_health::pb::health_client::HealthClient::new(peer);
    let serving = tonic_health::pb::health_check_response::ServingStatus::Serving as i32;
    for (service, fault) in [
        ("", "it does not serve"),
        (BUS_HEALTH, "it serves, but the bus refuses it a subject, or it does not hear what it should: see its log"),
    ] {
        match client.check(tonic_health::pb::HealthCheckRequest { service: service.to_owned() }).await {
            Ok(answer) if answer.get_ref().status == serving => {}
            Ok(_) => bail!(fault),
            Err(status) => bail!("it does not answer: {}", status.code()),
        }
    }
    Ok(())
}
