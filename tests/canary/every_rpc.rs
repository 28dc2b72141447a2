//! Calls of every RPC by every identity, a stranger and a forger, with ids that exist. The answers are searched.

use futures::StreamExt as _;
use harness::{raw, system::System};
use prost_reflect::{DynamicMessage, MethodDescriptor};
use proto::wire::v1::Class;

use crate::{
    canaries::{FPS, Marks, PHONE},
    day::{Day, fresh},
    dynamic_calls::{self, Answer},
    search,
};

/// Who may read what the day wrote; mediator-1 is assigned to the case, mediator-2 was until it was ended.
const READERS: [&str; 6] = ["national-manager-1", "rj-officer-1", "rj-supervisor-1", "mediator-1", "nmc-supervisor-1", "staff-mission"];
/// Reads the national queue and is rung for every concern, as the whole RJ Unit is; the case is in the portfolio of another officer.
const OTHER_OFFICER: &str = "rj-officer-2";
/// Who reads, at imminent risk, what is needed to act [RM1b].
pub const HEAD: &str = "institutional-head-mission";

fn token_of(system: &System, who: &str) -> String {
    system.description.identity(who).unwrap().token.clone()
}

/// A request that asks for what the day left behind.
fn asking(marks: &Marks, method: &MethodDescriptor, day: &Day) -> DynamicMessage {
    let key = fresh();
    let own = [
        ("case_id", day.case.as_str()),
        ("case_ref", &day.case),
        ("referral_id", &day.referral),
        ("participant_id", &day.participant),
        ("document_id", &day.document),
        ("concern_id", &day.concern),
        ("concern_ref", &day.concern),
        ("number", &day.receipt),
        ("receipt_number", ""),
        ("site", "mission"),
        ("region", "pacific"),
        ("language", "en"),
        ("page_token", ""),
        ("email", ""),
        ("zone", ""),
        ("quiet_from", ""),
        ("quiet_until", ""),
        ("next_review_on", ""),
        ("review_on", ""),
        ("duplicate_of", ""),
        ("idempotency_key", &key),
    ];
    // Whom a case is given to is an identity, no place for a mark.
    let officer = (method.name() == "AssignOfficer").then_some(("officer", "rj-officer-1"));
    // Whom an entry of the registry is of as well; that nobody ends the engagement of whoever works, it is somebody else's.
    let entry = (method.parent_service().name() == "MediatorService").then_some(("mediator", "mediator-9"));
    let own: Vec<_> = own.into_iter().chain(officer).chain(entry).collect();
    marks.message(&method.input(), &own)
}

/// Whether somebody may read what the day wrote into a service.
pub fn may_read(who: &str, service: &str) -> bool {
    READERS.contains(&who) || (who == OTHER_OFFICER && !["cases", local::OMS_READER].contains(&service))
}

/// What an answer holds that its reader may not know.
pub fn too_much(marks: &Marks, who: &str, day: &Day, given: &[u8]) -> Vec<String> {
    let most = match who {
        HEAD => Class::NeedToKnow,
        _ => Class::Open,
    };
    let text = String::from_utf8_lossy(given);
    let mut found: Vec<String> = marks
        .of(&text)
        .iter()
        .filter(|mark| mark.class > most && !(who == HEAD && [&day.offender, &day.noted_by_head].contains(&&mark.text)))
        .map(|mark| format!("{mark:?}"))
        .collect();
    let bare = [FPS, PHONE].into_iter().filter(|word| text.contains(word)).map(str::to_owned);
    found.extend(bare);
    found
}

/// What came of asking everything as everybody.
#[derive(Default)]
pub struct Asked {
    /// Told to whoever was refused, for a search of the words.
    pub refusals: Vec<u8>,
    pub calls: usize,
    /// Answers that were held against what their reader may know.
    pub judged: usize,
}

/// Asks everything as everybody.
pub async fn ask(system: &System, marks: &Marks, day: &Day) -> Asked {
    let mut asked = Asked::default();
    let stranger = [("a stranger".to_owned(), Vec::new())];
    let forged = marks.loose("a token", Class::Protected);
    let forger = [("a forger".to_owned(), vec![dynamic_calls::bearer(&forged)])];
    let people = system.description.identities.iter().map(|identity| (identity.name.clone(), vec![dynamic_calls::bearer(&identity.token)]));
    let callers: Vec<(String, Vec<(String, String)>)> = people.chain(stranger).chain(forger).collect();
    for (service, method) in raw::methods() {
        let channel = dynamic_calls::channel(system, &service);
        for (who, metadata) in &callers {
            // Whoever breaks the glass may read from then on.
            if method.name() == "BreakGlass" && who == OTHER_OFFICER {
                continue;
            }
            let request = dynamic_calls::encoded(&asking(marks, &method, day));
            asked.calls += 1;
            match dynamic_calls::call(channel.clone(), &raw::path(&method), request, metadata).await {
                Answer::Refused(told) => asked.refusals.extend(told),
                Answer::Given(given) if may_read(who, &service) => drop(given),
                Answer::Given(given) => {
                    asked.judged += 1;
                    let found = too_much(marks, who, day, &given);
                    assert!(found.is_empty(), "{service}.{} tells {who}: {found:?}", method.name());
                }
            }
        }
    }
    asked
}

/// The same RPCs with canaries in every field, in the path and in every header, as somebody who may call most of them; `at_once` at a time.
pub async fn ask_nonsense(system: &System, marks: &Marks, at_once: usize) -> Vec<u8> {
    let token = token_of(system, "rj-officer-1");
    let asked = raw::methods().into_iter().map(|(service, method)| nonsense_of_one(system, marks, &token, service, method));
    futures::stream::iter(asked).buffer_unordered(at_once).collect::<Vec<_>>().await.concat()
}

async fn nonsense_of_one(system: &System, marks: &Marks, token: &str, service: String, method: MethodDescriptor) -> Vec<u8> {
    let mut told = Vec::new();
    let channel = dynamic_calls::channel(system, &service);
    let mut metadata = vec![dynamic_calls::bearer(token)];
    for name in ["x-canary", "user-agent", "traceparent", "tracestate", "baggage", "grpc-timeout", "x-request-id"] {
        metadata.push((name.to_owned(), marks.loose("a header of gRPC", Class::Protected)));
    }
    let all = dynamic_calls::encoded(&marks.message(&method.input(), &[]));
    let broken = [b"\xff\xff".to_vec(), marks.loose("bytes that are no message", Class::Protected).into_bytes()].concat();
    let nowhere = format!("{}{}", raw::path(&method), marks.loose("a path", Class::Protected));
    for (path, body) in [(raw::path(&method), all), (raw::path(&method), broken), (nowhere, Vec::new())] {
        // A stranger first: what is refused at the door is logged there.
        for metadata in [&metadata[1..], &metadata[..]] {
            if let Answer::Refused(words) = dynamic_calls::call(channel.clone(), &path, body.clone(), metadata).await {
                told.extend(words);
            }
        }
    }
    told
}

/// That the day did leave something to find: who may read, reads it.
pub async fn readers_do_read(system: &System, marks: &Marks, day: &Day) {
    for (service, rpc, who) in [
        ("cases", "GetCase", "mediator-1"),
        ("cases", "ReadDocument", "mediator-1"),
        ("intake", "GetReferral", "rj-officer-1"),
        ("safety", "GetConcern", "nmc-supervisor-1"),
    ] {
        let (_, method) = raw::methods().into_iter().find(|(of, method)| of == service && method.name() == rpc).unwrap();
        let metadata = [dynamic_calls::bearer(&token_of(system, who))];
        let request = dynamic_calls::encoded(&asking(marks, &method, day));
        let answer = dynamic_calls::call(dynamic_calls::channel(system, service), &raw::path(&method), request, &metadata).await;
        let Answer::Given(given) = answer else { panic!("{who} is refused {rpc}") };
        assert!(!search::hits(&given).is_empty(), "{who} reads nothing of what was written");
    }
}
