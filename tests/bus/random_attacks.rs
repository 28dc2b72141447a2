//! Fifty thousand random hostile attempts, beside the matrix: foreign codes and look-alikes in every token, replies aimed elsewhere,
//! headers with commands, queue groups, the JetStream API for streams and consumers of others; compared with the same model.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;
use harness::{bus::TestBus, dice::Dice};
use messaging::bus::{Bus, Keeps};
use proto::subject::{self, CONSUMERS, STREAMS};

use crate::{
    login::Login,
    model::{Who, attempts},
};

const TRIES: usize = 50_000;
/// Tries that are said in one breath.
const BREATH: usize = 50;

/// What a token is replaced with: places of others and what looks like one, wildcards, verbs, streams and consumers, prefixes.
const TOKENS: [&str; 55] = [
    "mission",
    "kent",
    "pacific",
    "atlantic",
    "unknown",
    "nowhere",
    "KENT",
    "Mission",
    "kеnt",
    "mission-",
    "kent%2e",
    "é",
    "*",
    "**",
    ">",
    "ro",
    "RO",
    "safety",
    "intake",
    "cases",
    "raise",
    "receipt",
    "ring",
    "nhq",
    "head",
    "event",
    "submit",
    "referral",
    "contact",
    "concern-raised",
    "grant-changed",
    "RO_SAFETY",
    "RO_CASES",
    "RO_RAISES",
    "service",
    "RO_SUBMISSIONS",
    "RO_OTHER",
    "safety-raises",
    "cases-grants",
    "safety-",
    "spy",
    "INFO",
    "CREATE",
    "DELETE",
    "PURGE",
    "NEXT",
    "$JS",
    "JETSTREAM",
    "$SYS",
    "API",
    "ACK",
    "_",
    "_INBOX",
    "_INBOX_safety",
    "_INBOX_site-kent",
];
/// What no login of ours needs, and the server knows: what the matrix does not hold.
const BASES: [&str; 10] = [
    "$JS.API.CONSUMER.MSG.NEXT.RO_RAISES.safety-raises.more",
    "$JS.API.STREAM.MSG.GET.RO_SAFETY.1",
    "$JS.API.CONSUMER.DURABLE.CREATE.RO_SAFETY.spy",
    "$JS.hub.API.STREAM.INFO.RO_SAFETY",
    "$JSC.R.x.y",
    "$KV.RO_SAFETY.x",
    "$MQTT.sub.x",
    "$SRV.PING.safety",
    "_GR_.x.y.ro.safety.raise.kent",
    "$SYS.ACCOUNT.HOME.CONNECT",
];
/// Where an answer would do harm. The last ones are the server's own, and are refused with the message.
const REPLIES: [&str; 14] = [
    "ro.safety.raise.kent",
    "ro.safety.raise.mission",
    "ro.safety.ring.due",
    "ro.safety.receipt.kent",
    "ro.intake.submit.referral.kent",
    "ro.safety.event.grant-changed",
    "_INBOX_safety.x",
    "_INBOX_site-kent.x",
    "$JS.API.STREAM.DELETE.RO_SAFETY",
    "JETSTREAM.STREAM.DELETE.RO_SAFETY",
    "$JS.API.CONSUMER.DELETE.RO_RAISES.safety-raises",
    "$SYS.REQ.SERVER.PING",
    "$JS.ACK.RO_RAISES.safety-raises.1.1.1.1.1",
    "_R_.x.y",
];
/// Headers, and whether a stream keeps a message that has them.
const HEADERS: [(&str, bool); 12] = [
    ("", true),
    ("", true),
    ("ce-id: 1\r\nce-source: ro://service/safety\r\nce-type: ro.safety.ring", true),
    ("Nats-Expected-Stream: RO_OTHER", false),
    ("Nats-Expected-Last-Sequence: 999999999", false),
    ("Nats-Expected-Last-Msg-Id: x", false),
    ("Nats-Rollup: all", false),
    ("Nats-Rollup: sub", false),
    ("Nats-TTL: 1s", false),
    ("Nats-Schedule: @every 1s", false),
    ("Nats-Stream-Source: RO_SAFETY 1 > >", false),
    ("Status: 503\r\nDescription: no responders", true),
];

/// A try, what the server must say of it, and the subject under which a stream must keep it.
struct Try {
    words: String,
    complaint: Option<String>,
    kept: Option<String>,
}

fn complaint(what: &str, named: &str) -> String {
    format!("-ERR 'Permissions Violation for {what} \"{named}\"'")
}

/// One login, with the subjects that it may use: every fourth try begins from one of those.
struct Stranger {
    who: Who,
    login: Login,
    may_publish: Vec<String>,
    may_subscribe: Vec<String>,
}

impl Stranger {
    async fn open(bus: &TestBus, who: Who, known: &[String]) -> Self {
        let login = Login::open(bus, &who.login()).await;
        let may_publish = known.iter().filter(|subject| who.may_publish(subject)).cloned().collect();
        let may_subscribe = known.iter().filter(|subject| who.may_subscribe(subject)).cloned().collect();
        Self { who, login, may_publish, may_subscribe }
    }

    fn publish(&self, dice: &Dice, known: &[String]) -> Try {
        let subject = varied(dice, known, &self.may_publish);
        let own = self.who.inbox();
        // An answer aimed at what the login may write itself does no more than that.
        let aimed = REPLIES.into_iter().filter(|reply| !self.who.may_publish(reply));
        let replies: Vec<&str> = aimed.chain(["", own.as_str()]).collect();
        let reply = *dice.one(&replies);
        let (headers, kept) = *dice.one(&HEADERS);
        let words = if headers.is_empty() {
            format!("PUB {subject} {reply} 1\r\nx\r\n")
        } else {
            let head = format!("NATS/1.0\r\n{headers}\r\n\r\n");
            format!("HPUB {subject} {reply} {} {}\r\n{head}x\r\n", head.len(), head.len() + 1)
        };
        let reserved = ["$JS.ACK.", "_R_."].iter().any(|prefix| reply.starts_with(prefix));
        match (self.who.may_publish(&subject), reserved) {
            (false, _) => Try { words, complaint: Some(complaint("Publish to", &subject)), kept: None },
            (true, true) => Try { words, complaint: Some(complaint("Publish with Reply of", reply)), kept: None },
            (true, false) => Try { words, complaint: None, kept: kept.then_some(subject) },
        }
    }

    fn subscribe(&self, dice: &Dice, known: &[String], number: usize) -> Try {
        let subject = varied(dice, known, &self.may_subscribe);
        let queue = *dice.one(&["", "", "safety-raises", "ro"]);
        let words = format!("SUB {subject} {queue} {number}\r\nUNSUB {number}\r\n");
        let refused = complaint("Subscription to", &subject);
        let refused = if queue.is_empty() { refused } else { refused.replace("\"'", &format!("\" using queue \"{queue}\"'")) };
        Try { words, complaint: (!self.who.may_subscribe(&subject)).then_some(refused), kept: None }
    }

    /// Some tries in one breath, and what the server said otherwise than the model.
    async fn tries(&mut self, dice: &Dice, known: &[String], seen: &mut Seen) {
        let tries: Vec<Try> = (0..BREATH)
            .map(|number| if dice.below(3) == 0 { self.subscribe(dice, known, number + 100) } else { self.publish(dice, known) })
            .collect();
        let words: String = tries.iter().map(|one| one.words.as_str()).collect();
        let told = self.login.say(words.as_bytes()).await;
        let expected: Vec<String> = tries.iter().filter_map(|one| one.complaint.clone()).collect();
        seen.tries += tries.len();
        seen.refused += expected.len();
        let (told_of, expected_of) = (counted(&told), counted(&expected));
        if told_of != expected_of {
            let lines = told_of.keys().chain(expected_of.keys()).collect::<BTreeSet<_>>().into_iter();
            let times = |of: &BTreeMap<String, usize>, line: &String| of.get(line).copied().unwrap_or_default();
            let wrong = lines.filter(|line| times(&told_of, line) != times(&expected_of, line));
            let login = self.who.login();
            seen.wrong.extend(
                wrong.map(|line| format!("{login}: {line}: {} times, and not {}", times(&told_of, line), times(&expected_of, line))),
            );
        }
        for kept in tries.into_iter().filter_map(|one| one.kept).filter(|subject| subject.starts_with("ro.")) {
            *seen.kept.entry(kept).or_default() += 1;
        }
    }
}

/// What came of all tries.
#[derive(Default)]
struct Seen {
    tries: usize,
    refused: usize,
    wrong: Vec<String>,
    kept: BTreeMap<String, usize>,
}

fn counted(lines: &[String]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts.entry(line.clone()).or_default() += 1;
    }
    counts
}

/// A subject with up to two of its tokens replaced, added or left out.
fn varied(dice: &Dice, known: &[String], own: &[String]) -> String {
    let base = if own.is_empty() || dice.below(4) > 0 { dice.one(known) } else { dice.one(own) };
    let mut tokens: Vec<&str> = base.split('.').collect();
    for _ in 0..dice.below(3) {
        let (at, token) = (dice.below(tokens.len()), *dice.one(&TOKENS));
        match dice.below(6) {
            0 => tokens.insert(at, token),
            1 => tokens.push(token),
            2 if tokens.len() > 1 => drop(tokens.remove(at)),
            _ => tokens.splice(at..=at, [token]).for_each(drop),
        }
    }
    // The rest of a subject ends it.
    let last = tokens.len() - 1;
    tokens.iter_mut().take(last).filter(|token| **token == ">").for_each(|token| *token = "*");
    tokens.join(".")
}

/// How many messages each stream keeps under each subject.
pub async fn kept(inside: &Bus) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for stream in STREAMS {
        let stream = inside.jetstream.get_stream(stream.name).await.unwrap();
        all.extend(stream.info_with_subjects(">").await.unwrap().try_collect::<Vec<_>>().await.unwrap());
    }
    all
}

/// Waits until each stream has taken all that was sent to it before: it takes its messages in order, and has answered these.
async fn taken(bus: &TestBus, counts: &mut BTreeMap<String, usize>) {
    let mut cases = Login::open(bus, "cases").await;
    let mut region = Login::open(bus, "region-pacific").await;
    for ours in [subject::RAISE_BY_CASES, subject::CASE_OPENED] {
        cases.request(ours, "", "_INBOX_cases.end").await;
        *counts.entry(ours.to_owned()).or_default() += 1;
    }
    let mut kent = Login::open(bus, "site-kent").await;
    let theirs = subject::raise_concern(&"kent".parse().unwrap());
    kent.request(&theirs, "", "_INBOX_site-kent.end").await;
    *counts.entry(theirs).or_default() += 1;
    let theirs = subject::submit_contact(proto::id::Region::Pacific);
    region.request(&theirs, "", "_INBOX_region-pacific.end").await;
    *counts.entry(theirs).or_default() += 1;
}

fn known() -> Vec<String> {
    attempts().into_iter().chain(BASES.map(String::from)).collect()
}

/// The tries of these logins, in turns; the logins are still open afterwards.
async fn all_try(bus: &TestBus, logins: Vec<Who>, tries: usize, seen: &mut Seen) -> Vec<Stranger> {
    let (dice, known) = (Dice::seeded(785), known());
    let mut strangers = Vec::new();
    for who in logins {
        strangers.push(Stranger::open(bus, who, &known).await);
    }
    for _ in 0..tries.div_ceil(BREATH * strangers.len()) {
        for stranger in &mut strangers {
            stranger.tries(&dice, &known, seen).await;
        }
    }
    strangers
}

#[tokio::test]
async fn fifty_thousand_hostile_tries_at_random_are_let_through_or_refused_as_the_model_says() {
    let bus = TestBus::start().await;
    let inside = bus.connect("safety").await;
    let (outside, services): (Vec<_>, Vec<_>) = Who::all().into_iter().partition(Who::is_outside);
    let mut seen = Seen::default();
    let mut strangers = all_try(&bus, outside, TRIES * 3 / 5, &mut seen).await;
    assert!(seen.wrong.is_empty(), "{} deviations:\n  {}", seen.wrong.len(), seen.wrong.join("\n  "));
    // Whoever is outside has written what the model lets it write, every one of these, and nothing else by any answer or header.
    taken(&bus, &mut seen.kept).await;
    let within: BTreeMap<String, usize> = seen.kept.iter().map(|(subject, sent)| (subject.clone(), (*sent).min(bound(subject)))).collect();
    assert_eq!(kept(&inside).await, within, "what the streams keep is not what was let through");

    // While the services try, those outside listen to all they can.
    for stranger in &mut strangers {
        let ears = stranger.may_subscribe.iter().enumerate().map(|(number, subject)| format!("SUB {subject} {}\r\n", number + 1_000));
        assert_eq!(stranger.login.say(ears.collect::<String>().as_bytes()).await, [] as [&str; 0]);
    }
    all_try(&bus, services, TRIES * 2 / 5, &mut seen).await;
    assert!(seen.wrong.is_empty(), "{} deviations:\n  {}", seen.wrong.len(), seen.wrong.join("\n  "));
    let mut heard = 0;
    for stranger in &mut strangers {
        stranger.login.say(b"").await;
        heard += stranger.login.heard.len();
        let foreign: Vec<_> = stranger.login.heard.iter().filter(|(subject, _)| !stranger.who.may_subscribe(subject)).collect();
        assert!(foreign.is_empty(), "{} hears {foreign:?}", stranger.who.login());
    }
    assert!(heard > 10, "only {heard} messages reached anybody outside");
    nothing_is_gone(&bus).await;
    println!("{} tries, {} refused, {heard} messages heard outside, 0 deviations", seen.tries, seen.refused);
    assert!(seen.tries >= TRIES && seen.refused > TRIES / 2 && seen.tries - seen.refused > TRIES / 20, "{} {}", seen.tries, seen.refused);
}

/// How many messages a stream takes under one subject.
fn bound(subject: &str) -> usize {
    let under = |pattern: &str| pattern.trim_end_matches('*') == subject.trim_end_matches(|c: char| c != '.');
    let stream = STREAMS.iter().find(|stream| stream.subjects.iter().any(|pattern| under(pattern))).unwrap();
    stream.max_per_subject.map_or(usize::MAX, |most| usize::try_from(most).unwrap())
}

/// Every message that was ever taken is kept, from the first to the last, or was acknowledged by its one reader, or gave way to newer ones
/// of its subject; and every consumer is as it was made.
pub async fn nothing_is_gone(bus: &TestBus) {
    let inside = bus.connect("provisioner").await;
    let mut acknowledged: BTreeMap<&str, u64> = BTreeMap::new();
    for consumer in CONSUMERS {
        let held = inside.check_consumer(consumer).await.unwrap();
        let info = held.cached_info();
        *acknowledged.entry(consumer.stream).or_default() += info.delivered.consumer_sequence - info.num_ack_pending as u64;
    }
    for stream in STREAMS {
        let state = inside.jetstream.get_stream(stream.name).await.unwrap().cached_info().state.clone();
        let gone = state.last_sequence - state.messages;
        let allowed = match stream.keeps {
            Keeps::ToItsAge => 0,
            Keeps::UntilHeard => acknowledged.get(stream.name).copied().unwrap_or_default(),
            Keeps::WhileNewest => u64::MAX,
        };
        assert!((state.messages > 0 || stream.keeps == Keeps::UntilHeard) && gone <= allowed, "{}: {state:?}", stream.name);
    }
}
