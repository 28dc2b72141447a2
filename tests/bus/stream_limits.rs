//! Limits of the bus: a sender that floods it is refused alone, postponed messages block no lane, and an operator is warned long before.

use std::time::Duration;

use async_nats::jetstream::{AckKind, consumer::PullConsumer};
use futures::{StreamExt, future::join_all};
use harness::bus::TestBus;
use messaging::{
    ROOM_HEALTH,
    bus::{Bus, ConsumerSpec},
};
use proto::subject;

use crate::test_service::Running;

const FULL: &str = "maximum messages per subject exceeded";

fn raise_of(site: &str) -> String {
    subject::raise_concern(&site.parse().unwrap())
}

/// What the stream says to a message: its number, or why it is not kept.
async fn say(bus: &Bus, subject: &str) -> Result<u64, String> {
    let answer = bus.jetstream.publish(subject.to_owned(), "x".into()).await.map_err(|error| error.to_string())?;
    answer.await.map(|ack| ack.sequence).map_err(|error| format!("{error:?}"))
}

/// Says it as often as the stream takes it; how often.
async fn fill(bus: &Bus, subject: &str) -> usize {
    let mut taken = 0;
    loop {
        let answers = join_all((0..64).map(|_| say(bus, subject))).await;
        taken += answers.iter().filter(|answer| answer.is_ok()).count();
        if let Some(refused) = answers.into_iter().find_map(Result::err) {
            assert!(refused.contains(FULL), "{refused}");
            return taken;
        }
    }
}

async fn reader(bus: &TestBus, of: ConsumerSpec) -> PullConsumer {
    bus.connect(of.service).await.check_consumer(of).await.unwrap()
}

/// Takes so many messages and answers each.
async fn answer(reader: &PullConsumer, many: usize, with: AckKind) {
    let mut messages = reader.batch().max_messages(many).expires(Duration::from_secs(20)).messages().await.unwrap();
    let mut answered = 0;
    while let Some(message) = messages.next().await {
        let message = message.unwrap();
        match with {
            AckKind::Ack => message.double_ack().await.unwrap(),
            kind => message.ack_with(kind).await.unwrap(),
        }
        answered += 1;
    }
    assert_eq!(answered, many);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_that_floods_the_alarm_while_nobody_hears_is_refused_itself_and_closes_the_lane_of_nobody_else() {
    let bus = TestBus::start().await;
    let (mission, kent) = (bus.connect("site-mission").await, bus.connect("site-kent").await);
    let most = usize::try_from(subject::RAISES.max_per_subject.unwrap()).unwrap();
    assert_eq!(fill(&mission, &raise_of("mission")).await, most);
    say(&kent, &raise_of("kent")).await.unwrap();
    say(&mission, &subject::submit_referral(&"mission".parse().unwrap())).await.unwrap();
    for (service, said) in [
        ("cases", subject::RAISE_BY_CASES),
        ("intake", subject::RAISE_BY_INTAKE),
        ("safety", subject::RING_DUE),
        ("safety", subject::GRANT_CHANGED),
        ("safety", "ro.safety.receipt.mission"),
        ("cases", subject::CASE_OPENED),
        ("notification", subject::RING_DELIVERED),
    ] {
        say(&bus.connect(service).await, said).await.unwrap_or_else(|why| panic!("{service} cannot say {said}: {why}"));
    }
    // What was heard takes no room: the site raises again as soon as it is read.
    answer(&reader(&bus, subject::SAFETY_RAISES).await, 10, AckKind::Ack).await;
    assert_eq!(fill(&mission, &raise_of("mission")).await, 10);
    // An operator makes room while nobody reads.
    let wider = subject::RAISES.times(2);
    bus.connect("provisioner").await.provision(&[wider], &[subject::SAFETY_RAISES]).await.unwrap();
    assert_eq!(fill(&mission, &raise_of("mission")).await, most);
}

#[tokio::test(flavor = "multi_thread")]
async fn raises_that_are_put_off_hide_nothing_that_comes_behind_them() {
    let bus = TestBus::start().await;
    let (mission, kent) = (bus.connect("site-mission").await, bus.connect("site-kent").await);
    let flood = fill(&mission, &raise_of("mission")).await;
    let reader = reader(&bus, subject::SAFETY_RAISES).await;
    answer(&reader, flood, AckKind::Nak(Some(Duration::from_secs(3_600)))).await;
    say(&kent, &raise_of("kent")).await.unwrap();
    let mut next = reader.fetch().max_messages(1).expires(Duration::from_secs(20)).messages().await.unwrap();
    assert_eq!(next.next().await.unwrap().unwrap().subject.as_str(), raise_of("kent"));
    for consumer in subject::CONSUMERS {
        let held = self::reader(&bus, consumer).await.cached_info().config.max_ack_pending;
        assert_eq!(held, -1, "{} closes when so many messages are put off", consumer.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_that_nobody_reads_never_keep_a_newer_one_out() {
    let bus = TestBus::start().await;
    let safety = bus.connect("safety").await;
    let most = subject::RECEIPTS.max_per_subject.unwrap();
    let receipt = subject::concern_receipt(None);
    for _ in 0..=most {
        say(&safety, &receipt).await.unwrap();
    }
    let held = safety.jetstream.get_stream(subject::RECEIPTS.name).await.unwrap().cached_info().state.messages;
    assert_eq!(i64::try_from(held).unwrap(), most);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_operates_the_bus_is_told_when_a_lane_is_half_full_and_again_when_there_is_room() {
    let bus = TestBus::start().await;
    let service = Running::start(&bus, "reporting").await;
    service.ctx.watch_stream_usage(subject::STREAMS.map(|stream| stream.name));
    service.becomes(ROOM_HEALTH, true).await;
    let mission = bus.connect("site-mission").await;
    let half = usize::try_from(subject::RAISES.max_per_subject.unwrap()).unwrap() / 2;
    let raise = raise_of("mission");
    for sent in join_all((0..half).map(|_| say(&mission, &raise))).await {
        sent.unwrap();
    }
    service.becomes(ROOM_HEALTH, false).await;
    say(&mission, &raise_of("mission")).await.expect("it is told long before anything is refused");
    answer(&reader(&bus, subject::SAFETY_RAISES).await, half + 1, AckKind::Ack).await;
    service.becomes(ROOM_HEALTH, true).await;
}
