//! What a login can make the server do for it: answers aimed elsewhere, headers that command, ids that make others' messages vanish (threat T18).

use harness::{bus::TestBus, wait::eventually};
use proto::{id::SiteCode, subject};

use crate::login::Login;

const SOON: std::time::Duration = std::time::Duration::from_secs(10);

fn site(code: &str) -> SiteCode {
    code.parse().unwrap()
}

async fn messages(bus: &chassis::bus::Bus) -> [u64; 3] {
    let mut counts = [0; 3];
    for (count, stream) in counts.iter_mut().zip(subject::STREAMS) {
        *count = bus.jetstream.get_stream(stream.name).await.unwrap().cached_info().state.messages;
    }
    counts
}

/// Where an answer would do harm.
fn targets() -> Vec<String> {
    let mut all: Vec<String> = subject::FACTS.map(String::from).into();
    all.extend([subject::RING_NHQ, subject::RING_HEAD, subject::RAISE_WITHOUT_SITE].map(String::from));
    all.extend([subject::raise_concern(&site("kent")), subject::submit_referral(&site("kent"))]);
    all.extend([subject::intake_receipt(&site("kent")), subject::concern_receipt(Some(&site("kent")))]);
    let calls = ["STREAM.PURGE.RO_SAFETY", "STREAM.MSG.DELETE.RO_SAFETY", "STREAM.DELETE.RO_SAFETY"];
    all.extend(calls.map(|call| format!("$JS.API.{call}")));
    all.extend(["RESET", "DELETE", "PAUSE"].map(|verb| format!("$JS.API.CONSUMER.{verb}.RO_SAFETY.safety-raises")));
    all
}

#[tokio::test]
async fn a_site_cannot_aim_the_answer_of_the_server_at_a_subject_it_may_not_write() {
    let bus = TestBus::start().await;
    let inside = bus.connect("safety").await;
    let mut login = Login::open(&bus, "site-mission").await;
    let own = subject::submit_referral(&site("mission"));
    for target in targets() {
        // The server may complain or not; what counts is what it does.
        login.say(format!("PUB {own} {target} 1\r\nx\r\n").as_bytes()).await;
    }
    let answer = login.request(&own, "", "_INBOX_site-mission.end").await;
    assert!(answer.contains("RO_SUBMISSIONS"), "{answer}");
    // Each stream takes its messages in order: when it has answered these two, it holds whatever was aimed at it before.
    let mut cases = Login::open(&bus, "cases").await;
    for ours in [subject::RAISE_WITHOUT_SITE, subject::CASE_OPENED] {
        cases.request(ours, "", "_INBOX_cases.end").await;
    }
    let [submissions, safety, events] = messages(&inside).await;
    assert!(submissions > 1, "nothing was tried");
    assert_eq!((safety, events), (1, 1), "an answer of the server was taken for a message");
    assert!(submissions <= targets().len() as u64 + 1, "an answer of the server was taken for a submission");
}

#[tokio::test]
async fn no_answer_of_the_server_takes_a_message_or_a_consumer_away_even_for_a_service() {
    let bus = TestBus::start().await;
    let inside = bus.connect("safety").await;
    let mut login = Login::open(&bus, "cases").await;
    for _ in 0..5 {
        login.request(subject::RAISE_WITHOUT_SITE, "", "_INBOX_cases.kept").await;
    }
    let [_, before, _] = messages(&inside).await;
    for target in targets().iter().filter(|t| t.starts_with("$JS.API.")) {
        login.say(format!("PUB {} {target} 1\r\nx\r\n", subject::CASE_OPENED).as_bytes()).await;
    }
    login.request(subject::CASE_OPENED, "", "_INBOX_cases.end").await;
    let [_, after, events] = messages(&inside).await;
    assert!(before == 5 && after >= before && events > 1, "{before} {after} {events}");
    let raises = subject::SAFETY_RAISES;
    let spec = chassis::bus::ConsumerSpec { stream: raises.stream, name: raises.name, filters: raises.filters };
    inside.check_consumer(spec).await.unwrap();
}

/// An acknowledgement may ask for the next message (`+NXT`), and the server knows it in two forms: what is one's own consumer in the
/// longer one must not be another's in the shorter one.
#[tokio::test]
async fn no_service_takes_what_another_hears_by_an_acknowledgement_that_can_be_read_in_two_ways() {
    let bus = TestBus::start().await;
    let mut cases = Login::open(&bus, "cases").await;
    cases.request(subject::RAISE_WITHOUT_SITE, "", "_INBOX_cases.kept").await;
    let mut tried = 0;
    for service in ["intake", "cases", "safety", "notification", "reporting"] {
        let mut login = Login::open(&bus, service).await;
        login.say(format!("SUB _INBOX_{service}.> 1\r\n").as_bytes()).await;
        let (own, others): (Vec<&subject::Consumer>, Vec<_>) = subject::CONSUMERS.iter().partition(|consumer| consumer.service == service);
        for (theirs, own) in others.iter().flat_map(|theirs| own.iter().map(move |own| (theirs, own))) {
            let ack = format!("$JS.ACK.{}.{}.{}.{}.1.1.1", theirs.stream, theirs.name, own.stream, own.name);
            let told = login.say(format!("PUB {ack} _INBOX_{service}.next 4\r\n+NXT\r\n").as_bytes()).await;
            assert!(told.len() == 1 && told.iter().all(|line| line.contains("Permissions Violation")), "{service} {ack}: {told:?}");
            tried += 1;
        }
        assert!(login.heard.is_empty(), "{service} reads what another hears: {:?}", login.heard);
    }
    assert!(tried > 500, "only {tried} were tried");
    // Nobody has taken it: it is there for the service that rings.
    let mut safety = Login::open(&bus, "safety").await;
    let raises = subject::SAFETY_RAISES;
    let next = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", raises.stream, raises.name);
    safety.say(format!("SUB _INBOX_safety.> 1\r\nPUB {next} _INBOX_safety.next 0\r\n\r\n").as_bytes()).await;
    assert_eq!(safety.hears(0).await.0, subject::RAISE_WITHOUT_SITE);
}

#[tokio::test]
async fn a_header_of_a_site_commands_nothing() {
    let bus = TestBus::start().await;
    let inside = bus.connect("safety").await;
    let mut login = Login::open(&bus, "site-mission").await;
    let own = subject::raise_concern(&site("mission"));
    for _ in 0..3 {
        login.request(&own, "", "_INBOX_site-mission.a").await;
    }
    let commands = ["Nats-Rollup: all", "Nats-Rollup: sub", "Nats-TTL: 1s", "Nats-Schedule: @every 1s", "Nats-Expected-Last-Sequence: 0"];
    for command in commands {
        let answer = login.request(&own, &format!("{command}\r\n"), "_INBOX_site-mission.b").await;
        assert!(answer.contains("error"), "{command}: {answer}");
    }
    let long = format!("ce-type: {}\r\n", "x".repeat(64 * 1024));
    let answer = login.request(&own, &long, "_INBOX_site-mission.c").await;
    assert!(answer.contains("error"), "64 KiB of headers: {answer}");
    let repeated = "ce-id: 1\r\nce-id: 2\r\ntraceparent: x\r\ntraceparent: y\r\nNats-Msg-Id: a\r\nNats-Msg-Id: b\r\n".repeat(20);
    let answer = login.request(&own, &repeated, "_INBOX_site-mission.d").await;
    assert!(!answer.contains("error"), "{answer}");
    assert_eq!(messages(&inside).await, [0, 4, 0]);
}

/// The server remembers `Nats-Msg-Id` per stream and not per sender: whoever guesses an id could make another's message vanish.
#[tokio::test]
async fn a_site_that_guesses_the_message_id_of_another_cannot_make_its_message_vanish() {
    let bus = TestBus::start().await;
    let inside = bus.connect("safety").await;
    for stream in subject::STREAMS {
        let held = inside.jetstream.get_stream(stream.name).await.unwrap().cached_info().config.duplicate_window;
        assert!(held <= std::time::Duration::from_millis(100), "{}: {held:?}", stream.name);
    }
    let (mut mission, mut kent) = (Login::open(&bus, "site-mission").await, Login::open(&bus, "site-kent").await);
    for (of_mission, of_kent) in [
        (subject::raise_concern(&site("mission")), subject::raise_concern(&site("kent"))),
        (subject::submit_referral(&site("mission")), subject::submit_referral(&site("kent"))),
    ] {
        let header = "Nats-Msg-Id: concern-1\r\n";
        let first = mission.request(&of_mission, header, "_INBOX_site-mission.a").await;
        assert!(!first.contains("duplicate"), "{first}");
        // A publisher that is told `duplicate` for something it never sent sends it again.
        eventually("the other site's message is stored", SOON, async || {
            let mut kent = Login::open(&bus, "site-kent").await;
            let answer = kent.request(&of_kent, header, "_INBOX_site-kent.a").await;
            if answer.contains("duplicate") { Err(answer) } else { Ok(()) }
        })
        .await;
        // Without an id there is nothing to guess.
        let plain = kent.request(&of_kent, "", "_INBOX_site-kent.b").await;
        assert!(!plain.contains("duplicate"), "{plain}");
    }
}

#[tokio::test]
async fn what_a_login_from_outside_may_read_reaches_it_and_what_is_anothers_does_not() {
    let bus = TestBus::start().await;
    let mut safety = Login::open(&bus, "safety").await;
    let (mut mission, mut dashboard) = (Login::open(&bus, "site-mission").await, Login::open(&bus, "dashboard").await);
    let receipt = |code: &str| subject::concern_receipt(Some(&site(code)));
    assert!(mission.say(format!("SUB {} 1\r\n", receipt("mission")).as_bytes()).await.is_empty());
    assert!(!mission.say(format!("SUB {} 2\r\n", receipt("kent")).as_bytes()).await.is_empty());
    assert!(dashboard.say(format!("SUB {} 1\r\n", subject::CONCERN_RAISED).as_bytes()).await.is_empty());
    for told in [receipt("kent"), receipt("mission"), subject::CONCERN_RAISED.to_owned()] {
        assert!(safety.say(format!("PUB {told} 1\r\nx\r\n").as_bytes()).await.is_empty(), "{told}");
    }
    for (login, wanted) in [(&mut mission, receipt("mission")), (&mut dashboard, subject::CONCERN_RAISED.to_owned())] {
        login.hears(0).await;
        assert_eq!(login.heard, [(wanted, "x".to_owned())]);
    }
}
