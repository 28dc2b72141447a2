//! Tables of sites and of assignments to offices.

use std::collections::HashMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{directory::office::Holder, id_of};

/// Site of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    pub code: String,
    pub name_en: String,
    pub name_fr: String,
    pub kind: String,
    pub region: String,
    pub verified: String,
    pub province: String,
    /// Time zone that an administrator set.
    pub zone: Option<String>,
}

/// Writes the sites that the project ships; changes are corrected, nothing is removed, and a zone that was set stays.
pub async fn put_sites(db: &mut PgConnection, sites: &[Site]) -> sqlx::Result<()> {
    for site in sites {
        sqlx::query!(
            "insert into site (code, name_en, name_fr, kind, region, verified, province) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (code) do update set name_en = excluded.name_en, name_fr = excluded.name_fr, kind = excluded.kind,
                 region = excluded.region, verified = excluded.verified, province = excluded.province",
            site.code,
            site.name_en,
            site.name_fr,
            site.kind,
            site.region,
            site.verified,
            site.province
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

pub async fn sites(db: &mut PgConnection) -> sqlx::Result<Vec<Site>> {
    sqlx::query_as!(Site, "select code, name_en, name_fr, kind, region, verified, province, zone from site order by code")
        .fetch_all(db)
        .await
}

/// Sets the time zone of a site; `None` where the directory does not know it.
pub async fn set_zone(db: &mut PgConnection, code: &str, zone: Option<&str>) -> sqlx::Result<Option<Site>> {
    sqlx::query_as!(
        Site,
        "update site set zone = $2 where code = $1 returning code, name_en, name_fr, kind, region, verified, province, zone",
        code,
        zone
    )
    .fetch_optional(db)
    .await
}

/// Kind of a site, where the directory knows it.
pub async fn kind_of(db: &mut PgConnection, code: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select kind from site where code = $1", code).fetch_optional(db).await
}

/// Kind of every site, by its code.
pub async fn kinds(db: &mut PgConnection) -> sqlx::Result<HashMap<String, String>> {
    let rows = sqlx::query!("select code, kind from site").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.code, row.kind)).collect())
}

/// Assignment as stored, believed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    pub holder: Holder,
    pub assigned_by: String,
    pub confirmed_by: Option<String>,
    /// Number of their term in the office, from 1.
    pub term: i32,
    pub signature: Option<Vec<u8>>,
}

struct Row {
    office: String,
    holder: String,
    rank: i16,
    assigned_by: String,
    confirmed_by: Option<String>,
    term: i32,
    signature: Option<Vec<u8>>,
}

impl From<Row> for Assigned {
    fn from(row: Row) -> Self {
        let Row { office, holder, rank, assigned_by, confirmed_by, term, signature } = row;
        Self { holder: Holder { office, holder, rank }, assigned_by, confirmed_by, term, signature }
    }
}

/// Audit action of leaving an office.
pub const LEFT: &str = "office.leave";

/// Id of a person in an office, for the audit log.
#[must_use]
pub fn in_office(office: &str, holder: &str) -> Uuid {
    id_of(&[office.as_bytes(), holder.as_bytes()])
}

/// Number of departures from offices in the audit log, by [`in_office`]: of all, or of one.
pub async fn times_left(db: &mut PgConnection, whom: Option<Uuid>) -> sqlx::Result<HashMap<String, i64>> {
    let rows = sqlx::query!(
        r#"select object as "object!", count(*) as "times!" from (
             select object from audit_entry where action = 'office.leave' and outcome = 'granted'
             union all select object from audit_staged where action = 'office.leave' and outcome = 'granted') as noted
         where $1::text is null or object = $1 group by object"#,
        whom.map(|whom| whom.to_string())
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.object, row.times)).collect())
}

/// Assignments to any of the offices, believed or not.
pub async fn assigned(db: &mut PgConnection, offices: &[String]) -> sqlx::Result<Vec<Assigned>> {
    let rows = sqlx::query_as!(
        Row,
        "select office, holder, rank, assigned_by, confirmed_by, term, signature from office_holder where office = any($1)
         order by office, rank, holder",
        offices
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Assigned::from).collect())
}

/// Assignments to every office, believed or not.
pub async fn all_assigned(db: &mut PgConnection) -> sqlx::Result<Vec<Assigned>> {
    let rows = sqlx::query_as!(
        Row,
        "select office, holder, rank, assigned_by, confirmed_by, term, signature from office_holder order by office, rank, holder"
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Assigned::from).collect())
}

/// Assignments of a person, believed or not.
pub async fn assigned_to(db: &mut PgConnection, holder: &str) -> sqlx::Result<Vec<Assigned>> {
    let rows = sqlx::query_as!(
        Row,
        "select office, holder, rank, assigned_by, confirmed_by, term, signature from office_holder where holder = $1 order by office",
        holder
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Assigned::from).collect())
}

/// Removes a person from an office; returns whether they were in it.
pub async fn release(db: &mut PgConnection, office: &str, holder: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from office_holder where office = $1 and holder = $2", office, holder).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Puts an assignment in force.
pub async fn assign(db: &mut PgConnection, assigned: &Assigned, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into office_holder (office, holder, rank, since, assigned_by, confirmed_by, term, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (office, holder) do update set rank = excluded.rank, since = excluded.since, assigned_by = excluded.assigned_by,
             confirmed_by = excluded.confirmed_by, term = excluded.term, signature = excluded.signature",
        assigned.holder.office,
        assigned.holder.holder,
        assigned.holder.rank,
        at,
        assigned.assigned_by,
        assigned.confirmed_by,
        assigned.term,
        assigned.signature
    )
    .execute(db)
    .await?;
    Ok(())
}
