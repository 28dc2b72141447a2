//! A service under test that consumes what a test publishes, with a database and a server of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{Clock, Ids};
use clap::Parser;
use harness::{
    bus::TestBus,
    database::{self, Database},
    wait::eventually,
};
use messaging::bus::ConsumerSpec;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use server::{Context, Process, client};
use sqlx::PgConnection;
use tokio::net::TcpListener;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

/// Within seconds, on a machine that does much else.
pub const SOON: Duration = Duration::from_secs(30);
const SERVING: i32 = 1;

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// Counts what it hears.
#[derive(Clone, Default)]
pub struct Counts(pub Arc<AtomicUsize>);

impl Handler for Counts {
    type Work = ();

    async fn read(&self, _: &Incoming) -> Result<(), Rejection> {
        Ok(())
    }

    async fn apply(&self, _: &mut PgConnection, _: &mut Fresh, (): (), _: &Incoming) -> Result<(), Rejection> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

pub struct Running {
    pub ctx: Context,
    pub counts: Counts,
    url: String,
    _database: Database,
}

impl Running {
    pub async fn start(bus: &TestBus, name: &'static str) -> Self {
        let database = database::fresh(&[&server::MIGRATOR]).await;
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let settings = Config::parse_from([name, "--listen", &address.to_string()]).server;
        let process = Process::new(proto::PROGRAMME, name, settings, Clock::system(), Ids::seeded(1));
        let ctx = Context::assemble(process, database.pool.clone(), bus.connect(name).await);
        let door = ctx.clone();
        tokio::spawn(async move { door.serve_grpc(proto::DESCRIPTOR_BYTES, &[], tonic::service::Routes::default()).await });
        Self { ctx, counts: Counts::default(), url: format!("http://{address}"), _database: database }
    }

    pub fn hears(&self, consumer: ConsumerSpec) {
        self.ctx.consume(consumer, self.counts.clone());
    }

    pub async fn has_heard(&self, count: usize) {
        eventually("it is heard", SOON, async || match self.counts.0.load(Ordering::Relaxed) {
            heard if heard >= count => Ok(()),
            heard => Err(format!("{heard} are heard")),
        })
        .await;
    }

    /// Waits until the health of this name is good, or bad.
    pub async fn becomes(&self, health: &str, good: bool) {
        let peer = client::connect(&self.url, None, None, Some(Duration::from_secs(2))).unwrap();
        let look = async || {
            let ask = HealthCheckRequest { service: health.to_owned() };
            match HealthClient::new(peer.clone()).check(ask).await.map(|answer| answer.into_inner().status) {
                Ok(status) if (status == SERVING) == good => Ok(()),
                other => Err(format!("{}: {other:?}", self.ctx.name)),
            }
        };
        eventually("the health is told", SOON, look).await;
    }
}
