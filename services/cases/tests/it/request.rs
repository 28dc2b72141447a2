//! Requests for information: asked of one office about one file, answered item by item without a word of the case, read for a time, climbing
//! while nobody answers [R5c, R6c, R7c, R8b, X-701, X-784].

use std::{fmt::Write as _, fs, path::Path};

use base::{Caller, Error, Result};
use cases::{
    app::{
        disclosure::list_disclosures,
        due::work::work,
        mediator::assign::end_assignment,
        request::{
            answer::{self, Told, answer_request, decline_request, record_disclosure_to_victim},
            ask::{self, ask_request},
            list::{list_addressed_requests, list_requests},
            withdraw::withdraw_request,
        },
    },
    domain::{
        case::stage::Stage,
        request::{
            File, ItemKind, Outcome, Request, Written,
            machine::{Decided, State, Step, decide},
        },
    },
    grpc::Server,
};
use harness::{
    dump::{holders, rows},
    uniform::{asked as asks, refused, same},
};
use prost::Message as _;
use proto::{
    cases::v1::{
        AnswerRequestRequest, CasePurged, DeclineRequestRequest, ListAddressedRequestsRequest, RequestChanged, RequestNews,
        request_service_server::RequestService as _,
    },
    role, subject,
};
use sqlx::Executor as _;
use time::Duration;
use uuid::Uuid;

use crate::{
    purge_retention::{go_to, purged, two_years_after},
    world::{NOW, Opened, World, caller, mediator, officer, other_officer, refusal, supervisor},
};

fn at(role: &str, place: &str) -> Caller {
    let (sites, regions): (&[&str], &[&str]) = if place == "pacific" { (&[], &[place]) } else { (&[place], &[]) };
    Caller::acting(&format!("{role}-{place}"), &[role], sites, regions, NOW + Duration::days(900))
}

fn parole_officer() -> Caller {
    at(role::PAROLE_OFFICER, "mission")
}

fn victim_services() -> Caller {
    at(role::VICTIM_SERVICES_OFFICER, "pacific")
}

const ITEMS: &[(ItemKind, &str)] = &[(ItemKind::Summary, ""), (ItemKind::Other, "marker-wanted")];

const OF_THE_OFFENDER: Written<'static> = Written {
    participant: "",
    reference: "",
    office: role::PAROLE_OFFICER,
    place: "mission",
    person: "",
    items: ITEMS,
    reason: "marker-reason, to assess how somebody can be met safely",
};

const OF_THE_VICTIM: Written<'static> =
    Written { reference: "VS-marker-0001", office: role::VICTIM_SERVICES_OFFICER, place: "pacific", ..OF_THE_OFFENDER };

impl World {
    async fn request_by(&self, who: &Caller, case: &Opened, file: File, written: Written<'_>, key: &str) -> Result<Uuid> {
        let whose = if file == File::Offender { case.offender } else { case.victim }.to_string();
        let written = Written { participant: &whose, ..written };
        ask_request(&self.app, who, ask::Command { case_ref: &case.id, file, written, key }).await
    }

    async fn request(&self, case: &Opened, file: File) -> Uuid {
        let written = if file == File::Offender { OF_THE_OFFENDER } else { OF_THE_VICTIM };
        self.request_by(&mediator("mediator-1"), case, file, written, "").await.unwrap()
    }

    async fn one_request(&self, who: &Caller, case: &Opened, id: Uuid) -> Request {
        let (requests, _) = list_requests(&self.app, who, &case.id).await.unwrap();
        requests.into_iter().find(|one| one.id == id).unwrap()
    }

    async fn item_ids(&self, case: &Opened, id: Uuid) -> Vec<String> {
        self.one_request(&officer(), case, id).await.items.iter().map(|item| item.id.to_string()).collect()
    }

    async fn answer_as(&self, who: &Caller, id: Uuid, answers: &[(&str, Outcome, &str)], last_day: &str) -> Result<State> {
        answer_request(&self.app, who, answer::Command { request: &id.to_string(), answers, last_day }).await
    }

    /// Every item is given.
    async fn give(&self, who: &Caller, case: &Opened, id: Uuid, last_day: &str) {
        let ids = self.item_ids(case, id).await;
        let answers: Vec<(&str, Outcome, &str)> = ids.iter().map(|item| (item.as_str(), Outcome::Given, "marker-given")).collect();
        assert_eq!(self.answer_as(who, id, &answers, last_day).await.unwrap(), State::Answered);
    }

    /// The words of the answers that somebody reads of a request.
    async fn read_by(&self, who: &Caller, case: &Opened, id: Uuid) -> Vec<String> {
        let one = self.one_request(who, case, id).await;
        one.items.iter().filter_map(|item| Some(item.answer.as_ref()?.words.as_ref()?.expose().clone())).collect()
    }

    async fn told_of_requests(&self) -> Vec<(String, RequestNews, bool)> {
        let events = self.outbox(subject::REQUEST_CHANGED).await;
        let read = |body: &Vec<u8>| RequestChanged::decode(body.as_slice()).unwrap();
        events.iter().map(read).map(|event| (event.recipient.clone(), event.news(), !event.case_id.is_empty())).collect()
    }

    async fn was_told_of_requests(&self, who: &str, news: RequestNews) -> usize {
        self.told_of_requests().await.into_iter().filter(|(recipient, told, _)| recipient == who && *told == news).count()
    }
}

fn table() -> String {
    let mut table = "# state | step, whether items wait after it: the state afterwards\n".to_owned();
    for from in State::ALL {
        for step in Step::ALL {
            for rest in [false, true] {
                let outcome = match decide(*from, *step, rest) {
                    Ok(Decided::To(state)) => state.code().to_owned(),
                    Ok(Decided::Already) => "as it was".to_owned(),
                    Err(refusal) => format!("refused {} [{}]", refusal.reason, refusal.clause),
                };
                let _ = writeln!(table, "{} | {}, {}: {outcome}", from.code(), step.code(), if rest { "some wait" } else { "none waits" });
            }
        }
    }
    table
}

// [R5c] [R7c]
#[test]
fn the_table_of_requests_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/requests.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/requests.txt becomes:\n{now}");
}

// The acceptance of R5c, in its own words.
#[tokio::test]
async fn victim_information_is_readable_by_the_assigned_mediator_until_the_expiry_and_unreadable_the_second_after_the_assignment_ends() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let who = mediator("mediator-1");
    let (first, second) = (world.request(&case, File::Victim).await, world.request(&case, File::Victim).await);
    world.give(&victim_services(), &case, first, "2026-03-04").await;
    world.give(&victim_services(), &case, second, "").await;
    assert_eq!(world.read_by(&who, &case, first).await, ["marker-given", "marker-given"]);
    // The expiry, to the second.
    go_to(&world, time::macros::datetime!(2026-03-04 23:59:59 UTC));
    assert_eq!(world.read_by(&who, &case, first).await.len(), 2);
    go_to(&world, time::macros::datetime!(2026-03-05 00:00 UTC));
    assert!(world.read_by(&who, &case, first).await.is_empty());
    assert_eq!(world.read_by(&who, &case, second).await.len(), 2);
    let one = world.one_request(&who, &case, first).await;
    assert!(one.is_expired(world.app.clock.now()) && one.items.iter().all(|item| item.answer.is_some()), "that it was answered stays");
    // The RJ Unit, which keeps the file, reads on; another officer and another mediator read nothing of the case.
    assert_eq!(world.read_by(&officer(), &case, first).await.len(), 2);
    assert_eq!(world.read_by(&supervisor(), &case, second).await.len(), 2);
    for stranger in [other_officer(), mediator("mediator-2"), victim_services()] {
        assert!(matches!(list_requests(&world.app, &stranger, &case.id).await, Err(Error::NotFound)), "{}", stranger.subject);
    }
    // The assignment ends; whoever comes after, and the same one assigned anew, reads none of what was given before.
    end_assignment(&world.app, &officer(), &case.id, "mediator-1").await.unwrap();
    assert!(matches!(list_requests(&world.app, &who, &case.id).await, Err(Error::NotFound)));
    for next in ["mediator-2", "mediator-1"] {
        world.assign(&case, next).await;
        assert!(world.read_by(&mediator(next), &case, second).await.is_empty(), "{next}");
    }
    assert_eq!(world.read_by(&officer(), &case, second).await.len(), 2);
}

// The acceptance of R6c, in its own words.
#[tokio::test]
async fn an_offender_file_item_is_stored_only_in_the_ro_file_and_nothing_is_sent_towards_its_source() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let written = Written { office: role::MANAGER_ASSESSMENT_INTERVENTIONS, ..OF_THE_OFFENDER };
    let id = world.request_by(&mediator("mediator-1"), &case, File::Offender, written, "").await.unwrap();
    world.give(&at(role::MANAGER_ASSESSMENT_INTERVENTIONS, "mission"), &case, id, "").await;
    let told = world.told_of_requests().await;
    let mut names: Vec<&str> = told.iter().map(|(name, ..)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names, ["manager-assessment-interventions/mission", "mediator-1", "rj-officer-1"], "people and their office, no system");
    // Sealed where it stands: no table holds it in clear, and no event carries it.
    for mark in ["marker-given", "marker-wanted", "marker-reason"] {
        assert!(holders(&rows(&world.db.admin).await, mark).is_empty(), "{mark}");
    }
    for body in world.outbox(subject::REQUEST_CHANGED).await {
        assert!(!String::from_utf8_lossy(&body).contains("marker"));
    }
    let register = list_disclosures(&world.app, &officer(), &case.id, 0, "").await.unwrap().disclosures;
    let mut kinds: Vec<(&str, &str, &str, &str)> =
        register.iter().map(|one| (one.kind.code(), one.recipient.as_str(), one.authority.as_str(), one.by.as_str())).collect();
    kinds.sort_unstable();
    let mai = "manager-assessment-interventions-mission";
    assert_eq!(
        kinds,
        [
            ("answer", "ro-file", "R6c", mai),
            ("answer", "ro-file", "R6c", mai),
            ("request", "manager-assessment-interventions/mission", "R6c", "mediator-1")
        ]
    );
}

// The acceptance of R7c, in its own words.
#[tokio::test]
async fn a_request_unanswered_by_its_due_date_climbs_from_parole_officer_to_supervisor_to_the_rj_unit_and_each_step_is_told() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let id = world.request(&case, File::Offender).await;
    let (po, pos) = ("parole-officer/mission", "parole-officer-supervisor/mission");
    let supervises = at(role::PAROLE_OFFICER_SUPERVISOR, "mission");
    assert_eq!(world.was_told_of_requests(po, RequestNews::Asked).await, 1);
    work(&world.app, false).await.unwrap();
    assert_eq!(world.was_told_of_requests(pos, RequestNews::Climbed).await, 0);
    assert!(list_addressed_requests(&world.app, &supervises).await.unwrap().0.is_empty());
    go_to(&world, NOW + Duration::days(10));
    // Many instances climb one step between them.
    let both = tokio::join!(work(&world.app, false), work(&world.app, false));
    both.0.unwrap();
    both.1.unwrap();
    assert_eq!(world.was_told_of_requests(pos, RequestNews::Climbed).await, 1);
    assert_eq!(world.was_told_of_requests("mediator-1", RequestNews::Late).await, 1);
    assert_eq!(world.was_told_of_requests("rj-unit", RequestNews::Late).await, 0);
    for addressee in [parole_officer(), supervises.clone()] {
        assert_eq!(list_addressed_requests(&world.app, &addressee).await.unwrap().0.len(), 1, "{}", addressee.subject);
    }
    go_to(&world, NOW + Duration::days(15));
    work(&world.app, false).await.unwrap();
    assert_eq!(world.was_told_of_requests("rj-unit", RequestNews::Late).await, 1);
    assert!(
        world.told_of_requests().await.iter().all(|(who, _, with_case)| *with_case != who.contains('/')),
        "an office learns of no case"
    );
    // The supervisor answers at last: it climbs no further.
    world.give(&supervises, &case, id, "").await;
    go_to(&world, NOW + Duration::days(30));
    work(&world.app, false).await.unwrap();
    assert_eq!(world.was_told_of_requests("rj-unit", RequestNews::Late).await, 1);
}

// The acceptance of R8b, in its own words. [TRAP-6]
#[tokio::test]
async fn a_staff_member_answers_a_request_without_seeing_anything_else_of_the_file_not_even_who_the_other_party_is() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    world.grant("staff-7", role::STAFF).await;
    let to_one = Written { office: "", place: "", person: "staff-7", ..OF_THE_OFFENDER };
    let id = world.request_by(&mediator("mediator-1"), &case, File::Offender, to_one, "").await.unwrap();
    let staff = caller("staff-7", &[role::STAFF]);
    let door = Server::new(world.app.clone());
    let read = async || door.list_addressed_requests(asks(&staff, ListAddressedRequestsRequest {})).await.unwrap().into_inner();
    let before = read().await;
    assert_eq!((before.requests[0].about.as_str(), before.requests[0].number.as_str()), ("Oscar Invented", "123456A"));
    world.give(&staff, &case, id, "").await;
    let file = world.read(&case).await.file;
    let after = read().await;
    assert!(after.requests[0].items.iter().all(|item| item.answer == "marker-given"), "their own answer");
    for answer in [before, after] {
        let text = String::from_utf8_lossy(&answer.encode_to_vec()).to_lowercase();
        let parts = [case.id.clone(), case.victim.to_string(), case.offender.to_string(), file.number.to_lowercase()];
        for told in ["mediat", "médiat", "restorative", "victim", "vera", "imaginary"].map(String::from).into_iter().chain(parts) {
            assert!(!text.contains(&told), "the addressee reads {told:?}");
        }
    }
    // To everybody else a request that there is and one that there is not are the same answer.
    let absent = Uuid::from_u128(0xabc).to_string();
    for stranger in [caller("staff-8", &[role::STAFF]), at(role::PAROLE_OFFICER, "kent"), at(role::STAFF, "mission"), victim_services()] {
        assert!(list_addressed_requests(&world.app, &stranger).await.unwrap().0.is_empty(), "{}", stranger.subject);
        let answer = async |name: &str| {
            let request = AnswerRequestRequest { request_id: name.to_owned(), ..Default::default() };
            refused(door.answer_request(asks(&stranger, request))).await
        };
        same("AnswerRequest", &answer(&id.to_string()).await, &answer(&absent).await, &answer("no name").await);
        let decline = async |name: &str| {
            let request = DeclineRequestRequest { request_id: name.to_owned(), reason: "none".into() };
            refused(door.decline_request(asks(&stranger, request))).await
        };
        same("DeclineRequest", &decline(&id.to_string()).await, &decline(&absent).await, &decline("no name").await);
    }
}

// [R8b] [IM1b]
#[tokio::test]
async fn what_the_addressee_reads_names_neither_the_programme_nor_the_case_nor_anybody_else_on_the_file() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let number = world.read(&case).await.file.number;
    let ask = async |file: File, written: Written<'_>| world.request_by(&mediator("mediator-1"), &case, file, written, "").await;
    for reason in ["for a mediation", "médiation", "the victim wants it", "for Vera Imaginary", &number] {
        let written = Written { reason, ..OF_THE_OFFENDER };
        assert_eq!(refusal(ask(File::Offender, written).await).reason, "request-says-too-much", "{reason}");
    }
    let written = Written { items: &[(ItemKind::Other, "how Vera Imaginary is spoken of")], ..OF_THE_OFFENDER };
    assert_eq!(refusal(ask(File::Offender, written).await).reason, "request-says-too-much");
    assert_eq!(
        refusal(ask(File::Victim, Written { reason: "asked by Oscar Invented", ..OF_THE_VICTIM }).await).reason,
        "request-says-too-much"
    );
    for (written, reason) in [
        (Written { items: &[], ..OF_THE_OFFENDER }, "request-items"),
        (Written { reason: " ", ..OF_THE_OFFENDER }, "reason-missing"),
        (Written { office: role::MEDIATOR, ..OF_THE_OFFENDER }, "request-office-unknown"),
        (Written { office: "", place: "", person: "nobody-known", ..OF_THE_OFFENDER }, "request-person-unknown"),
        (Written { items: &[(ItemKind::TellVictim, "the date")], ..OF_THE_OFFENDER }, "victim-told-by-victim-services"),
    ] {
        assert_eq!(refusal(ask(File::Offender, written).await).reason, reason);
    }
    assert_eq!(refusal(ask(File::Victim, Written { reference: "", ..OF_THE_VICTIM }).await).reason, "reference-missing");
    assert_eq!(world.count("select count(*) from request").await, 0);
}

// The acceptance of X-784, in its own words.
#[tokio::test]
async fn a_mediator_cannot_record_a_disclosure_to_a_victim_and_is_told_to_ask_victim_services_who_record_it() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let items: &[(ItemKind, &str)] = &[(ItemKind::TellVictim, "marker-to-be-told"), (ItemKind::Needs, "")];
    let id = world.request_by(&mediator("mediator-1"), &case, File::Victim, Written { items, ..OF_THE_VICTIM }, "").await.unwrap();
    let (request, ids) = (id.to_string(), world.item_ids(&case, id).await);
    let tell = async |who: &Caller, item: &str| {
        let told = Told { case_ref: &case.id, request: &request, item, words: "marker-told" };
        record_disclosure_to_victim(&world.app, who, told).await
    };
    for who in [mediator("mediator-1"), officer(), supervisor()] {
        let refused = refusal(tell(&who, &ids[0]).await);
        assert_eq!((refused.reason, refused.clause), ("victim-told-by-victim-services", "X-784"), "{}", who.subject);
        assert!(refused.en.contains("victim services") && refused.fr.contains("services aux victimes"));
    }
    assert_eq!(world.count("select count(*) from disclosure where kind = 'to-victim'").await, 0);
    assert_eq!(refusal(tell(&victim_services(), &ids[1]).await).reason, "no-disclosure-asked");
    assert_eq!(tell(&victim_services(), &ids[0]).await.unwrap(), State::Asked);
    assert_eq!(tell(&victim_services(), &ids[0]).await.unwrap(), State::Asked, "said twice it is said once");
    let register = list_disclosures(&world.app, &officer(), &case.id, 0, "").await.unwrap().disclosures;
    let told: Vec<_> = register.iter().filter(|one| one.kind.code() == "to-victim").collect();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].authority.as_str(), told[0].by.as_str()), ("X-784", "victim-services-officer-pacific"));
    assert_eq!(told[0].recipient, case.victim.to_string());
}

// [R8b]
#[tokio::test]
async fn an_answer_comes_item_by_item_and_what_comes_twice_late_or_out_of_order_changes_nothing() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let id = world.request(&case, File::Offender).await;
    let ids = world.item_ids(&case, id).await;
    let who = parole_officer();
    let one = [(ids[0].as_str(), Outcome::NotHeld, "")];
    assert_eq!(refusal(world.answer_as(&who, id, &[], "").await).reason, "request-answers-missing");
    assert_eq!(refusal(world.answer_as(&who, id, &[(ids[0].as_str(), Outcome::Given, " ")], "").await).reason, "request-answer-missing");
    assert_eq!(refusal(world.answer_as(&who, id, &[("no item", Outcome::NotHeld, "")], "").await).reason, "request-item-unknown");
    assert_eq!(refusal(world.answer_as(&who, id, &one, "2026-03-01").await).reason, "request-last-day");
    assert_eq!(world.answer_as(&who, id, &one, "").await.unwrap(), State::Asked);
    assert_eq!(world.answer_as(&who, id, &one, "").await.unwrap(), State::Asked);
    let other = [(ids[0].as_str(), Outcome::Given, "something else")];
    assert_eq!(refusal(world.answer_as(&who, id, &other, "").await).reason, "request-item-answered");
    let rest = [(ids[1].as_str(), Outcome::Declined, "marker-declined")];
    let (first, second) = tokio::join!(world.answer_as(&who, id, &rest, ""), world.answer_as(&who, id, &rest, ""));
    assert_eq!((first.unwrap(), second.unwrap()), (State::Answered, State::Answered), "pressed twice");
    assert_eq!(world.count("select count(*) from request_answer").await, 2);
    assert_eq!(world.count("select count(*) from disclosure where kind = 'answer'").await, 0, "nothing was given");
    // A decline and a withdrawal come after the answer.
    assert_eq!(refusal(decline_request(&world.app, &who, &id.to_string(), "no").await).reason, "no-such-request-step");
    let withdraw = async |id: Uuid| withdraw_request(&world.app, &mediator("mediator-1"), &case.id, &id.to_string()).await;
    assert_eq!(refusal(withdraw(id).await).reason, "no-such-request-step");
    // An answer comes after the withdrawal, a decline twice.
    let id = world.request(&case, File::Offender).await;
    assert_eq!((withdraw(id).await.unwrap(), withdraw(id).await.unwrap()), (State::Withdrawn, State::Withdrawn));
    assert_eq!(world.was_told_of_requests("parole-officer/mission", RequestNews::Withdrawn).await, 1);
    let ids = world.item_ids(&case, id).await;
    let late = [(ids[0].as_str(), Outcome::NotHeld, "")];
    assert_eq!(refusal(world.answer_as(&who, id, &late, "").await).reason, "no-such-request-step");
    let id = world.request(&case, File::Offender).await;
    let decline = async |reason: &str| decline_request(&world.app, &who, &id.to_string(), reason).await;
    assert_eq!(refusal(decline("").await).reason, "request-decline-reason-missing");
    assert_eq!((decline("marker-why").await.unwrap(), decline("marker-why").await.unwrap()), (State::Declined, State::Declined));
    assert_eq!(world.one_request(&officer(), &case, id).await.declined_because.expose(), "marker-why");
    for rewrite in ["update request_answer set outcome = 'given'", "delete from request_answer", "delete from request_step"] {
        assert!(world.db.admin.execute(rewrite).await.is_err(), "{rewrite}");
    }
}

#[tokio::test]
async fn one_key_asks_for_one_request() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let ask = async |written: Written<'_>| world.request_by(&officer(), &case, File::Offender, written, "key-Vera").await;
    let first = ask(OF_THE_OFFENDER).await.unwrap();
    assert_eq!(ask(OF_THE_OFFENDER).await.unwrap(), first);
    assert_eq!(refusal(ask(Written { reason: "another", ..OF_THE_OFFENDER }).await).reason, "key-used");
    assert_eq!(world.count("select count(*) from request").await, 1);
    assert_eq!(world.was_told_of_requests("parole-officer/mission", RequestNews::Asked).await, 1);
}

// [LPR4]
#[tokio::test]
async fn with_a_purged_case_its_requests_go_and_notification_hears_under_which_ids_they_were_told() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let id = world.request(&case, File::Offender).await;
    world.give(&parole_officer(), &case, id, "").await;
    world.go(&case, Stage::Closed, "").await.unwrap();
    go_to(&world, two_years_after(NOW));
    let ids: Vec<Uuid> = sqlx::query_scalar("select id from request_step").fetch_all(&world.db.admin).await.unwrap();
    let certificate = purged(&world, &case).await;
    for table in ["request", "request_item", "request_answer", "request_step"] {
        assert!(certificate.deleted.iter().any(|rows| rows.table == table && rows.rows > 0), "{table}");
    }
    let event = CasePurged::decode(world.outbox(subject::CASE_PURGED).await[0].as_slice()).unwrap();
    assert!(ids.len() == 2 && ids.iter().all(|id| event.request_notice_ids.contains(&id.to_string())), "{:?}", event.request_notice_ids);
}
