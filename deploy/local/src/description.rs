//! The file `stack.json`: everything an outside client needs to join the running stack. It holds tokens, so only its owner can read it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    secret,
};

/// The version of the file's format.
pub const VERSION: u32 = 1;

/// The running stack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Description {
    pub version: u32,
    /// The runner.
    pub pid: u32,
    pub state_dir: PathBuf,
    pub ca_file: PathBuf,
    pub nats: Nats,
    pub postgres: Postgres,
    pub services: BTreeMap<String, Service>,
    pub mail_dir: PathBuf,
    pub identities: Vec<Identity>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Nats {
    pub url: String,
    pub monitor: String,
    pub pid: u32,
    pub version: String,
    pub log: PathBuf,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Postgres {
    pub socket_dir: PathBuf,
    /// The folder of `psql` and the other PostgreSQL programs.
    pub bin_dir: PathBuf,
    /// Libraries that came with a fetched PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library_dir: Option<PathBuf>,
    pub pid: u32,
    pub version: String,
    pub log: PathBuf,
    /// The address of each service's database, with its password.
    pub databases: BTreeMap<String, String>,
    /// The same for the login that owns and migrates the tables.
    #[serde(default)]
    pub owners: BTreeMap<String, String>,
    /// The same for the auditor's login, which reads the audit log and nothing else.
    #[serde(default)]
    pub auditors: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Service {
    /// `https://127.0.0.1:PORT` of a gRPC service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grpc: Option<String>,
    /// `http://127.0.0.1:PORT/` of the dashboard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    pub pid: u32,
    pub log: PathBuf,
}

/// A development identity: a token for gRPC, and a login to the bus for systems.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Identity {
    pub name: String,
    pub subject: String,
    pub roles: Vec<String>,
    pub sites: Vec<String>,
    pub regions: Vec<String>,
    pub token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats_seed_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats_inbox_prefix: Option<String>,
}

impl Description {
    /// Path of the file in a state folder.
    #[must_use]
    pub fn path(state_dir: &Path) -> PathBuf {
        state_dir.join("stack.json")
    }

    /// Folder of the keys that sign each service's audit log, and of those that check it.
    #[must_use]
    pub fn audit_keys(&self) -> PathBuf {
        self.state_dir.join("secrets/audit")
    }

    /// Reads the file.
    ///
    /// # Errors
    /// When there is none, or it has another form; the sentence says what to do.
    pub fn load(path: &Path) -> Result<Self> {
        let Ok(text) = fs::read(path) else {
            return Err(Error::said(format!("no stack is running here ({} is not there): start it with `cargo ro up`", path.display())));
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(found) if found.version == VERSION => Ok(found),
            _ => Err(Error::said(format!("{} was written by another version: start the stack again with `cargo ro up`", path.display()))),
        }
    }

    /// Writes the file with mode 0600.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| Error::said(format!("the description cannot be written: {error}")))?;
        secret::write(path, &text)
    }

    /// The identity of this name.
    ///
    /// # Errors
    /// When there is none; the sentence lists those there are.
    pub fn identity(&self, name: &str) -> Result<&Identity> {
        self.identities.iter().find(|identity| identity.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.identities.iter().map(|identity| identity.name.as_str()).collect();
            Error::said(format!("no identity is named {name}: there are {}", names.join(", ")))
        })
    }

    /// The gRPC address of a service.
    ///
    /// # Errors
    /// When that service was not started.
    pub fn grpc(&self, service: &str) -> Result<&str> {
        self.services
            .get(service)
            .and_then(|found| found.grpc.as_deref())
            .ok_or_else(|| Error::said(format!("{service} is not among the started services")))
    }
}
