//! Uniform answers: no call tells a hidden case from one that does not exist, by its bytes or by its database statements [R3c, TRAP-6].

use cases::grpc::Server;
use harness::uniform::{Seen, asked, every_rpc_of, refused, same};
use proto::cases::v1::{
    AddParticipantRequest, AdviseDrafterRequest, AmendConditionRequest, AskEntryRequest, AskRequestRequest, AssignMediatorRequest,
    CorrectSiteRequest, DescribeModeRequest, EndAssignmentRequest, EndConditionRequest, EndCurfewRequest, FindCaseByReferralRequest,
    FinishReviewRequest, GetCaseRequest, LeaveCaseRequest, ListConditionsRequest, ListDisclosuresRequest, ListDocumentsRequest,
    ListDueThingsRequest, ListEntriesRequest, ListExtractsRequest, ListItemsRequest, ListRequestsRequest, ListReviewsRequest,
    ListSessionsRequest, ListStepsRequest, MatchMediatorsRequest, MoveCaseRequest, PlanSessionRequest, PullExtractRequest,
    ReadDocumentRequest, RecordAssessmentRequest, RecordConditionRequest, RecordConsentRequest, RecordCurfewRequest,
    RecordDisclosureToVictimRequest, RecordPersonMoveRequest, RecordVictimInformedRequest, RegisterItemRequest, ReplayCaseRequest,
    SayDirectRequest, StateNoConditionRequest, StepEntryRequest, StepItemRequest, StepSessionRequest, WithdrawRequestRequest,
    access_service_server::AccessService as _, assessment_service_server::AssessmentService as _, case_service_server::CaseService as _,
    condition_service_server::ConditionService as _, consent_service_server::ConsentService as _,
    disclosure_service_server::DisclosureService as _, document_service_server::DocumentService as _, due_service_server::DueService as _,
    entry_service_server::EntryService as _, exchange_service_server::ExchangeService as _, extract_service_server::ExtractService as _,
    mediator_service_server::MediatorService as _, mode_service_server::ModeService as _,
    participant_service_server::ParticipantService as _, protocol_service_server::ProtocolService as _,
    request_service_server::RequestService as _, review_service_server::ReviewService as _, session_service_server::SessionService as _,
};
use proto::role;
use uuid::Uuid;

use crate::world::{World, caller, mediator};

const COMPARED: [&str; 46] = [
    "ReplayCase",
    "PullExtract",
    "ListExtracts",
    "AskRequest",
    "WithdrawRequest",
    "ListRequests",
    "RecordDisclosureToVictim",
    "ListDueThings",
    "ListReviews",
    "FinishReview",
    "AskEntry",
    "StepEntry",
    "ListEntries",
    "RecordCurfew",
    "EndCurfew",
    "ListSteps",
    "PlanSession",
    "StepSession",
    "ListSessions",
    "RegisterItem",
    "StepItem",
    "ListItems",
    "ListDocuments",
    "ReadDocument",
    "GetCase",
    "FindCaseByReferral",
    "AddParticipant",
    "LeaveCase",
    "RecordAssessment",
    "RecordConsent",
    "DescribeMode",
    "SayDirect",
    "MoveCase",
    "AssignMediator",
    "EndAssignment",
    "MatchMediators",
    "CorrectSite",
    "RecordPersonMove",
    "RecordCondition",
    "StateNoCondition",
    "ListConditions",
    "AdviseDrafter",
    "RecordVictimInformed",
    "AmendCondition",
    "EndCondition",
    "ListDisclosures",
];
/// Only supervisors and the National Manager may call these, and no case is hidden from them [IM1c].
const SUPERVISORS: &str = "supervisors know of every case";
/// Those of the registry of mediators; of those that name a case only the National Manager calls one.
const NO_CASE: &str = "names no case, or only the National Manager may";
const AT_A_SITE: &str = "names an entry, which only its site and the unit are told of: compared in entry.rs";
const TO_AN_ADDRESSEE: &str = "names a request, which only its addressee and the unit are told of: compared in request.rs";
const OTHERS: [(&str, &str); 46] = [
    ("ListAddressedRequests", "names no case"),
    ("AnswerRequest", TO_AN_ADDRESSEE),
    ("DeclineRequest", TO_AN_ADDRESSEE),
    ("GetWorkload", "names no case, and counts only those that the caller answers for"),
    ("SignOffReview", SUPERVISORS),
    ("ListSiteEntries", "names no case"),
    ("DecideEntry", AT_A_SITE),
    ("GetEntryManifest", AT_A_SITE),
    ("KeepDocument", "a stream: compared in documents.rs, whatever is sent"),
    ("AssignOfficer", SUPERVISORS),
    ("EndOfficer", SUPERVISORS),
    ("ListAccess", SUPERVISORS),
    ("ListBreakGlass", SUPERVISORS),
    ("ReviewBreakGlass", SUPERVISORS),
    ("PlaceHold", SUPERVISORS),
    ("LiftHold", SUPERVISORS),
    ("ListHolds", SUPERVISORS),
    ("ListDue", SUPERVISORS),
    ("OrderPurge", SUPERVISORS),
    ("ConfirmPurge", SUPERVISORS),
    ("GetPurgeCertificate", SUPERVISORS),
    ("BreakGlass", "opens what is hidden: that it tells is what it is for, and every try is in the log"),
    ("EndBreakGlass", "names a break-glass, which only who broke it and supervisors are told of"),
    ("ListCases", "names no case; what is hidden is not counted"),
    ("GetExceptionWording", "names no case"),
    ("ListAdvice", "names no case"),
    ("ReadAdvice", "names an advice, which only its addressee and the unit are told of"),
    ("EngageMediator", NO_CASE),
    ("RenewMediator", NO_CASE),
    ("EndEngagement", NO_CASE),
    ("AmendMediator", NO_CASE),
    ("RecordTraining", NO_CASE),
    ("RecordConflict", NO_CASE),
    ("LiftConflict", NO_CASE),
    ("GetMediator", NO_CASE),
    ("ListMediators", NO_CASE),
    ("DraftProtocol", NO_CASE),
    ("PutPart", NO_CASE),
    ("RemovePart", NO_CASE),
    ("SubmitProtocol", NO_CASE),
    ("ApproveProtocol", NO_CASE),
    ("ReturnProtocol", NO_CASE),
    ("GetProtocol", NO_CASE),
    ("ListProtocols", NO_CASE),
    ("ListClauses", NO_CASE),
    ("GetClause", NO_CASE),
];

async fn ask(door: &Server, rpc: &str, name: &str) -> Seen {
    let (who, name) = (mediator("mediator-1"), name.to_owned());
    // An officer in whose portfolio the case is not.
    let stranger = caller("rj-officer-9", &[role::RJ_OFFICER]);
    match rpc {
        "DescribeMode" => {
            let request = DescribeModeRequest { case_ref: name, description: "read aloud".into() };
            refused(door.describe_mode(asked(&who, request))).await
        }
        "SayDirect" => {
            let request = SayDirectRequest { case_ref: name, ..Default::default() };
            refused(door.say_direct(asked(&stranger, request))).await
        }
        "AssignMediator" => {
            let request = AssignMediatorRequest { case_id: name, mediator: "mediator-1".into(), ..Default::default() };
            refused(door.assign_mediator(asked(&stranger, request))).await
        }
        "EndAssignment" => {
            let request = EndAssignmentRequest { case_id: name, mediator: "mediator-2".into() };
            refused(door.end_assignment(asked(&stranger, request))).await
        }
        "MatchMediators" => refused(door.match_mediators(asked(&stranger, MatchMediatorsRequest { case_ref: name }))).await,
        "CorrectSite" => {
            let request = CorrectSiteRequest { case_ref: name, site: "kent".into(), reason: "told".into(), ..Default::default() };
            refused(door.correct_site(asked(&stranger, request))).await
        }
        "RecordPersonMove" => {
            let request = RecordPersonMoveRequest { case_ref: name, how: 3, ..Default::default() };
            refused(door.record_person_move(asked(&who, request))).await
        }
        "RecordCondition"
        | "StateNoCondition"
        | "ListConditions"
        | "AdviseDrafter"
        | "RecordVictimInformed"
        | "AmendCondition"
        | "EndCondition"
        | "ListDisclosures" => ask_of_conditions(door, rpc, name).await,
        "AskEntry" | "StepEntry" | "ListEntries" | "RecordCurfew" | "EndCurfew" => ask_of_entries(door, rpc, name).await,
        "ReplayCase" | "PullExtract" | "ListExtracts" => ask_of_readings(door, rpc, name).await,
        "AskRequest" | "WithdrawRequest" | "ListRequests" | "RecordDisclosureToVictim" => ask_of_requests(door, rpc, name).await,
        "ListDueThings" | "ListReviews" | "FinishReview" => ask_of_reviews(door, rpc, name).await,
        "PlanSession" | "StepSession" | "ListSessions" => ask_of_sessions(door, rpc, name).await,
        "ListSteps" => refused(door.list_steps(asked(&who, ListStepsRequest { case_ref: name }))).await,
        "RegisterItem" => refused(door.register_item(asked(&who, RegisterItemRequest { case_ref: name, ..Default::default() }))).await,
        "StepItem" => refused(door.step_item(asked(&who, StepItemRequest { case_ref: name, step: 2, ..Default::default() }))).await,
        "ListItems" => refused(door.list_items(asked(&who, ListItemsRequest { case_ref: name }))).await,
        "ListDocuments" => refused(door.list_documents(asked(&who, ListDocumentsRequest { case_ref: name }))).await,
        "ReadDocument" => refused(door.read_document(asked(&who, ReadDocumentRequest { document_id: name }))).await,
        "GetCase" => refused(door.get_case(asked(&who, GetCaseRequest { case_ref: name }))).await,
        "FindCaseByReferral" => refused(door.find_case_by_referral(asked(&who, FindCaseByReferralRequest { referral_id: name }))).await,
        "AddParticipant" => {
            refused(door.add_participant(asked(&who, AddParticipantRequest { case_id: name, kind: 1, ..Default::default() }))).await
        }
        "LeaveCase" => refused(door.leave_case(asked(&who, LeaveCaseRequest { case_ref: name, wish: 1, ..Default::default() }))).await,
        "RecordAssessment" => {
            let request = RecordAssessmentRequest { case_id: name, risk: 4, ..Default::default() };
            refused(door.record_assessment(asked(&who, request))).await
        }
        "RecordConsent" => {
            let request = RecordConsentRequest { case_id: name, status: 3, ..Default::default() };
            refused(door.record_consent(asked(&who, request))).await
        }
        _ => refused(door.move_case(asked(&who, MoveCaseRequest { case_id: name, to: 2, ..Default::default() }))).await,
    }
}

/// The same of a case as it was known, and of extracts of OMS.
async fn ask_of_readings(door: &Server, rpc: &str, name: String) -> Seen {
    let who = mediator("mediator-1");
    match rpc {
        "ReplayCase" => {
            let at = Some(base::wire::timestamp(crate::world::NOW));
            refused(door.replay_case(asked(&who, ReplayCaseRequest { case_ref: name, at }))).await
        }
        "PullExtract" => {
            let request = PullExtractRequest { case_ref: name, purpose: 2, ..Default::default() };
            refused(door.pull_extract(asked(&who, request))).await
        }
        _ => refused(door.list_extracts(asked(&who, ListExtractsRequest { case_ref: name }))).await,
    }
}

/// The same of what is due, and of reviews.
async fn ask_of_reviews(door: &Server, rpc: &str, name: String) -> Seen {
    let (who, stranger) = (mediator("mediator-1"), caller("rj-officer-9", &[role::RJ_OFFICER]));
    match rpc {
        "ListDueThings" => refused(door.list_due_things(asked(&who, ListDueThingsRequest { case_ref: name, ..Default::default() }))).await,
        "ListReviews" => refused(door.list_reviews(asked(&who, ListReviewsRequest { case_ref: name }))).await,
        _ => {
            let request = FinishReviewRequest { case_ref: name, finding: 1, ..Default::default() };
            refused(door.finish_review(asked(&stranger, request))).await
        }
    }
}

/// The same of requests for information.
async fn ask_of_requests(door: &Server, rpc: &str, name: String) -> Seen {
    let who = mediator("mediator-1");
    match rpc {
        "AskRequest" => refused(door.ask_request(asked(&who, AskRequestRequest { case_ref: name, file: 1, ..Default::default() }))).await,
        "WithdrawRequest" => {
            refused(door.withdraw_request(asked(&who, WithdrawRequestRequest { case_ref: name, ..Default::default() }))).await
        }
        "ListRequests" => refused(door.list_requests(asked(&who, ListRequestsRequest { case_ref: name }))).await,
        _ => {
            let request = RecordDisclosureToVictimRequest { case_ref: name, ..Default::default() };
            refused(door.record_disclosure_to_victim(asked(&who, request))).await
        }
    }
}

/// The same of sessions.
async fn ask_of_sessions(door: &Server, rpc: &str, name: String) -> Seen {
    let who = mediator("mediator-1");
    match rpc {
        "PlanSession" => refused(door.plan_session(asked(&who, PlanSessionRequest { case_ref: name, ..Default::default() }))).await,
        "StepSession" => {
            let request = StepSessionRequest { case_ref: name, step: 1, ..Default::default() };
            refused(door.step_session(asked(&who, request))).await
        }
        _ => refused(door.list_sessions(asked(&who, ListSessionsRequest { case_ref: name }))).await,
    }
}

/// The same of entries to sites, and of curfews.
async fn ask_of_entries(door: &Server, rpc: &str, name: String) -> Seen {
    let who = mediator("mediator-1");
    match rpc {
        "AskEntry" => refused(door.ask_entry(asked(&who, AskEntryRequest { case_ref: name, purpose: 1, ..Default::default() }))).await,
        "StepEntry" => refused(door.step_entry(asked(&who, StepEntryRequest { case_ref: name, step: 6, ..Default::default() }))).await,
        "ListEntries" => refused(door.list_entries(asked(&who, ListEntriesRequest { case_ref: name }))).await,
        "RecordCurfew" => {
            let request = RecordCurfewRequest { case_ref: name, kind: 1, ..Default::default() };
            refused(door.record_curfew(asked(&who, request))).await
        }
        _ => refused(door.end_curfew(asked(&who, EndCurfewRequest { case_ref: name, ..Default::default() }))).await,
    }
}

/// The same of conditions, and of what is disclosed about them.
async fn ask_of_conditions(door: &Server, rpc: &str, name: String) -> Seen {
    let (who, stranger) = (mediator("mediator-1"), caller("rj-officer-9", &[role::RJ_OFFICER]));
    match rpc {
        "RecordCondition" => {
            let request = RecordConditionRequest { case_ref: name, kind: 1, text: "not to communicate".into(), ..Default::default() };
            refused(door.record_condition(asked(&who, request))).await
        }
        "StateNoCondition" => {
            let request = StateNoConditionRequest { case_ref: name, reason: "asked the court".into() };
            refused(door.state_no_condition(asked(&stranger, request))).await
        }
        "ListConditions" => refused(door.list_conditions(asked(&who, ListConditionsRequest { case_ref: name }))).await,
        "AdviseDrafter" => {
            let request = AdviseDrafterRequest { case_ref: name, ..Default::default() };
            refused(door.advise_drafter(asked(&stranger, request))).await
        }
        "RecordVictimInformed" => {
            let request = RecordVictimInformedRequest { case_ref: name, how: 1, ..Default::default() };
            refused(door.record_victim_informed(asked(&stranger, request))).await
        }
        "AmendCondition" => {
            let request = AmendConditionRequest { case_ref: name, ..Default::default() };
            refused(door.amend_condition(asked(&stranger, request))).await
        }
        "EndCondition" => {
            let request = EndConditionRequest { case_ref: name, how: 1, ..Default::default() };
            refused(door.end_condition(asked(&stranger, request))).await
        }
        _ => {
            let request = ListDisclosuresRequest { case_ref: name, ..Default::default() };
            refused(door.list_disclosures(asked(&stranger, request))).await
        }
    }
}

#[tokio::test]
async fn a_hidden_case_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.cases.v1", &COMPARED, &OTHERS);
    let world = World::new().await;
    let (mine, hidden) = (world.open().await, world.open().await);
    world.assign(&mine, "mediator-1").await;
    world.assign(&hidden, "mediator-2").await;
    let file = world.read(&hidden).await.file;
    let door = Server::new(world.app.clone());
    let absent = Uuid::from_u128(0xabc).to_string();
    for rpc in COMPARED {
        let id = if rpc == "FindCaseByReferral" { file.referral.to_string() } else { hidden.id.clone() };
        let malformed = ask(&door, rpc, "no name of a case").await;
        same(rpc, &ask(&door, rpc, &id).await, &ask(&door, rpc, &absent).await, &malformed);
        if rpc != "FindCaseByReferral" {
            let number = proto::reference::make("RC", 4_711);
            same(rpc, &ask(&door, rpc, &file.number).await, &ask(&door, rpc, &number).await, &malformed);
        }
    }
}
