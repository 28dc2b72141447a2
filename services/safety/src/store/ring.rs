//! Rings: what was sent to whom, whether it arrived, and which concerns the engine must look at.

use chassis::{outbox::Outgoing, trace};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::concern::{Audience, AudienceStatus, Grade, Said, State};

/// Notes a ring of an office at the step it stands on.
pub async fn insert(
    tx: &mut PgConnection,
    id: Uuid,
    concern: Uuid,
    status: &AudienceStatus,
    event: Uuid,
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ring (id, concern_id, audience, office, step, event_id, rung_at) values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        concern,
        status.audience.code(),
        status.office,
        i32::try_from(status.step).unwrap_or(i32::MAX),
        event,
        at
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A ring of which it is said that it was delivered.
pub struct Arriving {
    pub concern: Uuid,
    pub state: State,
    pub revision: i64,
    /// It was said before.
    pub delivered: bool,
    /// The office that was rung, where the concern still has it.
    pub office: Option<Rung>,
}

/// How the office of a ring stands.
pub struct Rung {
    pub office: String,
    pub former: bool,
    pub level: u32,
    /// A ring of it was delivered before.
    pub delivered: bool,
}

/// Holds the concern of a ring, and reads what its delivery changes. `None` where the ring is not ours.
pub async fn hold_arriving(tx: &mut PgConnection, id: Uuid, audience: Audience) -> sqlx::Result<Option<Arriving>> {
    let mut found = read_arriving(tx, id, audience).await?;
    // Whoever waited for the concern sees its row as it is now, and the offices as they were when it began to wait.
    if found.as_ref().is_some_and(|(_, is_late)| *is_late) {
        found = read_arriving(tx, id, audience).await?;
    }
    Ok(found.map(|(arriving, _)| arriving))
}

async fn read_arriving(tx: &mut PgConnection, id: Uuid, audience: Audience) -> sqlx::Result<Option<(Arriving, bool)>> {
    let row = sqlx::query!(
        r#"select c.id, c.state, c.revision, (select seen.revision from concern seen where seen.id = r.concern_id) as "seen!",
                  r.delivered_at is not null as "delivered!", told.office as "office?", told.former as "former?", told.level as "level?",
                  told.delivered as "office_delivered?"
           from ring r join concern c on c.id = r.concern_id
           left join lateral (
               select a.office, false as former, a.level, a.delivered_at is not null as delivered from audience a
               where a.concern_id = r.concern_id and a.kind = $2 and (r.office is null or a.office = r.office)
               union all
               select f.office, true, f.level, f.delivered_at is not null from former_audience f
               where f.concern_id = r.concern_id and $2 = 'responsible-head' and (r.office is null or f.office = r.office)
               order by 2, 1 limit 1) told on true
           where r.id = $1 for update of c"#,
        id,
        audience.code()
    );
    Ok(row.fetch_optional(tx).await?.map(|row| {
        let level = u32::try_from(row.level.unwrap_or_default()).unwrap_or_default();
        let (former, delivered) = (row.former.unwrap_or_default(), row.office_delivered.unwrap_or_default());
        let office = row.office.map(|office| Rung { office, former, level, delivered });
        let state = super::concern::state(row.id, &row.state);
        let arriving = Arriving { concern: row.id, state, revision: row.revision, delivered: row.delivered, office };
        (arriving, row.seen != row.revision)
    }))
}

/// The first delivery of an office, and what is told of it.
pub struct Delivered<'a> {
    pub ring: Uuid,
    pub audience: Audience,
    pub office: &'a Rung,
    pub revision: i64,
    pub what: &'a str,
    pub actor: &'a str,
    pub event: &'a Outgoing,
}

/// Notes the first delivery of an office, whose concern is held.
pub async fn deliver_first(tx: &mut PgConnection, delivered: &Delivered<'_>, at: OffsetDateTime) -> sqlx::Result<()> {
    let Delivered { ring, audience, office, revision, what, actor, event } = delivered;
    // The ring arrived, so the bus is given it no more; its office was told, which is a revision of the concern, and is told itself.
    sqlx::query!(
        "with arrived as (update ring set delivered_at = $2 where id = $1 and delivered_at is null returning event_id, concern_id),
              confirmed as (update outbox o set confirmed_at = $2, carried_at = coalesce(o.carried_at, $2) from arrived
                            where o.id = arrived.event_id and o.must_be_confirmed and o.confirmed_at is null),
              present as (update audience a set delivered_at = $2 from arrived
                          where a.concern_id = arrived.concern_id and a.kind = $3 and a.office = $4 and not $5),
              former as (update former_audience f set delivered_at = $2 from arrived
                         where f.concern_id = arrived.concern_id and f.office = $4 and $5),
              advanced as (update concern c set revision = $6 from arrived where c.id = arrived.concern_id),
              noted as (insert into timeline (concern_id, revision, what, audience, level, actor, at)
                        select concern_id, $6, $7, $3, $8, $9, $2 from arrived)
         insert into outbox (id, aggregate, subject, body, must_be_confirmed, urgent, sealed, traceparent, created_at, next_attempt_at)
         select $10, $11, $12, $13, $14, $15, $16, $17, $2, $2 from arrived",
        ring,
        at,
        audience.code(),
        office.office,
        office.former,
        revision,
        what,
        i32::try_from(office.level).unwrap_or(i32::MAX),
        actor,
        event.id,
        event.aggregate,
        event.subject,
        event.body,
        event.confirm,
        event.urgent,
        event.sealed,
        trace::current(),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Marks a ring delivered; the event that carried it. `None` where it was before.
pub async fn deliver(tx: &mut PgConnection, id: Uuid, at: OffsetDateTime) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("update ring set delivered_at = $2 where id = $1 and delivered_at is null returning event_id", id, at)
        .fetch_optional(tx)
        .await
}

/// Events of the rings of these offices of an audience that have not been delivered.
pub async fn on_their_way(tx: &mut PgConnection, concern: Uuid, audience: Audience, offices: &[String]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select event_id from ring
         where concern_id = $1 and audience = $2 and delivered_at is null and (office is null or office = any($3))",
        concern,
        audience.code(),
        offices
    )
    .fetch_all(tx)
    .await
}

/// Every office of an open concern that has not accepted rings at once, and its ladder goes on as it was. How many did not already.
pub async fn all_anew(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let present = sqlx::query!(
        "update audience set next_ring_at = $1, anew = true from concern c
         where c.id = concern_id and c.state <> 'closed' and next_ring_at is not null and not anew",
        now
    );
    let present = present.execute(&mut *db).await?.rows_affected();
    let former = sqlx::query!(
        "update former_audience set next_ring_at = $1, anew = true from concern c
         where c.id = concern_id and c.state <> 'closed' and next_ring_at is not null and not anew",
        now
    );
    Ok(present + former.execute(db).await?.rows_affected())
}

/// Concerns with an office that should have been rung by now, the longest overdue first, but these; held against other engines.
pub async fn due(tx: &mut PgConnection, now: OffsetDateTime, but: &[Uuid], limit: i64) -> sqlx::Result<Vec<Uuid>> {
    let present = sqlx::query_scalar!(
        "select c.id from audience a join concern c on c.id = a.concern_id
         where a.next_ring_at <= $1 and c.state <> 'closed' and c.id <> all($2)
         order by a.next_ring_at limit $3 for update of c skip locked",
        now,
        but,
        limit
    );
    let mut due = present.fetch_all(&mut *tx).await?;
    let former = sqlx::query_scalar!(
        "select c.id from former_audience f join concern c on c.id = f.concern_id
         where f.next_ring_at <= $1 and c.state <> 'closed' and c.id <> all($2)
         order by f.next_ring_at limit $3 for update of c skip locked",
        now,
        but,
        limit
    );
    due.extend(former.fetch_all(tx).await?);
    let mut seen = std::collections::HashSet::with_capacity(due.len());
    due.retain(|id| seen.insert(*id));
    Ok(due)
}

/// What the core must know of an open concern, beside its offices.
pub struct Open {
    pub id: Uuid,
    pub grade: Grade,
    pub unreadable: bool,
    pub said: Said,
}

/// Open concerns in the order of their ids, from after one on.
pub async fn open_after(db: &mut PgConnection, after: Uuid, limit: i64) -> sqlx::Result<Vec<Open>> {
    let rows = sqlx::query!(
        "select id, grade, unreadable, said, gravest from concern where state <> 'closed' and id > $1 order by id limit $2",
        after,
        limit
    );
    let rows = rows.fetch_all(db).await?.into_iter();
    let open = rows.map(|row| Open {
        id: row.id,
        grade: super::concern::grade(row.id, &row.grade),
        unreadable: row.unreadable,
        said: super::concern::said(row.said, row.gravest),
    });
    Ok(open.collect())
}

/// Every office of one concern that has not accepted rings at once.
pub async fn anew(db: &mut PgConnection, concern: Uuid, now: OffsetDateTime) -> sqlx::Result<()> {
    sqlx::query!("update audience set next_ring_at = $2, anew = true where concern_id = $1 and next_ring_at > $2", concern, now)
        .execute(&mut *db)
        .await?;
    sqlx::query!("update former_audience set next_ring_at = $2, anew = true where concern_id = $1 and next_ring_at > $2", concern, now)
        .execute(db)
        .await?;
    Ok(())
}

/// Rings at once every audience that was rung and delivered before `before`, still rings, and is not among `guarded`; how many.
pub async fn lost(db: &mut PgConnection, guarded: &[(Uuid, Audience)], before: OffsetDateTime, now: OffsetDateTime) -> sqlx::Result<u64> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) = guarded.iter().map(|(id, audience)| (*id, audience.code().to_owned())).unzip();
    let done = sqlx::query!(
        "update audience a set next_ring_at = $4, anew = true from concern c
         where c.id = a.concern_id and c.state <> 'closed' and a.next_ring_at > $4 and a.delivered_at < $3
           and not exists (select from unnest($1::uuid[], $2::text[]) as held (concern_id, kind)
                           where held.concern_id = a.concern_id and held.kind = a.kind)
           and not exists (select from ring r where r.concern_id = a.concern_id and r.audience = a.kind and r.rung_at >= $3)",
        &ids,
        &kinds,
        before,
        now
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Rings at once every office with a ring that waits sealed in the outbox; how many.
pub async fn hurry_what_waits_sealed(db: &mut PgConnection, now: OffsetDateTime) -> sqlx::Result<u64> {
    let present = sqlx::query!(
        "update audience a set next_ring_at = $1, anew = true
         where a.next_ring_at > $1 and exists (
             select from ring r join outbox o on o.id = r.event_id
             where r.concern_id = a.concern_id and r.audience = a.kind and (r.office is null or r.office = a.office)
               and r.delivered_at is null and o.sealed)",
        now
    );
    let present = present.execute(&mut *db).await?.rows_affected();
    let former = sqlx::query!(
        "update former_audience f set next_ring_at = $1, anew = true
         where f.next_ring_at > $1 and exists (
             select from ring r join outbox o on o.id = r.event_id
             where r.concern_id = f.concern_id and r.office = f.office and r.delivered_at is null and o.sealed)",
        now
    );
    Ok(present + former.execute(db).await?.rows_affected())
}

/// The clock of the database.
pub async fn database_time(db: &mut PgConnection) -> sqlx::Result<OffsetDateTime> {
    sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(db).await
}
