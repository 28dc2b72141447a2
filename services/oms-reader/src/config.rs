//! Settings of the reader; each flag is also `OMS_READER_<FLAG>` in the environment.

use std::path::PathBuf;

use clap::Parser;
use server::{Configured, Settings};

/// Reads the listed items of one offender from OMS, and writes nothing
#[derive(Debug, Clone, Parser)]
pub struct Config {
    #[command(flatten)]
    pub server: server::Settings,

    /// Address of the read-only interface of OMS, for example https://oms.example; without it every read is refused
    #[arg(long)]
    pub source_url: Option<String>,

    /// PEM file with the authority that signs the certificate of OMS; needed for https
    #[arg(long)]
    pub source_ca: Option<PathBuf>,

    /// File with the bearer token that OMS knows this process by, read again for every request
    #[arg(long)]
    pub source_token_file: Option<PathBuf>,

    /// PEM file with the certificate that OMS knows this process by
    #[arg(long, requires = "source_key")]
    pub source_cert: Option<PathBuf>,

    /// PEM file with the key of that certificate
    #[arg(long)]
    pub source_key: Option<PathBuf>,
}

impl Configured for Config {
    fn server(&self) -> &Settings {
        &self.server
    }
}
