//! Insert of new referrals with their keys and their facts, in one statement for several calls.

use std::collections::{BTreeMap, BTreeSet};

use base::database::Actor;
use messaging::outbox::{self, Columns, Fresh, Outgoing};
use proto::subject;
use sqlx::{PgConnection, PgExecutor};
use time::OffsetDateTime;
use tracing::Span;
use uuid::Uuid;
use vault::{DataKey, Fault, NewKeys, Owner, Vault};

use super::New;
use crate::store::sealed;

/// Most referrals in one fact: far below the largest message of the stream.
const MAX_IN_A_FACT: usize = 200;

/// A referral that may be new, with the bytes of its fact, the id of a fact that begins with it, and the span that they belong to.
pub struct Unsealed<'a> {
    pub new: New<'a>,
    pub event: Uuid,
    pub fact: Vec<u8>,
    pub submitter: &'a str,
    pub span: Span,
}

/// The same, sealed under its own key.
pub struct SealedReferral {
    id: Uuid,
    number: String,
    site: String,
    key: String,
    form: String,
    hash: [u8; 32],
    sealed: Vec<u8>,
    origin: &'static str,
    counted_origin: &'static str,
    flags: String,
    questions: String,
    state: &'static str,
    at: OffsetDateTime,
    submitter: String,
    key_id: Uuid,
    wrapped: Vec<u8>,
    wrapped_by: i32,
    event: Uuid,
    fact: Vec<u8>,
    span: Span,
}

/// The earlier row under the site and key of one of them.
pub struct Existing {
    /// Index of the referral, from 0.
    pub place: usize,
    pub body_hash: Vec<u8>,
    pub number: String,
    pub received_at: OffsetDateTime,
    /// Its content was purged with its case [LPR4].
    pub purged: bool,
}

impl SealedReferral {
    fn of(unsealed: Unsealed<'_>, (key, wrapped, wrapped_by): (DataKey, Vec<u8>, i32), at: OffsetDateTime) -> Result<Self, Fault> {
        let Unsealed { new: New { id, receipt_number, referral, body }, event, fact, submitter, span } = unsealed;
        Ok(Self {
            id,
            number: receipt_number,
            site: referral.site.to_string(),
            key: referral.key.to_string(),
            form: referral.key.form().to_owned(),
            hash: *body.hash(),
            sealed: key.seal(sealed::content(id), body.bytes())?,
            origin: referral.origin.code(),
            counted_origin: referral.counted_origin.code(),
            flags: referral.flags.codes().join(" "),
            questions: referral.statements.codes().join(" "),
            state: referral.state().code(),
            at,
            submitter: submitter.to_owned(),
            key_id: key.id(),
            wrapped,
            wrapped_by,
            event,
            fact,
            span,
        })
    }

    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Number and time of its receipt, if it is new.
    pub fn receipt(&self) -> (String, OffsetDateTime) {
        (self.number.clone(), self.at)
    }
}

/// Seals referrals, each under a new key that is written with it or not at all; in their order.
///
/// # Errors
/// The key store is not available.
pub async fn seal(vault: &Vault, referrals: Vec<Unsealed<'_>>, at: OffsetDateTime) -> Result<Vec<SealedReferral>, Fault> {
    let owners: BTreeSet<Owner> = referrals.iter().map(|unsealed| sealed::referral(unsealed.new.id)).collect();
    let NewKeys { keys, wrapped, versions, .. } = vault.new_keys(&owners).await?;
    let mut keys: BTreeMap<Owner, (DataKey, Vec<u8>, i32)> =
        keys.into_iter().zip(wrapped).zip(versions).map(|(((owner, key), wrapped), version)| (owner, (key, wrapped, version))).collect();
    let whole = |unsealed: Unsealed<'_>| {
        let key = keys.remove(&sealed::referral(unsealed.new.id)).ok_or(Fault::Unknown)?;
        SealedReferral::of(unsealed, key, at)
    };
    referrals.into_iter().map(whole).collect()
}

/// Inserts the new ones of these, each with the number of its call, in their order: whole calls, with their keys and [facts](tell). Returns
/// the earlier rows. Until the lease ends the relay leaves the facts to this process. A call with a row of another body, or a purged one,
/// is skipped whole.
///
/// One statement, in this order: the actor; the existing rows; the referrals; their keys; their facts.
///
/// # Errors
/// The statement failed, or one of them was inserted concurrently: nothing is written.
pub async fn record(
    db: impl PgExecutor<'_>,
    actor: &Actor,
    at: OffsetDateTime,
    referrals: &[(i32, &SealedReferral)],
) -> sqlx::Result<Vec<Existing>> {
    fn column<'a, T>(referrals: &[(i32, &'a SealedReferral)], value: impl Fn(&'a SealedReferral) -> T) -> Vec<T> {
        referrals.iter().map(|(_, whole)| value(whole)).collect()
    }
    let (subject, reach, names) = actor.parts();
    let calls: Vec<i32> = referrals.iter().map(|(call, _)| *call).collect();
    let rows = sqlx::query!(
        r#"with stood as (select * from record_referrals($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
                                                         $19, $20, $21, $22, $23, $24, $25, $26, $27, $28))
           select place as "place!", body_hash as "body_hash!", receipt_number as "receipt_number!", received_at as "received_at!",
                  purged as "purged!"
           from stood"#,
        subject,
        reach,
        names,
        at,
        subject::REFERRALS_RECEIVED,
        at + outbox::LEASE,
        i32::try_from(MAX_IN_A_FACT).unwrap_or(i32::MAX),
        &calls,
        &column(referrals, |r| r.id),
        &column(referrals, |r| r.number.clone()),
        &column(referrals, |r| r.site.clone()),
        &column(referrals, |r| r.key.clone()),
        &column(referrals, |r| r.form.clone()),
        &column(referrals, |r| r.hash.to_vec()),
        &column(referrals, |r| r.sealed.clone()),
        &column(referrals, |r| r.origin.to_owned()),
        &column(referrals, |r| r.counted_origin.to_owned()),
        &column(referrals, |r| r.flags.clone()),
        &column(referrals, |r| r.questions.clone()),
        &column(referrals, |r| r.state.to_owned()),
        &column(referrals, |r| r.at),
        &column(referrals, |r| r.submitter.clone()),
        &column(referrals, |r| r.key_id),
        &column(referrals, |r| r.wrapped.clone()),
        &column(referrals, |r| r.wrapped_by),
        &column(referrals, |r| r.event),
        &column(referrals, |r| r.fact.clone()),
        &column(referrals, |r| base::trace::of(&r.span)) as &[Option<String>]
    )
    .fetch_all(db)
    .await?;
    let stands = rows.into_iter().map(|row| Existing {
        // The database counts from 1.
        place: usize::try_from(row.place - 1).unwrap_or_default(),
        body_hash: row.body_hash,
        number: row.receipt_number,
        received_at: row.received_at,
        purged: row.purged,
    });
    Ok(stands.collect())
}

/// Adds the facts of new referrals to what is published from memory, as [`record`] wrote them: those that it recorded together share facts.
/// The consumers need no order between the facts of a referral.
pub fn tell(fresh: &mut Fresh, new: &[&SealedReferral], at: OffsetDateTime) {
    for together in new.chunks(MAX_IN_A_FACT) {
        let [first, ..] = together else { continue };
        let fact = Outgoing {
            id: first.event,
            aggregate: first.event,
            subject: subject::REFERRALS_RECEIVED.to_owned(),
            body: together.iter().flat_map(|referral| referral.fact.iter().copied()).collect(),
            in_clear: None,
            confirm: false,
            urgent: false,
            sealed: false,
            batched: false,
        };
        first.span.in_scope(|| fresh.wrote(&[fact], at));
    }
}

/// Queues answers, each with the trace context it belongs to, for this process to publish from memory. Nothing else is of their aggregates.
///
/// # Errors
/// The statement failed.
pub async fn queue_answers(db: &mut PgConnection, answers: &[Outgoing], traces: &[Option<String>], at: OffsetDateTime) -> sqlx::Result<()> {
    let columns = Columns::of(answers);
    sqlx::query!(
        "insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
         select id, aggregate, subject, body, must_be_confirmed, urgent, sealed, trace, $9, $10
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bool[], $6::bool[], $7::bool[], $8::text[]) with ordinality
              as new (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, trace, place)
         order by place",
        &columns.ids,
        &columns.aggregates,
        &columns.subjects,
        &columns.bodies,
        &columns.confirm,
        &columns.urgent,
        &columns.sealed,
        traces as &[Option<String>],
        at,
        at + outbox::LEASE
    )
    .execute(db)
    .await?;
    Ok(())
}
