//! Tables `referral` and `referral_variant`: insert, lookup, receipts.

pub mod record;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::{Fault, Owner, Vault};

use super::sealed::{self, Patience};
use crate::{
    domain::{Body, Flags, Key, Origin, State, Statements, referral::Examined},
    error::unknown_code,
};

/// A referral to insert.
pub struct New<'a> {
    pub id: Uuid,
    pub receipt_number: String,
    pub referral: &'a Examined,
    pub body: &'a Body,
}

/// The row under a site and a key.
#[derive(Debug, Clone)]
pub struct ReferralRow {
    pub id: Uuid,
    pub receipt_number: String,
    pub received_at: OffsetDateTime,
    pub body_hash: Vec<u8>,
    /// Its content was purged with its case [LPR4].
    pub purged: bool,
    /// Of a purged one: the fingerprints of the other bodies received under its key.
    pub gone: Vec<Vec<u8>>,
}

impl ReferralRow {
    /// Whether this body was received under the key before.
    #[must_use]
    pub fn has_seen(&self, body: &Body) -> bool {
        self.body_hash == body.hash() || self.gone.iter().any(|gone| gone == body.hash())
    }
}

/// Answers to the questions, and whether the referral is decided.
pub struct Said {
    pub flags: Flags,
    pub statements: Statements,
    pub is_decided: bool,
    /// Time last published of it.
    pub told_at: Option<OffsetDateTime>,
}

/// Inserts many at once; returns the ids of the new ones. A row whose key or number is taken is left out.
///
/// # Errors
/// The statement failed.
pub async fn insert_all(
    db: &mut PgConnection,
    (vault, patience): (&Vault, Patience),
    rows: &[New<'_>],
    submitter: &str,
    at: OffsetDateTime,
) -> sqlx::Result<Vec<Uuid>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let sealed = patience.settle(seal_all(db, vault, rows, at).await, "referral")?;
    let clear: Vec<Vec<u8>> = rows.iter().map(|r| if sealed.is_some() { Vec::new() } else { r.body.bytes().to_vec() }).collect();
    let sealed: Vec<Option<Vec<u8>>> = sealed.map_or_else(|| vec![None; rows.len()], |all| all.into_iter().map(Some).collect());
    let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let numbers: Vec<String> = rows.iter().map(|r| r.receipt_number.clone()).collect();
    let sites: Vec<String> = rows.iter().map(|r| r.referral.site.to_string()).collect();
    let keys: Vec<String> = rows.iter().map(|r| r.referral.key.to_string()).collect();
    let hashes: Vec<Vec<u8>> = rows.iter().map(|r| r.body.hash().to_vec()).collect();
    let origins: Vec<String> = rows.iter().map(|r| r.referral.origin.code().to_owned()).collect();
    let counted: Vec<String> = rows.iter().map(|r| r.referral.counted_origin.code().to_owned()).collect();
    let flags: Vec<String> = rows.iter().map(|r| r.referral.flags.codes().join(" ")).collect();
    let forms: Vec<String> = rows.iter().map(|r| r.referral.key.form().to_owned()).collect();
    let questions: Vec<String> = rows.iter().map(|r| r.referral.statements.codes().join(" ")).collect();
    let states: Vec<String> = rows.iter().map(|r| r.referral.state().code().to_owned()).collect();
    sqlx::query_scalar!(
        "insert into referral (referral_id, receipt_number, site, idempotency_key, body_hash, content, content_sealed,
                               origin, counted_origin, flags, state, submitter, received_at, key_form, questions)
         select id, number, site, key, hash, content, sealed, origin, counted, string_to_array(flags, ' '), state, $11, $12,
                form, string_to_array(questions, ' ')
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[],
                     $7::text[], $8::text[], $9::text[], $10::text[], $13::bytea[], $14::text[], $15::text[])
              as new (id, number, site, key, hash, content, origin, counted, flags, state, sealed, form, questions)
         on conflict do nothing
         returning referral_id",
        &ids,
        &numbers,
        &sites,
        &keys,
        &hashes,
        &clear,
        &origins,
        &counted,
        &flags,
        &states,
        submitter,
        at,
        &sealed as &[Option<Vec<u8>>],
        &forms,
        &questions
    )
    .fetch_all(db)
    .await
}

async fn seal_all(db: &mut PgConnection, vault: &Vault, rows: &[New<'_>], at: OffsetDateTime) -> sqlx::Result<Vec<Vec<u8>>> {
    let owners: Vec<Owner> = rows.iter().map(|r| sealed::referral(r.id)).collect();
    let keys = vault.keys_for(db, &owners, at).await?;
    let seal = |r: &New<'_>| keys.get(&sealed::referral(r.id)).ok_or(Fault::Unknown)?.seal(sealed::content(r.id), r.body.bytes());
    Ok(rows.iter().map(seal).collect::<Result<_, Fault>>()?)
}

/// The existing rows under these sites and keys, each with its site and the form of its key.
///
/// # Errors
/// The statement failed.
pub async fn find_held(db: &mut PgConnection, asked: &[(&str, &Key)]) -> sqlx::Result<Vec<((String, String), ReferralRow)>> {
    let sites: Vec<String> = asked.iter().map(|(site, _)| (*site).to_owned()).collect();
    let forms: Vec<String> = asked.iter().map(|(_, key)| key.form().to_owned()).collect();
    let given: Vec<String> = asked.iter().map(|(_, key)| key.as_str().to_owned()).collect();
    // An identical spelling is sorted last, and counts.
    let rows = sqlx::query!(
        r#"select place as "place!", referral_id as "referral_id!", receipt_number as "receipt_number!", received_at as "received_at!",
                  body_hash as "body_hash!", purged_at is not null as "purged!", gone as "gone!"
           from referrals_under($1, $2, $3) order by as_given"#,
        &sites,
        &forms,
        &given
    )
    .fetch_all(db)
    .await?;
    let held = rows.into_iter().filter_map(|r| {
        let (site, key) = asked.get(usize::try_from(r.place - 1).ok()?)?;
        let held = ReferralRow {
            id: r.referral_id,
            receipt_number: r.receipt_number,
            received_at: r.received_at,
            body_hash: r.body_hash,
            purged: r.purged,
            gone: r.gone,
        };
        Some((((*site).to_owned(), key.form().to_owned()), held))
    });
    Ok(held.collect())
}

/// Stores another body beside the first; `false` where it is already stored.
///
/// # Errors
/// The statement failed.
pub async fn keep_variant(
    db: &mut PgConnection,
    (vault, patience): (&Vault, Patience),
    id: Uuid,
    body: &Body,
    submitter: &str,
    at: OffsetDateTime,
) -> sqlx::Result<bool> {
    let sealed = vault.seal(db, sealed::referral(id), sealed::variant(id, body.hash()), body.bytes(), at).await;
    let sealed = patience.settle(sealed, "referral_variant")?;
    let clear = if sealed.is_some() { &[] } else { body.bytes() };
    let done = sqlx::query!(
        "insert into referral_variant (referral_id, body_hash, content, content_sealed, submitter, received_at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        id,
        body.hash().as_slice(),
        clear,
        sealed,
        submitter,
        at
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The answers under a key so far; the row is locked until the transaction ends.
///
/// # Errors
/// The statement failed, or the row holds an unknown code.
pub async fn lock_statements(db: &mut PgConnection, id: Uuid) -> base::Result<Option<Said>> {
    let row = sqlx::query!(
        "select origin, flags, questions, decisions, told_at from referral where referral_id = $1 and purged_at is null for update",
        id
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let origin = Origin::from_code(&row.origin).ok_or_else(|| unknown_code("referral.origin"))?;
    let flags = Flags::from_codes(&row.flags);
    let statements = match row.questions {
        Some(questions) => Statements::from_codes(&questions),
        None => Statements::before_they_were_kept(origin, &flags.questions()),
    };
    Ok(Some(Said { flags, statements, is_decided: row.decisions > 0, told_at: row.told_at }))
}

/// Records which referral another one repeats, or that it repeats none, and returns its id; an unknown number counts as none.
///
/// # Errors
/// The statement failed.
pub async fn link_duplicate(db: &mut PgConnection, id: Uuid, number: Option<&str>) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "update referral set duplicate_of = (select referral_id from referral first
                                             where first.receipt_number = $2 and first.referral_id <> $1 and first.purged_at is null)
         where referral_id = $1 returning duplicate_of",
        id,
        number
    )
    .fetch_one(db)
    .await
}

/// Records the time of a published correction.
///
/// # Errors
/// The statement failed.
pub async fn told(db: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update referral set told_at = $2 where referral_id = $1", id, at).execute(db).await?;
    Ok(())
}

/// Updates the answers and flags of all bodies together, and the state of an undecided referral.
///
/// # Errors
/// The statement failed.
pub async fn update_flags(db: &mut PgConnection, id: Uuid, flags: &Flags, statements: &Statements) -> sqlx::Result<()> {
    sqlx::query!(
        "update referral set flags = $2, questions = $4, likened_at = null, state = case when decisions = 0 then $3 else state end where referral_id = $1",
        id,
        &flags.codes(),
        State::undecided(flags).code(),
        &statements.codes()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Number and time of a receipt, for any submitter of one of its bodies, or for the RJ Unit (`submitter` is `None`).
///
/// # Errors
/// The statement failed.
pub async fn find_receipt(
    db: &mut PgConnection,
    number: &str,
    submitter: Option<&str>,
) -> sqlx::Result<Option<(String, OffsetDateTime, String)>> {
    let row = sqlx::query!(
        r#"select receipt_number as "receipt_number!", received_at as "received_at!", idempotency_key as "idempotency_key!"
           from receipt_of($1, $2)"#,
        number,
        submitter
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|r| (r.receipt_number, r.received_at, r.idempotency_key)))
}

/// A receipt in the list of whoever sent what it is for.
pub struct OwnReceipt {
    pub id: Uuid,
    pub number: String,
    pub received_at: OffsetDateTime,
    pub key: String,
    /// The site, or the region of a contact.
    pub place: String,
    /// When they sent it: later than it was received, where it was another body.
    pub sent_at: OffsetDateTime,
}

/// Receipts of what somebody sent, newest first, before `(sent, id)`.
///
/// # Errors
/// The statement failed.
pub async fn receipts(db: &mut PgConnection, someone: &str, before: (OffsetDateTime, Uuid), limit: i64) -> sqlx::Result<Vec<OwnReceipt>> {
    sqlx::query_as!(
        OwnReceipt,
        r#"select id as "id!", receipt_number as "number!", received_at as "received_at!", idempotency_key as "key!", place as "place!",
                  sent_at as "sent_at!"
           from receipts_of($1, $2, $3, $4)"#,
        someone,
        before.0,
        before.1,
        limit
    )
    .fetch_all(db)
    .await
}
