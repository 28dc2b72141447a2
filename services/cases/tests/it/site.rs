//! The site of a case, which follows the person: who reports it, what is stored, what safety is notified of [R3e, TRAP-2, LPR4].

use std::sync::atomic::Ordering;

use base::database::Actor;
use cases::{
    app::case::read::get_case,
    domain::{
        assessment::Risk,
        site::{How, Stay},
    },
    grpc::Server,
};
use harness::uniform::asked;
use prost::Message;
use proto::{
    cases::v1::{CorrectSiteRequest, GetCaseRequest, RecordPersonMoveRequest, SiteChange, case_service_server::CaseService},
    id::ConcernId,
    role,
    safety::v1::{Concern, FollowCaseRequest},
    subject,
};
use sqlx::Executor;
use time::{Duration, macros::date};
use uuid::Uuid;

use crate::world::{NOW, Opened, World, caller, mediator, officer, other_officer, refusal, supervisor};

/// Where the person was, from when until when.
fn told(stays: &[Stay]) -> Vec<(&str, String, Option<String>)> {
    stays.iter().map(|s| (s.site.as_deref().unwrap_or_default(), s.from.to_string(), s.until.map(|day| day.to_string()))).collect()
}

async fn concern_of(world: &World, case: &Opened) -> ConcernId {
    let concern = ConcernId::new(world.app.ids.uuid());
    world.alarm.opens(concern, &[&case.id], world.app.clock.now());
    world.ask_safety().await;
    concern
}

fn words_of(world: &World, concern: ConcernId) -> Vec<FollowCaseRequest> {
    world.alarm.words(concern)
}

/// A site to which people are released.
const OUTSIDE: &str = "po-victoria";

// [R3e] [TRAP-2] [IM1a]
#[tokio::test]
async fn the_site_of_a_case_follows_a_correction_and_a_move_and_its_history_is_kept() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    world.change_site(&officer(), &case, How::Correction, "kent", "", "").await.unwrap();
    world.app.clock.advance(Duration::days(30));
    let now = world.change_site(&mediator("mediator-1"), &case, How::Release, OUTSIDE, "2026-03-20", "").await.unwrap();
    assert_eq!((now.site.as_deref(), now.from, now.until), (Some(OUTSIDE), date!(2026 - 03 - 20), None));
    let whole = world.read(&case).await;
    assert_eq!(whole.file.site.as_deref(), Some(OUTSIDE));
    let day = |text: &str| text.to_owned();
    assert_eq!(
        told(&whole.stays),
        [
            ("mission", day("2026-03-02"), Some(day("2026-03-02"))),
            ("kent", day("2026-03-02"), Some(day("2026-03-20"))),
            (OUTSIDE, day("2026-03-20"), None)
        ]
    );
    let by: Vec<&str> = whole.stays.iter().filter_map(|stay| stay.change.as_ref()).map(|change| change.recorded_by.as_str()).collect();
    assert_eq!(by, ["rj-officer-1", "mediator-1"]);
    let entered = "select count(*) from audit_staged where (action, outcome) in (('site.correct', 'granted'), ('site.move', 'granted'))";
    assert_eq!(world.count(entered).await, 2);
    assert_eq!(world.count("select count(*) from case_site where reason_sealed is not null").await, 2);
    // Nobody rewrites it, not even the service.
    for rewrite in ["update case_site set site = 'matsqui'", "delete from case_site"] {
        let mut tx = base::database::begin(&world.app.pool, &Actor::service("cases")).await.unwrap();
        let outcome = tx.execute(rewrite).await;
        assert!(outcome.is_err() || outcome.unwrap().rows_affected() == 0, "{rewrite}");
    }
    assert!(world.db.admin.execute("update case_site set site = 'matsqui'").await.is_err());
}

// [R3e] [R3c]
#[tokio::test]
async fn the_unit_corrects_the_site_and_a_mediator_only_records_that_the_person_moved() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let refused = refusal(world.change_site(&mediator("mediator-1"), &case, How::Correction, "kent", "", "").await);
    assert_eq!(refused.reason, "not-your-part");
    for stranger in [other_officer(), mediator("mediator-2"), caller("head", &[role::INSTITUTIONAL_HEAD])] {
        for (how, on) in [(How::Correction, ""), (How::Transfer, "2026-03-02")] {
            let outcome = world.change_site(&stranger, &case, how, "kent", on, "").await;
            assert!(matches!(outcome, Err(base::Error::NotFound)), "{}: {outcome:?}", stranger.subject);
        }
    }
    for (how, site, on, reason) in [
        (How::Correction, "no-such-site", "", "site-unknown"),
        (How::Correction, "mission", "", "site-unchanged"),
        (How::Transfer, "kent", "2026-03-03", "move-not-yet"),
        (How::Transfer, "kent", "2026-02-01", "move-out-of-order"),
        (How::Release, "kent", "2026-03-02", "release-not-to-the-community"),
    ] {
        assert_eq!(refusal(world.change_site(&officer(), &case, how, site, on, "").await).reason, reason);
    }
    assert_eq!(world.count("select count(*) from case_site").await, 0);
    assert_eq!(world.read(&case).await.file.site.as_deref(), Some("mission"));
    // A head has no case of anybody, wherever the person is.
    world.change_site(&supervisor(), &case, How::Correction, "kent", "", "").await.unwrap();
    for site in ["mission", "kent"] {
        let head = base::Caller::acting("head", &[role::INSTITUTIONAL_HEAD], &[site], &[], NOW + Duration::days(1));
        assert!(!world.can_read(&head, &case).await, "{site}");
    }
}

#[tokio::test]
async fn a_change_of_site_recorded_twice_under_one_key_is_one_change() {
    let world = World::new().await;
    let case = world.open().await;
    for _ in 0..2 {
        let now = world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-02", "Vera's key").await.unwrap();
        assert_eq!(now.site.as_deref(), Some("kent"));
    }
    assert_eq!(world.count("select count(*) from case_site").await, 1);
    assert_eq!(world.count("select count(*) from case_site where change_key like '%Vera%'").await, 0, "a digest is kept");
    let other = world.change_site(&officer(), &case, How::Transfer, "matsqui", "2026-03-02", "Vera's key").await;
    assert_eq!(refusal(other).reason, "key-used");
    // Another person's key is their own.
    world.change_site(&supervisor(), &case, How::Transfer, "matsqui", "2026-03-02", "Vera's key").await.unwrap();
    // What was done under a key stays done, wherever the person is by now.
    let again = world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-02", "Vera's key").await.unwrap();
    assert_eq!(again.site.as_deref(), Some("matsqui"));
}

// [TRAP-2]
#[tokio::test]
async fn an_open_concern_of_a_case_goes_along_when_its_person_moves_and_is_told_once() {
    let world = World::new().await;
    let case = world.open().await;
    let concern = concern_of(&world, &case).await;
    let first = words_of(&world, concern);
    assert_eq!((first.len(), first[0].site.as_str(), first[0].former_sites.len()), (1, "mission", 0), "wherever it was raised");
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-02", "").await.unwrap();
    for _ in 0..3 {
        world.ask_safety().await;
    }
    let moved = words_of(&world, concern);
    assert_eq!((moved.len(), moved[1].site.as_str(), moved[1].former_sites.as_slice()), (2, "kent", ["mission".to_owned()].as_slice()));
    // A concern that is raised later, naming the old site or none, is told where the person is.
    let later = concern_of(&world, &case).await;
    let told = words_of(&world, later);
    assert_eq!(
        (told[0].case_site.as_str(), told[0].site.as_str(), told[0].former_sites.as_slice()),
        (moved[1].case_site.as_str(), "kent", ["mission".to_owned()].as_slice())
    );
    // Back again: who rings there by then is rung rightly, and nobody else is called former.
    world.change_site(&officer(), &case, How::Transfer, "mission", "2026-03-02", "").await.unwrap();
    world.ask_safety().await;
    let back = words_of(&world, concern);
    assert_eq!((back[2].site.as_str(), back[2].former_sites.as_slice()), ("mission", ["kent".to_owned()].as_slice()));
    world.alarm.closes(concern);
    world.change_site(&officer(), &case, How::Transfer, "matsqui", "2026-03-02", "").await.unwrap();
    world.ask_safety().await;
    assert_eq!(words_of(&world, concern).len(), 3, "a closed concern rings nobody");
}

// [TRAP-2] [RM1b]
#[tokio::test]
async fn the_alarm_that_does_not_take_a_move_is_told_again_and_so_is_one_that_was_set_back() {
    let world = World::new().await;
    let case = world.open().await;
    let concern = concern_of(&world, &case).await;
    world.alarm.deaf.store(true, Ordering::Relaxed);
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-02", "").await.unwrap();
    world.ask_safety().await;
    assert_eq!(words_of(&world, concern).len(), 1);
    assert!(world.app.concerns.is_current(world.app.clock.now()), "the gate hears the alarm all the same");
    world.alarm.deaf.store(false, Ordering::Relaxed);
    world.ask_safety().await;
    assert_eq!(words_of(&world, concern).last().unwrap().site, "kent");
    world.alarm.forgets_words();
    world.ask_safety().await;
    assert_eq!(words_of(&world, concern).len(), 1, "told again");
}

// [RM1b] [TRAP-1] [TRAP-2]
#[tokio::test]
async fn imminent_risk_rings_where_the_person_is_now_and_a_victims_own_never_follows_the_offender() {
    let world = World::new().await;
    let case = world.open().await;
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-03-02", "").await.unwrap();
    world.assess(&case, case.offender, Risk::Imminent, "told in a meeting", "tonight").await.unwrap();
    let of_the_victim = world.assess(&case, case.victim, Risk::Imminent, "she is afraid", "").await.unwrap().concern.unwrap();
    let raised: Vec<Concern> =
        world.outbox(subject::RAISE_BY_CASES).await.iter().map(|body| Concern::decode(body.as_slice()).unwrap()).collect();
    assert_eq!(raised.iter().map(|concern| concern.site.as_str()).collect::<Vec<_>>(), ["kent", ""]);
    world.alarm.opens(of_the_victim, &[&case.id], NOW);
    world.change_site(&officer(), &case, How::Transfer, "matsqui", "2026-03-02", "").await.unwrap();
    world.ask_safety().await;
    assert!(words_of(&world, of_the_victim).is_empty(), "the head of the offender's site learns nothing of the victim");
}

// [RM1b] [IM1a]
#[tokio::test]
async fn where_no_site_is_known_yet_the_head_who_is_found_later_is_not_told_who_else_takes_part() {
    let world = World::new().await;
    let case = world.open().await;
    world.db.admin.execute("update case_file set site = null").await.unwrap();
    let concern = world.assess(&case, case.victim, Risk::Imminent, "she is afraid", "keep him from the telephone").await.unwrap().concern;
    let raised = world.outbox(subject::RAISE_BY_CASES).await;
    let raised = Concern::decode(raised[0].as_slice()).unwrap();
    assert_eq!((raised.site.as_str(), raised.person_at_risk.as_str()), ("", ""));
    assert!(raised.text.contains("Vera Imaginary"), "for nhq");
    world.alarm.opens(concern.unwrap(), &[&case.id], NOW);
    world.change_site(&officer(), &case, How::Correction, "kent", "", "").await.unwrap();
    world.ask_safety().await;
    assert_eq!(words_of(&world, concern.unwrap())[0].site, "kent");
}

// [LPR4]
#[tokio::test]
async fn a_change_of_site_is_a_use_of_the_case() {
    let world = World::new().await;
    let case = world.open().await;
    world.app.clock.advance(Duration::days(90));
    world.change_site(&officer(), &case, How::Transfer, "kent", "2026-05-01", "").await.unwrap();
    let last: time::OffsetDateTime =
        sqlx::query_scalar("select last_use_of($1)").bind(case.id.parse::<Uuid>().unwrap()).fetch_one(&world.db.admin).await.unwrap();
    assert_eq!(last, world.app.clock.now());
}

#[tokio::test]
async fn by_the_door_the_site_is_corrected_moved_and_shown_with_its_history() {
    let world = World::new().await;
    let case = world.open().await;
    let door = Server::new(world.app.clone());
    let correct = CorrectSiteRequest {
        case_ref: case.id.clone(),
        site: "kent".into(),
        reason: "the referral named the sending office".into(),
        idempotency_key: "k-1".into(),
    };
    let stay = door.correct_site(asked(&officer(), correct)).await.unwrap().into_inner().stay.unwrap();
    assert_eq!((stay.site.as_str(), stay.how(), stay.recorded_by.as_str()), ("kent", SiteChange::Correction, "rj-officer-1"));
    let number = get_case(&world.app, &officer(), &case.id).await.unwrap().file.number;
    let moved = |how: SiteChange| RecordPersonMoveRequest {
        case_ref: number.clone(),
        how: how.into(),
        site: OUTSIDE.into(),
        moved_on: "2026-03-02".into(),
        reason: "told by the parole officer".into(),
        idempotency_key: String::new(),
    };
    for how in [SiteChange::Unspecified, SiteChange::Opening, SiteChange::Correction] {
        let refused = door.record_person_move(asked(&officer(), moved(how))).await.err().unwrap();
        assert_eq!(harness::raw::reason(&refused), "move-unknown");
    }
    door.record_person_move(asked(&officer(), moved(SiteChange::Release))).await.unwrap();
    let shown = door.get_case(asked(&officer(), GetCaseRequest { case_ref: case.id })).await.unwrap().into_inner().case.unwrap();
    let sites: Vec<(&str, SiteChange, bool)> =
        shown.sites.iter().map(|stay| (stay.site.as_str(), stay.how(), stay.until.is_empty())).collect();
    assert_eq!(shown.site, OUTSIDE);
    assert_eq!(
        sites,
        [("mission", SiteChange::Opening, false), ("kent", SiteChange::Correction, false), (OUTSIDE, SiteChange::Release, true)]
    );
    assert_eq!(shown.sites[2].reason, "told by the parole officer");
}
