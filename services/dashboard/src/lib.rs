#![doc = include_str!("../README.md")]

pub mod text;

pub mod parts;

pub mod assets;
pub mod brand;

pub mod frame;

pub mod clients;
pub mod identities;
pub mod session;

pub mod web;

pub mod pages;

pub mod router;

pub mod acceptor;
pub mod config;
pub mod health;

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use server::{
    Process,
    limits::{Quota, connections::Connections, keyed_limit::KeyedLimit},
};
use tokio::{net::TcpListener, sync::Semaphore};

pub use config::Config;

/// Time limit for open pages to finish when the process stops.
const GRACE: Duration = Duration::from_secs(4);
/// Time limit for a browser to send the headers of a request.
const HEADERS_WITHIN: Duration = Duration::from_secs(15);

/// Serves the pages until the process stops.
///
/// # Errors
/// The address cannot be bound, or a key set, a certificate or the development identities are invalid.
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
    let verifier = process.verifier()?.map(Arc::new);
    let people = match &config.development_identities {
        Some(path) => {
            tracing::warn!("development identities are offered: anyone who sees the sign-in page can be any of them");
            identities::read(path)?
        }
        None => Vec::new(),
    };
    let authority = settings.authority()?;
    let brand = config.brand.as_deref().map(brand::Brand::read).transpose()?.unwrap_or_default();
    Ok(web::App {
        shell: Arc::new(frame::Shell { entries: pages::entries(), brand }),
        clients: clients::Clients::connect(&config.addresses(), authority.as_deref())?,
        safety: clients::Safety::connect(&config.safety_url, authority.as_deref())?,
        sessions: session::Sessions::new(process.clock.clone(), process.ids.clone()),
        verifier,
        people: Arc::new(people),
        clock: process.clock.clone(),
        ids: process.ids.clone(),
        stop: process.stop.clone(),
        streams: KeyedLimit::new(web::MAX_STREAMS, web::STREAMS_OF_ONE),
        places: Arc::new(Semaphore::new(web::MAX_PAGES)),
        on_the_way: Arc::new(Semaphore::new(web::MAX_ON_THE_WAY)),
        sign_ins: Quota::new(settings.calls_per_second, settings.calls_burst),
    })
}
