//! Conditions that forbid contact: the register, the gate, the victim informed first, and the advice to who drafts one
//! [R8d, R7a, GL2a, GL2b, GL2c/2d, L133-7, X-701].

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use base::{Caller, Error, Result};
use cases::{
    app::{
        condition::{
            advise::{Command, advise_drafter},
            change::{Informed, Named, amend_condition, end_condition, record_informed},
            list::{exception_wording, list_conditions},
            read_advice::{list_advice, read_advice},
            record::{record_condition, state_no_condition},
        },
        disclosure::list_disclosures,
        gate::check,
        purge::order::{confirm_purge, order_purge},
    },
    domain::{
        case::{opening::Known, stage::Stage},
        condition::{
            entry::{Kind, Written},
            state::{Act, State, after},
            step::{End, Informing},
            wording::EXCEPTION,
        },
        consent::Status,
        participant::kind::Kind as Person,
    },
    store::condition::advice::Given,
};
use harness::dump::{holders, rows};
use prost::Message;
use proto::{cases::v1::ConditionAdvised, role};
use time::Duration;
use uuid::Uuid;

use crate::{
    purge_retention::{carry_everything, go_to, second, two_years_after},
    world::{NOW, Opened, World, caller, mediator, officer, other_officer, refusal, supervisor},
};

const TEXT: &str = "marker-condition: not to communicate with the victim, directly or indirectly";
const AMENDED: &str = "marker-amended: not to communicate with the victim, unless deemed appropriate and facilitated by CSC's Restorative \
                       Opportunities Program";
const DRAFTER: &str = "parole-officer-9";
const WHY: &str = "marker-why: a facilitated dialogue is ahead";

/// A condition as most are recorded.
fn written() -> Written<'static> {
    Written { text: TEXT, source: "marker-source: Provincial Court", protects: &[], since: "", until: "", has_exception_words: false }
}

async fn record(world: &World, case: &Opened, said: Written<'_>) -> Uuid {
    record_condition(&world.app, &officer(), &case.id, Kind::CourtOrder, said, "").await.unwrap()
}

fn named<'a>(case: &'a Opened, condition: &'a str) -> Named<'a> {
    Named { case_ref: &case.id, condition }
}

async fn inform(world: &World, case: &Opened, condition: Uuid, who: &str) -> Result<()> {
    let said =
        Informed { participant: who, how: Informing::ByTelephone, on: "2026-03-02", by: "marker-informer", concerns: "marker-worry" };
    record_informed(&world.app, &officer(), named(case, &condition.to_string()), said).await
}

async fn amend(world: &World, case: &Opened, condition: Uuid, why_not: &str) -> Result<()> {
    amend_condition(&world.app, &officer(), named(case, &condition.to_string()), (AMENDED, "2026-03-02", true), why_not).await
}

async fn end(world: &World, case: &Opened, condition: Uuid, how: End) -> Result<()> {
    end_condition(&world.app, &officer(), named(case, &condition.to_string()), (how, "marker-end: told by the court"), "").await
}

async fn advise(world: &World, case: &Opened, condition: Uuid, drafter: &str, key: &str) -> Result<Given> {
    let command = Command { drafter, days: 0, offender: "", reason: WHY, key };
    advise_drafter(&world.app, &officer(), named(case, &condition.to_string()), command).await
}

fn drafter(subject: &str) -> Caller {
    caller(subject, &[role::PAROLE_OFFICER])
}

async fn stage(world: &World, case: &Opened) -> Stage {
    world.read(case).await.file.standing.stage
}

async fn state(world: &World, case: &Opened, condition: Uuid) -> State {
    let listed = list_conditions(&world.app, &officer(), &case.id).await.unwrap();
    listed.conditions.iter().find(|one| one.id == condition).unwrap().state
}

/// A case in preparation in which nothing but mediation is left.
async fn ready(world: &World) -> Opened {
    let case = world.prepared("letter").await;
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    case
}

fn table() -> String {
    let mut table = String::from("# state, act: the victim informed, or why not | not informed\n");
    for &state in State::ALL {
        for &act in Act::ALL {
            let said = |informed| match after(state, act, informed) {
                Ok(next) if next == state => "stays".to_owned(),
                Ok(next) => next.code().to_owned(),
                Err(refusal) => format!("{} [{}]", refusal.reason, refusal.clause),
            };
            let _ = writeln!(table, "{}, {}: {} | {}", state.code(), act.code(), said(true), said(false));
        }
    }
    table
}

#[test]
fn the_table_of_conditions_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/conditions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/conditions.txt becomes:\n{now}");
}

// [R8d] [GL2b]
#[tokio::test]
async fn with_a_condition_that_lacks_the_exception_words_mediation_is_refused_and_the_exact_words_are_offered_in_both_languages() {
    let world = World::new().await;
    let case = world.open().await;
    world.assign(&case, "mediator-1").await;
    let condition = record(&world, &case, written()).await;
    // A meeting with the mediator is no breach of it: the case is assessed and prepared as any other.
    for who in [case.victim, case.offender] {
        world.assess(&case, who, cases::domain::assessment::Risk::Low, "calm", "").await.unwrap();
    }
    assert_eq!(world.go(&case, Stage::Preparation, "letter").await.unwrap(), Stage::Preparation);
    for who in [case.victim, case.offender] {
        world.agree(&case, who, "letter").await;
    }
    let refused = refusal(world.go(&case, Stage::Mediation, "letter").await);
    assert_eq!((refused.reason, refused.clause), ("conditions-missing", "R8d"));
    assert!(refused.en.contains("condition-forbids-contact") && refused.en.contains(EXCEPTION.english), "{}", refused.en);
    assert!(refused.fr.contains("condition-forbids-contact") && refused.fr.contains(EXCEPTION.french), "{}", refused.fr);
    assert_eq!(exception_wording().unwrap(), EXCEPTION);
    assert_eq!(EXCEPTION.english, "unless deemed appropriate and facilitated by CSC's Restorative Opportunities Program");
    inform(&world, &case, condition, &case.victim.to_string()).await.unwrap();
    amend(&world, &case, condition, "").await.unwrap();
    assert_eq!(world.go(&case, Stage::Mediation, "letter").await.unwrap(), Stage::Mediation);
}

// [R8d]
#[tokio::test]
async fn a_new_condition_pauses_mediation_at_once_and_one_with_the_exception_words_does_not() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    record(&world, &case, Written { has_exception_words: true, ..written() }).await;
    assert_eq!(stage(&world, &case).await, Stage::Mediation);
    // The words in the text say nothing as long as no person says that they read them there.
    let unread = record(&world, &case, Written { text: AMENDED, ..written() }).await;
    assert_eq!(stage(&world, &case).await, Stage::Paused);
    assert_eq!(refusal(world.go(&case, Stage::Mediation, "").await).clause, "R8d");
    end(&world, &case, unread, End::ByMistake).await.unwrap();
    assert_eq!(world.go(&case, Stage::Mediation, "").await.unwrap(), Stage::Mediation);
    // The mediator records one as well: it stops contact, and says nothing of an exception.
    let theirs = Written { has_exception_words: true, ..written() };
    let by_mediator = record_condition(&world.app, &mediator("mediator-1"), &case.id, Kind::ParoleBoard, theirs, "").await;
    assert_eq!(refusal(by_mediator).reason, "exception-by-mediator");
    record_condition(&world.app, &mediator("mediator-1"), &case.id, Kind::ParoleBoard, written(), "").await.unwrap();
    assert_eq!(stage(&world, &case).await, Stage::Paused);
}

// [R8d]
#[tokio::test]
async fn a_condition_that_begins_later_pauses_mediation_on_its_first_day_and_lets_it_go_on_after_its_last() {
    let world = World::new().await;
    let case = world.in_mediation("letter").await;
    record(&world, &case, Written { since: "2026-03-05", until: "2026-03-06", ..written() }).await;
    let on_day = async |days: i64| {
        go_to(&world, NOW + Duration::days(days));
        world.ask_safety().await;
        check::check(&world.app).await.unwrap();
        stage(&world, &case).await
    };
    assert_eq!(on_day(2).await, Stage::Mediation);
    assert_eq!(on_day(3).await, Stage::Paused);
    for (days, goes) in [(4, false), (5, false), (6, true)] {
        on_day(days).await;
        assert_eq!(world.go(&case, Stage::Mediation, "").await.is_ok(), goes, "day {days}");
    }
}

// [L133-7]
#[tokio::test]
async fn amended_is_not_reached_without_a_record_that_the_victim_was_informed_or_a_reason() {
    let world = World::new().await;
    let case = ready(&world).await;
    let second = world.add_as(&case, Person::Victim, "Vivian Invented", "", "", false).await.unwrap();
    let condition = record(&world, &case, written()).await;
    for change in [amend(&world, &case, condition, "").await, end(&world, &case, condition, End::Removed).await] {
        let refused = refusal(change);
        assert_eq!((refused.reason, refused.clause), ("victim-not-informed", "L133-7"));
    }
    // The offender is nobody to inform, and one of two victims is not all of them.
    assert_eq!(refusal(inform(&world, &case, condition, &case.offender.to_string()).await).reason, "informed-not-a-victim");
    inform(&world, &case, condition, &case.victim.to_string()).await.unwrap();
    assert_eq!(refusal(amend(&world, &case, condition, "").await).reason, "victim-not-informed");
    assert_eq!(refusal(amend(&world, &case, condition, "no").await).reason, "reason-missing");
    assert_eq!(state(&world, &case, condition).await, State::Recorded);
    inform(&world, &case, condition, &second.to_string()).await.unwrap();
    amend(&world, &case, condition, "").await.unwrap();
    assert_eq!(state(&world, &case, condition).await, State::Amended);
    let listed = list_conditions(&world.app, &officer(), &case.id).await.unwrap();
    assert_eq!(listed.steps.len(), 3);
    assert_eq!(refusal(amend(&world, &case, condition, "").await).reason, "condition-amended");
    // With a reason instead, which stands in the record; and what ran out by itself informs nobody.
    let excused = record(&world, &case, written()).await;
    amend(&world, &case, excused, "she asked in writing not to be told").await.unwrap();
    let over = record(&world, &case, written()).await;
    end(&world, &case, over, End::RanOut).await.unwrap();
    assert_eq!((state(&world, &case, excused).await, state(&world, &case, over).await), (State::Amended, State::Ended));
    assert_eq!(refusal(inform(&world, &case, over, &case.victim.to_string()).await).reason, "condition-ended");
}

#[tokio::test]
async fn an_amendment_says_that_the_exception_words_are_in_it_and_a_wrong_request_names_its_field() {
    let world = World::new().await;
    let case = ready(&world).await;
    let condition = record(&world, &case, written()).await;
    inform(&world, &case, condition, &case.victim.to_string()).await.unwrap();
    let id = condition.to_string();
    let unsaid = amend_condition(&world.app, &officer(), named(&case, &id), (AMENDED, "2026-03-02", false), "").await;
    let refused = refusal(unsaid);
    assert_eq!(refused.reason, "exception-words-missing");
    assert!(refused.en.contains(EXCEPTION.english) && refused.fr.contains(EXCEPTION.french));
    let ahead = amend_condition(&world.app, &officer(), named(&case, &id), (AMENDED, "2026-03-03", true), "").await;
    assert_eq!(refusal(ahead).field, Some("amended_on"));
    let other = world.open().await;
    for (case, id) in [(&other, id.as_str()), (&case, "none")] {
        let unknown = amend_condition(&world.app, &officer(), named(case, id), (AMENDED, "2026-03-02", true), "").await;
        assert_eq!(refusal(unknown).reason, "condition-unknown");
    }
    let under_key = async |said| record_condition(&world.app, &officer(), &case.id, Kind::Other, said, "key-1").await;
    let first = under_key(written()).await.unwrap();
    assert_eq!(under_key(written()).await.unwrap(), first);
    assert_eq!(refusal(under_key(Written { text: "another", ..written() }).await).reason, "key-used");
}

// [GL2c/2d]
#[tokio::test]
async fn the_advice_holds_offender_condition_and_wording_and_stands_in_the_register_of_disclosures() {
    let world = World::new().await;
    let case = ready(&world).await;
    world.grant(DRAFTER, role::PAROLE_OFFICER).await;
    let condition = record(&world, &case, written()).await;
    let given = advise(&world, &case, condition, DRAFTER, "key-1").await.unwrap();
    assert_eq!(state(&world, &case, condition).await, State::Advised);
    assert_eq!(advise(&world, &case, condition, DRAFTER, "key-1").await.unwrap(), given);
    let id = given.id.to_string();
    // One event for the inbox, which names neither the case nor the condition.
    let told = world.outbox(proto::subject::CONDITION_ADVISED).await;
    let event = ConditionAdvised::decode(told[0].as_slice()).unwrap();
    assert_eq!((told.len(), event.advice_id.as_str(), event.drafter.as_str()), (1, id.as_str(), DRAFTER));
    let (content, until) = read_advice(&world.app, &drafter(DRAFTER), &id).await.unwrap();
    let said = [content.offender_name.expose().as_str(), content.offender_fps.expose(), content.text.expose()];
    assert_eq!((said, content.kind, until), (["Oscar Invented", "123456A", TEXT], Kind::CourtOrder, NOW + Duration::days(14)));
    assert_eq!(list_advice(&world.app, &drafter(DRAFTER)).await.unwrap(), std::slice::from_ref(&given));
    // Nobody else reads it, and the drafter learns of no case by it.
    for stranger in [drafter("parole-officer-8"), officer(), supervisor(), mediator("mediator-1")] {
        assert!(matches!(read_advice(&world.app, &stranger, &id).await, Err(Error::NotFound)), "{}", stranger.subject);
    }
    assert!(!world.can_read(&drafter(DRAFTER), &case).await);
    // Not even the database shows it to them in that moment, nor to somebody who knows of the case in another role.
    for (who, advice) in [(drafter(DRAFTER), 1), (drafter("mediator-1"), 0)] {
        let seen = harness::row_security::seen(&mut world.app.begin_as_addressee(&who).await.unwrap()).await;
        let of_cases = ["case_file", "participant", "condition", "disclosure"].map(|table| seen.get(table));
        assert_eq!((of_cases, seen.get("condition_advice").copied().unwrap_or_default()), ([None; 4], advice), "{}", who.subject);
    }
    // One line, with an authority; read by who answers for the case.
    for reader in [officer(), supervisor(), caller("manager", &[role::NATIONAL_MANAGER])] {
        for of in [case.id.as_str(), ""] {
            let page = list_disclosures(&world.app, &reader, of, 0, "").await.unwrap();
            let [line] = page.disclosures.as_slice() else { panic!("{} lines", page.disclosures.len()) };
            let told = (line.recipient.as_str(), line.authority.as_str(), line.reason.expose().as_str(), line.by.as_str());
            assert_eq!(told, (DRAFTER, "GL2c/2d", WHY, "rj-officer-1"));
        }
    }
    assert!(list_disclosures(&world.app, &other_officer(), "", 0, "").await.unwrap().disclosures.is_empty());
    assert!(matches!(list_disclosures(&world.app, &other_officer(), &case.id, 0, "").await, Err(Error::NotFound)));
}

// [GL2c/2d]
#[tokio::test]
async fn an_advice_is_given_to_somebody_who_drafts_conditions_and_is_read_until_it_ends() {
    let world = World::new().await;
    let case = ready(&world).await;
    let condition = record(&world, &case, written()).await;
    for (nobody, reason) in [("", "drafter-missing"), ("parole-officer-8", "drafter-unknown"), ("mediator-1", "drafter-unknown")] {
        assert_eq!(refusal(advise(&world, &case, condition, nobody, "").await).reason, reason, "{nobody}");
    }
    world.grant(DRAFTER, role::PAROLE_OFFICER).await;
    let id = condition.to_string();
    let wrong = |days, reason| Command { drafter: DRAFTER, days, offender: "", reason, key: "" };
    let too_long = advise_drafter(&world.app, &officer(), named(&case, &id), wrong(31, WHY)).await;
    assert_eq!(refusal(too_long).reason, "advice-too-long");
    assert_eq!(refusal(advise_drafter(&world.app, &officer(), named(&case, &id), wrong(1, "")).await).reason, "reason-missing");
    assert_eq!(world.count("select count(*) from disclosure").await, 0);
    let first = advise(&world, &case, condition, DRAFTER, "").await.unwrap().id.to_string();
    go_to(&world, NOW + Duration::days(14));
    assert!(matches!(read_advice(&world.app, &drafter(DRAFTER), &first).await, Err(Error::NotFound)));
    let second = advise(&world, &case, condition, DRAFTER, "").await.unwrap().id.to_string();
    read_advice(&world.app, &drafter(DRAFTER), &second).await.unwrap();
    // Once the condition is amended there is nothing to draft.
    amend(&world, &case, condition, "she asked in writing not to be told").await.unwrap();
    assert!(matches!(read_advice(&world.app, &drafter(DRAFTER), &second).await, Err(Error::NotFound)));
    assert!(list_advice(&world.app, &drafter(DRAFTER)).await.unwrap().is_empty());
    assert_eq!(world.count("select count(*) from disclosure").await, 2);
}

// [R7a] [GL2a]
#[tokio::test]
async fn a_case_whose_referral_leaves_conditions_open_leaves_assessment_once_the_unit_has_answered() {
    let world = World::new().await;
    for answers_with_a_condition in [false, true] {
        let mut screened = world.screened(false);
        screened.content.no_contact_condition = Known::Yes;
        world.apply(&screened).await.unwrap();
        let case = world.opened(&screened).await;
        world.assign(&case, "mediator-1").await;
        for who in [case.victim, case.offender] {
            world.assess(&case, who, cases::domain::assessment::Risk::Low, "calm", "").await.unwrap();
        }
        let refused = refusal(world.go(&case, Stage::Preparation, "letter").await);
        assert!(refused.clause == "R7a" && refused.en.contains("conditions-not-answered"), "{}", refused.en);
        assert!(list_conditions(&world.app, &officer(), &case.id).await.unwrap().not_answered);
        let by_mediator = state_no_condition(&world.app, &mediator("mediator-1"), &case.id, "marker-none: asked the court").await;
        assert_eq!(refusal(by_mediator).reason, "not-your-part");
        if answers_with_a_condition {
            record(&world, &case, written()).await;
            let denied = state_no_condition(&world.app, &officer(), &case.id, "marker-none: asked the court").await;
            assert_eq!(refusal(denied).reason, "condition-recorded");
        } else {
            assert_eq!(refusal(state_no_condition(&world.app, &officer(), &case.id, "no").await).reason, "reason-missing");
            state_no_condition(&world.app, &officer(), &case.id, "marker-none: asked the court").await.unwrap();
        }
        assert!(!list_conditions(&world.app, &officer(), &case.id).await.unwrap().not_answered);
        assert_eq!(world.go(&case, Stage::Preparation, "letter").await.unwrap(), Stage::Preparation);
        // A later decision on a referral that still says so asks again where nothing was recorded.
        world.app.clock.advance(Duration::SECOND);
        screened.screened_at = world.app.clock.now();
        world.apply(&screened).await.unwrap();
        let asked_again = list_conditions(&world.app, &officer(), &case.id).await.unwrap().not_answered;
        assert_eq!(asked_again, !answers_with_a_condition);
    }
}

/// A case in which everything that can be said of conditions was said.
async fn filled(world: &World) -> Opened {
    let case = ready(world).await;
    world.grant(DRAFTER, role::PAROLE_OFFICER).await;
    state_no_condition(&world.app, &officer(), &case.id, "marker-none: asked the court").await.unwrap();
    let condition = record(world, &case, written()).await;
    advise(world, &case, condition, DRAFTER, "").await.unwrap();
    inform(world, &case, condition, &case.victim.to_string()).await.unwrap();
    amend(world, &case, condition, "").await.unwrap();
    end(world, &case, condition, End::RanOut).await.unwrap();
    case
}

#[tokio::test]
async fn nothing_that_was_said_of_a_condition_stands_in_clear_or_can_be_rewritten() {
    let world = World::new().await;
    let case = filled(&world).await;
    let copy = rows(&world.db.admin).await;
    for word in ["marker-", "Oscar", "123456"] {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    for rewrite in [
        "update condition set has_exception_words = true",
        "update condition_step set done_on = null",
        "update condition_answer set said = 'asked'",
        "update condition_advice set until = 'infinity'",
        "update disclosure set recipient = 'x'",
        "delete from condition_step",
        "delete from disclosure",
    ] {
        for mut tx in [world.app.begin(&officer()).await.unwrap(), world.service().await] {
            let done = sqlx::query(rewrite).execute(&mut *tx).await.map_or(0, |done| done.rows_affected());
            assert_eq!(done, 0, "{rewrite}");
        }
    }
    // Without the unit's reach nothing of it is changed.
    let mut tx = world.app.begin(&mediator("mediator-1")).await.unwrap();
    assert_eq!(sqlx::query("update condition set state = 'ended'").execute(&mut *tx).await.unwrap().rows_affected(), 0);
    drop(tx);
    assert_eq!(world.read(&case).await.file.standing.stage, Stage::Preparation);
}

// [LPR4]
#[tokio::test]
async fn a_purge_leaves_no_condition_no_advice_and_no_disclosure_of_the_case_and_the_retention_counts_them() {
    let world = World::new().await;
    let case = world.open().await;
    let kept = filled(&world).await;
    world.go(&case, Stage::Closed, "").await.unwrap();
    go_to(&world, NOW + Duration::days(30));
    record(&world, &case, written()).await;
    carry_everything(&world).await;
    go_to(&world, two_years_after(NOW));
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "retention-not-over");
    world.consent(&kept, kept.victim, "letter", Status::Withdrawn).await.unwrap();
    world.go(&kept, Stage::Closed, "").await.unwrap();
    carry_everything(&world).await;
    go_to(&world, two_years_after(world.app.clock.now()));
    order_purge(&world.app, &supervisor(), &kept.id).await.unwrap();
    let certificate = confirm_purge(&world.app, &second(), &kept.id).await.unwrap();
    for table in ["condition", "condition_step", "condition_answer", "condition_advice", "disclosure"] {
        assert!(certificate.rows.iter().any(|(name, rows)| name == table && *rows > 0), "{table}");
    }
    assert!(list_disclosures(&world.app, &supervisor(), "", 0, "").await.unwrap().disclosures.is_empty());
    assert_eq!(world.count("select count(*) from condition").await, 1);
}
