//! Object store for documents, as the use cases need it.

use base::{Error, Result};

use crate::{error, store::document::blob::Blobs};

/// The object store for documents, and the size limit.
#[derive(Clone)]
pub struct Documents {
    /// `None` where no store is configured.
    pub blobs: Option<Blobs>,
    /// Most bytes of one document.
    pub largest: usize,
}

impl Documents {
    /// The object store.
    ///
    /// # Errors
    /// Refused where none is configured.
    pub fn blobs(&self) -> Result<&Blobs> {
        self.blobs.as_ref().ok_or_else(|| error::documents_not_configured().into())
    }
}

/// The error where the object store does not answer, or has lost the bytes.
pub(crate) fn away(error: &std::io::Error) -> Error {
    tracing::error!(reason = %error.kind(), "the store of documents does not do what was asked");
    Error::Unavailable { what: "the store of documents" }
}
