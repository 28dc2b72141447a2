//! Object store for the bytes of documents: sealed, under random names, outside the database [TS1c].
//!
//! A local folder for now. Another store of the same library (S3, Azure) replaces it by address alone, once CSC names one.

use std::{io, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, local::LocalFileSystem, path::Path as Place};
use time::OffsetDateTime;
use uuid::Uuid;

/// Longest duration of one read or write in the store.
const STORE_TIMEOUT: Duration = Duration::from_secs(10);

/// Handle to the object store. Cheap to clone.
#[derive(Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// A store in an existing folder, in which every write is on disk before it is acknowledged.
    ///
    /// # Errors
    /// It is no folder, or cannot be used.
    pub fn folder(path: &Path) -> anyhow::Result<Self> {
        Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(path)?.with_fsync(true))))
    }

    /// Writes a new object; an existing one is never overwritten.
    ///
    /// # Errors
    /// The store does not take it.
    pub async fn put(&self, id: Uuid, sealed: Vec<u8>) -> io::Result<()> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        within(self.0.put_opts(&place(id), Bytes::from(sealed).into(), options)).await.map(drop)
    }

    /// The sealed bytes of an object.
    ///
    /// # Errors
    /// The store does not answer, or has lost it.
    pub async fn get(&self, id: Uuid) -> io::Result<Bytes> {
        let found = within(self.0.get(&place(id))).await?;
        within(found.bytes()).await
    }

    /// Removes an object; an absent one counts as removed.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn remove(&self, id: Uuid) -> io::Result<()> {
        match within(self.0.delete(&place(id))).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// The ids of all objects written before a time.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn older_than(&self, time: OffsetDateTime) -> io::Result<Vec<Uuid>> {
        use futures::TryStreamExt;
        let before = time.unix_timestamp();
        let listed = self.0.list(None).try_filter(|meta| std::future::ready(meta.last_modified.timestamp() < before));
        let listed: Vec<_> = within(listed.try_collect()).await?;
        Ok(listed.into_iter().filter_map(|meta| Uuid::try_parse(meta.location.filename()?).ok()).collect())
    }
}

fn place(id: Uuid) -> Place {
    Place::from(id.to_string())
}

/// Runs store work within the deadline; the error names its kind and never an object.
async fn within<T>(work: impl Future<Output = Result<T, Error>>) -> io::Result<T> {
    match tokio::time::timeout(STORE_TIMEOUT, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(Error::NotFound { .. })) => Err(io::ErrorKind::NotFound.into()),
        Ok(Err(Error::AlreadyExists { .. })) => Err(io::ErrorKind::AlreadyExists.into()),
        Ok(Err(Error::PermissionDenied { .. })) => Err(io::ErrorKind::PermissionDenied.into()),
        Ok(Err(_)) => Err(io::ErrorKind::Other.into()),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
