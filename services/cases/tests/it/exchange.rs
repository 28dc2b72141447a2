//! Items that pass between participants: reviewed, released through the gate, delivered once, and never by institutional mail [R4b, X-085].

use std::{fmt::Write as _, fs, path::Path, sync::atomic::Ordering};

use base::{Caller, Result};
use cases::{
    app::{
        exchange::{
            list::{Standing, list_items},
            register::{self, register_item},
            step::{self, step_item},
        },
        gate::recheck::recheck_all,
    },
    domain::{
        assessment::Risk,
        case::stage::Stage,
        consent::Status,
        exchange::{
            Way, Written,
            machine::{Outcome, State, Step, decide},
        },
        participant::{kind::Kind, leaving::Wish},
    },
    grpc::Server,
};
use harness::dump::{holders, rows};
use prost::Message as _;
use proto::{
    cases::v1::{DeliveryWay, GateChanged, ItemStep, StepItemRequest, exchange_service_server::ExchangeService as _},
    id::ParticipantId,
    subject,
};
use sqlx::Executor as _;
use uuid::Uuid;

use crate::world::{Opened, World, caller, mediator, officer, other_officer, refusal};

const WORDS: &str = "I would like to know why. marker-item";

fn command<'a>(case: &'a Opened, from: &'a str, to: &'a str, mode: &'a str) -> register::Command<'a> {
    register::Command {
        case_ref: &case.id,
        from,
        to,
        mode,
        described: "",
        document: "",
        written: Written { words: WORDS, held_at: "" },
        replaces: "",
        key: "",
    }
}

async fn register(world: &World, case: &Opened, from: ParticipantId, to: ParticipantId, mode: &str) -> Result<Uuid> {
    register_item(&world.app, &mediator("mediator-1"), command(case, &from.to_string(), &to.to_string(), mode)).await
}

/// The victim's words for the offender, in the mode of the case.
async fn from_victim(world: &World, case: &Opened, mode: &str) -> Uuid {
    register(world, case, case.victim, case.offender, mode).await.unwrap()
}

async fn take(world: &World, who: &Caller, case: &Opened, item: Uuid, step: Step) -> Result<State> {
    let way = (step == Step::Deliver).then_some(Way::ReadAloud);
    let command = step::Command { case_ref: &case.id, item: &item.to_string(), step, words: "as said", way };
    step_item(&world.app, who, command).await
}

async fn all(world: &World, case: &Opened, item: Uuid, steps: &[Step]) {
    for step in steps {
        take(world, &mediator("mediator-1"), case, item, *step).await.unwrap();
    }
}

async fn items(world: &World, case: &Opened) -> Vec<Standing> {
    list_items(&world.app, &officer(), &case.id).await.unwrap()
}

async fn only(world: &World, case: &Opened) -> Standing {
    let mut items = items(world, case).await;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn codes(standing: &Standing) -> Vec<String> {
    standing.missing.iter().map(|missing| missing.code()).collect()
}

/// Who was told of blocks and of their end, in order.
async fn told(world: &World) -> Vec<(String, bool)> {
    let bodies = world.outbox(subject::GATE_CHANGED).await;
    let event = |body: Vec<u8>| GateChanged::decode(body.as_slice()).unwrap();
    bodies.into_iter().map(event).map(|event| (event.person, event.blocked)).collect()
}

fn both(blocked: bool) -> Vec<(String, bool)> {
    vec![("mediator-1".to_owned(), blocked), ("rj-officer-1".to_owned(), blocked)]
}

fn table() -> String {
    let mut table = "# state | step: the state afterwards\n".to_owned();
    for from in State::ALL {
        for step in Step::ALL {
            let outcome = match decide(*from, *step) {
                Ok(Outcome::To(state)) => state.code().to_owned(),
                Ok(Outcome::Already) => "as it was".to_owned(),
                Err(refusal) => format!("refused {} [{}]", refusal.reason, refusal.clause),
            };
            let _ = writeln!(table, "{} | {}: {outcome}", from.code(), step.code());
        }
    }
    table
}

// [R4b]
#[test]
fn the_table_of_items_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/items.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/items.txt becomes:\n{now}");
}

// [R4b]
#[tokio::test]
async fn a_relayed_message_goes_from_hand_to_hand_and_every_step_says_who_took_it_and_when() {
    let world = World::new().await;
    let case = world.in_mediation("shuttle").await;
    let item = from_victim(&world, &case, "shuttle").await;
    all(&world, &case, item, &[Step::Review, Step::Release, Step::Deliver, Step::Acknowledge]).await;
    let standing = only(&world, &case).await;
    assert_eq!((standing.item.state(), standing.item.registered.words.expose().as_str()), (State::Acknowledged, WORDS));
    let steps: Vec<_> = standing.item.steps.iter().map(|taken| (taken.step, taken.way, taken.by.as_str())).collect();
    let expected = [
        (Step::Review, None, "mediator-1"),
        (Step::Release, None, "mediator-1"),
        (Step::Deliver, Some(Way::ReadAloud), "mediator-1"),
        (Step::Acknowledge, None, "mediator-1"),
    ];
    assert_eq!(steps, expected);
    assert_eq!(world.count("select count(*) from exchange_step where taken_at is not null").await, 4);
    // Its words are nowhere in clear.
    assert!(holders(&rows(&world.db.admin).await, "marker-item").is_empty());
}

// [R4b]
#[tokio::test]
async fn nothing_is_released_unreviewed_delivered_unreleased_or_delivered_twice() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    let who = mediator("mediator-1");
    for early in [Step::Release, Step::Deliver, Step::Acknowledge, Step::Decline] {
        assert_eq!(refusal(take(&world, &who, &case, item, early).await).reason, "no-such-step", "{early:?}");
    }
    all(&world, &case, item, &[Step::Review]).await;
    assert_eq!(refusal(take(&world, &who, &case, item, Step::Deliver).await).reason, "no-such-step");
    all(&world, &case, item, &[Step::Release, Step::Deliver, Step::Deliver]).await;
    assert_eq!(refusal(take(&world, &who, &case, item, Step::Withhold).await).reason, "no-such-step");
    assert_eq!(world.count("select count(*) from exchange_step where step = 'deliver'").await, 1);
    let again = "insert into exchange_step (id, case_id, item_id, step, way, taken_by, taken_at)
                 select gen_random_uuid(), case_id, item_id, step, way, taken_by, taken_at from exchange_step where step = 'deliver'";
    let twice = world.db.admin.execute(again).await.unwrap_err();
    assert!(twice.to_string().contains("an_item_is_delivered_once"), "{twice}");
    for rewrite in ["update exchange_step set step = 'withhold'", "delete from exchange_step", "delete from exchange_item"] {
        assert!(world.db.admin.execute(rewrite).await.is_err(), "{rewrite}");
    }
}

// The acceptance of X-085, in its own words.
#[tokio::test]
async fn a_held_letter_cannot_be_marked_as_sent_through_institutional_mail() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    all(&world, &case, item, &[Step::Review, Step::Release]).await;
    let message = StepItemRequest {
        case_ref: case.id.clone(),
        item_id: item.to_string(),
        step: ItemStep::Deliver.into(),
        words: String::new(),
        way: DeliveryWay::InstitutionalMail.into(),
    };
    let mut request = tonic::Request::new(message);
    request.extensions_mut().insert(mediator("mediator-1"));
    let refused = Server::new(world.app.clone()).step_item(request).await.err().unwrap();
    assert!(refused.message().contains("no inmate mail"), "{refused}");
    assert_eq!(only(&world, &case).await.item.state(), State::Released);
}

// [R4b]
#[tokio::test]
async fn what_is_returned_comes_back_as_an_item_of_its_own_with_the_advice_before_it() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let first = from_victim(&world, &case, "letter").await;
    let (from, to, first_id) = (case.victim.to_string(), case.offender.to_string(), first.to_string());
    let second = register::Command { replaces: &first_id, ..command(&case, &from, &to, "letter") };
    let who = mediator("mediator-1");
    assert_eq!(refusal(register_item(&world.app, &who, second).await).reason, "item-not-returned");
    all(&world, &case, first, &[Step::Review]).await;
    let silent = step::Command { case_ref: &case.id, item: &first_id, step: Step::Return, words: " ", way: None };
    assert_eq!(refusal(step_item(&world.app, &who, silent).await).reason, "advice-missing");
    all(&world, &case, first, &[Step::Return]).await;
    let second = register_item(&world.app, &who, second).await.unwrap();
    all(&world, &case, second, &[Step::Review, Step::Release]).await;
    let stand = items(&world, &case).await;
    assert_eq!(stand.iter().map(|one| one.item.state()).collect::<Vec<_>>(), [State::Returned, State::Released]);
    assert_eq!(stand[1].item.registered.replaces, Some(first));
    assert_eq!(stand[0].item.steps[1].words.expose(), "as said");
}

// [R4b] [RM1] [CCRA 26.1(2)]
#[tokio::test]
async fn a_release_is_refused_with_every_missing_condition_and_stays_refused_while_one_is_missing() {
    let world = World::new().await;
    let case = world.prepared("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    all(&world, &case, item, &[Step::Review]).await;
    let who = mediator("mediator-1");
    let refused = refusal(take(&world, &who, &case, item, Step::Release).await);
    for code in ["consent-missing:victim:letter", "consent-missing:offender:letter", "not-in-mediation"] {
        assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
    }
    assert_eq!(codes(&only(&world, &case).await), ["consent-missing:victim:letter", "consent-missing:offender:letter", "not-in-mediation"]);
    for participant in [case.victim, case.offender] {
        assert_eq!(refusal(take(&world, &who, &case, item, Step::Release).await).reason, "conditions-missing");
        world.agree(&case, participant, "letter").await;
    }
    world.go(&case, Stage::Mediation, "letter").await.unwrap();
    assert_eq!(take(&world, &who, &case, item, Step::Release).await.unwrap(), State::Released);
    // While safety cannot be asked, nothing is delivered [RM1].
    world.alarm.silent.store(true, Ordering::Relaxed);
    world.app.clock.advance(time::Duration::minutes(1));
    let unheard = refusal(take(&world, &who, &case, item, Step::Deliver).await);
    assert!(unheard.en.contains("safety-cannot-be-asked"), "{}", unheard.en);
    world.alarm.silent.store(false, Ordering::Relaxed);
    assert_eq!(take(&world, &who, &case, item, Step::Deliver).await.unwrap(), State::Delivered);
}

// [IM1c]: the instant a withdrawal is recorded.
#[tokio::test]
async fn a_withdrawal_blocks_what_was_released_in_the_same_transaction_and_whoever_works_on_the_case_is_told() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    all(&world, &case, item, &[Step::Review, Step::Release]).await;
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    let same =
        "select count(*) from gate_block b join consent_record c on b.xmin = c.xmin where c.status = 'withdrawn' and cleared_at is null";
    assert_eq!(world.count(same).await, 1);
    assert_eq!(told(&world).await, both(true));
    let standing = only(&world, &case).await;
    assert!(standing.blocked_since.is_some());
    assert_eq!(
        codes(&standing),
        ["own-initiative-missing:victim", "review-open:withdrawal", "consent-missing:victim:letter", "not-in-mediation"]
    );
    assert_eq!(refusal(take(&world, &mediator("mediator-1"), &case, item, Step::Deliver).await).reason, "conditions-missing");
    // Their own way back, and no other, clears it by itself.
    world.turn_back(&case, case.victim, "letter").await.unwrap();
    world.consent(&case, case.victim, "letter", Status::Given).await.unwrap();
    assert_eq!(codes(&only(&world, &case).await), ["review-open:withdrawal", "not-in-mediation"]);
    world.go(&case, Stage::Mediation, "").await.unwrap();
    assert_eq!(only(&world, &case).await.blocked_since, None);
    assert_eq!(told(&world).await, [both(true), both(false)].concat());
    assert_eq!(take(&world, &mediator("mediator-1"), &case, item, Step::Deliver).await.unwrap(), State::Delivered);
}

// [RM1] [IM1c] [RM1b] [D-mediator]
#[tokio::test]
async fn whatever_ends_what_a_release_rested_on_blocks_it_and_it_is_clear_again_when_that_is_back() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    all(&world, &case, item, &[Step::Review, Step::Release]).await;
    recheck_all(&world.app).await.unwrap();
    assert!(told(&world).await.is_empty());
    world.assess(&case, case.offender, Risk::Imminent, "marker-risk", "").await.unwrap();
    recheck_all(&world.app).await.unwrap();
    let standing = only(&world, &case).await;
    assert!(codes(&standing).contains(&"imminent-risk:offender".to_owned()), "{:?}", codes(&standing));
    assert!(codes(&standing).contains(&"contact-frozen".to_owned()));
    recheck_all(&world.app).await.unwrap();
    assert_eq!(told(&world).await, both(true), "told once");
    // An item that is stopped needs no block, and nobody is told that it is clear.
    all(&world, &case, item, &[Step::Withhold]).await;
    assert_eq!(world.count("select count(*) from gate_block where cleared_at is null").await, 0);
    assert_eq!(told(&world).await, both(true));
}

// [IM1c]
#[tokio::test]
async fn nothing_reaches_or_comes_from_somebody_who_left() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    all(&world, &case, item, &[Step::Review, Step::Release]).await;
    world.leave(&case, case.offender, Wish::Own).await.unwrap();
    let standing = only(&world, &case).await;
    assert!(standing.blocked_since.is_some());
    assert!(codes(&standing).contains(&"participant-left:offender".to_owned()), "{:?}", codes(&standing));
    let another = register(&world, &case, case.victim, case.offender, "letter").await;
    assert_eq!(refusal(another).reason, "item-of-someone-who-left");
}

// [D-VOM]
#[tokio::test]
async fn an_item_passes_between_two_people_of_the_case_in_a_mode_in_which_nobody_meets() {
    let world = World::new().await;
    let (case, other) = (world.in_mediation("letter").await, world.open().await);
    for (from, to, mode, reason) in [
        (case.victim, case.victim, "letter", "item-to-oneself"),
        (case.victim, other.offender, "letter", "participant-unknown"),
        (case.victim, case.offender, "face_to_face", "item-in-a-direct-mode"),
        (case.victim, case.offender, "pigeon", "mode-unknown"),
    ] {
        assert_eq!(refusal(register(&world, &case, from, to, mode).await).reason, reason, "{mode}");
    }
    let member = world.add(&world.open().await, Kind::CommunityMember, "").await.unwrap();
    assert_eq!(refusal(register(&world, &case, member, case.offender, "letter").await).reason, "participant-unknown");
}

// [R4b]
#[tokio::test]
async fn one_key_registers_one_item_and_another_item_under_it_is_refused() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let (from, to) = (case.victim.to_string(), case.offender.to_string());
    let keyed = register::Command { key: "key-Vera", ..command(&case, &from, &to, "letter") };
    let who = mediator("mediator-1");
    let first = register_item(&world.app, &who, keyed).await.unwrap();
    assert_eq!(register_item(&world.app, &who, keyed).await.unwrap(), first);
    let other = register::Command { written: Written { words: "other words", held_at: "" }, ..keyed };
    assert_eq!(refusal(register_item(&world.app, &who, other).await).reason, "item-key-used");
    assert_ne!(register_item(&world.app, &officer(), keyed).await.unwrap(), first, "a key is its owner's own");
    assert_eq!(world.count("select count(*) from exchange_item where item_key like '%Vera%'").await, 0, "a digest is kept");
}

// [R3c] [TRAP-6]
#[tokio::test]
async fn whoever_does_not_know_of_the_case_knows_of_none_of_its_items() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    let item = from_victim(&world, &case, "letter").await;
    for stranger in [mediator("mediator-2"), other_officer(), caller("head", &["institutional-head"])] {
        assert!(matches!(list_items(&world.app, &stranger, &case.id).await, Err(base::Error::NotFound)));
        assert!(matches!(take(&world, &stranger, &case, item, Step::Review).await, Err(base::Error::NotFound)));
    }
    // An item of another case is as unknown as none.
    let other = world.in_mediation("letter").await;
    assert_eq!(refusal(take(&world, &officer(), &other, item, Step::Review).await).reason, "item-unknown");
}

// [R4b]
#[tokio::test]
async fn two_who_decide_at_once_do_not_both_decide() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    for _ in 0..8 {
        let item = from_victim(&world, &case, "letter").await;
        all(&world, &case, item, &[Step::Review]).await;
        let (first, second) = (mediator("mediator-1"), officer());
        let (released, returned) =
            tokio::join!(take(&world, &first, &case, item, Step::Release), take(&world, &second, &case, item, Step::Return));
        assert_ne!(released.is_ok(), returned.is_ok());
    }
    assert_eq!(world.count("select count(*) from exchange_step where step in ('release', 'return')").await, 8);
}
