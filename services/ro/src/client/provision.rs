//! The command `ro provision`: creates the streams and consumers that `proto::subject` declares, and checks what the server made of them.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::Args;
use messaging::bus::Bus;
use proto::subject::{CONSUMERS, STREAMS};

use super::{failure::Failure, text::Words};
use crate::print;

/// Create the streams and consumers of the bus
#[derive(Debug, Args)]
pub struct Provision {
    /// NATS server
    #[arg(long, env = "RO_NATS_URL")]
    nats_url: String,
    /// File with the provisioner's NKey seed
    #[arg(long, env = "RO_NATS_SEED_FILE")]
    nats_seed_file: Option<PathBuf>,
    /// PEM file with the authority that signed the server's certificate
    #[arg(long, env = "RO_NATS_CA")]
    nats_ca: Option<PathBuf>,
    /// Room of every stream, as a multiple of what is declared: where one fills up faster than it is read
    #[arg(long, env = "RO_BUS_ROOM", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    room: u16,
}

/// Timeout for the server's answer.
const TIMEOUT: Duration = Duration::from_secs(30);
const DONE: Words = Words { en: "{} streams and {} consumers stand", fr: "{} flux et {} consommateurs en place" };

impl Provision {
    /// # Errors
    /// The server does not answer, is too old, or refuses.
    pub async fn run(&self) -> Result<(), Failure> {
        let streams = STREAMS.map(|stream| stream.times(self.room));
        let bus = Bus::connect("provisioner", &self.nats_url, self.nats_seed_file.as_deref(), self.nats_ca.as_deref()).await?;
        let ready = tokio::time::timeout(TIMEOUT, bus.ready(&self.nats_url)).await;
        ready.map_err(|_| Failure::Unreachable(format!("{} does not answer", self.nats_url)))??;
        bus.provision(&streams, &CONSUMERS).await.context("the bus could not be provisioned")?;
        let counts = [streams.len().to_string(), CONSUMERS.len().to_string()];
        print::note(DONE.fill(super::Lang::En, &[&counts[0], &counts[1]]));
        Ok(())
    }
}
