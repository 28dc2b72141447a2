//! Break-glass records: accesses, uses, reviews, and the notices to supervisors.

use audit_log::{Act, Deferred};
use base::Private;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use vault::{Place, Vault};

use crate::{
    domain::{
        access::decision::Verb,
        break_glass::{Finding, QUOTA_COVERS},
    },
    store::{decode::known, sealed},
};

/// Lock that serialises one person's attempts, so that two at once do not both pass the quota.
///
/// # Errors
/// The statement failed.
pub async fn queue(tx: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('break-glass ' || $1, 0))", subject).fetch_one(tx).await?;
    Ok(())
}

/// How many cases this person has opened by break-glass in the time that the quota covers.
///
/// # Errors
/// The statement failed.
pub async fn broken_lately(tx: &mut PgConnection, subject: &str, at: OffsetDateTime) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from break_glass where subject = $1 and broken_at > $2"#, subject, at - QUOTA_COVERS)
        .fetch_one(tx)
        .await
}

/// A break-glass about to open a case.
#[derive(Debug, Clone)]
pub struct NewBreakGlass<'a> {
    pub id: Uuid,
    pub case: CaseId,
    pub subject: &'a str,
    pub reason: &'a Private<String>,
    pub until: OffsetDateTime,
    pub review_due: Date,
}

/// Stores the break-glass and its line in the access list, which expires by itself.
///
/// # Errors
/// A statement failed.
pub async fn open(tx: &mut PgConnection, vault: &Vault, new: &NewBreakGlass<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    let owner = sealed::owner(new.case.uuid(), None);
    let reason = vault.seal(tx, owner, Place::new("break_glass", "reason", new.id), new.reason.expose().as_bytes(), at).await?;
    sqlx::query!(
        "insert into break_glass (id, case_id, subject, reason_sealed, broken_at, review_due) values ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.case.uuid(),
        new.subject,
        reason,
        at,
        new.review_due
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into case_access (case_id, subject, role, since, until, granted_by, break_glass_id)
         values ($1, $2, 'break-glass', $3, $4, $2, $5)",
        new.case.uuid(),
        new.subject,
        at,
        new.until,
        new.id
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A break-glass under which a person may read a case now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Live {
    pub id: Uuid,
    pub until: OffsetDateTime,
}

/// The one live at this moment.
///
/// # Errors
/// The statement failed.
pub async fn live(tx: &mut PgConnection, case: CaseId, subject: &str, at: OffsetDateTime) -> sqlx::Result<Option<Live>> {
    sqlx::query_as!(
        Live,
        r#"select break_glass_id as "id!", until as "until!" from case_access
           where case_id = $1 and subject = $2 and role = 'break-glass' and ended_at is null and since <= $3 and until > $3
           order by until desc limit 1"#,
        case.uuid(),
        subject,
        at
    )
    .fetch_optional(tx)
    .await
}

/// A break-glass locked until the transaction ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassRow {
    pub id: Uuid,
    pub case: CaseId,
    /// The person who opened it.
    pub subject: String,
    /// `None` until it was reviewed.
    pub finding: Option<Finding>,
}

/// Locks a break-glass until the transaction ends; returns its owner and whether it was reviewed.
///
/// # Errors
/// The statement failed.
pub async fn lock(tx: &mut PgConnection, break_glass: Uuid) -> sqlx::Result<Option<BreakGlassRow>> {
    let row =
        sqlx::query!("select case_id, subject, finding from break_glass where id = $1 for update", break_glass).fetch_optional(tx).await?;
    row.map(|row| {
        let finding = row.finding.map(|code| known("finding", &code)).transpose()?;
        Ok(BreakGlassRow { id: break_glass, case: CaseId::new(row.case_id), subject: row.subject, finding })
    })
    .transpose()
}

/// Ends its access; one that was ended or has expired stays as it was.
///
/// # Errors
/// The statement failed.
pub async fn end(tx: &mut PgConnection, break_glass: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "update case_access set ended_at = $2, ended_by = $3 where break_glass_id = $1 and ended_at is null and until > $2",
        break_glass,
        at,
        by
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Records the review of a locked break-glass.
///
/// # Errors
/// The statement failed.
pub async fn review(
    tx: &mut PgConnection,
    vault: &Vault,
    locked: &BreakGlassRow,
    finding: Finding,
    note: &Private<String>,
    by: &str,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let note = match note.expose().as_str() {
        "" => None,
        note => Some(
            vault
                .seal(tx, sealed::owner(locked.case.uuid(), None), Place::new("break_glass", "note", locked.id), note.as_bytes(), at)
                .await?,
        ),
    };
    sqlx::query!(
        "update break_glass set finding = $2, note_sealed = $3, reviewed_by = $4, reviewed_at = $5 where id = $1",
        locked.id,
        finding.code(),
        note,
        by,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A break-glass as its reviewers see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub id: Uuid,
    pub case: CaseId,
    pub number: String,
    pub subject: String,
    pub reason: Private<String>,
    pub broken_at: OffsetDateTime,
    pub until: OffsetDateTime,
    pub ended_at: Option<OffsetDateTime>,
    pub review_due: Date,
    pub finding: Option<Finding>,
    pub note: Private<String>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<OffsetDateTime>,
    /// How often the case was read under it.
    pub readings: i64,
}

/// All of them, unreviewed first, by the day their review is due; then reviewed ones, newest first.
///
/// # Errors
/// The statement failed.
pub async fn list(tx: &mut PgConnection, vault: &Vault, open_only: bool, limit: i64) -> sqlx::Result<Vec<Broken>> {
    let rows = sqlx::query!(
        r#"select break_glass.id, break_glass.case_id, number, break_glass.subject, reason_sealed, broken_at, until as "until!", ended_at, review_due, finding, note_sealed,
                  reviewed_by, reviewed_at,
                  (select count(*) from break_glass_use where break_glass_id = break_glass.id and action in ('case.read', 'case.find')) as "readings!"
           from break_glass join case_access on case_access.break_glass_id = break_glass.id join case_file on case_file.id = break_glass.case_id
           where finding is null or not $1
           order by (finding is not null), case when finding is null then review_due end, broken_at desc, break_glass.id
           limit $2"#,
        open_only,
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    let values: Vec<&[u8]> =
        rows.iter().flat_map(|row| [Some(row.reason_sealed.as_slice()), row.note_sealed.as_deref()]).flatten().collect();
    let keys = vault.keys_of(tx, &values).await?;
    rows.into_iter()
        .map(|row| {
            let text = |column, sealed: Option<&[u8]>| keys.text(Place::new("break_glass", column, row.id), sealed, None);
            let (reason, note) = (text("reason", Some(&row.reason_sealed))?, text("note", row.note_sealed.as_deref())?);
            Ok(Broken {
                id: row.id,
                case: CaseId::new(row.case_id),
                number: row.number,
                subject: row.subject,
                reason,
                broken_at: row.broken_at,
                until: row.until,
                ended_at: row.ended_at,
                review_due: row.review_due,
                finding: row.finding.map(|code| known("finding", &code)).transpose()?,
                note,
                reviewed_by: row.reviewed_by,
                reviewed_at: row.reviewed_at,
                readings: row.readings,
            })
        })
        .collect()
}

/// How many reviews should have been made before this day.
///
/// # Errors
/// The statement failed.
pub async fn overdue(tx: &mut PgConnection, today: Date) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from break_glass where finding is null and review_due < $1"#, today)
        .fetch_one(tx)
        .await
}

/// A notice to supervisors, besides that of each break-glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice<'a> {
    /// A further one was refused to this person.
    QuotaReached(&'a str),
    ReviewDue,
}

/// Records the notice for today; `false` where it was already recorded.
///
/// # Errors
/// The statement failed.
pub async fn record_notice(tx: &mut PgConnection, id: Uuid, notice: Notice<'_>, today: Date) -> sqlx::Result<bool> {
    let (kind, subject) = match notice {
        Notice::QuotaReached(subject) => ("quota-reached", subject),
        Notice::ReviewDue => ("review-due", ""),
    };
    let done = sqlx::query!(
        "insert into break_glass_notice (id, kind, subject, day) values ($1, $2, $3, $4)
         on conflict on constraint a_break_glass_notice_is_sent_once_a_day do nothing",
        id,
        kind,
        subject,
        today
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A use of break-glass, or a refused attempt.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    pub break_glass: Option<Uuid>,
    pub actor: &'a str,
    pub verb: Verb,
    pub object: &'a str,
    pub outcome: &'a str,
    pub reason: &'a str,
}

/// Stores a use, in the transaction in which it happened, until the audit log takes it.
///
/// # Errors
/// The statement failed, and the transaction with it: an action that cannot be recorded is not done.
pub async fn note_use(tx: &mut PgConnection, done: &Use<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    // Cut as for any audit entry: a value that is not written like an id may be content, and is not stored.
    let act = Act::by(done.actor, done.verb.permission(), "case", done.object);
    sqlx::query!(
        "insert into break_glass_use (break_glass_id, at, actor, action, object, outcome, reason) values ($1, $2, $3, $4, $5, $6, $7)",
        done.break_glass,
        at,
        done.actor,
        done.verb.permission(),
        act.object(),
        done.outcome,
        done.reason
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Writes the stored uses to the audit log, oldest first, at most `limit`, and returns how many. One transaction: they stay stored until it
/// commits, and are entered once.
///
/// # Errors
/// A statement failed, or the log took no entries in time; all uses stay stored.
pub async fn enter_uses(tx: &mut PgConnection, limit: i64, at: OffsetDateTime) -> sqlx::Result<usize> {
    let rows = sqlx::query!(
        "select position, at, actor, action, object, outcome, reason from break_glass_use where entered_at is null
         order by position limit $1 for update skip locked",
        limit
    )
    .fetch_all(&mut *tx)
    .await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut entries = Vec::with_capacity(rows.len());
    for row in &rows {
        let verb: Verb = known("action", &row.action)?;
        let act = Act::by(&row.actor, verb.permission(), "case", &row.object);
        entries.push(Deferred { act, outcome: &row.outcome, reason: &row.reason, at: row.at });
    }
    audit_log::enter(tx, &entries).await?;
    let entered: Vec<i64> = rows.iter().map(|row| row.position).collect();
    sqlx::query!("update break_glass_use set entered_at = $2 where position = any($1)", &entered, at).execute(tx).await?;
    Ok(rows.len())
}
