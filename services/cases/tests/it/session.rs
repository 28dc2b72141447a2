//! Sessions of participants: confirmed only while everything is in place, blocked and clear by themselves, held once [R4b, D-VOM].

use std::{fmt::Write as _, fs, path::Path};

use base::{Caller, Result};
use cases::{
    app::session::{
        list::{Standing, list_sessions},
        plan::{self, plan_session},
        step::{self, step_session},
    },
    domain::{
        case::stage::Stage,
        consent::Status,
        participant::{
            kind::{Kind, Side},
            leaving::Wish,
        },
        session::{
            Asked, Outcome, Written,
            machine::{Decided, State, Step, decide},
        },
    },
};
use harness::dump::{holders, rows};
use proto::id::ParticipantId;
use sqlx::Executor as _;
use time::Duration;
use uuid::Uuid;

use crate::world::{NOW, Opened, World, mediator, officer, other_officer, refusal};

const ROOM: Written<'static> = Written { place: "room 4 marker-place", needs: "an interpreter marker-needs", co_mediator: "" };

pub async fn plan(world: &World, case: &Opened, who: &[ParticipantId], mode: &str) -> Result<Uuid> {
    let participants: Vec<String> = who.iter().map(ToString::to_string).collect();
    let command = plan::Command {
        case_ref: &case.id,
        mode,
        described: "",
        starts_at: Some(NOW + Duration::days(14)),
        participants: &participants,
        written: ROOM,
        key: "",
    };
    plan_session(&world.app, &mediator("mediator-1"), command).await
}

pub async fn take(world: &World, who: &Caller, case: &Opened, session: Uuid, step: Step) -> Result<State> {
    let asked = Asked { words: "marker-said", outcome: Some(Outcome::Completed), side: Some(Side::Victim), next_on: "2026-05-01" };
    step_session(&world.app, who, step::Command { case_ref: &case.id, session: &session.to_string(), step, asked }).await
}

async fn all(world: &World, case: &Opened, session: Uuid, steps: &[Step]) {
    for step in steps {
        take(world, &mediator("mediator-1"), case, session, *step).await.unwrap();
    }
}

pub async fn only(world: &World, case: &Opened) -> Standing {
    let mut sessions = list_sessions(&world.app, &officer(), &case.id).await.unwrap();
    assert_eq!(sessions.len(), 1);
    sessions.remove(0)
}

pub fn codes(standing: &Standing) -> Vec<String> {
    standing.missing.iter().map(|missing| missing.code()).collect()
}

fn table() -> String {
    let mut table = "# state | step: the state afterwards\n".to_owned();
    for from in State::ALL {
        for step in Step::ALL {
            let outcome = match decide(*from, *step) {
                Ok(Decided::To(state)) => state.code().to_owned(),
                Ok(Decided::Already) => "as it was".to_owned(),
                Err(refusal) => format!("refused {} [{}]", refusal.reason, refusal.clause),
            };
            let _ = writeln!(table, "{} | {}: {outcome}", from.code(), step.code());
        }
    }
    table
}

// [R4b]
#[test]
fn the_table_of_sessions_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/sessions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/sessions.txt becomes:\n{now}");
}

// The acceptance of R4b.
#[tokio::test]
async fn a_face_to_face_session_is_confirmed_only_when_everything_is_in_place_and_each_refusal_names_all_that_is_missing() {
    let world = World::new().await;
    let case = world.prepared("face_to_face").await;
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    let who = mediator("mediator-1");
    let refused = refusal(take(&world, &who, &case, session, Step::Confirm).await);
    for code in ["consent-missing:victim:face_to_face", "consent-missing:offender:face_to_face", "not-in-mediation"] {
        assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
    }
    for participant in [case.victim, case.offender] {
        assert_eq!(refusal(take(&world, &who, &case, session, Step::Confirm).await).reason, "conditions-missing");
        world.agree(&case, participant, "face_to_face").await;
    }
    assert_eq!(codes(&only(&world, &case).await), ["not-in-mediation", "entry-missing:mediator", "entry-missing:victim"]);
    world.admitted(&case).await;
    assert_eq!(codes(&only(&world, &case).await), ["not-in-mediation"]);
    world.go(&case, Stage::Mediation, "face_to_face").await.unwrap();
    assert_eq!(take(&world, &who, &case, session, Step::Confirm).await.unwrap(), State::Confirmed);
    all(&world, &case, session, &[Step::Begin, Step::End, Step::Debrief, Step::FollowUp, Step::FollowUp, Step::Finish]).await;
    let standing = only(&world, &case).await;
    assert_eq!((standing.session.state(), standing.session.steps.len()), (State::Done, 7));
    assert_eq!(standing.session.steps[2].said.outcome, Some(Outcome::Completed));
    for mark in ["marker-place", "marker-needs", "marker-said"] {
        assert!(holders(&rows(&world.db.admin).await, mark).is_empty(), "{mark}");
    }
    for rewrite in ["update case_session_step set step = 'cancel'", "delete from case_session_step", "delete from case_session"] {
        assert!(world.db.admin.execute(rewrite).await.is_err(), "{rewrite}");
    }
}

// The acceptance of D-RO, in its own words.
#[tokio::test]
async fn a_community_member_consents_to_a_conference_and_their_withdrawal_alone_stops_it() {
    let world = World::new().await;
    let case = world.prepared("group").await;
    let member = world.add(&case, Kind::CommunityMember, "").await.unwrap();
    for who in [case.victim, case.offender, member] {
        world.agree(&case, who, "group").await;
    }
    world.go(&case, Stage::Mediation, "group").await.unwrap();
    let session = plan(&world, &case, &[case.victim, case.offender, member], "group").await.unwrap();
    world.admitted_with(&case, &[case.victim, member]).await;
    all(&world, &case, session, &[Step::Confirm]).await;
    world.consent(&case, member, "group", Status::Withdrawn).await.unwrap();
    let standing = only(&world, &case).await;
    assert!(standing.blocked_since.is_some());
    assert!(codes(&standing).contains(&"consent-missing:community_member:group".to_owned()), "{:?}", codes(&standing));
    let same = "select count(*) from gate_block b join consent_record c on b.xmin = c.xmin where c.status = 'withdrawn'";
    assert_eq!(world.count(same).await, 1, "in one transaction");
    assert_eq!(refusal(take(&world, &officer(), &case, session, Step::Begin).await).reason, "conditions-missing");
    // What is cancelled is blocked no more.
    all(&world, &case, session, &[Step::Cancel]).await;
    assert_eq!(world.count("select count(*) from gate_block where cleared_at is null").await, 0);
}

// [IM1c] [RM1]
#[tokio::test]
async fn what_is_under_way_when_somebody_leaves_can_always_be_ended() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    world.admitted(&case).await;
    all(&world, &case, session, &[Step::Confirm, Step::Begin]).await;
    world.leave(&case, case.victim, Wish::Own).await.unwrap();
    assert_eq!(world.count("select count(*) from gate_block where cleared_at is null").await, 1);
    let asked = Asked { outcome: Some(Outcome::StoppedByParticipant), ..Asked::default() };
    let command = step::Command { case_ref: &case.id, session: &session.to_string(), step: Step::End, asked };
    assert_eq!(step_session(&world.app, &officer(), command).await.unwrap(), State::Held);
    assert_eq!(world.count("select count(*) from gate_block where cleared_at is null").await, 0);
    let late = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await;
    assert_eq!(refusal(late).reason, "session-with-somebody-unknown");
}

// [D-VOM]
#[tokio::test]
async fn nothing_is_begun_unconfirmed_or_held_twice_and_one_key_plans_one_session() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    assert_eq!(refusal(plan(&world, &case, &[case.victim, case.offender], "letter").await).reason, "session-by-letter");
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    for early in [Step::Begin, Step::End, Step::Debrief, Step::FollowUp, Step::Finish] {
        assert_eq!(refusal(take(&world, &officer(), &case, session, early).await).reason, "no-such-session-step", "{early:?}");
    }
    world.admitted(&case).await;
    all(&world, &case, session, &[Step::Confirm, Step::Confirm, Step::Begin, Step::End, Step::End]).await;
    assert_eq!(world.count("select count(*) from case_session_step where step = 'end'").await, 1);
    let participants = [case.victim.to_string(), case.offender.to_string()];
    let keyed = plan::Command {
        case_ref: &case.id,
        mode: "face_to_face",
        described: "",
        starts_at: Some(NOW + Duration::days(1)),
        participants: &participants,
        written: ROOM,
        key: "key-Vera",
    };
    let first = plan_session(&world.app, &officer(), keyed).await.unwrap();
    assert_eq!(plan_session(&world.app, &officer(), keyed).await.unwrap(), first);
    let other = plan::Command { starts_at: Some(NOW + Duration::days(2)), ..keyed };
    assert_eq!(refusal(plan_session(&world.app, &officer(), other).await).reason, "session-key-used");
}

// [R3c] [TRAP-6]
#[tokio::test]
async fn whoever_does_not_know_of_the_case_knows_of_none_of_its_sessions() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    for stranger in [mediator("mediator-2"), other_officer()] {
        assert!(matches!(list_sessions(&world.app, &stranger, &case.id).await, Err(base::Error::NotFound)));
        assert!(matches!(take(&world, &stranger, &case, session, Step::Confirm).await, Err(base::Error::NotFound)));
    }
    let other = world.in_mediation("face_to_face").await;
    assert_eq!(refusal(take(&world, &officer(), &other, session, Step::Confirm).await).reason, "session-unknown");
}
