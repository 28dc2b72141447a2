//! Five callers who must get nothing, each calling every RPC of every service with the ids of another person's case: a person whose role
//! ended yesterday, a mediator of another case, the head of another site, a superuser of one database, and the holder of the key of another
//! site's system. They can still raise a concern, and their attempts are in the log.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use audit_log::Signer;
use auth::{access::Rule, grants::Line};
use base::Clock;
use futures::{FutureExt, StreamExt};
use harness::{
    dump::{holders, rows},
    grants::{hold, line},
    raw::{self, reason},
    system::{SOON, System},
    wait::eventually,
};
use local::identity::Issuer;
use prost::Message;
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor, Value};
use proto::{
    cases::v1::{
        AssignMediatorRequest, AssignOfficerRequest, BreakGlassRequest, Case, GetCaseRequest, ParticipantKind, RecordAssessmentRequest,
        RiskLevel, SiteChange,
    },
    intake::v1::{Referral, SubmitReferralRequest},
    role,
    safety::v1::{Audience, GetConcernRequest, ListGrantsRequest, RaiseAnswer, RaiseConcernResponse},
};
use time::OffsetDateTime;
use tonic::{Code, Request, Status, transport::Channel};

use crate::{
    concern::inbox,
    referral::{accepted, queued},
    samples::{fresh_key, imminent_concern, institutional_referral},
    system,
};

const OFFICER: &str = "rj-officer-1";
const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];
/// Stands in every text of the case that none of the five may know of.
const MARK: &str = "zqw5stranger";

/// Ids of what is somebody else's, by the names of the fields that ask for them.
struct Others {
    ids: BTreeMap<&'static str, String>,
    /// What no answer to a stranger may hold.
    secrets: Vec<String>,
}

/// A referral of Mission that stands in every text under this mark, and the case that it opened: number, id of the referral, case.
async fn opened(system: &System, mark: &str) -> (String, String, Case) {
    let referral = Referral {
        request: format!("{mark} wishes to write a letter"),
        offender_name: format!("{mark} Oscar"),
        offender_fps: format!("{mark} 7"),
        victim_name: format!("{mark} Vera"),
        ..institutional_referral("mission")
    };
    let sent = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(referral) }).await.unwrap();
    let number = sent.into_inner().receipt.unwrap().number;
    let referral_id = queued(system, &number).await;
    let case = accepted(system, &referral_id, &format!("{mark} both seem ready")).await;
    (number, referral_id, case)
}

/// A case with a mediator, an imminent risk in it, the concern that rings for it, an item of the inbox that it rings in, a break-glass,
/// and a role that somebody holds.
async fn somebody_elses(system: &System) -> Others {
    let (number, referral_id, case) = opened(system, MARK).await;
    let case_id = case.case_id.clone();
    assign(system, &case_id, "mediator-1").await;
    let participant_id = case.participants.iter().find(|p| p.kind() == ParticipantKind::Offender).unwrap().participant_id.clone();
    let assessment = RecordAssessmentRequest {
        case_id: case_id.clone(),
        participant_id: participant_id.clone(),
        risk: RiskLevel::Imminent.into(),
        notes: format!("{MARK} told me that he has a plan"),
        what_the_head_must_know: format!("{MARK} will hurt himself tonight"),
        idempotency_key: fresh_key(),
        ..Default::default()
    };
    let concern_id = system.assessments(OFFICER).record_assessment(assessment).await.unwrap().into_inner().concern_id;
    let item = eventually("it rings", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &concern_id).await).await;
    let concern = system
        .alarm(OFFICER)
        .get_concern(GetConcernRequest { concern_ref: concern_id.clone(), with_history: false })
        .await
        .unwrap()
        .into_inner();
    let reference = concern.concern.unwrap().reference;
    let break_glass = BreakGlassRequest { case_ref: case_id.clone(), reason: format!("{MARK} the officer is away") };
    let break_glass_id = system.break_glass("rj-officer-2").break_glass(break_glass).await.unwrap().into_inner().break_glass_id;
    let held = ListGrantsRequest { subject: OFFICER.into() };
    let grants = system.directory("directory-administrator-1").list_grants(held).await.unwrap().into_inner().grants;
    let grant_id = grants.first().unwrap().grant_id.clone();
    let of_case =
        [&case_id, &case.case_number, &referral_id, &number, &participant_id, &concern_id, &reference, &item.item_id, &break_glass_id];
    let secrets = of_case.into_iter().chain([&grant_id]).cloned().chain([MARK.to_owned()]).collect();
    let ids = BTreeMap::from([
        ("case_id", case_id),
        ("case_ref", case.case_number),
        ("referral_id", referral_id),
        ("contact_id", fresh_key()),
        ("number", number.clone()),
        ("receipt_number", number),
        ("participant_id", participant_id),
        ("concern_id", concern_id),
        ("concern_ref", reference),
        ("item_id", item.item_id),
        ("break_glass_id", break_glass_id),
        ("grant_id", grant_id),
        ("site", "mission".to_owned()),
        ("region", "pacific".to_owned()),
        ("role", role::NATIONAL_MANAGER.to_owned()),
        ("office", "head:mission".to_owned()),
        ("fps", "000000F".to_owned()),
        ("language", "en".to_owned()),
        ("next_review_on", "2099-01-01".to_owned()),
        ("moved_on", "2026-01-02".to_owned()),
        ("mode", "letter".to_owned()),
    ]);
    Others { ids, secrets }
}

async fn assign(system: &System, case_id: &str, mediator: &str) {
    let request = AssignMediatorRequest { case_id: case_id.to_owned(), mediator: mediator.into(), until: None };
    system.access(OFFICER).assign_mediator(request).await.unwrap();
}

impl Others {
    /// A request that asks for what is somebody else's, or to be given it.
    fn message(&self, descriptor: &MessageDescriptor, own: &[(&str, &str)]) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        for field in descriptor.fields() {
            let value = match field.kind() {
                Kind::String => self.text(&field, own),
                Kind::Enum(codes) => Value::EnumNumber(match (field.name(), codes.name()) {
                    ("risk", _) => RiskLevel::Imminent.into(),
                    (_, "SiteChange") => SiteChange::Transfer.into(),
                    _ => 1,
                }),
                Kind::Bool => Value::Bool(true),
                Kind::Message(inner) if inner.package_name().starts_with("ro.") => Value::Message(self.message(&inner, own)),
                _ => continue,
            };
            let value = if field.is_list() { Value::List(vec![value]) } else { value };
            // What is left out is no question: no token of a page, and no end.
            if value != Value::String(String::new()) {
                message.set_field(&field, value);
            }
        }
        message
    }

    fn text(&self, field: &FieldDescriptor, own: &[(&str, &str)]) -> Value {
        let own = own.iter().find(|(name, _)| *name == field.name()).map(|(_, value)| (*value).to_owned());
        let text = own.or_else(|| self.ids.get(field.name()).cloned()).unwrap_or_else(|| match field.name() {
            "idempotency_key" | "proposal_ids" | "ring_id" | "proposal_id" => fresh_key(),
            "page_token" | "email" | "zone" | "quiet_from" | "quiet_until" | "review_on" | "call_back" => String::new(),
            _ => "a stranger asks".to_owned(),
        });
        Value::String(text)
    }

    fn found_in(&self, given: &[u8]) -> Vec<&String> {
        let text = String::from_utf8_lossy(given).to_lowercase();
        self.secrets.iter().filter(|secret| text.contains(&secret.to_lowercase())).collect()
    }
}

/// What every service serves in the same form.
static OF_OPERATIONS: LazyLock<[Rule; 3]> = LazyLock::new(|| {
    base::programme::set(proto::PROGRAMME);
    server::operations::rules()
});

fn rule(method: &MethodDescriptor) -> Option<&'static Rule> {
    let all = [intake::access::RULES, cases::access::RULES, safety::access::RULES, notification::access::RULES, reporting::access::RULES];
    let path = raw::path(method);
    all.into_iter().flatten().chain(OF_OPERATIONS.iter()).find(|rule| rule.method == path)
}

/// Somebody on the walk.
struct Stranger {
    name: String,
    token: Option<String>,
}

/// What came of a walk through every RPC.
#[derive(Default)]
struct Walk {
    given: BTreeSet<String>,
    refused: BTreeMap<String, (Code, String)>,
    /// Id of the concern that was raised on the way.
    raised: String,
}

fn channel(system: &System, service: &str) -> Channel {
    let (url, authority, _) = system.outside(service, OFFICER);
    raw::channel(url, &authority)
}

async fn call(service: Channel, token: Option<&str>, method: &MethodDescriptor, body: Vec<u8>) -> Result<Vec<u8>, Status> {
    let request = token.map_or_else(|| Request::new(body.clone()), |token| raw::bearing(token, body.clone()));
    let mut answers = raw::ask(service, &raw::path(method), request).await?;
    Ok(answers.message().await?.unwrap_or_default())
}

/// Walks through every RPC; an answer that holds anything of what is somebody else's ends the test.
async fn walk(system: &System, others: &Others, stranger: &Stranger) -> Walk {
    let (mut walk, mut channels) = (Walk::default(), BTreeMap::new());
    for (service, method) in raw::methods() {
        let channel = channels.entry(service.clone()).or_insert_with(|| channel(system, &service)).clone();
        let (name, own) = (method.name().to_owned(), fresh_key());
        let me = ["mediator", "officer", "holder", "subject"].map(|field| (field, stranger.name.as_str()));
        // Whoever raises a concern makes its id.
        let mine = (name == "RaiseConcern").then_some(("concern_id", own.as_str()));
        let fields: Vec<_> = me.into_iter().chain(mine).collect();
        let body = others.message(&method.input(), &fields).encode_to_vec();
        match call(channel, stranger.token.as_deref(), &method, body).await {
            Ok(given) => {
                let found = others.found_in(&given);
                assert!(found.is_empty(), "{service}.{name} tells {} of somebody else's {found:?}", stranger.name);
                if name == "RaiseConcern" {
                    walk.raised = RaiseConcernResponse::decode(given.as_slice()).unwrap().receipt.unwrap().concern_id;
                    assert_eq!(walk.raised, own);
                }
                walk.given.insert(name);
            }
            Err(status) => {
                let told = [status.message().as_bytes(), status.details(), format!("{:?}", status.metadata()).as_bytes()].concat();
                assert!(others.found_in(&told).is_empty(), "{service}.{name} is refused to {} with {status:?}", stranger.name);
                walk.refused.insert(raw::path(&method), (status.code(), reason(&status)));
            }
        }
    }
    walk
}

/// Waits until what was refused to somebody stands in the audit logs of the services, call by call; in the log of the reader of OMS,
/// which has no database.
async fn traced(system: &System, actor: &str, walk: &Walk, since: OffsetDateTime) {
    let known = actor != "unknown";
    let mut databases = BTreeMap::new();
    for service in SERVICES {
        databases.insert(service.to_owned(), system.database(service).await);
    }
    for (service, method) in raw::methods().iter().filter(|(_, method)| walk.refused.contains_key(&raw::path(method))) {
        let Some(rule) = rule(method) else { continue };
        let permission = if known { rule.permission } else { "sign-in" };
        let db = databases.get(service).unwrap();
        let entered = "select count(*) from (select at, actor, action, outcome from audit_entry
                         union all select at, actor, action, outcome from audit_staged) tried
                       where actor = $1 and action = $2 and at >= $3 and outcome in ('denied', 'hidden', 'refused')";
        let look = async || {
            let count = sqlx::query_scalar::<_, i64>(entered).bind(actor).bind(permission).bind(since).fetch_one(db).await;
            if count.map_err(|e| e.to_string())? > 0 { Ok(()) } else { Err(format!("nothing of {actor}: {:?}", walk.refused)) }
        };
        eventually(&format!("{service} has entered that {actor} tried {permission}"), SOON, look).await;
    }
    if known {
        let log = system.description.services.get(local::OMS_READER).unwrap().log.clone();
        let told = |text: &str| text.lines().any(|line| line.contains("call denied") && line.contains(actor));
        let look = async || if told(&std::fs::read_to_string(&log).unwrap_or_default()) { Ok(()) } else { Err("no line".to_owned()) };
        eventually("the reader of OMS has noted it", SOON, look).await;
    }
}

async fn rings(system: &System, concern: &str) {
    eventually("what was raised rings", SOON, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, concern).await).await;
}

fn token(system: &System, name: &str) -> Stranger {
    let issuer = Issuer::open(&system.description.state_dir.join("secrets/identity")).unwrap();
    Stranger { name: name.to_owned(), token: Some(issuer.token(name, Clock::system().now()).unwrap()) }
}

/// A person without any role now: nothing but the alarm and their own name, whatever they ask.
async fn only_the_alarm(system: &System, others: &Others, stranger: &Stranger) {
    let since = Clock::system().now();
    let walk = walk(system, others, stranger).await;
    assert_eq!(Vec::from_iter(&walk.given), ["RaiseConcern", "WhoAmI"], "{}", stranger.name);
    let denied = (Code::PermissionDenied, "no-grant".to_owned());
    assert!(walk.refused.values().all(|told| *told == denied), "{}: {:?}", stranger.name, walk.refused);
    rings(system, &walk.raised).await;
    traced(system, &stranger.name, &walk, since).await;
}

/// An officer who had the case in their portfolio, and whose contract ended yesterday while the portfolio was forgotten.
async fn ended_yesterday(system: &System, others: &Others) {
    let stranger = token(system, "contractor-of-yesterday");
    let now = Clock::system().now();
    let directory = Signer::from_file(&system.description.audit_keys().join("safety.key")).unwrap();
    let mut lines = Vec::new();
    for service in SERVICES {
        let held = line(&stranger.name, role::RJ_OFFICER, None).signed(&directory);
        hold(&system.database(service).await, &held).await;
        lines.push((service, held));
    }
    let case_ref = others.ids.get("case_ref").unwrap().clone();
    let given = AssignOfficerRequest { case_ref: case_ref.clone(), officer: stranger.name.clone(), until: None };
    system.access("rj-supervisor-1").assign_officer(given).await.unwrap();
    let (_, read) = raw::methods().into_iter().find(|(_, method)| method.name() == "GetCase").unwrap();
    let ask = GetCaseRequest { case_ref }.encode_to_vec();
    let seen = call(channel(system, "cases"), stranger.token.as_deref(), &read, ask).await.unwrap();
    assert!(others.found_in(&seen).len() > 3, "the walk could not find what it looks for");
    let yesterday = now - time::Duration::DAY;
    for (service, held) in lines {
        let over = Line { since: yesterday - time::Duration::DAY, until: Some(yesterday), revision: 2, ..held }.signed(&directory);
        hold(&system.database(service).await, &over).await;
    }
    only_the_alarm(system, others, &stranger).await;
}

/// What anybody with a role is answered: lists of their own, and the list of sites. Of many referrals each is refused by itself.
const OWN: [&str; 13] = [
    "GetPreferences",
    "ListChannels",
    "ListClauses",
    "ListConcerns",
    "ListInbox",
    "ListPeople",
    "ListReceipts",
    "ListSites",
    "RaiseConcern",
    "SetPreferences",
    "SubmitReferrals",
    "WatchConcerns",
    "WhoAmI",
];

/// Whoever has a place of their own here, and none in this case: what they are given is theirs, or nobody's.
async fn of_another_place(system: &System, others: &Others, name: &str, more: &[&str]) {
    let since = Clock::system().now();
    let (_, _, token) = system.outside("cases", name);
    let stranger = Stranger { name: name.to_owned(), token: Some(token) };
    let mut walk = walk(system, others, &stranger).await;
    // A number of one's own is refused for what it is, and not for who asks.
    walk.refused.retain(|rpc, (code, _)| !(rpc.ends_with("/AddChannel") && *code == Code::InvalidArgument));
    // Nor is a code, where no address of one's own waits for one.
    walk.refused.retain(|rpc, (code, _)| !(rpc.ends_with("/ConfirmAddress") && *code == Code::FailedPrecondition));
    let expected: BTreeSet<String> = OWN.iter().chain(more).map(|rpc| (*rpc).to_owned()).collect();
    assert_eq!(walk.given, expected, "{name}");
    let told = |code: Code| matches!(code, Code::PermissionDenied | Code::NotFound);
    assert!(walk.refused.values().all(|(code, _)| told(*code)), "{name}: {:?}", walk.refused);
    rings(system, &walk.raised).await;
    traced(system, name, &walk, since).await;
}

/// A superuser of one database: nobody's name or word is in clear there, its login opens no other, and no role comes of writing one.
async fn superuser_of_one_database(system: &System, others: &Others) {
    let copy = rows(&system.database("cases").await).await;
    assert!(holders(&copy, others.ids.get("case_id").unwrap()).contains("case_file"), "the copy does not hold the case");
    assert_eq!(holders(&copy, MARK), BTreeSet::new(), "a word of the case is in clear");
    let (own, _) = system.description.postgres.databases.get("cases").unwrap().rsplit_once('/').unwrap();
    assert!(sqlx::PgPool::connect(&format!("{own}/ro_cases")).await.is_ok(), "the login of cases opens its own database");
    for other in SERVICES.iter().filter(|service| **service != "cases") {
        let refused = sqlx::PgPool::connect(&format!("{own}/ro_{other}")).await.err().unwrap().to_string();
        assert!(refused.contains("permission denied"), "{other}: {refused}");
        let log = std::fs::read_to_string(&system.description.postgres.log).unwrap();
        assert!(log.contains(&format!("permission denied for database \"ro_{other}\"")), "the server has not noted it");
    }
    // Whatever role they write into it for themselves, the directory has not signed it.
    for role in [role::NATIONAL_MANAGER, role::RJ_OFFICER] {
        hold(&system.database("cases").await, &line("database-administrator-1", role, None)).await;
    }
    only_the_alarm(system, others, &token(system, "database-administrator-1")).await;
}

const KEY: &str = "site-kent";
/// What the key of Kent's system does not open: what is Mission's, what is told inside, what the server knows.
const FOREIGN: [&str; 10] = [
    "ro.safety.receipt.mission",
    "ro.intake.receipt.mission",
    "ro.safety.receipt.*",
    "ro.safety.raise.>",
    "ro.safety.ring.due",
    "ro.>",
    ">",
    "_INBOX_site-mission.>",
    "$JS.API.>",
    "JETSTREAM.>",
];

/// Whoever holds the key of another site's system: at every door without a token, and on the bus.
async fn holder_of_a_key(system: &System, others: &Others) {
    let since = Clock::system().now();
    let walk = walk(system, others, &Stranger { name: KEY.to_owned(), token: None }).await;
    assert!(walk.given.is_empty(), "{:?}", walk.given);
    let nobody = (Code::Unauthenticated, "sign-in-needed".to_owned());
    assert!(walk.refused.values().all(|told| *told == nobody), "{:?}", walk.refused);
    traced(system, "unknown", &walk, since).await;

    let refused = Arc::new(AtomicUsize::new(0));
    let bus = stolen(system, &refused).await;
    let mut ears = Vec::new();
    for subject in FOREIGN {
        ears.push(bus.subscribe(subject).await.unwrap());
    }
    let (referral, concern) = (institutional_referral("mission"), imminent_concern("mission"));
    let next = "JETSTREAM.CONSUMER.MSG.NEXT.RO_RAISES.safety-raises";
    let tried: [(&str, Vec<u8>); 4] = [
        ("ro.intake.submit.referral.mission", referral.encode_to_vec()),
        ("ro.safety.raise.mission", concern.encode_to_vec()),
        ("ro.safety.event.concern-raised", Vec::new()),
        (next, Vec::new()),
    ];
    for (subject, body) in &tried {
        bus.publish_with_reply(*subject, format!("_INBOX_{KEY}.x"), body.clone().into()).await.unwrap();
    }
    eventually("every try on the bus is refused", SOON, async || match refused.load(Ordering::Relaxed) {
        count if count == FOREIGN.len() + tried.len() => Ok(()),
        count => Err(format!("{count} are")),
    })
    .await;
    assert_eq!(raised_on_the_bus(system, &system.bus("publishing-system-mission").await, "mission").await.len(), 36);
    let own = raised_on_the_bus(system, &bus, "kent").await;
    rings(system, &own).await;
    assert!(ears.iter_mut().all(|ear| ear.next().now_or_never().is_none()), "the key of Kent hears what is Mission's");
    for (service, table, id) in
        [("intake", "referral where idempotency_key", &referral.idempotency_key), ("safety", "concern where id::text", &concern.concern_id)]
    {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table} = $1"));
        let stored: i64 = sqlx::query_scalar(count).bind(id).fetch_one(&system.database(service).await).await.unwrap();
        assert_eq!(stored, 0, "{service} has taken what was said in the name of Mission");
    }
    let log = std::fs::read_to_string(&system.description.nats.log).unwrap();
    assert!(FOREIGN.iter().all(|subject| log.lines().any(|line| line.contains("Violation") && line.contains(subject))), "not in its log");
}

async fn stolen(system: &System, refused: &Arc<AtomicUsize>) -> async_nats::Client {
    let seed = std::fs::read_to_string(system.description.state_dir.join(format!("secrets/nats/{KEY}.nk"))).unwrap();
    let refused = refused.clone();
    let options = async_nats::ConnectOptions::with_nkey(seed.trim().to_owned())
        .custom_inbox_prefix(format!("_INBOX_{KEY}"))
        .add_root_certificates(system.description.ca_file.clone())
        .require_tls(true)
        .event_callback(move |event| {
            let violation = event.to_string().to_lowercase().contains("permissions violation");
            refused.fetch_add(usize::from(violation), Ordering::Relaxed);
            futures::future::ready(())
        });
    options.connect(&system.description.nats.url).await.unwrap()
}

/// Raises a concern for a site in its own name, and gives the id that its receipt tells.
async fn raised_on_the_bus(system: &System, bus: &async_nats::Client, site: &str) -> String {
    let mut receipts = bus.subscribe(format!("ro.safety.receipt.{site}")).await.unwrap();
    let concern = imminent_concern(site);
    bus.publish(format!("ro.safety.raise.{site}"), concern.encode_to_vec().into()).await.unwrap();
    let mine = async {
        loop {
            let answer = RaiseAnswer::decode(receipts.next().await.unwrap().payload).unwrap();
            if let Some(receipt) = answer.receipt.filter(|receipt| receipt.concern_id == concern.concern_id) {
                return receipt.concern_id;
            }
        }
    };
    let id = tokio::time::timeout(SOON, mine).await.unwrap();
    rings(system, &id).await;
    id
}

// [RM1c] [R3c] [TRAP-6]
#[tokio::test]
async fn a_person_who_ended_yesterday_a_mediator_of_another_case_another_site_a_superuser_of_one_database_and_a_stolen_key_get_nothing_but_an_alarm_and_leave_a_trace()
 {
    let system = system().await;
    let others = somebody_elses(&system).await;
    ended_yesterday(&system, &others).await;
    let (_, _, case) = opened(&system, "an ordinary").await;
    assign(&system, &case.case_id, "mediator-2").await;
    let read = GetCaseRequest { case_ref: case.case_id };
    assert!(system.cases("mediator-2").get_case(read).await.is_ok(), "a mediator of another case has a case");
    of_another_place(&system, &others, "institutional-head-kent", &["ListDrills", "ListSiteEntries"]).await;
    of_another_place(&system, &others, "mediator-2", &["GetExceptionWording", "GetMediator", "ListCases", "ListProtocols"]).await;
    superuser_of_one_database(&system, &others).await;
    holder_of_a_key(&system, &others).await;
}
