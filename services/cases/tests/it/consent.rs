//! Consent: no mediation without that of everyone, and none that goes on after one is withdrawn [L26.1-2, IM1c, TRAP-10].

use base::Caller;
use cases::{
    app::{case::move_case, consent},
    domain::{
        case::stage::Stage,
        consent::{How, Status, Understanding, WrittenGiving},
        participant::{kind::Kind, leaving::Wish},
    },
};
use prost::Message;
use proto::{
    cases::v1::{CaseMoved, ContactClear, ContactStopped},
    id::ParticipantId,
    role, subject,
};

use crate::world::{World, caller, officer, refusal};

/// What was told of contact with a participant, in its order: its sequence, and whether it stops.
async fn told(world: &World, who: ParticipantId) -> Vec<(i64, bool)> {
    let who = who.to_string();
    let stops = world.outbox(subject::CONTACT_STOPPED).await;
    let stops = stops.iter().map(|body| ContactStopped::decode(body.as_slice()).unwrap());
    let mut told: Vec<_> = stops.filter(|event| event.participant_id == who).map(|event| (event.sequence, true)).collect();
    let clears = world.outbox(subject::CONTACT_CLEAR).await;
    let clears = clears.iter().map(|body| ContactClear::decode(body.as_slice()).unwrap());
    told.extend(clears.filter(|event| event.participant_id == who).map(|event| (event.sequence, false)));
    told.sort_unstable();
    told
}

fn stops(told: &[(i64, bool)]) -> Vec<bool> {
    told.iter().map(|(_, stopped)| *stopped).collect()
}

#[tokio::test]
async fn one_missing_consent_refuses_mediation_and_names_the_participant_by_kind_only() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let helper = world.add(&case, Kind::SupportPerson, "").await.unwrap();
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert_eq!((refused.reason, refused.clause), ("conditions-missing", "L26.1-2"));
    assert_eq!(
        refused.en,
        "this cannot go ahead yet; missing: the informed and voluntary consent of a support person to letter exchange \
         (consent-missing:support_person:letter)"
    );
    for name in ["Vera", "Oscar", "Robin"] {
        assert!(!refused.en.contains(name) && !refused.fr.contains(name));
    }
    assert!(refused.fr.contains("une personne de soutien"));
    world.agree(&case, helper, "letter").await;
    assert_eq!(world.go(&case, Stage::Mediation, "letter").await.unwrap(), Stage::Mediation);
}

#[tokio::test]
async fn no_role_stands_in_for_a_consent() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let everything: Vec<&str> = role::ALL.to_vec();
    let command = move_case::Command { case_ref: &case.id, to: Stage::Mediation, mode: "letter", described: "", reason: "override" };
    let refused = refusal(move_case::move_case(&world.app, &caller("manager", &everything), command).await);
    assert!(refused.en.contains("consent-missing:victim:letter") && refused.en.contains("consent-missing:offender:letter"));
}

// [D-VOM]
#[tokio::test]
async fn another_mode_in_mid_case_needs_the_consent_of_everyone_to_it() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let refused = refusal(world.go(&case, Stage::Mediation, "face_to_face").await);
    assert!(refused.en.contains("consent-missing:victim:face_to_face"), "{}", refused.en);
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "face_to_face").await;
    }
    world.go(&case, Stage::Mediation, "face_to_face").await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Mediation);
}

#[tokio::test]
async fn a_withdrawal_pauses_mediation_in_the_same_transaction_and_says_nothing_of_who_or_why() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let before = world.outbox(subject::CASE_MOVED).await.len();
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    let standing = world.read(&case).await.file.standing;
    assert_eq!((standing.stage, standing.left), (Stage::Paused, Some(Stage::Mediation)));
    let told = world.outbox(subject::CASE_MOVED).await;
    assert_eq!(told.len(), before + 1);
    assert!(CaseMoved::decode(told[before].as_slice()).unwrap().stage() == proto::cases::v1::Stage::Paused);
    let same_transaction = "select count(*) from case_move m join consent_record c on m.xmin = c.xmin
                            where m.to_stage = 'paused' and m.reason = '' and m.moved_by = 'service:cases' and c.status = 'withdrawn'";
    assert_eq!(world.count(same_transaction).await, 1);
    // The way back: a new offer on the participant's own initiative, and consent given anew.
    assert_eq!(refusal(world.go(&case, Stage::Mediation, "").await).reason, "conditions-missing");
    for status in [Status::Offered, Status::Given] {
        assert_eq!(refusal(world.consent(&case, case.victim, "letter", status).await).reason, "own-initiative-missing");
    }
    world.turn_back(&case, case.victim, "letter").await.unwrap();
    world.consent(&case, case.victim, "letter", Status::Given).await.unwrap();
    assert_eq!(world.go(&case, Stage::Mediation, "").await.unwrap(), Stage::Mediation);
}

// [IM1c]
#[tokio::test]
async fn a_withdrawal_pauses_the_case_at_every_stage_and_from_whichever_mode_it_is() {
    let world = World::new().await;
    for stage in [Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp] {
        for mode in ["video", "letter"] {
            let case = match stage {
                Stage::Assessment => world.open().await,
                Stage::Preparation => world.prepared("video").await,
                _ => world.in_mediation("video").await,
            };
            if stage == Stage::FollowUp {
                world.go(&case, Stage::FollowUp, "").await.unwrap();
            }
            world.consent(&case, case.offender, mode, Status::Withdrawn).await.unwrap();
            let standing = world.read(&case).await.file.standing;
            assert_eq!((standing.stage, standing.left), (Stage::Paused, Some(stage)), "{mode}");
            // Nobody moves it on by themselves.
            let refused = refusal(world.go(&case, stage, "").await);
            assert!(refused.en.contains("own-initiative-missing:offender"), "{}", refused.en);
        }
    }
}

// [IM1c] [L26-6]
#[tokio::test]
async fn a_withdrawal_stops_contact_with_everyone_in_the_same_transaction_and_it_is_clear_once_all_go_on() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    assert!(told(&world, case.victim).await.is_empty() && told(&world, case.offender).await.is_empty());
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    for who in [case.victim, case.offender] {
        assert_eq!(stops(&told(&world, who).await), [true]);
    }
    let same_transaction = "select count(*) from contact_stop s join consent_record c on s.xmin = c.xmin
                            join outbox o on o.xmin = c.xmin and o.subject = 'ro.cases.event.contact-stopped'
                            where c.status = 'withdrawn' and s.stopped";
    assert_eq!(world.count(same_transaction).await, 4, "two lines and two messages");
    // Said again, nothing is told again.
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    // The participant turns back, and the case is still paused: nobody is contacted.
    world.turn_back(&case, case.victim, "letter").await.unwrap();
    world.consent(&case, case.victim, "letter", Status::Given).await.unwrap();
    assert_eq!(stops(&told(&world, case.victim).await), [true]);
    world.go(&case, Stage::Mediation, "").await.unwrap();
    for who in [case.victim, case.offender] {
        let told = told(&world, who).await;
        assert_eq!(stops(&told), [true, false]);
        assert!(told[0].0 < told[1].0);
    }
}

// [IM1c]
#[tokio::test]
async fn contact_stops_with_whoever_leaves_and_with_everyone_at_a_closing() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let helper = world.add(&case, Kind::SupportPerson, "").await.unwrap();
    world.leave(&case, helper, Wish::Unit).await.unwrap();
    assert_eq!((stops(&told(&world, helper).await), stops(&told(&world, case.victim).await)), (vec![true], vec![]));
    let end = |to| move_case::Command { case_ref: &case.id, to, mode: "", described: "", reason: "as agreed" };
    move_case::move_case(&world.app, &officer(), end(Stage::Closed)).await.unwrap();
    assert_eq!(stops(&told(&world, case.victim).await), [true]);
    move_case::move_case(&world.app, &officer(), end(Stage::Assessment)).await.unwrap();
    assert_eq!(stops(&told(&world, case.victim).await), [true, false]);
    assert_eq!(stops(&told(&world, helper).await), [true], "who left is not contacted again");
}

// [D-RO]
#[tokio::test]
async fn the_withdrawal_of_a_community_member_alone_stops_a_conference() {
    let world = World::new().await;
    let case = world.prepared("group").await;
    let member = world.add(&case, Kind::CommunityMember, "").await.unwrap();
    for who in [case.victim, case.offender, member] {
        world.agree(&case, who, "group").await;
    }
    world.go(&case, Stage::Mediation, "group").await.unwrap();
    world.consent(&case, member, "group", Status::Withdrawn).await.unwrap();
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Paused);
}

#[tokio::test]
async fn consent_without_form_language_or_free_will_is_not_recorded() {
    let world = World::new().await;
    let case = world.open().await;
    world.consent(&case, case.victim, "letter", Status::Offered).await.unwrap();
    let give = async |form_version: &str, language: &str, informed: bool, by: Caller| {
        let command = consent::Command {
            case_ref: &case.id,
            participant: &case.victim.to_string(),
            mode: "letter",
            described: "",
            status: Status::Given,
            form_version,
            language,
            informed_and_voluntary: informed,
            ends_on: "",
            initiative: (None, None),
            giving: WrittenGiving { how: Some(How::InWriting), understanding: &[Understanding::MayWithdraw], ..WrittenGiving::default() },
        };
        consent::record_consent(&world.app, &by, command).await
    };
    assert_eq!(refusal(give("", "en", true, officer()).await).reason, "consent-form-missing");
    assert_eq!(refusal(give("RO-form-3", "", true, officer()).await).reason, "consent-language-missing");
    assert_eq!(refusal(give("RO-form-3", "en", false, officer()).await).reason, "consent-not-voluntary");
    assert_eq!(world.count("select count(*) from consent_record").await, 1);
    give("RO-form-3", "fr", true, officer()).await.unwrap();
    give("RO-form-3", "fr", true, officer()).await.unwrap();
    assert_eq!(world.count("select count(*) from consent_record").await, 2);
}

// [IM1c]
#[tokio::test]
async fn the_scan_of_a_consent_is_a_form_of_this_file_and_follows_without_prolonging_it() {
    let world = World::new().await;
    let (case, other) = (world.open().await, world.open().await);
    world.consent(&case, case.victim, "letter", Status::Offered).await.unwrap();
    let give = async |scan: &str, ends_on: &str| {
        let giving = WrittenGiving {
            how: Some(How::InPerson),
            understanding: &[Understanding::OwnWords],
            note: "marker-note",
            witness: "marker-witness",
            scan,
        };
        let command = consent::Command {
            case_ref: &case.id,
            participant: &case.victim.to_string(),
            mode: "letter",
            described: "",
            status: Status::Given,
            form_version: "RO-form-3",
            language: "en",
            informed_and_voluntary: true,
            ends_on,
            initiative: (None, None),
            giving,
        };
        consent::record_consent(&world.app, &officer(), command).await
    };
    give("", "2026-06-01").await.unwrap();
    let own = kept(&world, &case.id, "consent_form", "victim").await;
    let wrong = [
        kept(&world, &case.id, "letter", "victim").await,
        kept(&world, &case.id, "consent_form", "offender").await,
        kept(&world, &other.id, "consent_form", "victim").await,
        "nothing".to_owned(),
    ];
    for scan in wrong {
        assert_eq!(refusal(give(&scan, "").await).reason, "consent-scan-unknown");
    }
    give(&own, "").await.unwrap();
    give(&own, "").await.unwrap();
    assert_eq!(world.count("select count(*) from consent_record").await, 3, "offered, given, and its scan");
    let stands = world.read(&case).await.consents.remove(0).1;
    assert_eq!(stands.ends_on.unwrap().to_string(), "2026-06-01");
    assert_eq!((stands.giving.scan.unwrap().to_string(), stands.giving.witness.expose().as_str()), (own, "marker-witness"));
    let in_clear = "select count(*) from consent_record r where r::text like '%marker-%'
                    or encode(coalesce(r.witness_sealed, ''), 'escape') like '%marker-%'";
    assert_eq!(world.count(in_clear).await, 0, "a name or a note in clear");
}

/// A document of a file as the database holds it; its bytes are not needed.
async fn kept(world: &World, case: &str, kind: &str, side: &str) -> String {
    let row = "insert into document (id, case_id, side, kind, media_type, name_sealed, size, hash_sealed, submission_key, kept_by, kept_at)
               values (gen_random_uuid(), $1::uuid, $2, $3, 'application/pdf', '', 1, '', gen_random_uuid()::text, 'officer-1', now())
               returning id::text";
    sqlx::query_scalar(row).bind(case).bind(side).bind(kind).fetch_one(&world.db.admin).await.unwrap()
}
