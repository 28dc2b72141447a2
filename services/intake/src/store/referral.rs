//! Tables `referral` and `referral_variant`: insert, lookup, read.

use chassis::{
    Private, Vault,
    vault::{Fault, Owner},
};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use super::sealed::{self, Patience};
use crate::{
    domain::{Body, Disposition, Flags, Key, Origin, State, Statements, referral::Examined},
    error::unknown_code,
};

/// Most variants read with one referral; the queue shows their number.
const VARIANTS_READ: i64 = 40;

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

/// A referral of the queue, without its content.
pub struct Entry {
    pub id: Uuid,
    pub receipt_number: String,
    pub origin: Origin,
    pub site: String,
    pub state: State,
    pub received_at: OffsetDateTime,
    pub flags: Flags,
    pub variants: i64,
}

/// A referral with its content.
pub struct Full {
    pub receipt_number: String,
    pub key: String,
    pub counted_origin: Origin,
    pub state: State,
    pub disposition: Option<Disposition>,
    /// The officer who made the current decision.
    pub screened_by: Option<String>,
    pub received_at: OffsetDateTime,
    pub flags: Flags,
    pub content: Vec<u8>,
    pub variants: Vec<Vec<u8>>,
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
pub async fn lock_statements(db: &mut PgConnection, id: Uuid) -> chassis::Result<Option<Said>> {
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
        None => Statements::before_they_were_kept(origin, &flags),
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
        "update referral set flags = $2, questions = $4, state = case when decisions = 0 then $3 else state end where referral_id = $1",
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

/// A row of either list.
struct Row {
    referral_id: Uuid,
    receipt_number: String,
    origin: String,
    site: String,
    state: String,
    received_at: OffsetDateTime,
    flags: Vec<String>,
    variants: i64,
}

impl Row {
    fn entry(self) -> chassis::Result<Entry> {
        Ok(Entry {
            id: self.referral_id,
            receipt_number: self.receipt_number,
            origin: Origin::from_code(&self.origin).ok_or_else(|| unknown_code("referral.origin"))?,
            site: self.site,
            state: State::from_code(&self.state).ok_or_else(|| unknown_code("referral.state"))?,
            received_at: self.received_at,
            flags: Flags::from_codes(&self.flags),
            variants: self.variants,
        })
    }
}

/// Referrals that wait for a decision, deferrals whose day has come, and those corrected after their decision; oldest first, after
/// `(received, id)`. Of the accepted ones, those to which the `officer` is tied, or all where no tie is needed.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn waiting(
    db: &mut PgConnection,
    after: (OffsetDateTime, Uuid),
    today: Date,
    officer: Option<&str>,
    limit: i64,
) -> chassis::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", origin as "origin!", site as "site!", state as "state!",
                  received_at as "received_at!", flags as "flags!", variants as "variants!"
           from referrals_waiting($1, $2, $3, $4, $5)"#,
        after.0,
        after.1,
        today,
        officer,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::entry).collect()
}

/// Every referral that is no case, decided or not, and those that were corrected since; oldest first, after `(received, id)`.
///
/// # Errors
/// The statement failed, or a row holds an unknown code.
pub async fn all(db: &mut PgConnection, after: (OffsetDateTime, Uuid), officer: Option<&str>, limit: i64) -> chassis::Result<Vec<Entry>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select referral_id as "referral_id!", receipt_number as "receipt_number!", origin as "origin!", site as "site!", state as "state!",
                  received_at as "received_at!", flags as "flags!", variants as "variants!"
           from referrals_listed($1, $2, $3, $4)"#,
        after.0,
        after.1,
        officer,
        limit
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Row::entry).collect()
}

/// One referral with its content and its variants, oldest first, and the officer who decided at a moment, or last. An accepted one is
/// absent for an `officer` without a tie to its case.
///
/// # Errors
/// The statement failed, the row holds an unknown code, or the content cannot be opened.
pub async fn read(
    db: &mut PgConnection,
    vault: &Vault,
    id: Uuid,
    officer: Option<&str>,
    decided_at: Option<OffsetDateTime>,
) -> chassis::Result<Option<Full>> {
    let row = sqlx::query!(
        "select receipt_number, idempotency_key, counted_origin, state, disposition, received_at, flags, content, content_sealed
         from referral where referral_id = $1 and purged_at is null
           and ($2::text is null or accepted_at is null or is_tied(referral_id, $2, acting_at(), false))",
        id,
        officer
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let screened_by = super::screening::decided_by(&mut *db, id, decided_at).await?;
    let variants = sqlx::query!(
        "select body_hash, content, content_sealed from referral_variant where referral_id = $1 order by received_at, body_hash limit $2",
        id,
        VARIANTS_READ
    )
    .fetch_all(&mut *db)
    .await?;
    let values = variants.iter().map(|v| v.content_sealed.as_deref()).chain([row.content_sealed.as_deref()]);
    let values: Vec<&[u8]> = values.flatten().collect();
    let keys = vault.keys_of(db, &values).await?;
    let variants = variants.into_iter().map(|v| {
        let opened = keys.bytes(sealed::variant(id, &v.body_hash), v.content_sealed.as_deref(), Some(v.content));
        opened.map(Private::into_inner)
    });
    let variants = variants.collect::<Result<Vec<_>, Fault>>().map_err(sqlx::Error::from)?;
    let content = keys.bytes(sealed::content(id), row.content_sealed.as_deref(), Some(row.content)).map_err(sqlx::Error::from)?;
    let disposition = row.disposition.map(|code| Disposition::from_code(&code).ok_or_else(|| unknown_code("referral.disposition")));
    Ok(Some(Full {
        receipt_number: row.receipt_number,
        key: row.idempotency_key,
        counted_origin: Origin::from_code(&row.counted_origin).ok_or_else(|| unknown_code("referral.counted_origin"))?,
        state: State::from_code(&row.state).ok_or_else(|| unknown_code("referral.state"))?,
        disposition: disposition.transpose()?,
        screened_by,
        received_at: row.received_at,
        flags: Flags::from_codes(&row.flags),
        content: content.into_inner(),
        variants,
    }))
}
