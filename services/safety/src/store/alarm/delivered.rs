//! Rings that notification has stored: what their delivery changes, read and written as a set.

use std::collections::HashSet;

use messaging::outbox::{Columns, LEASE};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::alarm::concern::{Audience, State};

/// Ring reported as delivered.
pub struct Arriving {
    /// Its place in the request, from 0.
    pub place: usize,
    pub concern: Uuid,
    pub state: State,
    pub revision: i64,
    /// It was reported before.
    pub delivered: bool,
    /// Office that was rung, where the concern still has it.
    pub office: Option<Rung>,
}

/// State of the office of a ring.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rung {
    pub office: String,
    pub former: bool,
    pub level: u32,
    /// A ring of it was delivered before.
    pub delivered: bool,
}

/// Reads what the delivery of rings changes, in the order of `rings`; only rings of this service.
pub async fn read(db: &mut PgConnection, rings: &[(Uuid, Audience)]) -> sqlx::Result<Vec<Arriving>> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) = rings.iter().map(|(id, audience)| (*id, audience.code().to_owned())).unzip();
    let rows = sqlx::query!(
        r#"select asked.place as "place!", c.id, c.state, c.revision, r.delivered_at is not null as "delivered!", told.office as "office?", told.former as "former?", told.level as "level?",
                  told.delivered as "office_delivered?"
           from unnest($1::uuid[], $2::text[]) with ordinality as asked (ring, kind, place)
           join ring r on r.id = asked.ring join concern c on c.id = r.concern_id
           left join lateral (
               select a.office, false as former, a.level, a.delivered_at is not null as delivered from audience a
               where a.concern_id = r.concern_id and a.kind = asked.kind and (r.office is null or a.office = r.office)
               union all
               select f.office, true, f.level, f.delivered_at is not null from former_audience f
               where f.concern_id = r.concern_id and asked.kind = 'responsible-head' and (r.office is null or f.office = r.office)
               order by 2, 1 limit 1) told on true
           order by asked.place"#,
        &ids,
        &kinds
    );
    let found = rows.fetch_all(db).await?.into_iter().map(|row| {
        let level = u32::try_from(row.level.unwrap_or_default()).unwrap_or_default();
        let (former, delivered) = (row.former.unwrap_or_default(), row.office_delivered.unwrap_or_default());
        Arriving {
            place: usize::try_from(row.place - 1).unwrap_or_default(),
            concern: row.id,
            state: super::concern::state(row.id, &row.state),
            revision: row.revision,
            delivered: row.delivered,
            office: row.office.map(|office| Rung { office, former, level, delivered }),
        }
    });
    Ok(found.collect())
}

/// First delivery of an office: a revision of its concern.
pub struct First {
    pub concern: Uuid,
    pub audience: Audience,
    pub office: Rung,
    pub revision: i64,
    pub traceparent: Option<String>,
}

/// Concern as it was read, and its revision after the deliveries.
pub struct Advance {
    pub concern: Uuid,
    pub seen: i64,
    pub revision: i64,
}

/// What is recorded of delivered rings.
pub struct Arrival<'a> {
    /// Each ring with its concern.
    pub rings: &'a [(Uuid, Uuid)],
    pub concerns: &'a [Advance],
    pub first: &'a [First],
    /// A message for each of `first`.
    pub facts: &'a Columns,
}

/// Result of recording.
pub struct Recorded {
    /// Concerns that stood as they were read; of the others nothing was recorded.
    pub concerns: HashSet<Uuid>,
    /// Those of which messages wait for the relay.
    pub waiting: Vec<Uuid>,
}

/// Records delivered rings and their facts, with messages leased to be published from memory.
pub async fn record(
    db: &mut PgConnection,
    arrival: &Arrival<'_>,
    (what, actor): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<Recorded> {
    let Arrival { rings, concerns, first, facts } = *arrival;
    let (rings, of): (Vec<Uuid>, Vec<Uuid>) = rings.iter().copied().unzip();
    let column = |read: fn(&First) -> String| first.iter().map(read).collect::<Vec<String>>();
    let done = sqlx::query_file!(
        "src/store/alarm/delivered.sql",
        at,
        &rings,
        &first.iter().map(|first| first.concern).collect::<Vec<_>>(),
        &column(|first| first.audience.code().to_owned()),
        &column(|first| first.office.office.clone()),
        &first.iter().map(|first| first.office.former).collect::<Vec<_>>(),
        &first.iter().map(|first| i32::try_from(first.office.level).unwrap_or(i32::MAX)).collect::<Vec<_>>(),
        &first.iter().map(|first| first.revision).collect::<Vec<_>>(),
        &concerns.iter().map(|advance| advance.concern).collect::<Vec<_>>(),
        &concerns.iter().map(|advance| advance.revision).collect::<Vec<_>>(),
        what,
        actor,
        &facts.ids,
        &facts.aggregates,
        &facts.subjects,
        &facts.bodies,
        &facts.confirm,
        &facts.urgent,
        &facts.sealed,
        &first.iter().map(|first| first.traceparent.clone()).collect::<Vec<_>>() as &[Option<String>],
        &concerns.iter().map(|advance| advance.seen).collect::<Vec<_>>(),
        &of,
        at + LEASE,
    )
    .fetch_one(db)
    .await?;
    Ok(Recorded { concerns: done.standing.into_iter().collect(), waiting: done.waiting })
}
