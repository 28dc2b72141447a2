//! Changes of the directory that wait for a second person.

use chassis::identity::Grant;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{device::Enrolment, grant::Wanted, route::Holder};

/// What is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Grant(Wanted),
    Office(Holder),
    /// Somebody leaves an office.
    Leaving(Holder),
    Device(Enrolment),
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
    proposed_by: String,
    proposed_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

impl TryFrom<Row> for Proposal {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> sqlx::Result<Self> {
        let what = match (row.role, row.office, row.rank, row.device_key, row.until) {
            (Some(role), None, None, None, _) => {
                let grant = Grant { role, site: row.site, region: row.region };
                What::Grant(Wanted { subject: row.subject, grant, since: row.since, until: row.until })
            }
            (None, Some(office), Some(rank), None, _) => {
                let holder = Holder { office, holder: row.subject, rank };
                if row.leaves { What::Leaving(holder) } else { What::Office(holder) }
            }
            (None, None, None, Some(public_key), Some(until)) => What::Device(Enrolment { person: row.subject, public_key, until }),
            _ => return Err(sqlx::Error::Decode("proposal is of no grant, no office and no device".into())),
        };
        Ok(Self { id: row.id, what, proposed_by: row.proposed_by, proposed_at: row.proposed_at, expires_at: row.expires_at })
    }
}

pub async fn insert(tx: &mut PgConnection, proposal: &Proposal) -> sqlx::Result<()> {
    let (subject, until) = match &proposal.what {
        What::Grant(wanted) => (&wanted.subject, wanted.until),
        What::Office(holder) | What::Leaving(holder) => (&holder.holder, None),
        What::Device(device) => (&device.person, Some(device.until)),
    };
    let (grant, office, device) = match &proposal.what {
        What::Grant(wanted) => (Some(wanted), None, None),
        What::Office(holder) | What::Leaving(holder) => (None, Some(holder), None),
        What::Device(device) => (None, None, Some(device)),
    };
    sqlx::query!(
        "insert into proposal (id, subject, role, site, region, since, until, office, rank, device_key, proposed_by, proposed_at,
             expires_at, leaves)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
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
        matches!(proposal.what, What::Leaving(_))
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What may still be confirmed, oldest first.
pub async fn waiting(db: &mut PgConnection, now: OffsetDateTime, limit: i64) -> sqlx::Result<Vec<Proposal>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, office, rank, leaves, device_key, proposed_by, proposed_at, expires_at
         from proposal where confirmed_at is null and expires_at > $1 order by proposed_at, id limit $2",
        now,
        limit
    );
    rows.fetch_all(db).await?.into_iter().map(Proposal::try_from).collect()
}

/// A proposal that nobody has confirmed, held until the transaction ends; also one whose time is over.
pub async fn hold(tx: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Proposal>> {
    let row = sqlx::query_as!(
        Row,
        "select id, subject, role, site, region, since, until, office, rank, leaves, device_key, proposed_by, proposed_at, expires_at
         from proposal where id = $1 and confirmed_at is null for update",
        id
    );
    row.fetch_optional(tx).await?.map(Proposal::try_from).transpose()
}

pub async fn confirm(tx: &mut PgConnection, id: Uuid, by: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update proposal set confirmed_at = $3, confirmed_by = $2 where id = $1", id, by, at).execute(tx).await?;
    Ok(())
}
