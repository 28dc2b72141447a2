//! Reviews by the RJ Unit: opened by an event in its transaction, in the gate until there is a finding, told until they are done [RM1a].

use std::{fmt::Write as _, fs, path::Path};

use base::{Caller, Error, Result};
use cases::{
    app::{
        condition::record::record_condition,
        due::{
            list::{Asked, list_due_things},
            work::work,
        },
        review::{finish::finish_review, list::list_reviews, sign_off::sign_off_review},
    },
    domain::{
        assessment::Risk,
        case::stage::Stage,
        condition::entry::{Kind as ConditionKind, Written},
        consent::Status,
        due::Kind,
        participant::leaving::Wish,
        review::{
            Finding, Review, Trigger,
            machine::{Command, State, next},
        },
        site::How,
    },
};
use harness::dump::{holders, rows};
use prost::Message as _;
use proto::{
    cases::v1::{DueKind, ThingDue},
    id::ConcernId,
    role, subject,
};
use time::Duration;
use uuid::Uuid;

use crate::world::{NOW, Opened, World, caller, mediator, national_manager, officer, other_officer, refusal, supervisor};

async fn reviews(world: &World, case: &Opened) -> Vec<Review> {
    list_reviews(&world.app, &officer(), &case.id).await.unwrap().0
}

async fn open(world: &World, case: &Opened) -> Vec<Trigger> {
    reviews(world, case).await.iter().filter(|review| review.found.is_none()).map(|review| review.trigger).collect()
}

async fn finish(world: &World, who: &Caller, case: &Opened, review: &Review, note: &str) -> Result<State> {
    let finding = if note.is_empty() { Finding::GoesOn } else { Finding::GoesOnWithMeasures };
    finish_review(&world.app, who, &case.id, &review.id.to_string(), finding, note).await
}

async fn transfer(world: &World, case: &Opened, site: &str, key: &str) {
    world.change_site(&officer(), case, How::Transfer, site, "2026-03-01", key).await.unwrap();
}

// [RM1a] [R3a]
#[test]
fn the_table_of_reviews_is_the_one_that_was_agreed() {
    let mut now = "# state | command: the state afterwards\n".to_owned();
    for from in State::ALL {
        for command in Command::ALL {
            let outcome = match next(*from, *command) {
                Ok(state) => state.code().to_owned(),
                Err(refusal) => format!("refused {} [{}]", refusal.reason, refusal.clause),
            };
            let _ = writeln!(now, "{} | {}: {outcome}", from.code(), command.code());
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/reviews.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/reviews.txt becomes:\n{now}");
}

// The acceptance of RM1a, and for a mediation under way: it goes on, and nothing is confirmed.
#[tokio::test]
async fn a_transfer_or_a_release_of_the_offender_opens_a_review_for_the_unit_and_blocks_until_it_is_done() {
    let world = World::new().await;
    for (how, site, trigger) in [(How::Transfer, "kent", Trigger::Transfer), (How::Release, "ccc-parrtown", Trigger::Release)] {
        let case = world.prepared("letter").await;
        for who in [case.victim, case.offender] {
            world.agree(&case, who, "letter").await;
        }
        world.change_site(&mediator("mediator-1"), &case, how, site, "2026-03-01", "").await.unwrap();
        let same = "select count(*) from review r join case_site s on r.xmin = s.xmin join review_event e on e.id = s.id";
        assert!(world.count(same).await >= 1, "in the transaction of the move, under its id");
        assert_eq!(open(&world, &case).await, [trigger]);
        let refused = refusal(world.go_at_once(&case, Stage::Mediation, "letter").await);
        let code = format!("review-open:{}", trigger.code());
        assert!(refused.en.contains(&code) && refused.fr.contains(&code), "{}", refused.en);
        let [review] = reviews(&world, &case).await.try_into().unwrap();
        assert_eq!(refusal(finish(&world, &mediator("mediator-1"), &case, &review, "").await).reason, "not-your-part");
        assert!(matches!(finish(&world, &other_officer(), &case, &review, "").await, Err(Error::NotFound)));
        assert_eq!(finish(&world, &officer(), &case, &review, "two officers, marker-measures").await.unwrap(), State::Done);
        world.go_at_once(&case, Stage::Mediation, "letter").await.unwrap();
    }
    let tables = rows(&world.db.admin).await;
    assert!(holders(&tables, "marker-measures").is_empty(), "the note is sealed");
}

#[tokio::test]
async fn each_event_that_calls_for_a_review_opens_one_and_a_correction_opens_none() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    world.change_site(&officer(), &case, How::Correction, "kent", "", "").await.unwrap();
    assert!(open(&world, &case).await.is_empty());
    let written = Written { text: "not to communicate", source: "court", protects: &[], since: "", until: "", has_exception_words: true };
    record_condition(&world.app, &officer(), &case.id, ConditionKind::CourtOrder, written, "").await.unwrap();
    world.alarm.opens(ConcernId::new(Uuid::from_u128(77)), &[&case.id], NOW);
    world.ask_safety().await;
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    assert_eq!(open(&world, &case).await, [Trigger::Condition, Trigger::Concern, Trigger::Withdrawal]);
    let left = world.in_mediation("letter").await;
    world.leave(&left, left.victim, Wish::Own).await.unwrap();
    assert_eq!(open(&world, &left).await, [Trigger::Withdrawal]);
    let imminent = world.in_mediation("letter").await;
    world.assess(&imminent, imminent.offender, Risk::Imminent, "notes", "").await.unwrap();
    assert_eq!(open(&world, &imminent).await, [Trigger::Concern]);
}

#[tokio::test]
async fn a_second_event_is_recorded_with_the_open_review_a_doubled_one_is_none_and_a_later_one_opens_another() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    transfer(&world, &case, "kent", "one").await;
    transfer(&world, &case, "kent", "one").await;
    let [review] = reviews(&world, &case).await.try_into().unwrap();
    assert_eq!(review.events.len(), 1, "the same move under the same key");
    world.app.clock.advance(Duration::HOUR);
    world.change_site(&officer(), &case, How::Transfer, "mission", "2026-03-02", "").await.unwrap();
    let [review] = reviews(&world, &case).await.try_into().unwrap();
    assert_eq!((review.events.len(), review.opened_at), (2, NOW));
    finish(&world, &officer(), &case, &review, "").await.unwrap();
    transfer(&world, &case, "kent", "one").await;
    assert!(open(&world, &case).await.is_empty(), "the first move, heard again after the finding");
    world.app.clock.advance(Duration::DAY);
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-03", "").await.unwrap();
    assert_eq!(reviews(&world, &case).await.len(), 2);
    // The same concern, polled again and again, is one event; one that opens anew is another.
    let concern = ConcernId::new(Uuid::from_u128(77));
    for _ in 0..3 {
        world.alarm.opens(concern, &[&case.id], NOW);
        world.ask_safety().await;
    }
    let of_concern =
        async || reviews(&world, &case).await.into_iter().filter(|review| review.trigger == Trigger::Concern).collect::<Vec<_>>();
    assert_eq!(of_concern().await.iter().map(|review| review.events.len()).collect::<Vec<_>>(), [1]);
    world.review(&case).await;
    world.alarm.closes(concern);
    world.ask_safety().await;
    world.alarm.opens(concern, &[&case.id], NOW);
    world.ask_safety().await;
    assert_eq!(of_concern().await.len(), 2);
}

// [RM1a]
#[tokio::test]
async fn the_units_own_schedule_opens_a_review_which_blocks_once_it_is_overdue_and_is_told_until_it_is_done() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let told = async || {
        let events = world.outbox(subject::THING_DUE).await;
        let events = events.iter().map(|body| ThingDue::decode(body.as_slice()).unwrap()).filter(|event| event.kind() == DueKind::Review);
        events.map(|event| (event.person, event.overdue)).collect::<Vec<_>>()
    };
    let mut expected = Vec::new();
    for (days, news) in [(89, None), (90, Some(false)), (103, None), (104, Some(true)), (111, Some(true)), (118, Some(true))] {
        let at = NOW + Duration::days(days);
        world.app.clock.advance(at - world.app.clock.now());
        for _ in 0..3 {
            work(&world.app, false).await.unwrap();
        }
        expected.extend(news.map(|overdue| (String::new(), overdue)));
        assert_eq!(told().await, expected, "on day {days}");
        let blocks = reviews(&world, &case).await.iter().any(|review| review.blocks(at));
        assert_eq!(blocks, days >= 104, "on day {days}");
    }
    let refused = refusal(world.go_at_once(&case, Stage::Mediation, "letter").await);
    assert!(refused.en.contains("review-open:schedule"), "{}", refused.en);
    let [review] = reviews(&world, &case).await.try_into().unwrap();
    finish(&world, &officer(), &case, &review, "").await.unwrap();
    for _ in 0..3 {
        work(&world.app, false).await.unwrap();
    }
    world.app.clock.advance(Duration::days(13));
    work(&world.app, false).await.unwrap();
    assert_eq!(told().await, expected, "nothing more of what is done");
    // The next one counts from the finding.
    let asked = Asked { case_ref: &case.id, kinds: &[Kind::Schedule], mediator: "", overdue: false, page_size: 0, page_token: "" };
    let page = list_due_things(&world.app, &officer(), asked).await.unwrap();
    assert_eq!(page.things.iter().map(|thing| thing.at).collect::<Vec<_>>(), [NOW + Duration::days(118 + 90)]);
}

// The acceptance of R3a, as far as it is a signature.
#[tokio::test]
async fn a_finding_waits_for_the_signature_of_another_supervisor_and_is_never_rewritten() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    transfer(&world, &case, "kent", "").await;
    let [review] = reviews(&world, &case).await.try_into().unwrap();
    let id = review.id.to_string();
    let sign = async |who: &Caller| sign_off_review(&world.app, who, &case.id, &id).await;
    assert_eq!(refusal(sign(&supervisor()).await).reason, "review-not-finished");
    finish(&world, &supervisor(), &case, &review, "").await.unwrap();
    assert_eq!(finish(&world, &supervisor(), &case, &review, "").await.unwrap(), State::Done, "said again it changes nothing");
    assert_eq!(refusal(finish(&world, &officer(), &case, &review, "").await).reason, "review-finished");
    assert_eq!(refusal(sign(&supervisor()).await).reason, "review-of-ones-own");
    assert_eq!(refusal(sign(&officer()).await).reason, "not-your-part");
    work(&world.app, false).await.unwrap();
    let waiting = async || {
        let asked = Asked { case_ref: "", kinds: &[Kind::SignOff], mediator: "", overdue: false, page_size: 0, page_token: "" };
        list_due_things(&world.app, &national_manager(), asked).await.unwrap().things.len()
    };
    assert_eq!(waiting().await, 1);
    for _ in 0..2 {
        assert_eq!(sign(&national_manager()).await.unwrap(), State::SignedOff);
    }
    assert_eq!(waiting().await, 0);
    for change in [
        "update review set finding = 'goes-on-with-measures', note_sealed = 'x'",
        "update review set signed_off_by = 'x'",
        "update review_event set came_at = now()",
    ] {
        assert!(sqlx::query(change).execute(&world.db.admin).await.is_err(), "{change}");
    }
    assert_eq!(refusal(sign_off_review(&world.app, &supervisor(), &case.id, "none").await).reason, "review-unknown");
}

#[tokio::test]
async fn without_the_check_of_the_application_the_database_shows_reviews_and_due_things_to_whoever_knows_of_the_case() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    transfer(&world, &case, "kent", "").await;
    for (who, sees) in [
        (officer(), true),
        (mediator("mediator-1"), true),
        (mediator("mediator-2"), false),
        (caller("rj-officer-9", &[role::RJ_OFFICER]), false),
    ] {
        let mut tx = world.app.begin(&who).await.unwrap();
        for query in
            ["select count(*) from review", "select count(*) from review_event", "select count(*) from due where case_id is not null"]
        {
            let seen: i64 = sqlx::query_scalar(query).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(seen > 0, sees, "{} {query}", who.subject);
        }
    }
}
