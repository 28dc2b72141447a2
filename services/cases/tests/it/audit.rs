//! The audit log of cases: everyone who read a case, or tried to, is in it, and the National Manager can read it.

use auth::access;
use cases::{access::RULES, app::access::list_access::list_access, grpc::Server};
use harness::uniform::asked;
use proto::{
    cases::v1::{GetCaseRequest, ListCasesRequest, MoveCaseRequest, case_service_server::CaseService},
    role,
};

use crate::world::{World, caller, mediator, officer};

#[tokio::test]
async fn every_reading_every_change_and_every_refused_try_stands_in_the_log_of_the_case() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let door = Server::new(world.app.clone());
    let number = world.read(&case).await.file.number;
    let read = |case_ref: &str| GetCaseRequest { case_ref: case_ref.to_owned() };
    door.get_case(asked(&mediator("mediator-1"), read(&number))).await.unwrap();
    door.list_cases(asked(&mediator("mediator-1"), ListCasesRequest::default())).await.unwrap();
    assert!(door.get_case(asked(&mediator("mediator-2"), read(&number))).await.is_err());
    assert!(door.get_case(asked(&mediator("mediator-2"), read("his name is Alex Exemple"))).await.is_err());
    let go = MoveCaseRequest { case_id: case.id.clone(), to: 3, ..Default::default() };
    assert!(door.move_case(asked(&mediator("mediator-1"), go)).await.is_err());
    audit_log::checkpoint(&world.app.pool, "cases", None, world.app.clock.now()).await.unwrap();

    let manager = caller("national-manager-1", &[role::NATIONAL_MANAGER]);
    let lines = list_access(&world.app, &manager, &number).await.unwrap();
    let said: Vec<String> = lines.iter().rev().map(|l| format!("{} {} {} {}", l.actor, l.action, l.outcome, l.reason)).collect();
    let officer = officer().subject;
    let expected = [
        "service:cases case.open granted ".to_owned(),
        format!("{officer} case.find granted "),
        format!("{officer} mediator.assign granted "),
        format!("{officer} case.read granted "),
        "mediator-1 case.read granted ".to_owned(),
        "mediator-1 case.list granted ".to_owned(),
        "mediator-2 case.read hidden not-found".to_owned(),
    ];
    assert_eq!(said[..7], expected);
    assert!(said[7].starts_with("mediator-1 case.move refused "), "{}", said[7]);
    assert_eq!(said.len(), 8);

    let mut db = world.db.admin.acquire().await.unwrap();
    let all = audit_log::entries(&mut db, 0, 100).await.unwrap();
    assert!(all.iter().any(|row| row.object == "unreadable" && row.actor == "mediator-2"));
    assert!(!format!("{all:?}").contains("Alex"), "content is in the audit log");
}

#[test]
fn only_the_national_manager_reads_who_looked_into_a_case() {
    for role in role::ALL {
        let may = access::check(RULES, "/ro.cases.v1.AccessService/ListAccess", &caller("someone", &[role])).is_ok();
        assert_eq!(may, role == role::NATIONAL_MANAGER, "{role}");
    }
}
