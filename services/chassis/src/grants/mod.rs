//! What people may do. One service keeps the directory; every service holds a copy, fed by facts, and asks it on every call.
//!
//! Each fact tells a whole line, and only a newer revision is taken: facts may come twice, late and in any order.

mod hear;

use prost_types::Timestamp;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    database::{self, Actor},
    identity::{Caller, Grant, Proof},
    wire,
};

/// Lines of one person that are looked at, at most.
const LINES: i64 = 200;
const LONGEST: usize = 200;

/// One line as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    pub subject: String,
    pub grant: Grant,
    pub since: OffsetDateTime,
    pub until: Option<OffsetDateTime>,
    pub ended_at: Option<OffsetDateTime>,
    /// Rises with every change.
    pub revision: i64,
}

/// A line on the wire, as this crate reads and writes it. A test holds it to the message the directory declares.
#[derive(Clone, PartialEq, prost::Message)]
#[prost(skip_debug)]
pub struct Told {
    #[prost(string, tag = "1")]
    pub grant_id: String,
    #[prost(string, tag = "2")]
    pub subject: String,
    #[prost(string, tag = "3")]
    pub role: String,
    #[prost(string, tag = "4")]
    pub site: String,
    #[prost(string, tag = "5")]
    pub region: String,
    #[prost(message, optional, tag = "6")]
    pub since: Option<Timestamp>,
    #[prost(message, optional, tag = "7")]
    pub until: Option<Timestamp>,
    #[prost(message, optional, tag = "8")]
    pub ended_at: Option<Timestamp>,
    #[prost(int64, tag = "9")]
    pub revision: i64,
}

impl Told {
    /// The line as it travels.
    #[must_use]
    pub fn of(line: &Line) -> Self {
        Self {
            grant_id: line.id.to_string(),
            subject: line.subject.clone(),
            role: line.grant.role.clone(),
            site: line.grant.site.clone().unwrap_or_default(),
            region: line.grant.region.clone().unwrap_or_default(),
            since: Some(wire::timestamp(line.since)),
            until: line.until.map(wire::timestamp),
            ended_at: line.ended_at.map(wire::timestamp),
            revision: line.revision,
        }
    }

    /// `None` where it is no line: a broken end must not become no end.
    fn line(&self) -> Option<Line> {
        let instant = |stamp: &Option<Timestamp>| match stamp {
            None => Some(None),
            Some(stamp) => wire::instant(stamp).map(Some),
        };
        let place = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let sound = [&self.subject, &self.role].iter().all(|text| !text.is_empty() && text.len() <= LONGEST)
            && (self.site.is_empty() || self.region.is_empty());
        Some(Line {
            id: Uuid::try_parse(&self.grant_id).ok().filter(|_| sound)?,
            subject: self.subject.clone(),
            grant: Grant { role: self.role.clone(), site: place(&self.site), region: place(&self.region) },
            since: instant(&self.since)??,
            until: instant(&self.until)?,
            ended_at: instant(&self.ended_at)?,
            revision: self.revision,
        })
    }
}

/// Takes a line into this service's copy, in the caller's transaction. An older revision changes nothing.
///
/// # Errors
/// The statement failed.
pub async fn keep(tx: &mut PgConnection, line: &Line) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into grant_held (id, subject, role, site, region, since, until, ended_at, revision)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (id) do update set subject = excluded.subject, role = excluded.role, site = excluded.site, region = excluded.region,
             since = excluded.since, until = excluded.until, ended_at = excluded.ended_at, revision = excluded.revision
         where excluded.revision > grant_held.revision",
        line.id,
        line.subject,
        line.grant.role,
        line.grant.site,
        line.grant.region,
        line.since,
        line.until,
        line.ended_at,
        line.revision
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Who somebody proven is here: their grants that are in force at `now`.
///
/// # Errors
/// The statement failed: then nobody knows what they may do, and they may nothing.
pub async fn caller(pool: &PgPool, proof: Proof, now: OffsetDateTime) -> sqlx::Result<Caller> {
    let mut tx = database::begin(pool, &Actor::person(&proof.subject, "")).await?;
    let rows = sqlx::query!(
        "select role, site, region, until from grant_held
         where subject = $1 and since <= $2 and (until is null or until > $2) and (ended_at is null or ended_at > $2)
         order by role, site, region limit $3",
        proof.subject,
        now,
        LINES
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let until = rows.iter().filter_map(|row| row.until).min();
    let grants = rows.into_iter().map(|row| Grant { role: row.role, site: row.site, region: row.region }).collect();
    Ok(Caller::new(proof, grants, until))
}

/// Who holds one of these roles at `now`, whatever the place, at most `limit`. For the service itself: it tells who they are.
///
/// # Errors
/// The statement failed.
pub async fn holders(tx: &mut PgConnection, roles: &[&str], now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<String>> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    sqlx::query_scalar!(
        "select distinct subject from grant_held
         where role = any($1) and since <= $2 and (until is null or until > $2) and (ended_at is null or ended_at > $2)
         order by subject limit $3",
        &roles,
        now,
        limit
    )
    .fetch_all(tx)
    .await
}

/// Whether somebody holds one of these roles at `now`, whatever the place; in anybody's transaction.
///
/// # Errors
/// The statement failed.
pub async fn is_held(db: &mut PgConnection, subject: &str, roles: &[&str], now: OffsetDateTime) -> sqlx::Result<bool> {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    sqlx::query_scalar!(r#"select someone_holds($1, $2, $3) as "held!""#, subject, &roles, now).fetch_one(db).await
}

/// The same person looked up anew: for what lasts longer than a call.
///
/// # Errors
/// As [`caller`].
pub async fn again(pool: &PgPool, known: &Caller, now: OffsetDateTime) -> sqlx::Result<Caller> {
    caller(pool, known.proof(), now).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            id: Uuid::from_u128(7),
            subject: "someone".into(),
            grant: Grant { role: "officer".into(), site: Some("a".into()), region: None },
            since: OffsetDateTime::UNIX_EPOCH,
            until: Some(OffsetDateTime::UNIX_EPOCH + time::Duration::DAY),
            ended_at: None,
            revision: 3,
        }
    }

    #[test]
    fn a_line_travels_whole() {
        assert_eq!(Told::of(&line()).line(), Some(line()));
    }

    #[test]
    fn what_is_no_line_is_not_taken_for_one_and_a_broken_end_is_not_no_end() {
        let broken = Some(Timestamp { seconds: i64::MAX, nanos: 0 });
        let told = || Told::of(&line());
        for wrong in [
            Told { grant_id: "7".into(), ..told() },
            Told { subject: String::new(), ..told() },
            Told { role: String::new(), ..told() },
            Told { region: "b".into(), ..told() },
            Told { since: None, ..told() },
            Told { until: broken, ..told() },
            Told { ended_at: broken, ..told() },
        ] {
            assert_eq!(wrong.line(), None);
        }
    }
}
