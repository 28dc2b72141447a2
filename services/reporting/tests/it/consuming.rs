//! Facts from a real bus: each is counted once, and a bad one is quarantined alone.

use std::time::Duration;

use async_nats::{HeaderMap, jetstream};
use base::{Clock, Ids};
use clap::Parser;
use futures::{StreamExt, stream};
use harness::{bus::TestBus, wait::eventually};
use prost::Message;
use proto::{
    intake::v1::{Origin as Sent, ReferralReceived, ReferralsReceived},
    subject::{REFERRALS_RECEIVED, REPORTING_FACTS},
};
use reporting::bus::Facts;
use server::{Context, Process};

use super::*;

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// Facts that stand on the bus, one in a thousand of them said twice and one of them unreadable, are consumed; how many each second.
async fn consumed(count: u32, within: Duration) -> f64 {
    let bus = TestBus::start().await;
    let database = database().await;
    let jetstream = jetstream::new(bus.operator().await);
    let published = stream::iter(0..count).map(|n| {
        let jetstream = jetstream.clone();
        async move {
            // What is said twice bears the same id.
            let id = if n % 1_000 == 999 { n - 1 } else { n };
            let fact = ReferralReceived {
                referral_id: Uuid::from_u128(u128::from(id) + 1).to_string(),
                origin: Sent::Victim.into(),
                site: "mission".into(),
                received_at: Some(base::wire::timestamp(NOW)),
                ..ReferralReceived::default()
            };
            let body = if n == 77 { b"no message".to_vec() } else { ReferralsReceived { referrals: vec![fact] }.encode_to_vec() };
            let mut headers = HeaderMap::new();
            headers.insert("ce-id", Uuid::from_u128(u128::from(id)).to_string().as_str());
            jetstream.publish_with_headers(REFERRALS_RECEIVED, headers, body.into()).await.unwrap().await.unwrap();
        }
    });
    published.buffer_unordered(256).collect::<Vec<()>>().await;
    let process = Process::new(proto::PROGRAMME, "reporting", Config::parse_from(["reporting"]).server, Clock::fixed(NOW), Ids::seeded(1));
    let ctx = Context::assemble(process, database.pool.clone(), bus.connect("reporting").await);
    let begun = tokio::time::Instant::now();
    ctx.consume(REPORTING_FACTS, Facts);
    let expected = i64::from(count - count / 1_000 - 1);
    eventually("every fact is counted", within, async || {
        let counted: i64 = sqlx::query_scalar("select count(*) from referral_fact").fetch_one(&database.admin).await.unwrap();
        if counted == expected { Ok(()) } else { Err(format!("{counted} of {expected}")) }
    })
    .await;
    let took = begun.elapsed().as_secs_f64();
    eventually("the bad one is set aside", within, async || {
        let aside: i64 = sqlx::query_scalar("select count(*) from quarantine").fetch_one(&database.admin).await.unwrap();
        if aside == 1 { Ok(()) } else { Err(format!("{aside} set aside")) }
    })
    .await;
    f64::from(count) / took
}

/// `RO_FACTS=20000 cargo test -p reporting --test it -- facts_that_wait --nocapture` measures with as many.
#[tokio::test]
async fn facts_that_wait_on_the_bus_are_each_counted_once_and_a_bad_one_is_set_aside() {
    let facts = std::env::var_os("RO_FACTS").map_or(2_000, |facts| facts.to_str().unwrap().parse().unwrap());
    println!("{:.0} facts a second", consumed(facts, Duration::from_secs(120)).await);
}
