//! No call tells a hidden case from one that does not exist: not by a byte, not by what the database is asked [R3c, T6].

use cases::grpc::Door;
use harness::uniform::{Seen, asked, every_rpc_of, refused, same};
use proto::cases::v1::{
    AddParticipantRequest, FindCaseByReferralRequest, GetCaseRequest, MoveCaseRequest, RecordAssessmentRequest, RecordConsentRequest,
    cases_server::Cases,
};
use uuid::Uuid;

use crate::world::{World, mediator};

const COMPARED: [&str; 6] = ["GetCase", "FindCaseByReferral", "AddParticipant", "RecordAssessment", "RecordConsent", "MoveCase"];
/// Only the RJ Unit may call these, and no case is hidden from it [IM1c].
const UNIT: &str = "the RJ Unit knows of every case";
const OTHERS: [(&str, &str); 4] = [
    ("AssignMediator", UNIT),
    ("EndAssignment", UNIT),
    ("ListAccess", UNIT),
    ("ListCases", "names no case; what is hidden is not counted"),
];

async fn ask(door: &Door, rpc: &str, name: &str) -> Seen {
    let (who, name) = (mediator("mediator-1"), name.to_owned());
    match rpc {
        "GetCase" => refused(door.get_case(asked(&who, GetCaseRequest { case_ref: name }))).await,
        "FindCaseByReferral" => refused(door.find_case_by_referral(asked(&who, FindCaseByReferralRequest { referral_id: name }))).await,
        "AddParticipant" => {
            let request = AddParticipantRequest { case_id: name, kind: 1, ..Default::default() };
            refused(door.add_participant(asked(&who, request))).await
        }
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

#[tokio::test]
async fn a_hidden_case_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.cases.v1.Cases", &COMPARED, &OTHERS);
    let world = World::new().await;
    let (mine, hidden) = (world.open().await, world.open().await);
    world.assign(&mine, "mediator-1").await;
    world.assign(&hidden, "mediator-2").await;
    let file = world.read(&hidden).await.file;
    let door = Door::new(world.app.clone());
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
