//! Rings that notification has stored: what their delivery changes, read and written as a set.

use std::collections::HashMap;

use messaging::outbox::Columns;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::alarm::concern::{Audience, State};

/// Ring reported as delivered, whose concern is locked.
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

/// Locks the concerns of rings, and reads what their delivery changes, in the order of `rings`; only rings of this service.
pub async fn hold(tx: &mut PgConnection, rings: &[(Uuid, Audience)]) -> sqlx::Result<Vec<Arriving>> {
    let (mut found, is_late) = read(tx, rings).await?;
    // After a wait for the lock, the concern's row is read as it is now, but the offices as they were when the wait began.
    if is_late {
        found = read(tx, rings).await?.0;
    }
    found.sort_unstable_by_key(|arriving| arriving.place);
    Ok(found)
}

async fn read(tx: &mut PgConnection, rings: &[(Uuid, Audience)]) -> sqlx::Result<(Vec<Arriving>, bool)> {
    let (ids, kinds): (Vec<Uuid>, Vec<String>) = rings.iter().map(|(id, audience)| (*id, audience.code().to_owned())).unzip();
    // Locked in the order of the concerns, so that two transactions with several do not deadlock.
    let rows = sqlx::query!(
        r#"select asked.place as "place!", c.id, c.state, c.revision,
                  (select seen.revision from concern seen where seen.id = r.concern_id) as "seen!",
                  r.delivered_at is not null as "delivered!", told.office as "office?", told.former as "former?", told.level as "level?",
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
           order by c.id for update of c"#,
        &ids,
        &kinds
    );
    let rows = rows.fetch_all(tx).await?;
    let is_late = rows.iter().any(|row| row.seen != row.revision);
    let found = rows.into_iter().map(|row| {
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
    Ok((found.collect(), is_late))
}

/// First delivery of an office: a revision of its concern.
pub struct First {
    pub concern: Uuid,
    pub audience: Audience,
    pub office: Rung,
    pub revision: i64,
    pub traceparent: Option<String>,
}

/// Records delivered rings and their facts: `told` has a message for each of `first`. Their concerns are locked.
pub async fn note(
    tx: &mut PgConnection,
    rings: &[Uuid],
    (first, told): (&[First], &Columns),
    (what, actor): (&str, &str),
    at: OffsetDateTime,
) -> sqlx::Result<()> {
    let mut newest: HashMap<Uuid, i64> = HashMap::new();
    for first in first {
        newest.entry(first.concern).and_modify(|revision| *revision = first.revision.max(*revision)).or_insert(first.revision);
    }
    let (advanced, revisions): (Vec<Uuid>, Vec<i64>) = newest.into_iter().unzip();
    let column = |read: fn(&First) -> String| first.iter().map(read).collect::<Vec<String>>();
    sqlx::query_file!(
        "src/store/alarm/delivered.sql",
        at,
        rings,
        &first.iter().map(|first| first.concern).collect::<Vec<_>>(),
        &column(|first| first.audience.code().to_owned()),
        &column(|first| first.office.office.clone()),
        &first.iter().map(|first| first.office.former).collect::<Vec<_>>(),
        &first.iter().map(|first| i32::try_from(first.office.level).unwrap_or(i32::MAX)).collect::<Vec<_>>(),
        &first.iter().map(|first| first.revision).collect::<Vec<_>>(),
        &advanced,
        &revisions,
        what,
        actor,
        &told.ids,
        &told.aggregates,
        &told.subjects,
        &told.bodies,
        &told.confirm,
        &told.urgent,
        &told.sealed,
        &first.iter().map(|first| first.traceparent.clone()).collect::<Vec<_>>() as &[Option<String>],
    )
    .execute(tx)
    .await?;
    Ok(())
}
