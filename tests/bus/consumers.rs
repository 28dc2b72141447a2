//! A consumer that is deleted, changed, paused or recreated by another version: its service reports it at once, and receives again.

use async_nats::jetstream::{self, consumer::pull};
use harness::bus::TestBus;
use local::SERVICES;
use messaging::BUS_HEALTH;
use proto::subject::{self, CONSUMERS, STREAMS};

use crate::test_service::Running;

async fn provision(bus: &TestBus) {
    bus.connect("provisioner").await.provision(&STREAMS, &CONSUMERS).await.unwrap();
}

/// A consumer with other filters under the same name, as a hand would make it.
async fn alter(operator: &jetstream::Context, of: messaging::bus::ConsumerSpec, filters: &[&str]) {
    let filter_subjects = filters.iter().map(|filter| (*filter).to_owned()).collect();
    let config = pull::Config {
        durable_name: Some(of.name.to_owned()),
        filter_subjects,
        max_deliver: -1,
        max_ack_pending: -1,
        ack_wait: std::time::Duration::from_secs(30),
        ..pull::Config::default()
    };
    operator.create_consumer_on_stream(config, of.stream).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_every_service_a_consumer_that_is_gone_is_a_failed_health_within_seconds_until_it_is_put_right() {
    let bus = TestBus::start().await;
    let operator = jetstream::new(bus.operator().await);
    let mut running = Vec::new();
    for name in SERVICES {
        let service = Running::start(&bus, name).await;
        CONSUMERS.into_iter().filter(|consumer| consumer.service == name).for_each(|consumer| service.hears(consumer));
        running.push(service);
    }
    for service in &running {
        service.becomes(BUS_HEALTH, true).await;
    }
    for consumer in CONSUMERS {
        operator.delete_consumer_from_stream(consumer.name, consumer.stream).await.unwrap();
    }
    for service in &running {
        service.becomes(BUS_HEALTH, false).await;
        service.becomes("", true).await;
    }
    provision(&bus).await;
    for service in &running {
        service.becomes(BUS_HEALTH, true).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_was_changed_paused_or_lost_with_its_stream_is_told_and_nothing_said_meanwhile_is_missed() {
    let bus = TestBus::start().await;
    let operator = jetstream::new(bus.operator().await);
    let cases = bus.connect("cases").await;
    let say = async || cases.jetstream.publish(subject::CASE_OPENED, "x".into()).await.unwrap().await.unwrap();
    let service = Running::start(&bus, "reporting").await;
    let heard = subject::REPORTING_CASE_FACTS;
    service.hears(heard);
    say().await;
    service.has_heard(1).await;

    alter(&operator, heard, &[subject::CASE_MOVED]).await;
    service.becomes(BUS_HEALTH, false).await;
    say().await;
    // As `ro provision` says: nothing is changed behind anybody's back, so whoever changed it changes it back.
    let refused = bus.connect("provisioner").await.provision(&[], &[heard]).await.err().unwrap();
    assert!(format!("{refused:#}").contains("nothing was changed"), "{refused:#}");
    alter(&operator, heard, heard.filters).await;
    service.becomes(BUS_HEALTH, true).await;
    say().await;
    service.has_heard(2).await;

    let pause = |until: &str| format!("{{\"pause_until\":\"{until}\"}}");
    let call = format!("$JS.API.CONSUMER.PAUSE.{}.{}", heard.stream, heard.name);
    let paused = bus.operator().await.request(call.clone(), pause("2100-01-01T00:00:00Z").into()).await.unwrap();
    assert!(String::from_utf8_lossy(&paused.payload).contains("\"paused\":true"), "{:?}", paused.payload);
    service.becomes(BUS_HEALTH, false).await;
    bus.operator().await.request(call, pause("2000-01-01T00:00:00Z").into()).await.unwrap();
    service.becomes(BUS_HEALTH, true).await;

    operator.delete_stream(heard.stream).await.unwrap();
    service.becomes(BUS_HEALTH, false).await;
    let before = service.counts.0.load(std::sync::atomic::Ordering::Relaxed);
    provision(&bus).await;
    service.becomes(BUS_HEALTH, true).await;
    say().await;
    service.has_heard(before + 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn provisioning_another_version_of_the_bus_makes_no_running_service_deaf() {
    let bus = TestBus::start().await;
    let (provisioner, cases) = (bus.connect("provisioner").await, bus.connect("cases").await);
    let service = Running::start(&bus, "reporting").await;
    let heard = subject::REPORTING_CASE_FACTS;
    service.hears(heard);
    let say = async || cases.jetstream.publish(subject::CASE_MOVED, "x".into()).await.unwrap().await.unwrap();
    say().await;
    service.has_heard(1).await;

    // A version that hears something else under the same name, one that gives up a subject, and one that keeps messages in another way.
    let other = messaging::bus::ConsumerSpec { filters: &[subject::CASE_OPENED], ..heard };
    let narrow = messaging::bus::StreamSpec { subjects: &[subject::CASE_OPENED], ..subject::CASES };
    let until_heard = messaging::bus::StreamSpec { keeps: messaging::bus::Keeps::UntilHeard, ..subject::CASES };
    for (streams, consumers) in [(vec![], vec![other]), (vec![narrow], vec![]), (vec![until_heard], vec![])] {
        // What is declared beside it is not touched either.
        let mut all = vec![messaging::bus::StreamSpec { kept_days: 7, ..subject::INTAKE }];
        all.extend(streams);
        let refused = provisioner.provision(&all, &consumers).await.err().unwrap();
        assert!(format!("{refused:#}").contains("nothing was changed"), "{refused:#}");
        let kept = provisioner.jetstream.get_stream(subject::INTAKE.name).await.unwrap().cached_info().config.max_age;
        assert_eq!(kept.as_secs(), 30 * 24 * 3_600, "half of it was changed");
    }
    say().await;
    service.has_heard(2).await;

    // A version with more subjects, other limits and a consumer under a new name stands beside it.
    let wider = messaging::bus::StreamSpec { subjects: &["ro.cases.event.*", "ro.cases.later.*"], ..subject::CASES };
    provisioner.provision(&[wider.times(2)], &[heard]).await.unwrap();
    let operator = jetstream::new(bus.operator().await);
    alter(
        &operator,
        messaging::bus::ConsumerSpec { name: "reporting-case-facts-2", ..heard },
        &[subject::CASE_OPENED, subject::CASE_MOVED],
    )
    .await;
    say().await;
    service.has_heard(3).await;
    service.becomes(BUS_HEALTH, true).await;
}
