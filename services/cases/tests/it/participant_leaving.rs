//! Participants who leave and come back: nothing goes on without those it needs, and nothing they said before is erased [IM1c, D-RO].

use std::collections::BTreeSet;

use base::{Caller, Result};
use cases::{
    app::{
        case::read::get_case,
        participant::add::{self, Added},
    },
    domain::{
        assessment::Risk,
        case::stage::Stage,
        consent::{How, Status},
        participant::{kind::Kind, leaving::Wish},
    },
};
use harness::dump::{holders, rows};
use proto::{id::ParticipantId, subject};
use sqlx::{AssertSqlSafe, Executor};
use time::Duration;
use vault::Vault;

use crate::world::{Opened, World, mediator, officer, refusal, supervisor};

async fn stands(world: &World, case: &Opened) -> (Stage, Option<Stage>) {
    let standing = world.read(case).await.file.standing;
    (standing.stage, standing.left)
}

async fn refused_with(world: &World, case: &Opened, to: Stage, code: &str) {
    let refused = refusal(world.go(case, to, "").await);
    assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
}

async fn add(world: &World, by: &Caller, case: &Opened, kind: Kind, name: &str, another: bool) -> Result<Added> {
    let command = add::Command { case_ref: &case.id, kind, name, fps: "", language: "en", key: "", is_another_person: another };
    world.add_by(by, command).await
}

// [IM1c] [D-RO]
#[tokio::test]
async fn the_offender_or_the_last_victim_who_leaves_stops_the_case_at_once_and_it_does_not_go_on() {
    let world = World::new().await;
    for stage in [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp] {
        for (n, wish) in Wish::ALL.iter().copied().enumerate() {
            let case = match stage {
                Stage::Assessment => world.open().await,
                Stage::Preparation => world.prepared("letter").await,
                _ => world.in_mediation("letter").await,
            };
            if stage == Stage::FollowUp {
                world.go(&case, stage, "").await.unwrap();
            }
            let (who, side) = [(case.victim, "victim"), (case.offender, "offender")][n % 2];
            let before = world.outbox(subject::CASE_MOVED).await.len();
            world.leave(&case, who, wish).await.unwrap();
            assert_eq!(stands(&world, &case).await, (Stage::Paused, Some(stage)), "{wish:?}");
            assert_eq!(world.outbox(subject::CASE_MOVED).await.len(), before + 1);
            if matches!(stage, Stage::Preparation | Stage::Mediation) {
                refused_with(&world, &case, stage, &format!("participant-missing:{side}")).await;
            }
        }
    }
    // In the transaction in which they left, and nothing is said of who or why.
    let same_transaction = "select count(*) from case_move m join leaving l on m.xmin = l.xmin
                            where m.to_stage = 'paused' and m.reason_sealed is null and m.moved_by = 'service:cases'";
    assert_eq!(world.count(same_transaction).await, 20);
}

// [D-RO]
#[tokio::test]
async fn whoever_leaves_a_mediation_pauses_it_and_the_others_go_on_without_them() {
    let world = World::new().await;
    let case = world.prepared("group").await;
    let member = world.add(&case, Kind::CommunityMember, "").await.unwrap();
    for who in [case.victim, case.offender, member] {
        world.agree(&case, who, "group").await;
    }
    world.go(&case, Stage::Mediation, "group").await.unwrap();
    world.leave_by(&mediator("mediator-1"), &case, member, Wish::Mediator, "has moved away").await.unwrap();
    assert_eq!(stands(&world, &case).await, (Stage::Paused, Some(Stage::Mediation)));
    world.go(&case, Stage::Mediation, "").await.unwrap();
}

// [IM1c] [L26.1-2]
#[tokio::test]
async fn the_consent_of_somebody_who_left_neither_counts_nor_is_needed_and_their_withdrawal_stops_nothing() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let helper = world.add(&case, Kind::SupportPerson, "").await.unwrap();
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    world.consent(&case, helper, "letter", Status::Withdrawn).await.unwrap();
    assert_eq!(stands(&world, &case).await.0, Stage::Paused);
    refused_with(&world, &case, Stage::Preparation, "own-initiative-missing:support_person").await;
    world.leave(&case, helper, Wish::Own).await.unwrap();
    world.go(&case, Stage::Preparation, "").await.unwrap();
    world.go(&case, Stage::Mediation, "letter").await.unwrap();
    // What they say afterwards is kept, and stops nothing any more.
    world.consent(&case, helper, "video", Status::Withdrawn).await.unwrap();
    assert_eq!(stands(&world, &case).await.0, Stage::Mediation);
    for status in [Status::Offered, Status::Given, Status::Expired] {
        assert_eq!(refusal(world.consent(&case, helper, "letter", status).await).reason, "participant-left");
    }
    let kept = world.read(&case).await.consents.iter().filter(|(who, _)| *who == helper).count();
    assert_eq!(kept, 2);
    assert_eq!(cases::app::gate::check::check(&world.app).await.unwrap(), 0);
}

// [IM1c]
#[tokio::test]
async fn a_withdrawal_is_not_washed_away_by_leaving_and_coming_back_under_any_spelling() {
    let world = World::new().await;
    for (withdraws, spelling) in [(true, "IMAGINARY, Véra"), (false, "vera imaginary")] {
        let case = world.in_mediation("letter").await;
        if withdraws {
            world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
        }
        world.leave(&case, case.victim, Wish::Own).await.unwrap();
        world.app.clock.advance(Duration::HOUR);
        // Nor does the mediator's word that it is somebody else.
        let him = mediator("mediator-1");
        let back = add(&world, &him, &case, Kind::Victim, spelling, true).await.unwrap();
        assert_eq!(back.formerly, Some(case.victim));
        world.assess(&case, back.id, Risk::Low, "calm", "").await.unwrap();
        refused_with(&world, &case, Stage::Mediation, "own-initiative-missing:victim").await;
        let own = (Some(How::InWriting), Some(world.app.clock.now()));
        let early = (Some(How::InWriting), Some(world.app.clock.now() - Duration::hours(2)));
        for (by, initiative, reason) in [
            (&officer(), (None, None), "own-initiative-missing"),
            (&him, own, "own-initiative-by-mediator"),
            (&officer(), early, "own-initiative-time"),
        ] {
            let offered = world.consent_by(by, &case, back.id, "letter", Status::Offered, initiative).await;
            assert_eq!(refusal(offered).reason, reason);
        }
        assert_eq!(refusal(world.consent(&case, back.id, "letter", Status::Given).await).reason, "own-initiative-missing");
        world.consent_by(&officer(), &case, back.id, "letter", Status::Offered, own).await.unwrap();
        // What they gave before they left counts no more: it was given by who they were.
        refused_with(&world, &case, Stage::Mediation, "consent-missing:victim:letter").await;
        world.consent(&case, back.id, "letter", Status::Given).await.unwrap();
        world.go(&case, Stage::Mediation, "").await.unwrap();
        assert_eq!(world.read(&case).await.participants.len(), 3, "history is kept");
    }
}

// [IM1c]
#[tokio::test]
async fn a_withdrawal_is_not_washed_away_by_a_second_entry_of_the_same_person() {
    let world = World::new().await;
    for entered_first in [true, false] {
        let case = world.prepared("letter").await;
        let second = async || add(&world, &mediator("mediator-1"), &case, Kind::Victim, "VERA imaginary", true).await.unwrap().id;
        let mut twin = None;
        if entered_first {
            twin = Some(second().await);
        }
        world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
        let twin = match twin {
            Some(twin) => twin,
            None => second().await,
        };
        world.assess(&case, twin, Risk::Low, "calm", "").await.unwrap();
        world.agree(&case, twin, "letter").await;
        world.app.clock.advance(Duration::HOUR);
        world.leave_by(&mediator("mediator-1"), &case, case.victim, Wish::Mediator, "entered twice").await.unwrap();
        refused_with(&world, &case, Stage::Preparation, "own-initiative-missing:victim").await;
        assert_eq!(refusal(world.consent(&case, twin, "letter", Status::Given).await).reason, "own-initiative-missing");
        world.app.clock.advance(Duration::HOUR);
        world.turn_back(&case, twin, "letter").await.unwrap();
        world.go(&case, Stage::Preparation, "").await.unwrap();
    }
}

#[tokio::test]
async fn the_officer_says_that_somebody_of_the_same_name_is_another_person_and_a_mistake_was_nobody() {
    let world = World::new().await;
    let case = world.open().await;
    let elder = add(&world, &officer(), &case, Kind::Elder, "Robin Fictional", false).await.unwrap();
    world.leave(&case, elder.id, Wish::Unit).await.unwrap();
    let other = add(&world, &officer(), &case, Kind::Elder, "Robin Fictional", true).await.unwrap();
    assert_eq!(other.formerly, None);
    let wrong = add(&world, &officer(), &case, Kind::Interpreter, "Fictional Helper", false).await.unwrap();
    world.leave(&case, wrong.id, Wish::Mistake).await.unwrap();
    let right = add(&world, &officer(), &case, Kind::SupportPerson, "Fictional Helper", false).await.unwrap();
    assert_eq!(right.formerly, None);
    world.consent(&case, right.id, "letter", Status::Offered).await.unwrap();
}

// [CCRA 2(4)]
#[tokio::test]
async fn an_offender_who_left_is_not_added_to_the_victims_side() {
    let world = World::new().await;
    let case = world.open().await;
    world.leave(&case, case.offender, Wish::Unit).await.unwrap();
    for kind in [Kind::Victim, Kind::Representative, Kind::SupportPerson] {
        assert_eq!(refusal(world.add(&case, kind, "123456A").await).reason, "same-person-on-both-sides");
        let refused = refusal(add(&world, &officer(), &case, kind, "invented oscar", false).await);
        assert_eq!(refused.reason, "may-be-the-same-person");
    }
}

// [CCRA 26.1(2)]
#[tokio::test]
async fn a_representative_goes_on_in_place_of_a_victim_who_died_and_never_of_one_who_went_or_withdrew() {
    let world = World::new().await;
    for (withdraws, wish, goes_on) in [
        (false, Wish::Unable, true),
        (true, Wish::Unable, false),
        (false, Wish::Own, false),
        (false, Wish::Unit, false),
        (true, Wish::Mistake, false),
    ] {
        let case = world.prepared("letter").await;
        let sister = world.add(&case, Kind::Representative, "").await.unwrap();
        world.assess(&case, sister, Risk::Low, "calm", "").await.unwrap();
        if withdraws {
            world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
        }
        world.leave(&case, case.victim, wish).await.unwrap();
        let went = world.go(&case, Stage::Preparation, "").await;
        assert_eq!(went.is_ok(), goes_on, "{wish:?} {withdraws}");
        if !goes_on {
            assert!(refusal(went).en.contains("participant-missing:victim"));
        }
    }
}

// [IM1c]
#[tokio::test]
async fn a_leaving_is_recorded_once_with_who_when_and_at_whose_wish_and_never_changed() {
    let world = World::new().await;
    let case = world.open().await;
    let him = mediator("mediator-1");
    world.assign(&case, "mediator-1").await;
    let first = world.leave_by(&him, &case, case.victim, Wish::Own, "marker-why").await.unwrap();
    world.app.clock.advance(Duration::HOUR);
    for reason in ["marker-why", ""] {
        assert_eq!(world.leave_by(&him, &case, case.victim, Wish::Own, reason).await.unwrap(), first);
    }
    let other = world.leave_by(&officer(), &case, case.victim, Wish::Unit, "marker-other").await;
    assert_eq!(refusal(other).reason, "left-already");
    let whole = world.read(&case).await;
    let left = whole.participants.iter().find(|p| p.id == case.victim).unwrap().left.clone().unwrap();
    assert_eq!((left.wish, left.recorded_by.as_str(), left.at), (Wish::Own, "mediator-1", first));
    assert_eq!(left.reason.expose(), "marker-why");
    let unknown = world.leave_by(&officer(), &case, ParticipantId::new(uuid::Uuid::max()), Wish::Own, "").await;
    assert_eq!(refusal(unknown).reason, "participant-unknown");
    for rewrite in ["update leaving set wish = 'unit'", "delete from leaving"] {
        for mut tx in [world.service().await, world.app.begin(&supervisor()).await.unwrap(), world.app.begin(&him).await.unwrap()] {
            let changed = tx.execute(rewrite).await.map_or(0, |done| done.rows_affected());
            assert_eq!(changed, 0, "{rewrite}");
        }
    }
    audit_log::checkpoint(&world.app.pool, "cases", None, world.app.clock.now()).await.unwrap();
    let log = audit_log::entries(&mut world.db.admin.acquire().await.unwrap(), 0, 1_000).await.unwrap();
    let of_him = log.iter().filter(|row| row.action == "participant.leave" && row.actor == "mediator-1" && row.object == case.id);
    assert_eq!(of_him.count(), 3);
}

#[tokio::test]
async fn the_mediator_sends_nobody_away_in_the_name_of_others_and_nobody_without_a_reason() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let him = mediator("mediator-1");
    for wish in [Wish::Unit, Wish::Unable, Wish::Mistake] {
        let refused = refusal(world.leave_by(&him, &case, case.victim, wish, "as agreed").await);
        assert_eq!((refused.reason, refused.clause), ("leaving-not-by-mediator", "IM1c"));
    }
    assert_eq!(refusal(world.leave_by(&him, &case, case.victim, Wish::Mediator, " ").await).reason, "reason-missing");
    let stranger = world.leave_by(&mediator("mediator-2"), &case, case.victim, Wish::Own, "").await;
    assert!(matches!(stranger, Err(base::Error::NotFound)));
    assert_eq!(world.count("select count(*) from leaving").await, 0);
}

#[tokio::test]
async fn why_somebody_left_stands_sealed_under_the_key_of_their_own_side() {
    let world = World::new().await;
    let case = world.open().await;
    world.leave_by(&officer(), &case, case.victim, Wish::Own, "marker-why").await.unwrap();
    assert_eq!(holders(&rows(&world.db.admin).await, "marker-why"), BTreeSet::new());
    let bound =
        "select count(*) from leaving l join data_key k on position(uuid_send(k.id) in l.reason_sealed) > 0 where k.side = 'victim'";
    assert_eq!(world.count(bound).await, 1);
    // Without the victim's key, what is left of the file says nothing of it.
    let lost = AssertSqlSafe("update data_key set wrapped = null, destroyed_at = now() where side = 'victim'".to_owned());
    world.db.admin.execute(lost).await.unwrap();
    let mut disclosed = world.app.clone();
    disclosed.vault = harness::vault::vault("cases", &disclosed.clock);
    assert!(get_case(&disclosed, &officer(), &case.id).await.is_err());
}

// [IM1c]
#[tokio::test]
async fn who_leaves_at_their_own_wish_waits_for_no_key() {
    let mut world = World::new().await;
    let case = world.in_mediation("letter").await;
    let keyed = world.app.vault.clone();
    world.app.vault = Vault::none("cases", world.app.clock.clone());
    world.leave(&case, case.victim, Wish::Own).await.unwrap();
    world.app.vault = keyed;
    assert_eq!(stands(&world, &case).await.0, Stage::Paused);
}

#[tokio::test]
async fn an_imminent_risk_of_somebody_who_left_is_raised_all_the_same() {
    let world = World::new().await;
    let case = world.open().await;
    world.leave(&case, case.offender, Wish::Own).await.unwrap();
    assert!(world.assess(&case, case.offender, Risk::Imminent, "notes", "head").await.unwrap().concern.is_some());
}
