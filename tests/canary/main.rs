//! The canary crawl: invented people, with a unique text in every field, go through every flow, with faults on. Then every place except the
//! answers to permitted readers is searched for these texts [IM1, IM1b, TRAP-7, TRAP-13].

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod canaries;
mod collector;
mod command;
mod day;
mod dynamic_calls;
mod every_rpc;
mod network;
mod search;
mod searched_places;
mod web;

use std::collections::BTreeSet;

use harness::{
    system::{SOON, System, Wishes},
    wait::eventually,
};

use canaries::Marks;
use collector::Collector;
use every_rpc::Asked;
use searched_places::Sink;

const TERMINATE: i32 = 15;
/// So many RPCs at once where each waits until its service gives up on what was killed.
const MANY: usize = 16;
/// Answers to people who may not read, at least: half of what there is when everything is asked.
const JUDGED: usize = 80;
/// Bytes of each place at rest, at least: half of what stands in the smallest after the day.
const AT_REST: usize = 45_000;

/// Fields that no canary can stand in, and why.
const EXCUSED: [(&str, &str); 9] = [
    ("ro.cases.v1.AssignMediatorRequest.mediator", "an opaque identity, which the fact mediator-assigned names"),
    ("ro.cases.v1.EndAssignmentRequest.mediator", "as above"),
    ("ro.cases.v1.AssignOfficerRequest.officer", "an opaque identity, which the delivery ledger of operations names"),
    ("ro.cases.v1.AddParticipantRequest.language", "en or fr"),
    ("ro.cases.v1.RecordAssessmentRequest.next_review_on", "a date"),
    ("ro.cases.v1.RecordConsentRequest.language", "en or fr"),
    ("ro.cases.v1.RecordConsentRequest.mode", "a code"),
    ("ro.intake.v1.ScreenReferralRequest.review_on", "a date"),
    ("ro.cases.v1.MoveCaseRequest.mode", "a code"),
];

/// Logs at their most talkative, and telemetry to a collector.
fn wishes(endpoint: &str) -> Wishes {
    let mut wishes = Wishes { dashboard: true, ..Wishes::default() };
    for process in local::SERVICES.into_iter().chain(["dashboard"]) {
        let prefix = process.to_uppercase();
        let settings = [
            (format!("{prefix}_OTLP_ENDPOINT"), endpoint),
            (format!("{prefix}_LOG"), "trace"),
            ("OTEL_METRIC_EXPORT_INTERVAL".into(), "500"),
        ];
        wishes.settings.insert(process.into(), settings.map(|(name, value)| (name, value.to_owned())).into());
    }
    wishes
}

/// The day once more while nothing works: each process dies while it is asked.
async fn with_faults(system: &System, marks: &Marks, day: &mut day::Day) -> Vec<u8> {
    let mut told = Vec::new();
    for victim in ["notification", "nats", "intake", "postgres"] {
        system.kill(victim).await;
        told.extend(every_rpc::ask_nonsense(system, marks, MANY).await);
        system.restart(victim).await;
        day::go_wrong(system, marks, day).await;
    }
    told
}

fn findings(sinks: &[Sink]) -> Vec<String> {
    sinks.iter().flat_map(|(name, bytes)| search::hits(bytes).into_iter().map(move |hit| format!("{name}: {hit}"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_canary_reaches_a_log_a_trace_a_mail_a_subject_a_report_or_anybody_outside_the_wall() {
    let (collector, marks) = (Collector::default(), Marks::default());
    let system = System::start(wishes(&collector.start().await)).await;
    let mut day = day::live(&system, &marks).await;
    every_rpc::readers_do_read(&system, &marks, &day).await;
    day::go_wrong(&system, &marks, &mut day).await;
    let connections = network::look(&system);
    assert!(connections >= 5, "only {connections} connections were looked at");

    let mut found: Vec<Sink> = Vec::new();
    let mut asked = every_rpc::ask(&system, &marks, &day).await;
    found.push(("refusals".into(), std::mem::take(&mut asked.refusals)));
    found.push(("refusals of nonsense".into(), every_rpc::ask_nonsense(&system, &marks, 1).await));
    found.push(("pages".into(), web::visit(&system, &marks, &day).await));
    found.extend(command::type_wrong(&system, &marks).await);
    found.push(("refusals under faults".into(), with_faults(&system, &marks, &mut day).await));
    network::look(&system);
    found.push(("refusals of the day".into(), day.refusals.concat()));
    found.extend(searched_places::of_the_bus(&system).await);
    found.extend(searched_places::reports(&system).await);
    found.extend(searched_places::at_rest(&system).await);
    let processes = searched_places::processes(&system);

    // A soft stop sends what telemetry still holds.
    for process in local::SERVICES.into_iter().chain(["dashboard"]) {
        system.signal(process, TERMINATE).await;
    }
    let stopped = async || {
        let logs: Vec<_> = local::SERVICES.iter().map(|name| system.description.services.get(*name).unwrap().log.clone()).collect();
        let done = logs.iter().filter(|log| std::fs::read_to_string(log).unwrap_or_default().contains("\"message\":\"stopped\"")).count();
        if done == logs.len() { Ok(()) } else { Err(format!("{done} have stopped")) }
    };
    eventually("every service has stopped", SOON, stopped).await;
    found.extend(processes);
    found.extend(searched_places::on_the_machine(&system));
    found.push(("telemetry".into(), collector.seen()));

    looked_at(&found, &asked);
    let missing: BTreeSet<String> = canaries::sensitive().into_iter().filter(|field| !sent(&marks, field)).collect();
    assert!(missing.is_empty(), "no canary was sent in {missing:?}");
    let found = findings(&found);
    assert!(found.is_empty(), "{} canaries are where they may not be:\n{}", found.len(), found.join("\n"));
}

fn sent(marks: &Marks, field: &str) -> bool {
    marks.places().contains(field) || EXCUSED.iter().any(|(excused, _)| *excused == field)
}

/// A search of empty places finds nothing either.
fn looked_at(sinks: &[Sink], asked: &Asked) {
    assert!(asked.calls > 36 * 20, "only {} calls were made", asked.calls);
    assert!(asked.judged > JUDGED, "only {} answers were judged", asked.judged);
    let bytes_of = |place: &str| sinks.iter().filter(|(name, _)| name.starts_with(place)).map(|(_, bytes)| bytes.len()).sum::<usize>();
    for place in [
        "log",
        "mail",
        "telemetry",
        "subjects of intake",
        "facts of safety",
        "cmdline",
        "report",
        "refusals",
        "pages",
        "ro case",
        "documents",
    ] {
        assert!(bytes_of(place) > 30, "{place}: {} bytes were looked at", bytes_of(place));
    }
    for place in local::SERVICES.map(|service| format!("the database of {service}")).into_iter().chain(["bus store".into()]) {
        assert!(bytes_of(&place) > AT_REST, "{place}: {} bytes were looked at", bytes_of(&place));
    }
    let telemetry =
        sinks.iter().find(|(name, _)| name == "telemetry").map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).unwrap();
    for service in local::SERVICES {
        assert!(telemetry.contains(&format!("\"{service}\"")), "{service} exported nothing");
    }
}
