//! Detection of streams that lost stored messages: what they had acknowledged is published again.
//!
//! A stream that was created anew holds nothing of what it took before. One that is shorter than what it has acknowledged was set back. And
//! after a restart of the server, others may have filled up what is missing before it was checked: then the last few thousand positions are
//! published again in any case. Consumers recognise repetitions by their event id.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Context as _;
use base::{
    clock::{self, Clock, to_the_microsecond},
    database::{self, Actor},
    refusal::store_error,
};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::time::Instant;

use crate::bus::Bus;

/// Interval at which the streams are checked, besides whenever another server process answers.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
/// Retry interval after a check that failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// Timeout of the server's answer about a stream: urgent messages wait meanwhile.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// Positions published again after a restart of the server: more than all services together can have published between its start and the
/// moment when the last of them is connected and checks.
const MARGIN: i64 = 2_000;
/// Rows marked in one transaction.
const BATCH: i64 = 2_000;

/// Stream as the bus reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub created_at: OffsetDateTime,
    pub last: i64,
}

/// What is published again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    Nothing,
    /// The stream is another one.
    All,
    /// Positions above this one are missing.
    Above(i64),
    /// Nothing is known to be missing, and positions above this one could be.
    Margin(i64),
}

/// Compares what a stream has acknowledged (`highest`, and when it was created) with its present state.
pub(super) fn missing(made: Option<OffsetDateTime>, highest: i64, seen: Seen, server_is_new: bool) -> Again {
    if made.is_some_and(|made| made != seen.created_at) {
        Again::All
    } else if seen.last < highest {
        Again::Above(seen.last)
    } else if server_is_new && highest > 0 {
        Again::Margin((highest - MARGIN).max(0))
    } else {
        Again::Nothing
    }
}

/// Streams this relay publishes to.
pub(super) struct Streams {
    pub name: &'static str,
    pub pool: PgPool,
    pub bus: Bus,
    pub clock: Clock,
    known: BTreeMap<String, Known>,
    remembered: bool,
}

/// Stream that is checked.
struct Known {
    next: Instant,
    /// Server process that answered; empty where none has.
    server: String,
    failing: bool,
}

impl Streams {
    pub const fn new(name: &'static str, pool: PgPool, bus: Bus, clock: Clock) -> Self {
        Self { name, pool, bus, clock, known: BTreeMap::new(), remembered: false }
    }

    /// Checks every stream that is due. One that cannot be checked delays no publishing, and is checked again.
    pub async fn look(&mut self) {
        if !self.remembered {
            match self.names().await {
                Ok(names) => {
                    let unseen = || Known { next: Instant::now(), server: String::new(), failing: false };
                    for name in names {
                        self.known.entry(name).or_insert_with(unseen);
                    }
                    self.remembered = true;
                }
                Err(error) => tracing::warn!(error = store_error(&error), "the streams that were carried to cannot be read: trying again"),
            }
        }
        let (server, now) = (self.bus.client.server_info().server_id, Instant::now());
        let due = self.known.iter().filter(|(_, known)| known.next <= now || (known.server != server && !known.failing));
        for name in due.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.look_at_one(&name).await;
        }
    }

    /// Adds a stream that was published to: from now on it is checked.
    pub async fn took(&mut self, stream: &str) {
        if !self.known.contains_key(stream) {
            self.look_at_one(stream).await;
        }
    }

    async fn look_at_one(&mut self, stream: &str) {
        let looked = self.look_at(stream).await;
        let former = self.known.remove(stream).filter(|known| known.failing);
        let known = match looked {
            Ok(server) => Known { next: Instant::now() + CHECK_INTERVAL, server, failing: false },
            Err(error) => {
                // Logged once: it may be away for long, and others publish meanwhile.
                if former.is_none() {
                    tracing::warn!(stream, error = format!("{error:#}"), "a stream of the bus cannot be looked at: trying again");
                }
                Known { next: Instant::now() + RETRY_INTERVAL, server: String::new(), failing: true }
            }
        };
        self.known.insert(stream.to_owned(), known);
    }

    async fn names(&self) -> sqlx::Result<Vec<String>> {
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let names = sqlx::query_scalar!("select name from bus_stream order by name").fetch_all(&mut *tx).await?;
        tx.commit().await?;
        Ok(names)
    }

    /// Checks one stream; returns the server process that answered.
    async fn look_at(&self, name: &str) -> anyhow::Result<String> {
        let server = self.bus.client.server_info().server_id;
        let now = self.clock.now();
        // Before the bus is asked: another instance may publish meanwhile.
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        let held =
            sqlx::query!("select created_at, server, looked_at from bus_stream where name = $1", name).fetch_optional(&mut *tx).await?;
        let highest = sqlx::query_scalar!(
            r#"select stream_sequence as "place!" from outbox where stream = $1 and stream is not null and confirmed_at is null
               order by stream_sequence desc limit 1"#,
            name
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        let info =
            tokio::time::timeout(REQUEST_TIMEOUT, self.bus.jetstream.get_stream(name)).await.context("the bus does not answer")??;
        let info = info.cached_info();
        let seen = Seen { created_at: to_the_microsecond(info.created), last: i64::try_from(info.state.last_sequence).unwrap_or(i64::MAX) };
        if let Some(held) = &held
            && clock::is_ahead(held.looked_at, now)
        {
            tracing::error!(
                seconds = (held.looked_at - now).whole_seconds(),
                "the clock is behind what this database has seen: it was set back, or that of another instance is wrong"
            );
        }
        let server_is_new = held.as_ref().is_some_and(|held| held.server != server);
        let highest = highest.unwrap_or(0);
        let kept = time::Duration::try_from(info.config.max_age).unwrap_or(time::Duration::ZERO);
        // What the stream itself would no longer hold has been read, or is out of date.
        let since = if kept.is_zero() { OffsetDateTime::UNIX_EPOCH } else { now - kept };
        match missing(held.map(|held| held.created_at), highest, seen, server_is_new) {
            Again::Nothing => {}
            Again::All => self.lost(name, 0, highest, since).await?,
            Again::Above(place) => self.lost(name, place, highest, since).await?,
            Again::Margin(place) => {
                let told = self.carry_again(name, (place, highest), since, true).await?;
                tracing::info!(stream = name, messages = told, "the bus has started anew: the last messages are told again");
            }
        }
        self.note(name, seen, &server, now).await?;
        Ok(server)
    }

    async fn lost(&self, name: &str, above: i64, highest: i64, since: OffsetDateTime) -> sqlx::Result<()> {
        let told = self.carry_again(name, (above, highest), since, false).await?;
        tracing::error!(stream = name, messages = told, "the bus has lost what it had acknowledged: it is told again");
        Ok(())
    }

    /// Marks the messages at these positions as not published, in the order of the positions, so that an aggregate keeps its own. Behind a
    /// margin only what is not sent again anyway.
    async fn carry_again(&self, name: &str, (above, up_to): (i64, i64), since: OffsetDateTime, margin: bool) -> sqlx::Result<usize> {
        let (mut place, mut told) = (above, 0);
        loop {
            let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
            let marked = sqlx::query_scalar!(
                r#"with lost as (
                       select id, stream_sequence from outbox
                       where stream = $1 and stream is not null and confirmed_at is null
                           and stream_sequence > $2 and stream_sequence <= $3 and carried_at > $4 and not ($5 and must_be_confirmed)
                       order by stream_sequence limit $6 for update)
                   update outbox set carried_at = null, next_attempt_at = $7, stream = null, stream_sequence = null, copies = 0
                   from lost where outbox.id = lost.id
                   returning lost.stream_sequence as "place!""#,
                name,
                place,
                up_to,
                since,
                margin,
                BATCH,
                self.clock.now()
            )
            .fetch_all(&mut *tx)
            .await?;
            tx.commit().await?;
            let Some(last) = marked.iter().max() else { return Ok(told) };
            place = *last;
            told += marked.len();
        }
    }

    async fn note(&self, name: &str, seen: Seen, server: &str, now: OffsetDateTime) -> sqlx::Result<()> {
        let mut tx = database::begin(&self.pool, &Actor::service(self.name)).await?;
        sqlx::query!(
            "insert into bus_stream (name, created_at, server, looked_at) values ($1, $2, $3, $4)
             on conflict (name) do update set created_at = excluded.created_at, server = excluded.server, looked_at = excluded.looked_at",
            name,
            seen.created_at,
            server,
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const MADE: OffsetDateTime = datetime!(2026-11-01 00:00 UTC);

    #[test]
    fn a_stream_that_is_another_one_or_shorter_than_what_it_acknowledged_is_told_what_it_lost() {
        let seen = |last| Seen { created_at: MADE, last };
        for (made, highest, seen, server_is_new, again) in [
            (None, 0, seen(0), false, Again::Nothing),
            (None, 0, seen(9), true, Again::Nothing),
            (Some(MADE), 9, seen(9), false, Again::Nothing),
            (Some(MADE), 9, seen(70), false, Again::Nothing),
            (Some(MADE), 9, seen(8), false, Again::Above(8)),
            (Some(MADE), 9, seen(0), true, Again::Above(0)),
            (None, 9, seen(3), false, Again::Above(3)),
            (Some(datetime!(2026-10-01 00:00 UTC)), 9, seen(70), false, Again::All),
            (Some(datetime!(2026-12-01 00:00 UTC)), 9, seen(9), true, Again::All),
            (Some(MADE), 9, seen(9), true, Again::Margin(0)),
            (Some(MADE), 5_009, seen(6_000), true, Again::Margin(3_009)),
        ] {
            assert_eq!(missing(made, highest, seen, server_is_new), again, "{made:?} {highest} {seen:?} {server_is_new}");
        }
    }
}
