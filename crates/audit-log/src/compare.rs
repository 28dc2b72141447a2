//! Queries of an auditor who compares a log in the databases of two services.

use sqlx::PgConnection;

use super::statement::Known;

/// Co-signature and its checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    pub epoch: i64,
    pub size: i64,
    pub root: Vec<u8>,
    pub witness: String,
    pub signature: Vec<u8>,
}

/// Evidence against a log, in the database of its witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub epoch: i64,
    pub size: i64,
    pub kind: String,
    pub known_size: i64,
}

/// Checkpoints of a log in this database, the witness's.
///
/// # Errors
/// The statement failed.
pub async fn witnessed(db: &mut PgConnection, log: &str) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(Known, "select epoch, size, root, stated_at from audit_witnessed where log = $1 order by epoch, size", log)
        .fetch_all(db)
        .await
}

/// Evidence against a log in this database, the witness's.
///
/// # Errors
/// The statement failed.
pub async fn conflicts(db: &mut PgConnection, log: &str) -> sqlx::Result<Vec<Conflict>> {
    sqlx::query_as!(Conflict, "select epoch, size, kind, known_size from audit_conflict where log = $1 order by found_at limit 100", log)
        .fetch_all(db)
        .await
}

/// Co-signatures of this database's own log.
///
/// # Errors
/// The statement failed.
pub async fn cosigned(db: &mut PgConnection) -> sqlx::Result<Vec<Cosigned>> {
    sqlx::query_as!(Cosigned, "select epoch, size, root, witness, signature from audit_cosigned order by epoch, size").fetch_all(db).await
}
