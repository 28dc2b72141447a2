//! Table of grants: lines are added and ended, never removed.

use auth::grants::{Line, Row};
use base::caller::Grant;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Grant, and who is behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub line: Line,
    pub proposed_by: String,
    pub confirmed_by: Option<String>,
    pub ended_by: Option<String>,
}

/// Lock for one writer of grants and proposals at a time: what is in force is read before it is changed.
pub async fn lock_directory(tx: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('directory', 0))").fetch_one(tx).await?;
    Ok(())
}

pub async fn insert(
    tx: &mut PgConnection,
    line: &Line,
    proposed_by: &str,
    confirmed_by: Option<&str>,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into role_grant (id, subject, role, site, region, since, until, proposed_by, confirmed_by, revision, stated_at,
             signature, epoch)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        line.id,
        line.subject,
        line.grant.role,
        line.grant.site,
        line.grant.region,
        line.since,
        line.until,
        proposed_by,
        confirmed_by,
        line.revision,
        at,
        line.signature,
        line.epoch
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Grant in force of the same role, lasting no shorter.
pub async fn same(
    db: &mut PgConnection,
    subject: &str,
    grant: &Grant,
    until: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select id from role_grant
         where subject = $1 and role = $2 and site is not distinct from $3 and region is not distinct from $4
           and since <= $6 and ended_at is null and (until is null or until > $6) and (until is null or until >= $5)
         order by since limit 1",
        subject,
        grant.role,
        grant.site,
        grant.region,
        until,
        now
    )
    .fetch_optional(db)
    .await
}

/// Whether anybody holds the role now.
pub async fn is_held(db: &mut PgConnection, role: &str, now: OffsetDateTime) -> sqlx::Result<bool> {
    let held = sqlx::query_scalar!(
        r#"select exists (select from role_grant where role = $1 and since <= $2 and ended_at is null and (until is null or until > $2)) as "held!""#,
        role,
        now
    );
    held.fetch_one(db).await
}

/// Grants of these people that are in force.
pub async fn in_force(db: &mut PgConnection, people: &[String], now: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from role_grant
         where subject = any($1) and since <= $2 and ended_at is null and (until is null or until > $2)",
        people,
        now
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Line::from).collect())
}

/// Every grant in force, by person, up to a limit.
pub async fn all_in_force(db: &mut PgConnection, now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from role_grant
         where since <= $1 and ended_at is null and (until is null or until > $1) order by subject, since, id limit $2",
        now,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Line::from).collect())
}

/// Grants of all office holders that are not over: in force, or to be in force later.
pub async fn of_holders(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from role_grant
         where subject in (select holder from office_holder) and ended_at is null and (until is null or until > $1) order by id",
        now
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Line::from).collect())
}

/// Grant that has not ended, by its id.
pub async fn not_over(db: &mut PgConnection, id: Uuid, now: OffsetDateTime) -> sqlx::Result<Option<Line>> {
    let row = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from role_grant
         where id = $1 and ended_at is null and (until is null or until > $2)",
        id,
        now
    );
    Ok(row.fetch_optional(db).await?.map(Line::from))
}

/// Grants of directory administrators that are in force and have no end.
pub async fn lasting_administrators(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, signature from role_grant
         where role = 'directory-administrator' and since <= $1 and ended_at is null and until is null",
        now
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Line::from).collect())
}

/// Ends a grant. `None` where there is none, or it has ended before.
pub async fn end(tx: &mut PgConnection, id: Uuid, by: &str, epoch: i64, at: OffsetDateTime) -> sqlx::Result<Option<Line>> {
    let row = sqlx::query_as!(
        Row,
        "update role_grant set ended_at = $3, ended_by = $2, revision = revision + 1, epoch = greatest(epoch, $4), stated_at = $3
         where id = $1 and ended_at is null and (until is null or until > $3)
         returning id, subject, role, site, region, since, until, ended_at, revision, epoch, signature",
        id,
        by,
        at,
        epoch
    );
    Ok(row.fetch_optional(tx).await?.map(Line::from))
}

/// Every grant of a person or system, newest first.
pub async fn of(db: &mut PgConnection, subject: &str, limit: i64) -> sqlx::Result<Vec<GrantRow>> {
    let rows = sqlx::query!(
        "select id, subject, role, site, region, since, until, ended_at, revision, epoch, proposed_by, confirmed_by, ended_by
         from role_grant where subject = $1 order by since desc, id limit $2",
        subject,
        limit
    );
    Ok(rows
        .fetch_all(db)
        .await?
        .into_iter()
        .map(|row| GrantRow {
            line: Line {
                id: row.id,
                subject: row.subject,
                grant: Grant { role: row.role, site: row.site, region: row.region },
                since: row.since,
                until: row.until,
                ended_at: row.ended_at,
                revision: row.revision,
                epoch: row.epoch,
                signature: Vec::new(),
            },
            proposed_by: row.proposed_by,
            confirmed_by: row.confirmed_by,
            ended_by: row.ended_by,
        })
        .collect())
}

/// Grants that were last published before `stated_before`, or in an epoch before this one, and that did not end before `over_before`;
/// marked as published now.
pub async fn to_state(
    tx: &mut PgConnection,
    stated_before: OffsetDateTime,
    over_before: OffsetDateTime,
    epoch: i64,
    now: OffsetDateTime,
    limit: i64,
) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "update role_grant set stated_at = $3 where id in (
             select id from role_grant
             where (stated_at < $1 or epoch < $5) and coalesce(ended_at, until, 'infinity') > $2
             order by stated_at limit $4 for update skip locked)
         returning id, subject, role, site, region, since, until, ended_at, revision, epoch, signature",
        stated_before,
        over_before,
        now,
        limit,
        epoch
    );
    Ok(rows.fetch_all(tx).await?.into_iter().map(Line::from).collect())
}

/// Stores the signature of a changed grant.
pub async fn sign(tx: &mut PgConnection, line: &Line) -> sqlx::Result<()> {
    sqlx::query!("update role_grant set signature = $2 where id = $1", line.id, line.signature).execute(tx).await?;
    Ok(())
}

/// Stores epoch and signature of a grant that is published in a new epoch.
pub async fn move_on(tx: &mut PgConnection, line: &Line) -> sqlx::Result<()> {
    let moved = sqlx::query!("update role_grant set epoch = $2, signature = $3 where id = $1", line.id, line.epoch, line.signature);
    moved.execute(tx).await?;
    Ok(())
}

/// Unsigned grants of a former version; each with a new revision, so that every service applies it anew.
pub async fn unsigned(tx: &mut PgConnection, at: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
    let rows = sqlx::query_as!(
        Row,
        "update role_grant set revision = revision + 1, stated_at = $1 where signature is null
         returning id, subject, role, site, region, since, until, ended_at, revision, epoch, signature",
        at
    );
    Ok(rows.fetch_all(tx).await?.into_iter().map(Line::from).collect())
}

/// Whether the audit log of this service has this action at all.
pub async fn was_done(db: &mut PgConnection, action: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from audit_entry where action = $1 and outcome = 'granted')
               or exists (select from audit_staged where action = $1 and outcome = 'granted') as "done!""#,
        action
    )
    .fetch_one(db)
    .await
}
