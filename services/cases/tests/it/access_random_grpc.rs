//! Random questions through the real gRPC server: tokens, changing grants, the gate, the use cases, row-level security; and what the audit
//! log holds of them afterwards [R3c, IM1a, D-mediator, TRAP-6].
#![expect(clippy::indexing_slicing, reason = "a case has the same number in the history and in the model")]

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use base::{Clock, Ids};
use cases::{access, domain::access::decision::Verb, grpc};
use clap::Parser;
use harness::{raw::reason, wait::eventually};
use local::identity::Issuer;
use proto::cases::v1::{
    AddParticipantRequest, AssignMediatorRequest, AssignOfficerRequest, EndAssignmentRequest, EndOfficerRequest, FindCaseByReferralRequest,
    GetCaseRequest, ListAccessRequest, ListCasesRequest, MoveCaseRequest, ParticipantKind, RecordAssessmentRequest, RecordConsentRequest,
    access_service_client::AccessServiceClient, assessment_service_client::AssessmentServiceClient, case_service_client::CaseServiceClient,
    consent_service_client::ConsentServiceClient, participant_service_client::ParticipantServiceClient,
};
use server::{Configured, Process};
use time::Duration;
use tonic::{Code, Request, Status, metadata::AsciiMetadataValue, transport::Channel};

use crate::{
    access_history::{ASKED, CASES, History, PEOPLE},
    access_model::Answer,
};

/// Questions: what two slow cores answer in a minute. `RO_QUESTIONS=50000` asks as many as are asked of the use cases.
const CHECKS: usize = 20_000;
/// Of a run that does not make every try.
const FEW_CHECKS: usize = 2_000;
/// Questions of one round; between two, time passes, and people and cases change.
const ROUND: usize = 100;
const STEPS: usize = 2;
const CONNECTIONS: usize = 8;
const SOON: std::time::Duration = std::time::Duration::from_secs(20);

/// One question, and its expected answer.
struct Question {
    subject: &'static str,
    token: AsciiMetadataValue,
    verb: Verb,
    case: usize,
    /// Id or number of the case, or id of its referral, or what names none.
    named: String,
    expected: Expected,
}

/// All of an answer that a client can tell from another.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// The ids of the cases that were shown.
    Cases(BTreeSet<String>),
    Done,
    Refused(Code, String),
}

fn refused(code: Code, reason: &str) -> Expected {
    Expected::Refused(code, reason.to_owned())
}

/// gRPC server on a port of its own, with the clock of the history.
struct Open {
    process: Process,
    clients: Vec<Channel>,
    tokens: Vec<AsciiMetadataValue>,
    folder: PathBuf,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.process.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Open {
    async fn door(history: &History) -> Self {
        let folder = std::env::temp_dir().join(format!("ro-cases-{}", Ids::random().uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let issuer = Issuer::open(&folder).unwrap();
        let address = harness::port::address();
        let keys = issuer.keys_file.to_string_lossy().into_owned();
        let limits = ["--calls-per-second", "1000000", "--calls-burst", "1000000"];
        let settings = [["cases", "--listen", &address, "--identity-keys", &keys].as_slice(), &limits].concat();
        let config = cases::Config::parse_from(settings);
        let app = history.world.app.clone();
        let process = Process::new(proto::PROGRAMME, "cases", config.server().clone(), app.clock.clone(), Ids::random());
        let serving = process.clone();
        tokio::spawn(async move {
            let pool = Some(auth::grants::Copy::new(app.pool.clone(), None));
            let access = auth::access::Access { rules: access::RULES.into(), urgent: access::URGENT, ..Default::default() };
            serving.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, grpc::routes(app), pool).await
        });
        let url = format!("http://{address}");
        let connect = async || Channel::from_shared(url.clone()).unwrap().connect().await.map_err(|error| error.to_string());
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(eventually("the door is open", SOON, connect).await);
        }
        // A token is held against the machine's clock, and what it opens against the service's.
        let token = |subject| format!("Bearer {}", issuer.token(subject, Clock::system().now()).unwrap()).parse().unwrap();
        let tokens = PEOPLE.iter().map(|(subject, _)| token(subject)).collect();
        Self { process, clients, tokens, folder }
    }
}

/// The answer that the rules give to a question now, as the server words it.
fn expected(history: &History, subject: &str, verb: Verb, case: usize) -> (Answer, Expected) {
    let at = history.world.app.clock.now();
    let who = history.model.who(subject, at);
    let answer = history.model.answer(&who, verb, case, at);
    let expected = match answer {
        Answer::NoRole if who.grants.is_empty() => refused(Code::PermissionDenied, "no-grant"),
        Answer::NoRole => refused(Code::PermissionDenied, "permission-missing"),
        _ if verb == Verb::List => {
            let theirs = (0..CASES).filter(|c| history.model.answer(&who, Verb::List, *c, at) == Answer::Yes);
            Expected::Cases(theirs.map(|c| history.cases[c].0.to_string()).collect())
        }
        Answer::Nothing => refused(Code::NotFound, "not-found"),
        Answer::No("case-closed") => refused(Code::FailedPrecondition, "case-closed"),
        Answer::No(reason) => refused(Code::PermissionDenied, reason),
        Answer::Yes => allowed(history, verb, case),
    };
    (answer, expected)
}

/// The answer where the caller may do this to the case. A request that would change something lacks a field that is checked last: it is
/// allowed, and changes nothing.
fn allowed(history: &History, verb: Verb, case: usize) -> Expected {
    let lacks = |reason| refused(Code::InvalidArgument, reason);
    match verb {
        Verb::AddParticipant => lacks("name-missing"),
        Verb::AssignMediator | Verb::EndMediator => lacks("mediator-missing"),
        Verb::AssignOfficer | Verb::EndOfficer => lacks("officer-missing"),
        Verb::RecordAssessment | Verb::RecordConsent => lacks("participant-unknown"),
        Verb::Move => lacks("text-unreadable"),
        Verb::WhoViewed => Expected::Done,
        _ => Expected::Cases([history.cases[case].0.to_string()].into()),
    }
}

/// One question in ten names a case that there is not, by one name or another.
fn question(history: &History, tokens: &[AsciiMetadataValue], counts: &mut Counts) -> Question {
    let person = history.dice.below(PEOPLE.len());
    let (subject, verb) = (PEOPLE[person].0, *history.dice.one(&ASKED));
    let absent = verb != Verb::List && history.dice.below(10) == 0;
    let case = if absent { CASES } else { history.case(subject) };
    let named = match (history.cases.get(case), verb) {
        (Some((_, _, referral)), Verb::Find) => referral.to_string(),
        (Some((id, number, _)), _) => {
            if history.dice.below(2) == 0 {
                id.to_string()
            } else {
                number.clone()
            }
        }
        (None, _) => {
            let there_is = &history.cases[history.dice.below(CASES)];
            // Another's id where a referral's is meant and the other way round names nothing either.
            let other = if verb == Verb::Find { there_is.0.to_string() } else { there_is.2.to_string() };
            let none =
                [other, Ids::random().uuid().to_string(), proto::reference::make("RC", 4_711), "' or 1=1 --".to_owned(), String::new()];
            history.dice.one(&none).clone()
        }
    };
    let (answer, expected) = expected(history, subject, verb, case);
    counts.note(verb, answer);
    Question { subject, token: tokens[person].clone(), verb, case, named, expected }
}

/// How many answers of each kind there must be, and how many of them stand in the audit log.
#[derive(Debug, Default)]
struct Counts {
    kinds: [usize; 4],
    /// Of what is known and refused, by its reason.
    reasons: BTreeMap<&'static str, usize>,
    denied: i64,
    hidden: i64,
    refused: i64,
}

impl Counts {
    fn note(&mut self, verb: Verb, answer: Answer) {
        let kind = match answer {
            Answer::NoRole => 0,
            Answer::Yes => 1,
            Answer::Nothing => 2,
            Answer::No(_) => 3,
        };
        self.kinds[kind] += 1;
        if let Answer::No(reason) = answer {
            *self.reasons.entry(reason).or_default() += 1;
        }
        match answer {
            Answer::NoRole => self.denied += 1,
            _ if verb == Verb::List => {}
            Answer::Nothing => self.hidden += 1,
            Answer::Yes if matches!(verb, Verb::Read | Verb::Find | Verb::WhoViewed) => {}
            Answer::Yes | Answer::No(_) => self.refused += 1,
        }
    }
}

fn shown(cases: impl IntoIterator<Item = proto::cases::v1::Case>) -> Expected {
    Expected::Cases(cases.into_iter().map(|case| case.case_id).collect())
}

async fn ask(channel: &Channel, question: &Question) -> Expected {
    let named = || question.named.clone();
    macro_rules! call {
        ($client:ident, $rpc:ident, $message:expr) => {{
            let mut request = Request::new($message);
            request.metadata_mut().insert("authorization", question.token.clone());
            $client::new(channel.clone()).$rpc(request).await.map(tonic::Response::into_inner)
        }};
    }
    let done = |answer: Result<(), Status>| answer.map(|()| Expected::Done);
    let answer = match question.verb {
        Verb::Read => call!(CaseServiceClient, get_case, GetCaseRequest { case_ref: named() }).map(|answer| shown(answer.case)),
        Verb::Find => call!(CaseServiceClient, find_case_by_referral, FindCaseByReferralRequest { referral_id: named() })
            .map(|answer| shown(answer.case)),
        Verb::List => call!(CaseServiceClient, list_cases, ListCasesRequest { page_size: 200, ..Default::default() })
            .map(|answer| shown(answer.cases)),
        Verb::AddParticipant => {
            let kind = ParticipantKind::Elder.into();
            done(
                call!(ParticipantServiceClient, add_participant, AddParticipantRequest { case_id: named(), kind, ..Default::default() })
                    .map(drop),
            )
        }
        Verb::AssignMediator => {
            done(call!(AccessServiceClient, assign_mediator, AssignMediatorRequest { case_id: named(), ..Default::default() }).map(drop))
        }
        Verb::EndMediator => {
            done(call!(AccessServiceClient, end_assignment, EndAssignmentRequest { case_id: named(), ..Default::default() }).map(drop))
        }
        Verb::AssignOfficer => {
            done(call!(AccessServiceClient, assign_officer, AssignOfficerRequest { case_ref: named(), ..Default::default() }).map(drop))
        }
        Verb::EndOfficer => {
            done(call!(AccessServiceClient, end_officer, EndOfficerRequest { case_ref: named(), ..Default::default() }).map(drop))
        }
        Verb::RecordAssessment => done(
            call!(AssessmentServiceClient, record_assessment, RecordAssessmentRequest { case_id: named(), risk: 1, ..Default::default() })
                .map(drop),
        ),
        Verb::RecordConsent => done(
            call!(ConsentServiceClient, record_consent, RecordConsentRequest { case_id: named(), status: 1, ..Default::default() })
                .map(drop),
        ),
        Verb::Move => {
            let (to, reason) = (proto::cases::v1::Stage::Closed.into(), "\0".to_owned());
            done(call!(CaseServiceClient, move_case, MoveCaseRequest { case_id: named(), to, reason, ..Default::default() }).map(drop))
        }
        Verb::WhoViewed => done(call!(AccessServiceClient, list_access, ListAccessRequest { case_ref: named() }).map(drop)),
        other => panic!("{other:?} is not asked here"),
    };
    answer.unwrap_or_else(|status| Expected::Refused(status.code(), reason(&status)))
}

/// Asks all of them over every connection at once; what was answered otherwise than the model says.
async fn deviations(open: &Open, questions: Vec<Question>) -> Vec<String> {
    let share = questions.len().div_ceil(CONNECTIONS).max(1);
    let mut questions = questions.into_iter();
    let mut asking = Vec::new();
    for channel in &open.clients {
        let (channel, mine) = (channel.clone(), questions.by_ref().take(share).collect::<Vec<_>>());
        asking.push(tokio::spawn(async move {
            let mut wrong = Vec::new();
            for question in &mine {
                let answer = ask(&channel, question).await;
                if answer != question.expected {
                    let Question { subject, verb, case, named, expected, .. } = question;
                    wrong.push(format!("{subject} {verb:?} case {case} as {named:?}: {answer:?}, and not {expected:?}"));
                }
            }
            wrong
        }));
    }
    let mut wrong = Vec::new();
    for asked in asking {
        wrong.extend(asked.await.unwrap());
    }
    wrong
}

// [R3c] [IM1a] [TRAP-11]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn random_questions_through_grpc_are_answered_as_the_rules_say_and_every_refusal_is_in_the_log() {
    let mut history = History::new().await;
    let open = Arc::new(Open::door(&history).await);
    let before = refusals(&history).await;
    let mut counts = Counts::default();
    let checks =
        std::env::var_os("RO_QUESTIONS").map_or(harness::tries::of(CHECKS, FEW_CHECKS), |asked| asked.to_str().unwrap().parse().unwrap());
    // As much happens to the cases, however few questions are put.
    let steps = STEPS * (CHECKS / checks).max(1);
    for round in 0..checks.div_ceil(ROUND) {
        for _ in 0..steps {
            history.step().await;
        }
        history.world.app.clock.advance(Duration::minutes(i64::try_from(history.dice.below(20)).unwrap()));
        let questions = (0..ROUND).map(|_| question(&history, &open.tokens, &mut counts)).collect();
        let wrong = deviations(&open, questions).await;
        assert!(wrong.is_empty(), "round {round}, {}:\n  {}", history.world.app.clock.now(), wrong.join("\n  "));
    }
    assert!(counts.kinds.iter().sum::<usize>() >= checks);
    // Every kind of answer was among them, and not by a hair.
    assert!(counts.kinds.iter().all(|count| *count > checks / 200), "door, yes, nothing, no: {counts:?}");
    assert_eq!(counts.reasons.len(), 3, "every reason to refuse what is known: {counts:?}");
    println!("{} questions through gRPC, 0 deviations: {counts:?}", counts.kinds.iter().sum::<usize>());
    open.process.denied.flush(&history.world.app.pool, history.world.app.clock.now()).await;
    let after = refusals(&history).await;
    let noted = [0, 1, 2].map(|kind| after[kind] - before[kind]);
    assert_eq!(noted, [counts.denied, counts.hidden, counts.refused], "what was refused and what the log holds of it: {counts:?}");
}

/// What the log holds of calls that were denied at the door, hidden or refused. Of the history's own tries there are some as well.
async fn refusals(history: &History) -> [i64; 3] {
    let denied = history.world.count("select coalesce(sum(object::bigint), 0)::bigint from audit_staged where outcome = 'denied'").await;
    let hidden = history.world.count("select count(*) from audit_staged where outcome = 'hidden'").await;
    let refused = history.world.count("select count(*) from audit_staged where outcome = 'refused'").await;
    [denied, hidden, refused]
}
