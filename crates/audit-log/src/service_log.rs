//! Audit log of a running service: sealed periodically, stated to its witness, and compared with what the witness knows.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use messaging::Endpoint;
use tokio::sync::watch;

use crate::Denied;

/// Audit log of the service behind an endpoint. Cheap to clone.
#[derive(Clone)]
pub struct AuditLog {
    pub(crate) endpoint: Endpoint,
    /// File of the key that signs checkpoints.
    pub(crate) key_file: Option<PathBuf>,
    /// Folder of the other services' public keys.
    pub(crate) peers: Option<PathBuf>,
    /// Calls refused by the gRPC server, until they are in the log.
    pub(crate) denied: Denied,
    /// Whether the database is as its witness knows it.
    pub(crate) history: Arc<watch::Sender<bool>>,
    /// Subject on which the log is stated, where it is witnessed.
    pub(crate) stating: Arc<OnceLock<&'static str>>,
}

impl AuditLog {
    /// Log of the service; nothing runs yet.
    #[must_use]
    pub fn new(
        endpoint: Endpoint,
        (key_file, peers): (Option<PathBuf>, Option<PathBuf>),
        denied: Denied,
        history: Arc<watch::Sender<bool>>,
    ) -> Self {
        Self { endpoint, key_file, peers, denied, history, stating: Arc::default() }
    }
}
