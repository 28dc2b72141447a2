//! Break-glass: read access to one case outside the portfolio for some hours; notified at once, reviewed, and never lost [R3c, IM1a].

use std::{sync::Arc, time::Duration as StdDuration};

use auth::access;
use base::{Error, Result};
use cases::{
    access::RULES,
    app::{
        access::list_access::list_access,
        break_glass::{
            audit::enter_uses,
            open::{Opened as Broken, break_glass},
            remind::remind,
            review::{end_break_glass, list_break_glass, review_break_glass},
        },
        case::read,
    },
    domain::{break_glass::Finding, case::filter::Filter},
    grpc::Server,
};
use harness::{system::SOON, uniform::asked, wait::eventually};
use prost::Message;
use proto::{
    cases::v1::{
        AddParticipantRequest, AssignMediatorRequest, BreakGlassOpened, BreakGlassRequest, BreakGlassReviewDue, DescribeModeRequest,
        EndAssignmentRequest, LeaveCaseRequest, MoveCaseRequest, RecordAssessmentRequest, RecordConsentRequest, SayDirectRequest,
        access_service_server::AccessService as _, assessment_service_server::AssessmentService as _,
        break_glass_service_server::BreakGlassService as _, case_service_server::CaseService as _,
        consent_service_server::ConsentService as _, mode_service_server::ModeService as _,
        participant_service_server::ParticipantService as _,
    },
    role, subject,
};
use time::Duration;

use crate::world::{Opened, World, caller, mediator, officer, other_officer, refusal, supervisor};

const WHY: &str = "his officer is ill, the victim is on the telephone";

async fn broken(world: &World, case: &Opened) -> Broken {
    break_glass(&world.app, &other_officer(), &case.id, WHY).await.unwrap()
}

fn status<T>(answer: std::result::Result<tonic::Response<T>, tonic::Status>) -> (tonic::Code, String, Vec<u8>) {
    let Err(status) = answer else { panic!("answered") };
    (status.code(), status.message().to_owned(), status.details().to_vec())
}

#[tokio::test]
async fn one_case_is_open_to_read_for_some_hours_and_supervisors_are_told_in_the_same_transaction() {
    let world = World::new().await;
    let (case, hidden) = (world.open().await, world.open().await);
    let opened = broken(&world, &case).await;
    assert_eq!(opened.until - world.app.clock.now(), Duration::hours(4));
    let told = world.outbox(subject::BREAK_GLASS_OPENED).await;
    let told = BreakGlassOpened::decode(told[0].as_slice()).unwrap();
    assert_eq!((told.break_glass_id, told.case_id), (opened.break_glass.to_string(), case.id.clone()));
    let together = "select count(distinct xmin::text) from (select xmin from break_glass union all select xmin from break_glass_use
                    union all select xmin from case_access where role = 'break-glass'
                    union all select xmin from outbox where subject = 'ro.cases.event.break-glass-opened') as rows";
    assert_eq!(world.count(together).await, 1);
    assert!(world.can_read(&other_officer(), &case).await && !world.can_read(&other_officer(), &hidden).await);
    // Broken again while it is open, it is the same one.
    assert_eq!(broken(&world, &case).await, opened);
    assert_eq!(world.outbox(subject::BREAK_GLASS_OPENED).await.len(), 1);
    world.app.clock.advance(Duration::hours(4) - Duration::seconds(1));
    assert!(world.can_read(&other_officer(), &case).await);
    world.app.clock.advance(Duration::seconds(1));
    assert!(!world.can_read(&other_officer(), &case).await);
}

#[tokio::test]
async fn what_was_opened_by_break_glass_is_read_and_never_changed() {
    let world = World::new().await;
    let case = world.open().await;
    broken(&world, &case).await;
    let (who, door, case_id) = (other_officer(), Server::new(world.app.clone()), || case.id.clone());
    let add = AddParticipantRequest { case_id: case_id(), kind: 1, name: "Robin Fictional".into(), ..Default::default() };
    let leave = LeaveCaseRequest { case_ref: case_id(), wish: 1, participant_id: case.victim.to_string(), ..Default::default() };
    let assess = RecordAssessmentRequest { case_id: case_id(), risk: 4, ..Default::default() };
    let consent = RecordConsentRequest { case_id: case_id(), status: 1, ..Default::default() };
    let describe = DescribeModeRequest { case_ref: case_id(), description: "read aloud".into() };
    let say = SayDirectRequest { case_ref: case_id(), ..Default::default() };
    let go = MoveCaseRequest { case_id: case_id(), to: 6, reason: "as agreed".into(), ..Default::default() };
    let give = AssignMediatorRequest { case_id: case_id(), mediator: who.subject.clone(), until: None };
    let take = EndAssignmentRequest { case_id: case_id(), mediator: "mediator-1".into() };
    let answers = [
        status(door.add_participant(asked(&who, add)).await),
        status(door.leave_case(asked(&who, leave)).await),
        status(door.record_assessment(asked(&who, assess)).await),
        status(door.record_consent(asked(&who, consent)).await),
        status(door.describe_mode(asked(&who, describe)).await),
        status(door.say_direct(asked(&who, say)).await),
        status(door.move_case(asked(&who, go)).await),
        status(door.assign_mediator(asked(&who, give)).await),
        status(door.end_assignment(asked(&who, take)).await),
    ];
    for (code, words, _) in &answers {
        assert_eq!(*code, tonic::Code::PermissionDenied, "{words}");
        assert!(words.contains("[R3c: read-only-access]"), "{words}");
    }
    let listed = read::list_cases(&world.app, &who, &Filter::default(), 0, "").await.unwrap();
    assert_eq!(listed.cases.len(), 1);
    let found = read::find_by_referral(&world.app, &who, &listed.cases[0].referral.to_string()).await.unwrap();
    assert_eq!(found.participants.len(), 2);
}

#[tokio::test]
async fn without_a_reason_without_need_or_without_the_role_nothing_is_opened() {
    let world = World::new().await;
    let case = world.open().await;
    let short = break_glass(&world.app, &other_officer(), &case.id, "because").await;
    assert_eq!(refusal(short).reason, "reason-missing");
    for known in [officer(), supervisor()] {
        assert_eq!(refusal(break_glass(&world.app, &known, &case.id, WHY).await).reason, "break-glass-not-needed");
    }
    for role in role::ALL {
        let may = access::check(RULES, "/ro.cases.v1.BreakGlassService/BreakGlass", &caller("someone", &[role])).is_ok();
        assert_eq!(may, [role::RJ_OFFICER, role::RJ_SUPERVISOR].contains(&role), "{role}");
    }
    assert_eq!(world.count("select count(*) from break_glass").await, 0);
}

#[tokio::test]
async fn a_case_that_does_not_exist_is_not_found_and_the_try_is_in_the_audit_log() {
    let world = World::new().await;
    let door = Server::new(world.app.clone());
    let absent = proto::reference::make("RC", 4_711);
    let mut answers = Vec::new();
    // A referral is not a case, and a search is not a name.
    for case_ref in [absent.clone(), uuid::Uuid::from_u128(9).to_string(), "Oscar Invented".into(), "%".into(), String::new()] {
        answers.push(status(door.break_glass(asked(&other_officer(), BreakGlassRequest { case_ref, reason: WHY.into() })).await));
    }
    let read = proto::cases::v1::GetCaseRequest { case_ref: absent.clone() };
    answers.push(status(door.get_case(asked(&other_officer(), read)).await));
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == tonic::Code::NotFound));
    assert_eq!(enter_uses(&world.app).await.unwrap(), 5);
    audit_log::checkpoint(&world.app.pool, "cases", None, world.app.clock.now()).await.unwrap();
    let mut db = world.service().await;
    let lines = audit_log::entries(&mut db, 0, 100).await.unwrap();
    let tried: Vec<_> = lines.iter().filter(|line| line.action == "break-glass.open").collect();
    assert!(tried.len() == 5 && tried.iter().all(|line| line.outcome == "hidden" && line.actor == "rj-officer-2"));
    assert!(tried[0].object == absent && !format!("{lines:?}").contains("Oscar"));
}

// [IM1a]
#[tokio::test]
async fn the_fourth_in_a_day_is_refused_and_told_and_says_nothing_of_any_case() {
    let world = Arc::new(World::new().await);
    let mut cases = Vec::new();
    for _ in 0..6 {
        cases.push(world.open().await);
    }
    // Six at once: the quota is counted one after the other.
    let tries = cases.iter().map(|case| {
        let (world, id) = (Arc::clone(&world), case.id.clone());
        tokio::spawn(async move { break_glass(&world.app, &other_officer(), &id, WHY).await.map(|_| ()) })
    });
    let mut refused = Vec::new();
    for tried in tries.collect::<Vec<_>>() {
        refused.extend(tried.await.unwrap().err());
    }
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|error| matches!(error, Error::Refused(refusal) if refusal.reason == "break-glass-quota")));
    assert_eq!(world.outbox(subject::BREAK_GLASS_QUOTA_REACHED).await.len(), 1, "told once a day, however often it is tried");
    let door = Server::new(world.app.clone());
    let another = world.open().await;
    let mut answers = Vec::new();
    for case_ref in [another.id.clone(), uuid::Uuid::from_u128(9).to_string(), "nonsense".into()] {
        answers.push(status(door.break_glass(asked(&other_officer(), BreakGlassRequest { case_ref, reason: WHY.into() })).await));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "hidden and absent differ");
    // Giving one back does not give it back to the quota; a day does. Somebody else has a quota of their own.
    let listed = list_break_glass(&world.app, &supervisor(), true).await.unwrap();
    end_break_glass(&world.app, &other_officer(), &listed.break_glasses[0].id.to_string()).await.unwrap();
    assert_eq!(refusal(break_glass(&world.app, &other_officer(), &another.id, WHY).await).reason, "break-glass-quota");
    break_glass(&world.app, &caller("rj-officer-3", &[role::RJ_OFFICER]), &another.id, WHY).await.unwrap();
    world.app.clock.advance(Duration::hours(24));
    broken(&world, &another).await;
}

#[tokio::test]
async fn access_is_given_back_by_who_broke_it_or_taken_by_a_supervisor_and_by_nobody_else() {
    let world = World::new().await;
    let (first, second) = (world.open().await, world.open().await);
    for (case, who) in [(&first, other_officer()), (&second, supervisor())] {
        let id = broken(&world, case).await.break_glass.to_string();
        for stranger in [caller("rj-officer-3", &[role::RJ_OFFICER]), mediator("mediator-1")] {
            assert!(matches!(end_break_glass(&world.app, &stranger, &id).await, Err(Error::NotFound)));
        }
        assert!(world.can_read(&other_officer(), case).await);
        for _ in 0..2 {
            end_break_glass(&world.app, &who, &id).await.unwrap();
        }
        assert!(!world.can_read(&other_officer(), case).await);
    }
    for nothing in ["", "nonsense", "00000000-0000-0000-0000-000000000009"] {
        assert!(matches!(end_break_glass(&world.app, &supervisor(), nothing).await, Err(Error::NotFound)));
    }
}

// [IM1a]
#[tokio::test]
async fn somebody_else_reviews_it_the_next_day_and_overdue_ones_are_named_and_told_once_a_day() {
    let world = World::new().await;
    let case = world.open().await;
    let id = broken(&world, &case).await.break_glass.to_string();
    world.can_read(&other_officer(), &case).await;
    let own = caller("rj-officer-2", &[role::RJ_SUPERVISOR]);
    assert_eq!(refusal(review_break_glass(&world.app, &own, &id, Finding::Justified, "").await).reason, "own-break-glass");
    let overdue = async || {
        let listed = list_break_glass(&world.app, &supervisor(), true).await.unwrap();
        listed.break_glasses.iter().filter(|break_glass| break_glass.review_due < listed.today).count()
    };
    for day in 0..4 {
        let late = day >= 2;
        assert_eq!((day, overdue().await), (day, usize::from(late)));
        assert_eq!((day, remind(&world.app).await.unwrap()), (day, late));
        assert!(!remind(&world.app).await.unwrap(), "told twice a day");
        world.app.clock.advance(Duration::days(1));
    }
    let told = world.outbox(subject::BREAK_GLASS_REVIEW_DUE).await;
    assert_eq!((told.len(), BreakGlassReviewDue::decode(told[0].as_slice()).unwrap().overdue), (2, 1));
    let listed = list_break_glass(&world.app, &supervisor(), true).await.unwrap();
    let break_glass = &listed.break_glasses[0];
    assert_eq!((break_glass.reason.expose().as_str(), break_glass.subject.as_str(), break_glass.readings), (WHY, "rj-officer-2", 1));

    assert_eq!(refusal(review_break_glass(&world.app, &supervisor(), &id, Finding::NotJustified, " ").await).reason, "note-missing");
    for _ in 0..2 {
        review_break_glass(&world.app, &supervisor(), &id, Finding::Justified, "").await.unwrap();
    }
    let other = review_break_glass(&world.app, &supervisor(), &id, Finding::NotJustified, "no need").await;
    assert_eq!(refusal(other).reason, "reviewed-already");
    assert!(list_break_glass(&world.app, &supervisor(), true).await.unwrap().break_glasses.is_empty());
    let all = list_break_glass(&world.app, &supervisor(), false).await.unwrap().break_glasses;
    assert_eq!((all.len(), all[0].finding, all[0].reviewed_by.as_deref()), (1, Some(Finding::Justified), Some("rj-supervisor-1")));
    assert!(!remind(&world.app).await.unwrap());
    let itself = sqlx::query("update break_glass set reviewed_by = subject").execute(&world.db.admin).await;
    assert!(itself.is_err(), "the database lets a person review their own");
}

async fn soon<T>(work: impl Future<Output = Result<T>>) -> Option<Result<T>> {
    tokio::time::timeout(StdDuration::from_secs(5), work).await.ok()
}

// [IM1a]
#[tokio::test]
async fn break_glass_and_reading_under_it_work_while_the_audit_log_takes_nothing_and_are_entered_when_it_does() {
    let world = World::new().await;
    let case = world.open().await;
    let number = world.read(&case).await.file.number;
    // Once the log answers nothing, once it refuses: no insert comes back, or each fails.
    let mut busy = world.db.admin.begin().await.unwrap();
    sqlx::query("lock table audit_staged in access exclusive mode").execute(&mut *busy).await.unwrap();
    soon(break_glass(&world.app, &other_officer(), &number, WHY)).await.unwrap().unwrap();
    soon(read::get_case(&world.app, &other_officer(), &case.id)).await.unwrap().unwrap();
    busy.rollback().await.unwrap();
    sqlx::query("alter table audit_staged rename to audit_away").execute(&world.db.admin).await.unwrap();
    read::get_case(&world.app, &other_officer(), &case.id).await.unwrap();
    read::list_cases(&world.app, &other_officer(), &Filter::default(), 0, "").await.unwrap();
    for usual in [officer(), supervisor()] {
        let refused = read::get_case(&world.app, &usual, &case.id).await;
        assert!(matches!(refused, Err(Error::Database(_))), "what cannot be recorded is not shown");
    }
    assert!(enter_uses(&world.app).await.is_err());
    assert_eq!(world.count("select count(*) from break_glass_use where entered_at is null").await, 4);

    sqlx::query("alter table audit_away rename to audit_staged").execute(&world.db.admin).await.unwrap();
    world.app.clock.advance(Duration::hours(1));
    // The transaction that failed may still hold its rows for a moment, and they are passed over.
    let entered = eventually("the uses are entered", SOON, async || match enter_uses(&world.app).await.unwrap() {
        0 => Err("none yet".to_owned()),
        entered => Ok(entered),
    });
    assert_eq!((entered.await, enter_uses(&world.app).await.unwrap()), (4, 0));
    audit_log::checkpoint(&world.app.pool, "cases", None, world.app.clock.now()).await.unwrap();
    let manager = caller("national-manager-1", &[role::NATIONAL_MANAGER]);
    let lines = list_access(&world.app, &manager, &number).await.unwrap();
    let by_break_glass: Vec<_> = lines.iter().rev().filter(|line| line.actor == "rj-officer-2").collect();
    let said: Vec<&str> = by_break_glass.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(said, ["break-glass.open", "case.read", "case.read", "case.list"]);
    let then = i64::try_from((world.app.clock.now() - Duration::hours(1)).unix_timestamp_nanos() / 1_000).unwrap();
    assert!(by_break_glass.iter().all(|line| line.outcome == "granted" && line.reason == "break-glass" && line.at == then));
    assert!(lines.iter().filter(|line| line.actor != "rj-officer-2").all(|line| line.reason != "break-glass"));
}

#[tokio::test]
async fn two_instances_enter_each_use_once() {
    let world = World::new().await;
    let case = world.open().await;
    broken(&world, &case).await;
    for _ in 0..20 {
        world.can_read(&other_officer(), &case).await;
    }
    let passes = futures::future::join_all((0..4).map(|_| enter_uses(&world.app))).await;
    assert_eq!(passes.into_iter().map(|pass| pass.unwrap()).sum::<usize>(), 21);
    assert_eq!(world.count("select count(*) from audit_staged where reason = 'break-glass'").await, 21);
}
