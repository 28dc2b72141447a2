//! Use case: record another service's statement of what it destroyed of a purged case; it completes the certificate [LPR4].

use audit_log::{Act, Signer};
use base::{Error, Result};
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{access::need_to_know::KIND, purge::certificate, transition},
    domain::access::decision::{self, Tie, Verb},
    store::purge::{
        destruction::Deleted,
        record::{self, Statement},
    },
};

/// The statement and the service that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementReceived {
    pub case: CaseId,
    pub service: String,
    pub at: OffsetDateTime,
    pub keys: i64,
    pub rows: Vec<Deleted>,
}

/// Adds the statement. The first of a service stands; one about a case that was not purged here is ignored.
///
/// # Errors
/// A statement failed, there is no key to sign with, or the case was not purged.
pub async fn record_statement(tx: &mut PgConnection, signer: Option<&Signer>, said: StatementReceived, at: OffsetDateTime) -> Result<()> {
    decision::allowed(Tie::Service, Verb::RecordStatement, None)?;
    if !record::is_purged(tx, said.case).await? {
        return Err(Error::NotFound);
    }
    let signer = signer.ok_or(Error::Unavailable { what: "the audit key" })?;
    let StatementReceived { case, service, at: obeyed_at, keys, rows } = said;
    let mut statement = Statement { service, obeyed_at, keys, rows, heard_at: at, signature: Vec::new() };
    statement.signature = certificate::sign_statement(signer, case, &statement);
    record::add_statement(tx, case, &statement).await?;
    audit_log::granted(tx, &Act::by(transition::BY_ITSELF, Verb::RecordStatement.permission(), KIND, &case.to_string()), at).await?;
    tracing::info!(case.id = %case, peer = statement.service, "another service has destroyed what it held of a purged case");
    Ok(())
}
