//! Services' own certificates at every gRPC server: each may call what its rule names, and nothing else.

use std::path::Path;

use harness::{
    raw::{knock, reason},
    system::System,
    wait::eventually,
};
use proto::{
    cases::v1::{ExtractPurpose, MoveCaseRequest, ParticipantKind, PullExtractRequest, Stage},
    intake::v1::SubmitReferralRequest,
    oms::v1::{ReadOffenderRequest, oms_reader_service_client::OmsReaderServiceClient},
};
use tonic::{
    Code,
    transport::{Certificate, Channel, ClientTlsConfig, Identity},
};

use crate::{
    referral::{accepted, queued},
    samples::institutional_referral,
    system,
};

const SERVICES: [&str; 5] = ["intake", "cases", "safety", "notification", "reporting"];
/// Who may call what, as the design has it: written here a second time on purpose.
const CALLS: [(&str, &str); 10] = [
    ("cases", "/ro.intake.v1.ReferralService/GetReferral"),
    ("cases", "/ro.safety.v1.AlarmService/ListConcernTies"),
    ("intake", "/ro.safety.v1.AlarmService/ListConcernTies"),
    ("cases", "/ro.safety.v1.AlarmService/FollowCase"),
    ("notification", "/ro.intake.v1.ContactService/GetContact"),
    ("notification", "/ro.safety.v1.AlarmService/CompareConcerns"),
    ("notification", "/ro.safety.v1.AlarmService/RestoreConcern"),
    ("safety", "/ro.notification.v1.InboxService/DeliverRing"),
    // What a service raises, handed over where the bus is silent.
    ("cases", "/ro.safety.v1.AlarmService/RaiseConcern"),
    ("intake", "/ro.safety.v1.AlarmService/RaiseConcern"),
];

fn certificates(system: &System) -> &Path {
    system.description.ca_file.parent().unwrap()
}

async fn door(system: &System, of: &str, caller: &str) -> Channel {
    let read = |name: String| std::fs::read(certificates(system).join(name)).unwrap();
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(read("ca.pem".into())))
        .identity(Identity::from_pem(read(format!("{caller}.pem")), read(format!("{caller}.key"))));
    let url = system.description.grpc(of).unwrap().to_owned();
    Channel::from_shared(url).unwrap().tls_config(tls).unwrap().connect().await.unwrap()
}

/// Every RPC of a service.
fn methods(service: &str) -> Vec<String> {
    proto::rpcs(&format!("ro.{service}.v1")).map(|rpc| proto::path(&rpc)).collect()
}

#[tokio::test]
async fn the_certificate_of_a_service_opens_what_its_rule_names_and_no_other_door() {
    let system = system().await;
    let (mut opened, mut refused) = (Vec::new(), 0);
    for caller in SERVICES {
        for callee in SERVICES {
            let channel = door(&system, callee, caller).await;
            for method in methods(callee) {
                match knock(channel.clone(), &method, None).await {
                    Err(status) if status.code() == Code::PermissionDenied => {
                        assert_eq!(reason(&status), "permission-missing", "{caller}: {method}");
                        refused += 1;
                    }
                    // It was let in: what the use case makes of an empty message is its own affair.
                    Ok(()) => opened.push((caller, method)),
                    Err(status) => {
                        let judged = matches!(status.code(), Code::InvalidArgument | Code::NotFound | Code::FailedPrecondition);
                        assert!(judged, "{caller}: {method}: {status:?}");
                        opened.push((caller, method));
                    }
                }
            }
        }
    }
    let opened: Vec<(&str, &str)> = opened.iter().map(|(caller, method)| (*caller, method.as_str())).collect();
    let mut expected = CALLS.to_vec();
    expected.sort_unstable();
    let mut found = opened.clone();
    found.sort_unstable();
    assert_eq!(found, expected, "{refused} pairs were refused");
    assert!(refused >= 5 * 35 - 3, "only {refused} pairs were refused");
}

#[tokio::test]
async fn only_cases_reads_an_offender_and_oms_is_sent_a_number_and_not_why() {
    let system = system().await;
    let ask = || ReadOffenderRequest { fps: "000000F".into() };
    for caller in SERVICES {
        let read = OmsReaderServiceClient::new(door(&system, "oms-reader", caller).await).read_offender(ask()).await;
        assert_eq!(read.err().map(|status| status.code()), (caller != "cases").then_some(Code::PermissionDenied), "{caller}");
    }
    for person in &system.description.identities {
        let (url, authority, token) = system.outside("oms-reader", &person.name);
        let peer = server::client::connect(&url, Some(&authority), Some(&token), None).unwrap();
        let read = OmsReaderServiceClient::new(peer).read_offender(ask()).await;
        assert_eq!(read.err().unwrap().code(), Code::PermissionDenied, "{}", person.name);
    }
    oms_was_sent_reads_of_a_number_and_nothing_else(&system);
}

fn oms_was_sent_reads_of_a_number_and_nothing_else(system: &System) {
    let record = std::fs::read_to_string(system.description.state_dir.join("oms/oms-requests.log")).unwrap();
    let lines: Vec<&str> = record.lines().filter(|line| !line.starts_with("host: ")).collect();
    let asked = "GET /offenders/000000F?fields=site,status,contactConditions&reason=authorized-duty HTTP/1.1";
    assert!(!lines.is_empty());
    for read in lines.chunks(3) {
        assert_eq!(read, [asked, "accept: application/json", ""], "all that OMS was ever sent");
    }
}

// [TS1b]
#[tokio::test]
async fn in_a_full_case_life_oms_is_sent_reads_of_a_number_and_nothing_else() {
    let system = system().await;
    let referral = institutional_referral("mission");
    let request = SubmitReferralRequest { referral: Some(referral) };
    let receipt = system.referrals("institutional-head-mission").submit_referral(request).await.unwrap().into_inner().receipt.unwrap();
    let case = accepted(&system, &queued(&system, &receipt.number).await, "both seem ready to be asked").await;
    let offender = case.participants.iter().find(|one| one.kind() == ParticipantKind::Offender).unwrap().participant_id.clone();
    for purpose in [ExtractPurpose::Referral, ExtractPurpose::Assessment, ExtractPurpose::Preparation] {
        let request = PullExtractRequest {
            case_ref: case.case_id.clone(),
            participant_id: offender.clone(),
            purpose: purpose.into(),
            reason: "a reason that OMS is never told".into(),
            ..PullExtractRequest::default()
        };
        let read = system.extracts("rj-officer-1").pull_extract(request).await.unwrap().into_inner().extract.unwrap();
        assert_eq!((read.site.as_str(), read.status.as_str()), ("mission", "in-custody"));
    }
    let closed = MoveCaseRequest { case_id: case.case_id.clone(), to: Stage::Closed.into(), reason: "done".into(), ..Default::default() };
    system.cases("rj-officer-1").move_case(closed).await.unwrap();
    oms_was_sent_reads_of_a_number_and_nothing_else(&system);
}

#[tokio::test]
async fn a_concern_is_accepted_by_no_service_and_a_person_does_not_speak_through_one() {
    let system = system().await;
    let accept = "/ro.safety.v1.AlarmService/AcceptConcern";
    let (_, _, officer) = system.outside("safety", "rj-officer-1");
    for caller in SERVICES {
        let channel = door(&system, "safety", caller).await;
        assert_eq!(knock(channel.clone(), accept, None).await.unwrap_err().code(), Code::PermissionDenied, "{caller}");
        let both = knock(channel, accept, Some(&officer)).await.unwrap_err();
        assert_eq!((both.code(), reason(&both)), (Code::Unauthenticated, "two-identities".into()), "{caller}");
    }
}

#[tokio::test]
async fn no_secret_of_the_system_is_a_token_for_a_service() {
    let system = system().await;
    for identity in &system.description.identities {
        let names = identity.roles.iter().chain([&identity.subject]);
        assert!(names.into_iter().all(|name| !name.starts_with("service:")), "{}", identity.name);
    }
    assert!(!system.description.state_dir.join("secrets/tokens").exists(), "tokens of services are kept");
    // The log says who was refused what, by codes.
    let channel = door(&system, "reporting", "intake").await;
    let method = "/ro.reporting.v1.ReportService/GetReport";
    assert_eq!(knock(channel, method, None).await.unwrap_err().code(), Code::PermissionDenied);
    let log = system.description.services.get("reporting").unwrap().log.clone();
    let look = async || {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let told = text.lines().any(|line| line.contains("call denied") && line.contains("service:intake") && line.contains("report.read"));
        if told { Ok(()) } else { Err("nothing of it stands in the log".to_owned()) }
    };
    eventually("the refusal is in the log", harness::system::SOON, look).await;
}
