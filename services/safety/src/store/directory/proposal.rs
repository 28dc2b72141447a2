//! Table of directory changes that wait for a second person.

use base::caller::Grant;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::directory::{device::Enrolment, grant::Wanted, office::Holder};

/// Proposed change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Grant(Wanted),
    Office(Holder),
    /// A person leaves an office.
    Leaving(Holder),
    Device(Enrolment),
    /// A person loses a role.
    Ending(Ending),
}

/// Grant that is to be ended, as it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    pub id: Uuid,
    pub subject: String,
    pub grant: Grant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub id: Uuid,
    pub what: What,
    pub proposed_by: String,
    pub proposed_at: OffsetDateTime,
    pub expires_at: OffsetDateTime,
}

struct Row {
    id: Uuid,
    subject: String,
    role: Option<String>,
    site: Option<String>,
    region: Option<String>,
    since: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
    office: Option<String>,
    rank: Option<i16>,
    leaves: bool,
    device_key: Option<Vec<u8>>,
    ends_grant: Option<Uuid>,
    ends_role: Option<String>,
    ends_site: Option<String>,
    ends_region: Option<String>,
    proposed_by: String,
    proposed_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl TryFrom<Row> for Proposal {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let ending = row.ends_grant.zip(row.ends_role).map(|(id, role)| Ending {
            id,
            subject: row.subject.clone(),
            grant: Grant { role, site: row.ends_site, region: row.ends_region },
        });
        let what = match (row.role, row.office, row.rank, row.device_key, row.until) {
            _ if ending.is_some() => ending.map(What::Ending).ok_or(sqlx::Error::RowNotFound)?,
            (Some(role), None, None, None, _) => {
                let grant = Grant { role, site: row.site, region: row.region };
                What::Grant(Wanted { subject: row.subject, grant, since: row.since, until: row.until })
            }
            (None, Some(office), Some(rank), None, _) => {
                let holder = Holder { office, holder: row.subject, rank };
                if row.leaves { What::Leaving(holder) } else { What::Office(holder) }
            }
            (None, None, None, Some(public_key), Some(until)) => What::Device(Enrolment { person: row.subject, public_key, until }),
            _ => return Err(sqlx::Error::Decode("proposal is of no grant, no office, no device and no ending".into())),
        };
        Ok(Self { id: row.id, what, proposed_by: row.proposed_by, proposed_at: row.proposed_at, expires_at: row.expires_at })
    }
}

pub async fn insert(tx: &mut PgConnection, proposal: &Proposal) -> sqlx::Result<()> {
    let (subject, until) = match &proposal.what {
        What::Grant(wanted) => (&wanted.subject, wanted.until),
        What::Office(holder) | What::Leaving(holder) => (&holder.holder, None),
        What::Device(device) => (&device.person, Some(device.until)),
        What::Ending(ending) => (&ending.subject, None),
    };
    let (grant, office, device, ending) = match &proposal.what {
        What::Grant(wanted) => (Some(wanted), None, None, None),
        What::Office(holder) | What::Leaving(holder) => (None, Some(holder), None, None),
        What::Device(device) => (None, None, Some(device), None),
        What::Ending(ending) => (None, None, None, Some(ending)),
    };
    sqlx::query!(
        "insert into proposal (id, subject, role, site, region, since, until, office, rank, device_key, proposed_by, proposed_at,
             expires_at, leaves, ends_grant)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        proposal.id,
        subject,
        grant.map(|g| g.grant.role.as_str()),
        grant.and_then(|g| g.grant.site.as_deref()),
        grant.and_then(|g| g.grant.region.as_deref()),
        grant.and_then(|g| g.since),
        until,
        office.map(|o| o.office.as_str()),
        office.map(|o| o.rank),
        device.map(|d| d.public_key.as_slice()),
        proposal.proposed_by,
        proposal.proposed_at,
        proposal.expires_at,
        matches!(proposal.what, What::Leaving(_)),
        ending.map(|e| e.id)
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Proposals that may still be confirmed, oldest first.
pub async fn waiting(db: &mut PgConnection, now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.subject, p.role, p.site, p.region, p.since, p.until, p.office, p.rank, p.leaves, p.device_key, p.ends_grant,
                  g.role as "ends_role?", g.site as "ends_site?", g.region as "ends_region?", p.proposed_by, p.proposed_at, p.expires_at
           from proposal p left join role_grant g on g.id = p.ends_grant
           where p.confirmed_at is null and p.expires_at > $1 order by p.proposed_at, p.id limit $2"#,
        now,
        limit
    );
    rows.fetch_all(db).await?.into_iter().map(Proposal::try_from).collect()
}

/// Unconfirmed proposal, expired or not, locked until the transaction ends.
pub async fn lock(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Proposal>> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.subject, p.role, p.site, p.region, p.since, p.until, p.office, p.rank, p.leaves, p.device_key, p.ends_grant,
                  g.role as "ends_role?", g.site as "ends_site?", g.region as "ends_region?", p.proposed_by, p.proposed_at, p.expires_at
           from proposal p left join role_grant g on g.id = p.ends_grant
           where p.id = $1 and p.confirmed_at is null for update of p"#,
        id
    );
    row.fetch_optional(tx).await?.map(Proposal::try_from).transpose()
}

pub async fn confirm(tx: &mut PgConnection, id: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update proposal set confirmed_at = $3, confirmed_by = $2 where id = $1", id, by, at).execute(tx).await?;
    Ok(())
}
