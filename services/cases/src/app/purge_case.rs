//! The purge of a case: one person orders, another confirms, and every copy of it becomes unreadable in one transaction [LPR4].

use chassis::{
    Caller, Error, Refusal, Result,
    audit::{self, Act, Signer},
    database::{Actor, act_as},
    outbox,
};
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{
    App, KIND,
    events::{self, Purged},
    lock, purge_certificate,
};
use crate::{
    domain::{
        access::Scope,
        decision::{self, Tie, Verb},
        retention::{CLAUSE, ORDER_STANDS, kept_by, order_stands, second_person},
    },
    store::{
        case_file::{self, CaseFile},
        purge::{self, Certificate},
        retention::{self as store, Closed, Order},
    },
};

/// Cases of the list of those that are due at most.
const LIMIT: i64 = 500;
/// No month is shorter: what opened later than this many days per month ago cannot be due.
const SHORTEST_MONTH: i64 = 28;

/// No two years are shorter.
const LEAST: Duration = Duration::days(730);

/// An order that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    pub by: String,
    pub until: OffsetDateTime,
}

/// Orders the purge of a case that nothing keeps. Nothing is destroyed yet. An order that stands is answered again.
///
/// # Errors
/// Not found, or the refusal that names what keeps the case.
pub async fn order_purge(app: &App, caller: &Caller, case_ref: &str) -> Result<Ordered> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::OrderPurge, case_ref).await?;
    let facts = store::facts(&mut tx, file.id).await?;
    if let Some(kept) = kept_by(&facts, app.retention, at) {
        return Err(kept.refusal().into());
    }
    let standing = store::order(&mut tx, file.id).await?.filter(|order| order_stands(order.at, at));
    let order = match standing {
        Some(order) => order,
        None => {
            let order = Order { by: caller.subject.clone(), at };
            store::set_order(&mut tx, file.id, &order).await?;
            order
        }
    };
    tx.commit().await?;
    tracing::warn!(case.id = %file.id, "the purge of a case was ordered: another person must confirm it");
    Ok(Ordered { by: order.by, until: order.at + ORDER_STANDS })
}

/// Confirms the order of somebody else and carries it out: all of it in one transaction, or nothing. A case that was purged is answered
/// with its certificate, however often it is confirmed.
///
/// # Errors
/// Not found, or a refusal: nobody ordered it, the caller did, or something keeps the case now.
pub async fn confirm_purge(app: &App, caller: &Caller, case_ref: &str) -> Result<Certificate> {
    match confirm(app, caller, case_ref).await {
        Err(Error::NotFound) => purge_certificate::read(app, caller, Verb::ConfirmPurge, case_ref).await,
        ended => ended,
    }
}

async fn confirm(app: &App, caller: &Caller, case_ref: &str) -> Result<Certificate> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::ConfirmPurge, case_ref).await?;
    let order = store::order(&mut tx, file.id).await?.filter(|order| order_stands(order.at, at)).ok_or_else(not_ordered)?;
    second_person(&order.by, &caller.subject)?;
    let signer = app.signer.as_deref().ok_or_else(cannot_be_signed)?;
    // What the caller was allowed is now done by the service: the database lets nobody else delete.
    act_as(&mut tx, &Actor::service("cases").at(at)).await?;
    let (certificate, documents) = carry_out(&mut tx, app, signer, &file, (&order, &caller.subject), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    // Nothing opens them any more. What stays because the store is away goes with the next sweep.
    if let Some(blobs) = &app.documents.blobs {
        for document in documents {
            if let Err(error) = blobs.remove(document).await {
                tracing::warn!(reason = %error.kind(), "the bytes of a destroyed document are removed later");
            }
        }
    }
    tracing::warn!(case.id = %file.id, keys = certificate.keys.len(), "a case was purged: its keys are destroyed");
    Ok(certificate)
}

async fn carry_out(
    tx: &mut PgConnection,
    app: &App,
    signer: &Signer,
    file: &CaseFile,
    (order, confirmed_by): (&Order, &str),
    at: OffsetDateTime,
) -> Result<(Certificate, Vec<Uuid>)> {
    let raised = store::hold_concerns(tx, file.id).await?;
    // Asked again: what was true when it was ordered may have changed, and nothing changes any more.
    let facts = store::facts(tx, file.id).await?;
    if let Some(kept) = kept_by(&facts, app.retention, at) {
        return Err(kept.refusal().into());
    }
    // One that came later was used later: it ends by its own retention.
    let duplicates = case_file::duplicates(tx, file.id, at - LEAST).await?;
    let done = purge::carry_out(tx, &app.vault, file.id, &raised, at).await?;
    let mut certificate = Certificate {
        case: file.id,
        number: file.number.clone(),
        ordered_by: order.by.clone(),
        ordered_at: order.at,
        confirmed_by: confirmed_by.to_owned(),
        purged_at: at,
        last_used_at: facts.last_use,
        retention_months: i32::from(app.retention.in_months()),
        retention_over_at: app.retention.over_at(facts.last_use),
        holds_lifted: done.holds_lifted,
        keys: done.keys,
        rows: done.rows,
        signature: Vec::new(),
        statements: Vec::new(),
    };
    certificate.signature = purge_certificate::sign(signer, &certificate);
    purge::certify(tx, &certificate).await?;
    let told = Purged {
        case: file.id,
        referral: file.referral,
        duplicates: &duplicates,
        break_glasses: &done.break_glasses,
        last_used_at: facts.last_use,
        at,
    };
    outbox::enqueue(tx, &events::case_purged(&app.ids, signer, &told), at).await?;
    Ok((certificate, done.documents))
}

/// A case whose retention is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub closed: Closed,
    pub over_at: OffsetDateTime,
    /// The code of what keeps it all the same.
    pub kept_by: Option<&'static str>,
}

/// The cases whose retention is over, those unused for the longest time first.
///
/// # Errors
/// Not found for whoever is not of the unit.
pub async fn list_due(app: &App, caller: &Caller) -> Result<Vec<Due>> {
    let at = app.clock.now();
    let tie = if Scope::of(caller).is_unit() { Tie::Unit } else { Tie::Stranger };
    decision::allowed(tie, Verb::ListDue, None)?;
    let mut tx = app.begin(caller).await?;
    let opened_before = at - Duration::days(i64::from(app.retention.in_months()) * SHORTEST_MONTH);
    let closed = store::closed(&mut tx, opened_before, LIMIT).await?;
    let due: Vec<Due> = closed.into_iter().filter_map(|closed| due(app, closed, at)).collect();
    let ids: Vec<String> = due.iter().map(|due| due.closed.case.to_string()).collect();
    let acts: Vec<Act<'_>> = ids.iter().map(|id| Act::new(caller, Verb::ListDue.permission(), KIND, id)).collect();
    audit::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok(due)
}

fn due(app: &App, closed: Closed, at: OffsetDateTime) -> Option<Due> {
    let over_at = app.retention.over_at(closed.facts.last_use);
    if at < over_at {
        return None;
    }
    let kept_by = kept_by(&closed.facts, app.retention, at).map(crate::domain::retention::Kept::code);
    let order = closed.order.filter(|order| order_stands(order.at, at));
    Some(Due { closed: Closed { order, ..closed }, over_at, kept_by })
}

fn not_ordered() -> Refusal {
    Refusal::precondition(
        "purge-not-ordered",
        CLAUSE,
        "nobody has ordered the purge of this case in the last thirty days: order it, and somebody else confirms",
        "personne n'a ordonné l'élimination de ce dossier dans les trente derniers jours : ordonnez-la, et une autre personne confirme",
    )
}

/// A purge that nobody can prove afterwards is not carried out.
fn cannot_be_signed() -> Refusal {
    Refusal::precondition(
        "certificate-cannot-be-signed",
        CLAUSE,
        "this service has no audit key to sign the certificate with: nothing was destroyed",
        "ce service n'a pas de clé d'audit pour signer le certificat : rien n'a été détruit",
    )
}
