//! Attacks in which a login makes the server act for it: replies aimed elsewhere, headers with commands, ids that make others' messages
//! vanish (THREAT-18).

use std::collections::BTreeMap;

use harness::{bus::TestBus, wait::eventually};
use local::SERVICES;
use proto::{id::SiteCode, subject};

use crate::{
    login::Login,
    model::{Who, attempts},
    random_attacks::{kept, nothing_is_gone},
};

const SOON: std::time::Duration = std::time::Duration::from_secs(10);

fn site(code: &str) -> SiteCode {
    code.parse().unwrap()
}

/// How many messages each stream holds, where it holds any.
async fn messages(bus: &messaging::bus::Bus) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for stream in subject::STREAMS {
        counts.insert(stream.name, bus.jetstream.get_stream(stream.name).await.unwrap().cached_info().state.messages);
    }
    counts.retain(|_, count| *count > 0);
    counts
}

/// Where an answer would do harm.
fn targets() -> Vec<String> {
    let mut all: Vec<String> = subject::FACTS.map(String::from).into();
    all.extend([subject::RING_DUE, subject::RAISE_BY_CASES, subject::RAISE_BY_INTAKE].map(String::from));
    all.extend([subject::raise_concern(&site("kent")), subject::submit_referral(&site("kent"))]);
    all.extend([subject::intake_receipt(&site("kent")), subject::concern_receipt(Some(&site("kent")))]);
    let calls = ["STREAM.PURGE.RO_RAISES", "STREAM.MSG.DELETE.RO_RAISES", "STREAM.DELETE.RO_RAISES", "STREAM.DELETE.RO_SAFETY"];
    for root in [subject::JETSTREAM, "$JS.API"] {
        all.extend(calls.map(|call| format!("{root}.{call}")));
        all.extend(["RESET", "DELETE", "PAUSE"].map(|verb| format!("{root}.CONSUMER.{verb}.RO_RAISES.safety-raises")));
    }
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
    for ours in [subject::RAISE_BY_CASES, subject::CASE_OPENED] {
        cases.request(ours, "", "_INBOX_cases.end").await;
    }
    let mut held = messages(&inside).await;
    let submissions = held.remove("RO_SUBMISSIONS").unwrap();
    assert!(submissions > 1, "nothing was tried");
    assert!(submissions <= targets().len() as u64 + 1, "an answer of the server was taken for a submission");
    assert_eq!(held, BTreeMap::from([("RO_SERVICE_RAISES", 1), ("RO_CASES", 1)]), "an answer of the server was taken for a message");
}

/// What a service may say, each with a body that asks for an answer at once, whether there is a message for it or not.
fn questions(service: &str) -> Vec<(String, &'static str)> {
    let said = subject::service_permissions(service).publish.into_iter().map(|subject| {
        let body = match subject.split('.').next() {
            Some("ro") => "x",
            Some("$JS") => "+NXT {\"batch\":1,\"no_wait\":true}",
            _ if subject.contains(".MSG.NEXT.") => "{\"batch\":1,\"no_wait\":true}",
            _ => "",
        };
        let place = if subject.starts_with("ro.") { "kent" } else { "1" };
        (subject.replace('*', place), body)
    });
    said.collect()
}

/// The streams keep what was said, and no answer of the server beside it.
async fn nothing_came_by_an_answer(bus: &TestBus, sent: &BTreeMap<String, usize>) {
    let held = kept(&bus.connect("safety").await).await;
    for subject in held.keys().chain(sent.keys()) {
        let (held, sent) = (held.get(subject).copied().unwrap_or_default(), sent.get(subject).copied().unwrap_or_default());
        // Who acknowledges what it was given as the first of its messages makes room for that one.
        assert!(held <= sent, "{subject}: {held} are kept of {sent}: an answer of the server was taken for a message");
        assert!(held + 1 >= sent, "{subject}: {held} are kept of {sent}: something is gone");
    }
}

/// A service that was taken over asks all it may, names a place for the answer where it may not write, and nobody hears of it: neither a
/// message of its own consumers nor the server's "there is none", which has no body and so would be the order to delete a stream.
#[tokio::test]
async fn a_service_that_was_taken_over_can_aim_no_answer_of_the_server_at_anything_that_is_not_its_own() {
    let bus = TestBus::start().await;
    let mut sent: BTreeMap<String, usize> = BTreeMap::new();
    let mut services = Vec::new();
    for name in SERVICES {
        services.push((name, Login::open(&bus, name).await));
    }
    // Something to read for everyone.
    for (name, login) in &mut services {
        for (subject, body) in questions(name).into_iter().filter(|(subject, _)| subject.starts_with("ro.")) {
            login.request(&subject, "", &format!("_INBOX_{name}.kept")).await;
            assert_eq!(body, "x");
            *sent.entry(subject).or_default() += 1;
        }
    }
    let before = sent.clone();
    let mut ears = Vec::new();
    for who in Who::all().into_iter().filter(Who::is_outside) {
        let mut login = Login::open(&bus, &who.login()).await;
        let all = attempts().into_iter().filter(|subject| who.may_subscribe(subject));
        let words: String = all.enumerate().map(|(number, subject)| format!("SUB {subject} {}\r\n", number + 1)).collect();
        assert_eq!(login.say(words.as_bytes()).await, [] as [&str; 0]);
        ears.push((who, login));
    }
    let mut tried = 0;
    for (name, login) in &mut services {
        let may = |subject: &str| Who::Service(name).may_publish(subject);
        let targets: Vec<String> = targets().into_iter().filter(|target| !may(target)).collect();
        assert!(targets.iter().any(|target| target.contains("STREAM.DELETE.RO_SAFETY")) && targets.len() > 30, "{name}: {targets:?}");
        for (subject, body) in questions(name) {
            let words: String = targets.iter().map(|target| format!("PUB {subject} {target} {}\r\n{body}\r\n", body.len())).collect();
            // The server may refuse a place by its name; what counts is what it does.
            login.say(words.as_bytes()).await;
            tried += targets.len();
            if subject.starts_with("ro.") {
                *sent.entry(subject).or_default() += targets.len();
            }
        }
    }
    // Each consumer and each stream answers in order: what was asked before has been answered.
    for (name, login) in &mut services {
        let last = questions(name).into_iter().filter(|(subject, _)| !subject.starts_with("$JS."));
        for (subject, body) in last.collect::<Vec<_>>() {
            login.ask(&subject, body, &format!("_INBOX_{name}.end")).await;
            if subject.starts_with("ro.") {
                *sent.entry(subject).or_default() += 1;
            }
        }
    }
    nothing_is_gone(&bus).await;
    nothing_came_by_an_answer(&bus, &sent).await;
    let mut heard = 0;
    for (who, login) in &mut ears {
        login.say(b"").await;
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for (subject, _) in &login.heard {
            *told.entry(subject.clone()).or_default() += 1;
        }
        heard += login.heard.len();
        let times = |subject: &String| sent.get(subject).copied().unwrap_or_default() - before.get(subject).copied().unwrap_or_default();
        let wrong: Vec<_> = told.iter().filter(|(subject, count)| **count != times(subject)).collect();
        assert!(wrong.is_empty(), "{} hears what no service said to it: {wrong:?}", who.login());
    }
    assert!(tried > 5_000 && heard > 100, "{tried} tried, {heard} heard");
    println!("{tried} answers were aimed at others, 0 arrived");
}

/// An acknowledgement may ask for the next message (`+NXT`), and the server knows it in two forms: what is one's own consumer in the
/// longer one must not be another's in the shorter one.
#[tokio::test]
async fn no_service_takes_what_another_hears_by_an_acknowledgement_that_can_be_read_in_two_ways() {
    let bus = TestBus::start().await;
    let mut cases = Login::open(&bus, "cases").await;
    cases.request(subject::RAISE_BY_CASES, "", "_INBOX_cases.kept").await;
    let mut tried = 0;
    for service in SERVICES {
        let mut login = Login::open(&bus, service).await;
        login.say(format!("SUB _INBOX_{service}.> 1\r\n").as_bytes()).await;
        let (own, others): (Vec<&messaging::bus::ConsumerSpec>, Vec<_>) =
            subject::CONSUMERS.iter().partition(|consumer| consumer.service == service);
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
    let raises = subject::SAFETY_SERVICE_RAISES;
    let next = format!("{}.CONSUMER.MSG.NEXT.{}.{}", subject::JETSTREAM, raises.stream, raises.name);
    safety.say(format!("SUB _INBOX_safety.> 1\r\nPUB {next} _INBOX_safety.next 0\r\n\r\n").as_bytes()).await;
    assert_eq!(safety.hears(0).await.0, subject::RAISE_BY_CASES);
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
    assert_eq!(messages(&inside).await, BTreeMap::from([("RO_RAISES", 4)]));
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
