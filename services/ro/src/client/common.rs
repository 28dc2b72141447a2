//! Options shared by every client command.

use std::path::PathBuf;

use clap::Args;

use super::text::{Lang, Language};
use crate::stack::Place;

/// Options that every command has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Connection and output")]
pub struct Common {
    /// The running stack's stack.json; without it, the stack of this checkout
    #[arg(long, value_name = "FILE", env = "RO_STACK")]
    pub stack: Option<PathBuf>,

    #[command(flatten)]
    pub place: Place,

    /// Development identity of stack.json to act as; each command has a sensible default
    #[arg(long = "as", value_name = "IDENTITY", conflicts_with = "token_file")]
    pub identity: Option<String>,

    /// File with an access token, for a system that is not the local stack
    #[arg(long, value_name = "FILE", env = "RO_TOKEN_FILE")]
    pub token_file: Option<PathBuf>,

    /// PEM file of the authority that signs the services' certificates
    #[arg(long, value_name = "FILE", env = "RO_CA")]
    pub ca: Option<PathBuf>,

    /// Address of intake, for example https://intake.example:8751
    #[arg(long, value_name = "URL", env = "RO_INTAKE_GRPC")]
    pub intake: Option<String>,

    /// Address of cases
    #[arg(long, value_name = "URL", env = "RO_CASES_GRPC")]
    pub cases: Option<String>,

    /// Address of safety
    #[arg(long, value_name = "URL", env = "RO_SAFETY_GRPC")]
    pub safety: Option<String>,

    /// Address of notification
    #[arg(long, value_name = "URL", env = "RO_NOTIFICATION_GRPC")]
    pub notification: Option<String>,

    /// Address of reporting
    #[arg(long, value_name = "URL", env = "RO_REPORTING_GRPC")]
    pub reporting: Option<String>,

    #[command(flatten)]
    pub language: Language,

    /// Answer in canonical proto3 JSON
    #[arg(long)]
    pub json: bool,
}

impl Common {
    /// No option given.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            stack: None,
            place: Place { state_dir: None },
            identity: None,
            token_file: None,
            ca: None,
            intake: None,
            cases: None,
            safety: None,
            notification: None,
            reporting: None,
            language: Language::default(),
            json: false,
        }
    }

    /// The address given for a process.
    #[must_use]
    pub fn address(&self, process: &str) -> Option<&String> {
        let given = [
            ("intake", &self.intake),
            ("cases", &self.cases),
            ("safety", &self.safety),
            ("notification", &self.notification),
            ("reporting", &self.reporting),
        ];
        given.into_iter().find(|(name, _)| *name == process).and_then(|(_, address)| address.as_ref())
    }

    /// The language asked for, or the terminal's.
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.language.lang()
    }
}
