//! The physical floor of the benchmark: the same PostgreSQL, and a nats-server with the same program, settings and disk, doing only the
//! work that the product cannot avoid.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use async_nats::jetstream::{
    self,
    consumer::{AckPolicy, pull},
    stream::Config,
};
use futures::StreamExt;
use local::{
    nats::{self, Nats},
    tools,
};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::sample::{Sample, closed_loop};

/// About the size of a concern.
const BODY: [u8; 512] = [b'x'; 512];
const TIMEOUT: Duration = Duration::from_secs(60);
const STREAM: &str = "FLOOR";
/// Subjects of the two composed floors: [`Receives`] says what the receivers of each do.
const SUBJECT: &str = "floor.concern";
const SUBJECT_COMMITTED: &str = "floor.committed";
/// Largest batch that a receiver commits together.
const MAX_TOGETHER: usize = 64;

/// Work of a receiver on a message before it counts as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receives {
    /// Reads it.
    Only,
    /// Commits it to a table of its own, together with the messages that have arrived by then.
    AndCommits,
}

impl Receives {
    const ALL: [Self; 2] = [Self::Only, Self::AndCommits];

    const fn subject(self) -> &'static str {
        match self {
            Self::Only => SUBJECT,
            Self::AndCommits => SUBJECT_COMMITTED,
        }
    }
}

/// A table and a stream of the floor's own.
pub struct Floor {
    pool: PgPool,
    jetstream: jetstream::Context,
    arrivals: Arc<Arrivals>,
    ids: base::Ids,
}

/// Waiters for messages, by message and receiver.
#[derive(Default)]
struct Arrivals(Mutex<HashMap<(usize, Uuid), oneshot::Sender<()>>>);

impl Arrivals {
    fn expect(&self, receiver: usize, id: Uuid) -> oneshot::Receiver<()> {
        let (sender, arrived) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((receiver, id), sender);
        arrived
    }

    fn arrived(&self, receiver: usize, id: Uuid) {
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(receiver, id));
        if let Some(waiting) = waiting {
            let _gone = waiting.send(());
        }
    }
}

/// The floor's own nats-server: the permissions of the product's bus stay as they are.
///
/// # Errors
/// It does not start.
pub fn start_nats(options: &local::Options) -> local::Result<(Nats, nats::Credential)> {
    let tool = tools::nats_server(&options.wishes, &mut |_| {})?;
    let dir = options.state_dir.join("floor");
    local::secret::folder(&dir, 0o700)?;
    let mut credentials = nats::credentials(&dir.join("seeds"), &[])?;
    credentials.retain(|credential| credential.name == "provisioner");
    for credential in &mut credentials {
        credential.permissions.publish = vec![">".to_owned()];
        credential.permissions.subscribe = vec![">".to_owned()];
        credential.at_home = true;
    }
    let mine = credentials.first().cloned().ok_or_else(|| local::Error::said("the floor has no login to its bus"))?;
    // Plain and unencrypted: the cost of our protection is measured against the best the machine can do.
    let server = Nats::start(&tool, &dir, &options.state_dir.join("logs"), None, None, credentials, &options.cancel)?;
    Ok((server, mine))
}

impl Floor {
    /// # Errors
    /// The database or the bus refuses.
    pub async fn open(database_url: &str, nats_url: &str, credential: &nats::Credential) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(64).acquire_timeout(TIMEOUT).connect(database_url).await?;
        for statement in [
            "drop table if exists floor_outbox",
            "drop table if exists floor",
            "drop table if exists floor_inbox",
            "create table floor (id uuid primary key, body bytea not null, at timestamptz not null default now())",
            "create table floor_outbox (id uuid primary key, body bytea not null, at timestamptz not null default now())",
            "create table floor_inbox (receiver int, id uuid, body bytea not null, primary key (receiver, id))",
        ] {
            sqlx::query(statement).execute(&pool).await?;
        }
        let seed = std::fs::read_to_string(&credential.seed_file)?;
        let client = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned())
            .custom_inbox_prefix(credential.inbox_prefix.clone())
            .connect(nats_url)
            .await?;
        let jetstream = jetstream::new(client);
        let stream = Config { name: STREAM.to_owned(), subjects: vec!["floor.>".to_owned()], ..Config::default() };
        jetstream.create_stream(stream).await?;
        let floor = Self { pool, jetstream, arrivals: Arc::default(), ids: base::Ids::random() };
        for receives in Receives::ALL {
            for receiver in 0..2 {
                floor.receive(receiver, receives).await?;
            }
        }
        Ok(floor)
    }

    async fn receive(&self, receiver: usize, receives: Receives) -> anyhow::Result<()> {
        let config = pull::Config {
            durable_name: Some(format!("floor-{receives:?}-{receiver}")),
            ack_policy: AckPolicy::Explicit,
            filter_subject: receives.subject().to_owned(),
            ..pull::Config::default()
        };
        let messages = self.jetstream.create_consumer_on_stream(config, STREAM).await?.messages().await?;
        let mut sets = messages.ready_chunks(MAX_TOGETHER);
        let (arrivals, pool) = (self.arrivals.clone(), self.pool.clone());
        tokio::spawn(async move {
            while let Some(set) = sets.next().await {
                let set: Vec<_> = set.into_iter().flatten().collect();
                let ids: Vec<Uuid> = set.iter().filter_map(|m| m.payload.get(..16).and_then(|id| Uuid::from_slice(id).ok())).collect();
                if receives == Receives::AndCommits && commit(&pool, receiver, &ids).await.is_err() {
                    // The waiters report that they did not arrive.
                    continue;
                }
                ids.into_iter().for_each(|id| arrivals.arrived(receiver, id));
                futures::future::join_all(set.iter().map(jetstream::Message::ack)).await;
            }
        });
        Ok(())
    }

    /// One row inserted and committed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn insert(&self, clients: usize, each: usize) -> anyhow::Result<Sample> {
        let (pool, ids) = (self.pool.clone(), self.ids.clone());
        closed_loop(clients, each, move |_, _| insert(pool.clone(), ids.uuid())).await
    }

    /// State and outbox row in one statement, committed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn insert_with_outbox(&self, clients: usize, each: usize) -> anyhow::Result<Sample> {
        let (pool, ids) = (self.pool.clone(), self.ids.clone());
        closed_loop(clients, each, move |_, _| insert_with_outbox(pool.clone(), ids.uuid())).await
    }

    /// Many rows in one statement, committed.
    ///
    /// # Errors
    /// The database refuses.
    pub async fn insert_many(&self, clients: usize, each: usize, rows: usize) -> anyhow::Result<Sample> {
        let (pool, ids) = (self.pool.clone(), self.ids.clone());
        let sample = closed_loop(clients, each, move |_, _| {
            let (pool, batch): (_, Vec<Uuid>) = (pool.clone(), (0..rows).map(|_| ids.uuid()).collect());
            async move {
                let insert = sqlx::query("insert into floor (id, body) select id, $2 from unnest($1::uuid[]) as id");
                insert.bind(batch).bind(&BODY[..]).execute(&pool).await?;
                Ok(())
            }
        });
        Ok(Sample { each: rows, ..sample.await? })
    }

    /// One message published and acknowledged.
    ///
    /// # Errors
    /// The bus refuses.
    pub async fn publish(&self, clients: usize, each: usize) -> anyhow::Result<Sample> {
        let jetstream = self.jetstream.clone();
        closed_loop(clients, each, move |_, _| publish(jetstream.clone(), "floor.other", Uuid::nil())).await
    }

    /// A message committed with its outbox row, published, and received by both durable consumers, which may commit it too.
    ///
    /// # Errors
    /// The database or the bus refuses, or a message does not arrive.
    pub async fn composed(&self, clients: usize, each: usize, receives: Receives) -> anyhow::Result<Sample> {
        let (pool, jetstream, arrivals, ids) = (self.pool.clone(), self.jetstream.clone(), self.arrivals.clone(), self.ids.clone());
        closed_loop(clients, each, move |_, _| {
            let (pool, jetstream, arrivals, id) = (pool.clone(), jetstream.clone(), arrivals.clone(), ids.uuid());
            async move {
                let both = futures::future::try_join(arrivals.expect(0, id), arrivals.expect(1, id));
                insert_with_outbox(pool, id).await?;
                publish(jetstream, receives.subject(), id).await?;
                tokio::time::timeout(TIMEOUT, both).await.context("a message of the floor did not arrive")??;
                Ok(())
            }
        })
        .await
    }
}

async fn insert(pool: PgPool, id: Uuid) -> anyhow::Result<()> {
    sqlx::query("insert into floor (id, body) values ($1, $2)").bind(id).bind(&BODY[..]).execute(&pool).await?;
    Ok(())
}

async fn insert_with_outbox(pool: PgPool, id: Uuid) -> anyhow::Result<()> {
    let both = "with state as (insert into floor (id, body) values ($1, $2)) insert into floor_outbox (id, body) values ($1, $2)";
    sqlx::query(both).bind(id).bind(&BODY[..]).execute(&pool).await?;
    Ok(())
}

async fn commit(pool: &PgPool, receiver: usize, ids: &[Uuid]) -> sqlx::Result<()> {
    let insert = "insert into floor_inbox (receiver, id, body) select $1, id, $3 from unnest($2::uuid[]) as id on conflict do nothing";
    let receiver = i32::try_from(receiver).unwrap_or_default();
    sqlx::query(insert).bind(receiver).bind(ids).bind(&BODY[..]).execute(pool).await?;
    Ok(())
}

async fn publish(jetstream: jetstream::Context, subject: &'static str, id: Uuid) -> anyhow::Result<()> {
    let mut body = id.as_bytes().to_vec();
    body.extend(BODY);
    jetstream.publish(subject, body.into()).await?.await?;
    Ok(())
}
