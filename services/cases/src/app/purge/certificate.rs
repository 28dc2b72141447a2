//! Purge certificate: signed, read, and completed by the statements of the other services [LPR4].

use audit_log::{Act, Signer};
use base::{Caller, Error, Result, wire::timestamp};
use proto::{cases::v1 as wire, id::CaseId, purge};
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::KIND},
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::Scope,
        },
        case::reference::CaseRef,
    },
    store::purge::{
        destruction::Deleted,
        record::{self as store, Certificate, Statement},
    },
};

/// The certificate of a purged case, for supervisors and the National Manager; not found for other callers and other cases.
///
/// # Errors
/// Not found.
pub async fn read_certificate(app: &App, caller: &Caller, case_ref: &str) -> Result<Certificate> {
    read(app, caller, Verb::ReadCertificate, case_ref).await
}

pub(crate) async fn read(app: &App, caller: &Caller, verb: Verb, case_ref: &str) -> Result<Certificate> {
    let at = app.clock.now();
    let tie = if Scope::of(caller).is_unit() { Tie::Unit } else { Tie::Stranger };
    decision::allowed(tie, verb, None)?;
    let mut tx = app.begin(caller).await?;
    let case_ref = CaseRef::parse(case_ref).unwrap_or(CaseRef::Id(CaseId::new(Uuid::nil())));
    let certificate = store::certificate(&mut tx, &case_ref).await?.ok_or(Error::NotFound)?;
    audit_log::granted(&mut tx, &Act::new(caller, verb.permission(), KIND, &certificate.case.to_string()), at).await?;
    tx.commit().await?;
    Ok(certificate)
}

/// Signs a certificate, over exactly its content on the wire.
pub(crate) fn sign(signer: &Signer, certificate: &Certificate) -> Vec<u8> {
    signed(signer, purge::CERTIFICATE, &purge::certificate(&certificate_on_the_wire(certificate)))
}

/// Signs a statement of another service, as it was received.
pub(crate) fn sign_statement(signer: &Signer, case: CaseId, statement: &Statement) -> Vec<u8> {
    signed(signer, purge::STATEMENT, &purge::statement(&case.to_string(), &statement_on_the_wire(statement)))
}

fn signed(signer: &Signer, kind: &str, values: &[String]) -> Vec<u8> {
    signer.sign_row(kind, &values.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A certificate as a wire message; services whose statement is still missing are named.
#[must_use]
pub fn certificate_on_the_wire(of: &Certificate) -> wire::PurgeCertificate {
    let has_said = |service: &str| of.statements.iter().any(|statement| statement.service == service);
    wire::PurgeCertificate {
        case_id: of.case.to_string(),
        case_number: of.number.clone(),
        ordered_by: of.ordered_by.clone(),
        ordered_at: Some(timestamp(of.ordered_at)),
        confirmed_by: of.confirmed_by.clone(),
        purged_at: Some(timestamp(of.purged_at)),
        last_used_at: Some(timestamp(of.last_used_at)),
        retention_months: of.retention_months,
        retention_over_at: Some(timestamp(of.retention_over_at)),
        holds_lifted: of.holds_lifted,
        keys: of.keys.iter().map(|key| wire::DestroyedKey { key_id: key.id.to_string(), side: key.side.clone() }).collect(),
        deleted: deleted(&of.rows),
        signature: of.signature.clone(),
        statements: of.statements.iter().map(statement_on_the_wire).collect(),
        waiting_for: purge::OBEY.into_iter().filter(|service| !has_said(service)).map(str::to_owned).collect(),
    }
}

fn statement_on_the_wire(of: &Statement) -> wire::PurgeStatement {
    wire::PurgeStatement {
        service: of.service.clone(),
        obeyed_at: Some(timestamp(of.obeyed_at)),
        keys: of.keys,
        deleted: deleted(&of.rows),
        heard_at: Some(timestamp(of.heard_at)),
        signature: of.signature.clone(),
    }
}

fn deleted(rows: &[Deleted]) -> Vec<wire::DeletedRows> {
    rows.iter().map(|(table, rows)| wire::DeletedRows { table: table.clone(), rows: *rows }).collect()
}
