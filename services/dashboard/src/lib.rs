#![doc = include_str!("../README.md")]

pub mod text;

pub mod parts;

pub mod assets;
pub mod brand;

pub mod frame;

pub mod clients;
pub mod provider;
pub mod session;

pub mod web;

pub mod pages;

pub mod router;

pub mod acceptor;
pub mod config;
pub mod health;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use auth::keys::Keys;
use base::{Private, authority::client_config};
use server::{
    Process,
    limits::{Quota, connections::Connections},
};
use tokio::{net::TcpListener, sync::Semaphore};

pub use config::Config;
use provider::{
    Checks, Provider,
    client::{ClientKey, ClientProof},
};
use session::{Sessions, cookie::Cookies, seal::Seal};

/// Time limit for open pages to finish when the process stops.
const GRACE: Duration = Duration::from_secs(4);
/// Time limit for a browser to send the headers of a request.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// Serves the pages until the process stops.
///
/// # Errors
/// The address cannot be bound, or a key set, a certificate or what is set for signing in cannot be used.
pub async fn serve(config: Config, process: Process) -> anyhow::Result<()> {
    let app = app(&config, &process)?;
    let listen = config.server.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    tracing::info!(address = %listen, "serving");
    // Behind a proxy all visitors share one address, and the proxy limits each of theirs.
    let in_all = config.server.open_connections as usize;
    let limits = acceptor::Limits { open: Connections::new(in_all, in_all), headers_within: HEADERS_WITHIN };
    tokio::select! {
        () = acceptor::serve(listener, router::router(app), limits, process.stop.clone()) => Ok(()),
        () = async { process.stop.cancelled().await; tokio::time::sleep(GRACE).await } => Ok(()),
    }
}

fn app(config: &Config, process: &Process) -> anyhow::Result<web::App> {
    let settings = &config.server;
    let authority = settings.authority()?;
    let brand = config.brand.as_deref().map(brand::Brand::read).transpose()?.unwrap_or_default();
    let desks = config.duty_desks.as_deref().map(parts::desks::read).transpose()?.unwrap_or_default();
    Ok(web::App {
        shell: Arc::new(frame::Shell { entries: pages::entries(), brand, desks }),
        clients: clients::Clients::connect(&config.addresses(), authority.as_deref())?,
        safety: clients::Safety::connect(&config.safety_url, authority.as_deref())?,
        sessions: sessions(config, process)?,
        provider: provider(config, process)?,
        clock: process.clock.clone(),
        ids: process.ids.clone(),
        stop: process.stop.clone(),
        streams: web::streams::Streams::for_connections(config.server.open_connections as usize),
        watches: web::watch::Watches::default(),
        strip: web::strip::Strip::new(pages::concern::strip::draw),
        places: Arc::new(Semaphore::new(web::MAX_PAGES)),
        on_the_way: Arc::new(Semaphore::new(web::MAX_ON_THE_WAY)),
        uploads: web::uploaded::Uploads::new(usize::try_from(config.document_largest)?.saturating_mul(1024)),
        sign_ins: Quota::new(settings.calls_per_second, settings.calls_burst),
    })
}

/// Sessions under the keys of all instances, or under one that ends with this process.
fn sessions(config: &Config, process: &Process) -> anyhow::Result<Sessions> {
    let seal = match &config.session_key_file {
        Some(path) => Seal::of_file(path).with_context(|| format!("the keys of sessions in {} cannot be used", path.display()))?,
        None => {
            tracing::warn!("no keys of sessions are set: sessions end with this process, and no other instance knows them");
            Seal::of_this_process()?
        }
    };
    let cookies = Cookies { secure: config.public_origin.starts_with("https://") };
    let lasts = time::Duration::hours(config.session_hours.into());
    Ok(Sessions::new(process.clock.clone(), process.ids.clone(), seal, cookies, lasts))
}

/// The identity provider, asked for its description when somebody signs in; none where it is not set or its keys are not.
fn provider(config: &Config, process: &Process) -> anyhow::Result<Option<Provider>> {
    let settings = &config.server;
    let (Some(issuer), Some(path), Some(verifier)) = (&config.issuer_url, &settings.identity_keys, process.verifier()?) else {
        tracing::warn!("no identity provider is set: nobody can sign in");
        return Ok(None);
    };
    // Whoever renews the keys writes them to this file.
    let keys = Keys::from_file(path).unwrap_or_default();
    keys.clone().keep_fresh(Arc::from(path.as_path()), &process.tasks);
    let checks = Checks { verifier: Arc::new(verifier), keys };
    let authority = match &settings.identity_keys_ca {
        Some(path) => Some(std::fs::read(path).context("cannot read the authority of the identity provider")?),
        None => settings.authority()?,
    };
    let tls = authority.as_deref().map(client_config).transpose()?;
    let settings = provider::Settings {
        issuer: issuer.clone(),
        client: config.client_id.clone(),
        proof: client_proof(config, process)?,
        scopes: config.scopes.clone(),
        public_url: config.public_origin.trim_end_matches('/').to_owned(),
    };
    Provider::new(settings, https::Client::new(tls, provider::DEADLINE).connecting_to(config.issuer_connect.as_deref()), checks).map(Some)
}

/// How this dashboard proves itself to the identity provider.
fn client_proof(config: &Config, process: &Process) -> anyhow::Result<ClientProof> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let text = |path: &PathBuf| anyhow::Ok(Private::new(String::from_utf8(read(path)?).context("it is no text")?.trim().to_owned()));
    if let Some(path) = &config.client_key_file {
        let certificate = config.client_certificate_file.as_ref().map(read).transpose()?;
        let key = ClientKey::from_pem(&text(path)?, certificate.as_deref(), process.clock.clone(), process.ids.clone());
        return Ok(ClientProof::Key(Box::new(key.with_context(|| format!("the key in {} cannot be used", path.display()))?)));
    }
    Ok(match &config.client_secret_file {
        Some(path) => ClientProof::Secret(text(path)?),
        None => ClientProof::Public,
    })
}
