//! Use case: purge a case. One person orders, another confirms, and every copy becomes unreadable in one transaction [LPR4].

use audit_log::Signer;
use base::{
    Caller, Error, Result,
    database::{Actor, act_as},
};
use messaging::outbox;
use sqlx::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::lock,
        purge::{
            certificate,
            event::{self, Purged},
        },
    },
    domain::{
        access::decision::Verb,
        purge::{ORDER_STANDS, kept_by, order_stands, second_person},
    },
    error,
    store::{
        case::{file::CaseFile, opening},
        purge::{
            destruction,
            record::{self, Certificate},
            retention::{self as store, Order},
        },
    },
};

/// Length of the shortest two years.
const LEAST: Duration = Duration::days(730);

/// A pending order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    pub by: String,
    pub until: OffsetDateTime,
}

/// Orders the purge of a case that nothing keeps. Nothing is destroyed yet. A pending order is returned again.
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

/// Confirms another person's order and purges the case in one transaction. Returns the certificate, also for a case purged before.
///
/// # Errors
/// Not found, or a refusal: no order, the caller's own order, or something keeps the case now.
pub async fn confirm_purge(app: &App, caller: &Caller, case_ref: &str) -> Result<Certificate> {
    match confirm(app, caller, case_ref).await {
        Err(Error::NotFound) => certificate::read(app, caller, Verb::ConfirmPurge, case_ref).await,
        ended => ended,
    }
}

async fn confirm(app: &App, caller: &Caller, case_ref: &str) -> Result<Certificate> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, Verb::ConfirmPurge, case_ref).await?;
    let order = store::order(&mut tx, file.id).await?.filter(|order| order_stands(order.at, at)).ok_or_else(error::purge_not_ordered)?;
    second_person(&order.by, &caller.subject)?;
    let signer = app.signer.as_deref().ok_or_else(error::certificate_cannot_be_signed)?;
    // From here the service acts: row security lets no one else delete.
    act_as(&mut tx, &Actor::service("cases").at(at)).await?;
    let (certificate, documents) = carry_out(&mut tx, app, signer, &file, (&order, &caller.subject), at).await?;
    tx.commit().await?;
    app.outbox.wake();
    // These bytes can no longer be opened. What remains because the store is unavailable goes with the next sweep.
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
    let raised = store::lock_concerns(tx, file.id).await?;
    // Checked again under the lock: what was true at the time of the order may have changed.
    let facts = store::facts(tx, file.id).await?;
    if let Some(kept) = kept_by(&facts, app.retention, at) {
        return Err(kept.refusal().into());
    }
    // A later duplicate was used later: it ends by its own retention.
    let duplicates = opening::duplicates(tx, file.id, at - LEAST).await?;
    let done = destruction::carry_out(tx, &app.vault, file.id, &raised, at).await?;
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
    certificate.signature = certificate::sign(signer, &certificate);
    record::certify(tx, &certificate).await?;
    let purged = Purged {
        case: file.id,
        referral: file.referral,
        duplicates: &duplicates,
        break_glasses: &done.break_glasses,
        blocks: &done.blocks,
        due_notices: &done.due_notices,
        entry_notices: &done.entry_notices,
        request_notices: &done.request_notices,
        last_used_at: facts.last_use,
        at,
    };
    outbox::enqueue(tx, &event::case_purged(&app.ids, signer, &purged), at).await?;
    Ok((certificate, done.documents))
}
