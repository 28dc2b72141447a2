//! A filtered list: it shows and counts what its reader may know of and asked for, and no other case [R3c, TRAP-6].

use base::Caller;
use cases::{
    app::case::read::list_cases,
    domain::{
        assessment::Risk,
        case::{
            filter::{Filter, Wait},
            stage::Stage,
        },
        site::How,
    },
    grpc::Server,
};
use harness::uniform::asked;
use proto::{
    cases::v1::{ListCasesRequest, case_service_server::CaseService as _},
    role,
};
use time::Duration;

use crate::world::{Opened, World, caller, mediator, officer, other_officer, supervisor};

/// The ids of a list, read page after page, and how many the first page counts.
async fn listed(world: &World, who: &Caller, filter: &Filter) -> (Vec<String>, i64) {
    let (mut ids, mut token, mut total) = (Vec::new(), String::new(), None);
    loop {
        let page = list_cases(&world.app, who, filter, 1, &token).await.unwrap();
        ids.extend(page.cases.iter().map(|file| file.id.to_string()));
        total = total.or(Some(page.total));
        token = page.next;
        if token.is_empty() {
            return (ids, total.unwrap_or_default());
        }
    }
}

#[tokio::test]
async fn a_list_holds_the_cases_as_asked_that_its_reader_may_know_of_and_counts_no_other() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(world.open().await);
        world.app.clock.advance(Duration::seconds(1));
    }
    let [at_kent, with_mediator, frozen, closed] = cases.as_slice() else { panic!("four cases") };
    world.change_site(&officer(), at_kent, How::Correction, "kent", "", "").await.unwrap();
    world.assign(with_mediator, "mediator-1").await;
    world.assess(frozen, frozen.victim, Risk::Imminent, "notes", "head").await.unwrap();
    world.go(closed, Stage::Closed, "").await.unwrap();
    let ids = |these: &[&Opened]| these.iter().map(|case| case.id.clone()).collect::<Vec<_>>();
    let site = |code: &str| Filter { site: code.parse().ok(), ..Filter::default() };
    let stages = |stages: &[Stage]| Filter { stages: stages.to_vec(), ..Filter::default() };
    let of_mediator = |who: &str| Filter { mediator: Some(who.to_owned()), ..Filter::default() };
    let both = Filter { stages: vec![Stage::Assessment], ..Filter::waiting_for(Wait::Mediator) };
    let expected: [(Filter, Vec<&Opened>); 9] = [
        (Filter::default(), vec![at_kent, with_mediator, frozen, closed]),
        (site("kent"), vec![at_kent]),
        (site("mission"), vec![with_mediator, frozen, closed]),
        (stages(&[Stage::Closed]), vec![closed]),
        (stages(&[Stage::Assessment, Stage::Paused]), vec![at_kent, with_mediator, frozen]),
        (of_mediator("mediator-1"), vec![with_mediator]),
        (Filter::waiting_for(Wait::Mediator), vec![at_kent, frozen]),
        (Filter::waiting_for(Wait::EndOfConcern), vec![frozen]),
        (both, vec![at_kent, frozen]),
    ];
    for (filter, these) in &expected {
        for who in [officer(), supervisor()] {
            let all = (ids(these), these.len() as i64);
            assert_eq!(listed(&world, &who, filter).await, all, "{} {filter:?}", who.subject);
        }
        // Their own, and nobody else's, in the list and in the count.
        let own = if these.iter().any(|case| case.id == with_mediator.id) { vec![with_mediator.id.clone()] } else { Vec::new() };
        let count = own.len() as i64;
        assert_eq!(listed(&world, &mediator("mediator-1"), filter).await, (own, count), "{filter:?}");
        for nobody in [other_officer(), mediator("mediator-2"), caller("staff", &[role::STAFF])] {
            assert_eq!(listed(&world, &nobody, filter).await, (Vec::new(), 0), "{} {filter:?}", nobody.subject);
        }
    }
    assert_eq!(listed(&world, &supervisor(), &of_mediator("mediator-2")).await, (Vec::new(), 0));
}

#[tokio::test]
async fn a_list_filtered_by_what_is_not_known_is_refused_and_never_shows_more() {
    let world = World::new().await;
    world.open().await;
    let door = Server::new(world.app.clone());
    let wrong = [
        ListCasesRequest { stages: vec![77], ..ListCasesRequest::default() },
        ListCasesRequest { stages: vec![0], ..ListCasesRequest::default() },
        ListCasesRequest { waits_for: 77, ..ListCasesRequest::default() },
        ListCasesRequest { site: "no site".into(), ..ListCasesRequest::default() },
    ];
    for request in wrong {
        let status = door.list_cases(asked(&officer(), request)).await.err().unwrap();
        assert_eq!(status.code(), tonic::Code::InvalidArgument, "{status:?}");
    }
}
