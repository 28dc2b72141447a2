//! Server behind the gRPC service of the directory: what it needs.

use auth::grants::Copy;

use crate::{app::directory::App, grpc::transactions::Transactions};

/// Server behind the gRPC service of the directory.
#[derive(Clone)]
pub struct DirectoryServer {
    pub transactions: Transactions,
    pub app: App,
    /// This service's own copy of the grants, for a caller's own.
    pub grants: Copy,
}
