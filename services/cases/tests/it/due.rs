//! Due things: written with what they follow from, planned by the rules that are set, told once by however many instances, and listed to
//! whoever answers for them [R3a, R4a, D-mediator].

use base::{Caller, Error};
use cases::{
    app::{
        App,
        condition::{change, record::record_condition},
        due::{
            list::{Asked, Page, list_due_things},
            work::work,
            workload::workload,
        },
        mediator::engagement,
        session::{
            plan::{self, plan_session},
            step::{self, step_session},
        },
    },
    domain::{
        assessment::Risk,
        case::stage::Stage,
        condition::{
            entry::{Kind as ConditionKind, Written},
            step::End,
        },
        consent::Status,
        due::{Kind, rule::Days},
        mediator::engagement::End as WhyEnded,
        participant::leaving::Wish,
        session::{Asked as Said, Outcome, Written as Room, machine::Step},
    },
};
use prost::Message as _;
use proto::{
    cases::v1::{DueKind, ThingDue},
    role, subject,
};
use time::{Duration, OffsetDateTime, macros::datetime};

use crate::world::{NOW, Opened, World, caller, mediator, national_manager, officer, other_officer, refusal, supervisor};

const ALL: Asked<'static> = Asked { case_ref: "", kinds: &[], mediator: "", overdue: false, page_size: 0, page_token: "" };

async fn list(world: &World, who: &Caller, asked: Asked<'_>) -> Page {
    list_due_things(&world.app, who, asked).await.unwrap()
}

/// The kinds of what is due of one case, with the day on which it is due, that which is due first first.
async fn of_case(world: &World, case: &Opened) -> Vec<(Kind, String)> {
    let page = list(world, &officer(), Asked { case_ref: &case.id, ..ALL }).await;
    page.things.iter().map(|thing| (thing.object.kind, thing.at.date().to_string())).collect()
}

async fn told(world: &World) -> Vec<ThingDue> {
    world.outbox(subject::THING_DUE).await.iter().map(|body| ThingDue::decode(body.as_slice()).unwrap()).collect()
}

fn go_to(world: &World, at: OffsetDateTime) {
    world.app.clock.advance(at - world.app.clock.now());
}

// The acceptance of R4a, as far as it is a list.
#[tokio::test]
async fn a_case_without_an_assessment_newer_than_its_interval_stands_in_the_lists_of_its_mediator_and_of_the_supervisor() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let other = world.prepared("letter").await;
    world.assign(&other, "mediator-2").await;
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    work(&world.app, false).await.unwrap();
    go_to(&world, datetime!(2026-06-02 00:00 UTC));
    world.ask_safety().await;
    work(&world.app, false).await.unwrap();
    for who in [mediator("mediator-1"), supervisor(), officer()] {
        let asked = Asked { overdue: true, kinds: &[Kind::Assessment], ..ALL };
        let overdue = list(&world, &who, asked).await;
        let own = overdue.things.iter().filter(|thing| thing.case.as_ref().is_some_and(|(id, _)| id.to_string() == case.id));
        assert_eq!(own.count(), 2, "{}", who.subject);
        let expected = if who.subject == "mediator-1" { 2 } else { 4 };
        assert_eq!((overdue.things.len(), overdue.total), (expected, expected), "{}: their own and nothing else", who.subject);
    }
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("review-overdue:victim") && refused.en.contains("review-overdue:offender"), "{}", refused.en);
    let of = Asked { mediator: "mediator-2", overdue: true, ..ALL };
    assert!(list(&world, &supervisor(), of).await.things.iter().all(|thing| thing.mediator.as_deref() == Some("mediator-2")));
    // A new assessment with a later day takes it out of the list.
    let key = "later";
    let written = cases::domain::assessment::Written { notes: "calm", for_the_head: "", next_review_on: "2026-12-01", key };
    let who = case.victim.to_string();
    let command = cases::app::assessment::record::Command { case_ref: &case.id, participant: &who, risk: Risk::Low, written };
    cases::app::assessment::record::record_assessment(&world.app, &officer(), command).await.unwrap();
    work(&world.app, false).await.unwrap();
    let overdue = list(&world, &mediator("mediator-1"), Asked { overdue: true, kinds: &[Kind::Assessment], ..ALL }).await;
    assert_eq!(overdue.things.iter().map(|thing| thing.object.id.clone()).collect::<Vec<_>>(), [case.offender.to_string()]);
}

#[tokio::test]
async fn each_row_with_a_time_brings_its_due_thing_and_takes_it_away_again() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    world.consent(&case, case.victim, "letter", Status::Offered).await.unwrap();
    work(&world.app, false).await.unwrap();
    let days = |kind: Kind, due: &[(Kind, String)]| due.iter().filter(|(k, _)| *k == kind).map(|(_, day)| day.clone()).collect::<Vec<_>>();
    let due = of_case(&world, &case).await;
    assert_eq!(days(Kind::Assessment, &due), ["2026-06-02", "2026-06-02"], "the day after the day of the review");
    assert_eq!(days(Kind::Consent, &due), ["2027-03-03", "2027-03-03"]);
    assert_eq!(days(Kind::Schedule, &due), ["2026-05-31"], "ninety days after it opened");
    world.consent(&case, case.victim, "face_to_face", Status::Withdrawn).await.unwrap();
    assert_eq!(days(Kind::Consent, &of_case(&world, &case).await), ["2027-03-03"]);

    let (since, until) = ("2026-03-01", "2026-09-30");
    let written = Written { text: "not to communicate", source: "court", protects: &[], since, until, has_exception_words: true };
    let id = record_condition(&world.app, &officer(), &case.id, ConditionKind::CourtOrder, written, "").await.unwrap();
    work(&world.app, false).await.unwrap();
    assert_eq!(days(Kind::Condition, &of_case(&world, &case).await), ["2026-10-01"]);
    let named = change::Named { case_ref: &case.id, condition: &id.to_string() };
    change::end_condition(&world.app, &officer(), named, (End::RanOut, "the court says that it is over"), "").await.unwrap();
    assert!(days(Kind::Condition, &of_case(&world, &case).await).is_empty());

    world.leave(&case, case.offender, Wish::Unable).await.unwrap();
    let due = of_case(&world, &case).await;
    assert!(days(Kind::Assessment, &due).len() == 1 && days(Kind::Consent, &due).is_empty(), "{due:?}");
}

// [R4b]
#[tokio::test]
async fn a_follow_up_is_due_on_its_day_until_the_next_one_or_until_nothing_more_is_to_be_done() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let participants = [case.victim.to_string(), case.offender.to_string()];
    let written = Room { place: "room 4", needs: "", co_mediator: "" };
    let starts_at = Some(NOW + Duration::days(14));
    world.admitted(&case).await;
    let command =
        plan::Command { case_ref: &case.id, mode: "face_to_face", described: "", starts_at, participants: &participants, written, key: "" };
    let session = plan_session(&world.app, &officer(), command).await.unwrap().to_string();
    let take = async |step: Step, next_on: &str| {
        let asked = Said { words: "", outcome: Some(Outcome::Completed), side: None, next_on };
        step_session(&world.app, &officer(), step::Command { case_ref: &case.id, session: &session, step, asked }).await.unwrap();
        work(&world.app, false).await.unwrap();
        let due = of_case(&world, &case).await;
        due.into_iter().filter(|(kind, _)| *kind == Kind::FollowUp).map(|(_, day)| day).collect::<Vec<_>>()
    };
    for step in [Step::Confirm, Step::Begin, Step::End] {
        assert!(take(step, "").await.is_empty());
    }
    assert_eq!(take(Step::FollowUp, "2026-05-01").await, ["2026-05-02"]);
    assert_eq!(take(Step::FollowUp, "2026-06-01").await, ["2026-06-02"]);
    assert!(take(Step::FollowUp, "").await.is_empty());
    assert_eq!(take(Step::FollowUp, "2026-07-01").await, ["2026-07-02"]);
    assert!(take(Step::Finish, "").await.is_empty());
}

#[tokio::test]
async fn many_instances_take_each_thing_and_in_effect_once_and_a_pass_that_broke_off_loses_nothing() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for _ in 0..6 {
        cases.push(world.prepared("letter").await);
    }
    go_to(&world, datetime!(2026-06-02 00:00 UTC));
    // A pass breaks off in its transaction: nothing of it stays.
    let trap = "create function test_break() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
                create trigger test_break before update of told_at on due for each row execute function test_break()";
    sqlx::raw_sql(trap).execute(&world.db.admin).await.unwrap();
    assert_eq!(work(&world.app, false).await.unwrap(), 0);
    assert!(told(&world).await.is_empty());
    assert_eq!(world.count("select count(*) from review").await, 0);
    sqlx::raw_sql("drop trigger test_break on due").execute(&world.db.admin).await.unwrap();
    let instances: Vec<App> = (0..4).map(|n| App { ids: base::Ids::seeded(100 + n), ..world.app.clone() }).collect();
    let passes = futures::future::join_all(instances.iter().map(|app| work(app, true))).await;
    let taken: usize = passes.into_iter().map(Result::unwrap).sum();
    // Of each case two assessments, and the review that the schedule opens; that it is open is told once it is planned, by an instance that
    // comes late or by the next pass.
    let rest = work(&world.app, false).await.unwrap();
    assert!(taken >= 18 && taken + rest == 24, "{taken} and {rest}");
    assert_eq!(world.count("select count(*) from review where trigger = 'schedule'").await, 6);
    let events: Vec<_> = told(&world).await.into_iter().filter(|event| event.kind() == DueKind::Assessment).collect();
    let mut notices: Vec<&str> = events.iter().map(|event| event.notice_id.as_str()).collect();
    notices.sort_unstable();
    notices.dedup();
    assert_eq!((notices.len(), events.len()), (12, 24), "each to the mediator and the officer");
    assert_eq!(work(&world.app, false).await.unwrap(), 0);
    // The clock is set back for a day, and goes on.
    let so_far = told(&world).await.len();
    go_to(&world, datetime!(2026-06-01 00:00 UTC));
    assert_eq!(work(&world.app, false).await.unwrap(), 0);
    go_to(&world, datetime!(2026-06-02 12:00 UTC));
    assert_eq!(work(&world.app, false).await.unwrap(), 0);
    assert_eq!(told(&world).await.len(), so_far);
    go_to(&world, datetime!(2026-06-09 00:00 UTC));
    assert_eq!(work(&world.app, false).await.unwrap(), 12, "what is overdue is told again");
}

#[tokio::test]
async fn other_days_plan_anew_what_waits_and_tell_nothing_a_second_time() {
    let world = World::new().await;
    let case = world.open().await;
    work(&world.app, false).await.unwrap();
    let first = async || {
        let due = of_case(&world, &case).await;
        due.into_iter().filter(|(kind, _)| *kind == Kind::Assessment).map(|(_, day)| day).collect::<Vec<_>>()
    };
    assert_eq!(first().await, ["2026-04-01", "2026-04-01"], "thirty days after they were added");
    go_to(&world, datetime!(2026-03-26 00:00 UTC));
    assert_eq!(work(&world.app, false).await.unwrap(), 2, "a week before");
    let sooner = App { due: Days { first_assessment: 26, ..Days::EXAMPLE }, ..world.app.clone() };
    assert_eq!(work(&sooner, false).await.unwrap(), 0, "only the first pass of a process looks for other days");
    assert_eq!(work(&sooner, true).await.unwrap(), 0);
    assert_eq!(first().await, ["2026-03-28", "2026-03-28"]);
    go_to(&world, datetime!(2026-03-28 15:00 UTC));
    assert_eq!(work(&sooner, false).await.unwrap(), 2);
}

#[tokio::test]
async fn nothing_of_a_closed_case_is_told_and_all_of_it_again_once_it_is_open() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    world.go(&case, Stage::Closed, "").await.unwrap();
    go_to(&world, datetime!(2026-06-10 00:00 UTC));
    assert_eq!(work(&world.app, false).await.unwrap(), 0);
    assert!(of_case(&world, &case).await.is_empty());
    world.go(&case, Stage::Assessment, "").await.unwrap();
    assert_eq!(work(&world.app, false).await.unwrap(), 3);
    assert!(!of_case(&world, &case).await.is_empty());
}

// [R3d] [D-mediator]
#[tokio::test]
async fn a_training_that_expires_is_told_to_the_mediator_and_the_unit_and_nothing_of_who_is_engaged_no_more() {
    let world = World::new().await;
    world.grant("mediator-7", role::MEDIATOR).await;
    world.engage("mediator-7").await;
    let training = async || {
        let events = told(&world).await.into_iter().filter(|event| event.kind() == DueKind::Training);
        events.map(|event| event.person).collect::<Vec<_>>()
    };
    let last = "select min(expires_on) from mediator_training where subject = 'mediator-7'";
    let last: Option<time::Date> = sqlx::query_scalar(last).fetch_one(&world.db.admin).await.unwrap();
    let over = last.unwrap().next_day().unwrap().midnight().assume_utc();
    go_to(&world, over - Duration::days(60));
    work(&world.app, false).await.unwrap();
    let people = training().await;
    assert!(people.contains(&String::new()) && people.contains(&"mediator-7".to_owned()), "{people:?}");
    assert!(people.iter().all(|person| person.is_empty() || person == "mediator-7"), "{people:?}");
    // The mediator sees their own entry, no other, and the National Manager all of them.
    let own = list(&world, &mediator("mediator-7"), ALL).await;
    assert!(!own.things.is_empty() && own.things.iter().all(|thing| thing.mediator.as_deref() == Some("mediator-7")));
    assert!(list(&world, &mediator("mediator-9"), ALL).await.things.is_empty());
    assert!(list(&world, &national_manager(), Asked { kinds: &[Kind::Engagement], ..ALL }).await.things.len() == 1);
    engagement::end(&world.app, &national_manager(), "mediator-7", WhyEnded::NotRenewed).await.unwrap();
    assert!(list(&world, &mediator("mediator-7"), ALL).await.things.is_empty());
}

// [R3a] [R3c]
#[tokio::test]
async fn the_queue_goes_page_by_page_and_the_workload_counts_only_what_the_caller_answers_for() {
    let world = World::new().await;
    let mine = world.prepared("letter").await;
    for _ in 0..2 {
        world.prepared("letter").await;
    }
    work(&world.app, false).await.unwrap();
    let (mut token, mut seen, mut last) = (String::new(), Vec::new(), None);
    loop {
        let page =
            list(&world, &officer(), Asked { page_size: 4, page_token: &token, kinds: &[Kind::Assessment, Kind::Schedule], ..ALL }).await;
        assert_eq!(page.total, if token.is_empty() { 9 } else { 0 });
        assert!(page.things.iter().all(|thing| last.is_none_or(|last| thing.at >= last)));
        last = page.things.last().map(|thing| thing.at);
        seen.extend(page.things.into_iter().map(|thing| (thing.object.kind, thing.object.id)));
        token = page.next;
        if token.is_empty() {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 9);
    assert!(list(&world, &other_officer(), Asked { kinds: &[Kind::Assessment], ..ALL }).await.things.is_empty());
    let hidden = list_due_things(&world.app, &other_officer(), Asked { case_ref: &mine.id, ..ALL }).await;
    assert!(matches!(hidden, Err(Error::NotFound)));
    go_to(&world, datetime!(2026-06-02 00:00 UTC));
    let loads = workload(&world.app, &supervisor()).await.unwrap();
    let of = |person: &str| loads.iter().find(|load| load.person == person).map(|load| (load.cases, load.overdue, load.soon));
    assert_eq!((of("mediator-1"), of("rj-officer-1")), (Some((3, 6, 0)), Some((3, 3, 0))), "{loads:?}");
    assert!(workload(&world.app, &caller("rj-officer-9", &[role::RJ_OFFICER])).await.unwrap().is_empty());
    assert_eq!(refusal(workload(&world.app, &mediator("mediator-1")).await).reason, "not-your-part");
}
