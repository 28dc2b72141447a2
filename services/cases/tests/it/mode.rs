//! Modes that are not on the list: described, and consented to as described [D-VOM, L26.1-2, R3a].

use std::collections::BTreeSet;

use cases::{
    app::{
        gate::check,
        mode::{describe_mode, say_direct},
    },
    domain::{assessment::Risk, case::stage::Stage, consent::Status},
};
use harness::dump::{holders, rows};
use sqlx::Executor;
use time::Duration;

use crate::world::{Opened, World, mediator, officer, refusal, supervisor};

const READ_ALOUD: &str = "a letter, read aloud by an Elder";

fn id(mode: &str) -> &str {
    mode.split_once(':').unwrap().1
}

async fn stage(world: &World, case: &Opened) -> Stage {
    world.read(case).await.file.standing.stage
}

async fn refused_with(world: &World, case: &Opened, mode: &str, code: &str) {
    let refused = refusal(world.go(case, Stage::Mediation, mode).await);
    assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
}

// [D-VOM] [L26.1-2]
#[tokio::test]
async fn everybody_consents_to_the_same_described_mode_or_the_gate_stays_shut() {
    let world = World::new().await;
    let case = world.prepared("").await;
    let (one, other) = (world.describe(&case, READ_ALOUD).await, world.describe(&case, "a song, sent as a recording").await);
    world.agree(&case, case.victim, &one).await;
    world.agree(&case, case.offender, &other).await;
    for (mode, who) in [(&one, "offender"), (&other, "victim")] {
        refused_with(&world, &case, mode, &format!("consent-missing:{who}:other")).await;
    }
    world.agree(&case, case.offender, &one).await;
    world.go(&case, Stage::Mediation, &one).await.unwrap();
    // Another one in mid-case needs the consent of everybody to that one.
    refused_with(&world, &case, &other, "consent-missing:victim:other").await;
    world.agree(&case, case.victim, &other).await;
    world.go(&case, Stage::Mediation, &other).await.unwrap();
    // And the withdrawal from the one stops the other.
    world.consent(&case, case.victim, &one, Status::Withdrawn).await.unwrap();
    assert_eq!(stage(&world, &case).await, Stage::Paused);
}

// [D-VOM]
#[tokio::test]
async fn another_mode_without_a_description_is_neither_offered_nor_given_nor_entered_and_can_be_withdrawn_from() {
    let world = World::new().await;
    let case = world.prepared("").await;
    for status in [Status::Offered, Status::Given] {
        let refused = refusal(world.consent(&case, case.victim, "other", status).await);
        assert_eq!((refused.reason, refused.clause), ("mode-not-described", "D-VOM"));
    }
    for to in [Stage::Preparation, Stage::Mediation] {
        let refused = refusal(world.go(&case, to, "other").await);
        assert!(refused.en.contains("mode-not-described"), "{}", refused.en);
    }
    let foreign = world.describe(&world.open().await, READ_ALOUD).await;
    for unknown in [foreign.as_str(), "other:none"] {
        assert_eq!(refusal(world.consent(&case, case.victim, unknown, Status::Offered).await).reason, "described-mode-unknown");
        assert_eq!(refusal(world.go(&case, Stage::Mediation, unknown).await).reason, "described-mode-unknown");
    }
    let own = world.describe(&case, READ_ALOUD).await;
    let beside = own.replace("other", "letter");
    assert_eq!(refusal(world.consent(&case, case.victim, &beside, Status::Offered).await).reason, "mode-on-the-list");
    world.consent(&case, case.victim, "other", Status::Withdrawn).await.unwrap();
    assert_eq!(stage(&world, &case).await, Stage::Paused);
}

// [D-VOM]
#[tokio::test]
async fn what_a_former_version_recorded_without_a_description_opens_no_gate_and_what_ran_on_it_pauses() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    for former in [
        "alter table consent_record disable trigger all",
        "alter table consent_record drop constraint another_mode_is_offered_and_given_as_described",
        "update consent_record set mode = 'other'",
        "alter table consent_record enable trigger all",
        "update case_file set mode = 'other'",
    ] {
        world.db.admin.execute(former).await.unwrap();
    }
    assert_eq!(check::check(&world.app).await.unwrap(), 1);
    assert_eq!(stage(&world, &case).await, Stage::Paused);
    refused_with(&world, &case, "", "mode-not-described").await;
    let described = world.describe(&case, READ_ALOUD).await;
    refused_with(&world, &case, &described, "consent-missing:victim:other").await;
}

// [R3a]
#[tokio::test]
async fn a_described_mode_counts_as_direct_until_who_answers_for_the_case_says_otherwise() {
    let world = World::new().await;
    let screened = world.screened(true);
    world.apply(&screened).await.unwrap();
    let case = world.opened(&screened).await;
    world.assign(&case, "mediator-1").await;
    for who in [case.victim, case.offender] {
        world.assess(&case, who, Risk::Low, "calm", "").await.unwrap();
    }
    let mode = world.describe(&case, READ_ALOUD).await;
    for who in [case.victim, case.offender] {
        world.agree(&case, who, &mode).await;
    }
    let refused = refusal(world.go(&case, Stage::Preparation, &mode).await);
    assert!(refused.en.contains("indirect-only:other"), "{}", refused.en);
    world.go(&case, Stage::Preparation, "").await.unwrap();
    refused_with(&world, &case, &mode, "indirect-only:other").await;
    // The mediator does not say so.
    let by_him = say_direct(&world.app, &mediator("mediator-1"), &case.id, id(&mode), false).await;
    assert_eq!(refusal(by_him).reason, "not-your-part");
    world.app.clock.advance(Duration::SECOND);
    say_direct(&world.app, &officer(), &case.id, id(&mode), false).await.unwrap();
    world.go(&case, Stage::Mediation, &mode).await.unwrap();
    let shown = world.read(&case).await.modes.remove(0);
    assert_eq!((shown.mode.direct, shown.text.expose().as_str()), (false, READ_ALOUD));
    assert_eq!(shown.said, Some(("rj-officer-1".to_owned(), world.app.clock.now())));
    // Said to be direct after all: what is under way stops at once.
    say_direct(&world.app, &supervisor(), &case.id, id(&mode), true).await.unwrap();
    assert_eq!(stage(&world, &case).await, Stage::Paused);
    refused_with(&world, &case, &mode, "indirect-only:other").await;
    let unknown = say_direct(&world.app, &supervisor(), &case.id, "none", false).await;
    assert_eq!(refusal(unknown).reason, "described-mode-unknown");
}

#[tokio::test]
async fn the_same_words_are_one_described_mode_sealed_and_never_rewritten() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let marked = "marker-mode: read aloud";
    let first = describe_mode(&world.app, &mediator("mediator-1"), &case.id, marked).await.unwrap();
    assert_eq!(describe_mode(&world.app, &officer(), &case.id, " Marker-Mode:  READ aloud ").await.unwrap(), first);
    assert_ne!(describe_mode(&world.app, &officer(), &case.id, "marker-mode: aloud read").await.unwrap(), first);
    assert_eq!(refusal(describe_mode(&world.app, &officer(), &case.id, " ").await).reason, "description-missing");
    assert_eq!(holders(&rows(&world.db.admin).await, "marker-mode"), BTreeSet::new());
    for rewrite in [
        "update described_mode set description_sealed = '\\x00'",
        "delete from described_mode",
        "update described_mode set direct = false, said_by = 'x', said_at = now()",
    ] {
        let mut tx = world.app.begin(&mediator("mediator-1")).await.unwrap();
        assert_eq!(tx.execute(rewrite).await.map_or(0, |done| done.rows_affected()), 0, "{rewrite}");
    }
    for rewrite in ["update described_mode set description_sealed = '\\x00'", "delete from described_mode"] {
        let mut tx = world.service().await;
        assert_eq!(tx.execute(rewrite).await.map_or(0, |done| done.rows_affected()), 0, "{rewrite}");
    }
    world.go(&case, Stage::Closed, "").await.unwrap();
    assert_eq!(refusal(describe_mode(&world.app, &officer(), &case.id, READ_ALOUD).await).reason, "case-closed");
}
