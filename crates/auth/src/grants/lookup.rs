//! Look-ups of grants: what waits while one is made is looked up together, in one statement.
//!
//! A look-up begins after all whom it answers have asked: a grant that has ended counts for none of them. Who asks alone waits for nobody.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use base::{actor::again_where_dead, database::Actor};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::{Mutex as AsyncMutex, oneshot};

use super::{Line, Row};

/// Largest number of lines read of one person.
const MAX_LINES: i64 = 200;

/// Callers who wait for their lines, and the turn to look them up.
#[derive(Default)]
pub(super) struct Lookups {
    waiting: Mutex<Vec<Waiting>>,
    turn: AsyncMutex<()>,
}

struct Waiting {
    person: Actor,
    now: OffsetDateTime,
    answer: oneshot::Sender<Vec<Line>>,
}

impl Lookups {
    /// Lines of a person that are in force at `now`.
    ///
    /// # Errors
    /// The statement failed.
    pub async fn lines(&self, pool: &PgPool, subject: &str, now: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
        let (person, (answer, mut told)) = (Actor::person(subject, ""), oneshot::channel());
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting { person: person.clone(), now, answer });
        let turn = tokio::select! {
            biased;
            lines = &mut told => match lines {
                Ok(lines) => return Ok(lines),
                // The look-up for several failed, or ended with its caller.
                Err(_) => return read(pool, &[&person], now).await,
            },
            turn = self.turn.lock() => turn,
        };
        let together = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !together.is_empty() {
            let mut people: Vec<&Actor> = together.iter().map(|waiting| &waiting.person).collect();
            people.sort_unstable_by_key(|person| person.parts().0);
            people.dedup_by_key(|person| person.parts().0);
            let latest = together.iter().map(|waiting| waiting.now).max().unwrap_or(now);
            let mut lines: HashMap<String, Vec<Line>> = HashMap::with_capacity(people.len());
            for line in read(pool, &people, latest).await? {
                lines.entry(line.subject.clone()).or_default().push(line);
            }
            for Waiting { person, answer, .. } in together {
                // A caller that went away meanwhile gets no answer.
                let _gone = answer.send(lines.get(person.parts().0).cloned().unwrap_or_default());
            }
        }
        drop(turn);
        match told.try_recv() {
            Ok(lines) => Ok(lines),
            Err(_) => read(pool, &[&person], now).await,
        }
    }
}

/// Lines of these people, each read as that person.
async fn read(pool: &PgPool, people: &[&Actor], now: OffsetDateTime) -> sqlx::Result<Vec<Line>> {
    let subjects: Vec<String> = people.iter().map(|person| person.parts().0.to_owned()).collect();
    let rows = again_where_dead(pool, || {
        sqlx::query_as!(
            Row,
            r#"select id as "id!", subject as "subject!", role as "role!", site, region, since as "since!", until, ended_at,
                          revision as "revision!", epoch as "epoch!", signature
                   from grants_of($1, $2, $3)"#,
            &subjects,
            now,
            MAX_LINES
        )
        .fetch_all(pool)
    });
    Ok(rows.await?.into_iter().map(Line::from).collect())
}
