//! Fifty thousand random questions of who may do what to which case and when, put to the use cases and to row security
//! [R3c, IM1a, D-mediator].
#![expect(clippy::indexing_slicing, reason = "a case has the same number in the history and in the model")]

use auth::access;
use base::{Error, Result, database::act_as};
use cases::{
    access::RULES,
    app::access::need_to_know::{actor, seen},
    domain::{
        access::{decision::Verb, scope::Scope},
        case::{filter::Filter, reference::CaseRef},
    },
    store::case::file,
};
use time::Duration;

use crate::{
    access_history::{ASKED, CASES, History, PEOPLE},
    access_model::Answer,
};

const CHECKS: usize = 50_000;
const ROUNDS: usize = 50;
/// Rounds of a run that does not make every try; each has as many questions.
const FEW_ROUNDS: usize = 2;
const STEPS: usize = 24;

/// Asks at random, in one transaction that is rolled back; how many answers were looked at, and how many of each kind.
async fn ask(history: &mut History, checks: usize, counts: &mut [usize; 4]) {
    let mut tx = history.world.service().await;
    for _ in 0..checks {
        let subject = history.dice.one(&PEOPLE).0;
        let verb = *history.dice.one(&ASKED);
        let case = history.case(subject);
        let (id, number, referral) = history.cases[case].clone();
        let case_ref = match verb {
            Verb::Find => CaseRef::Referral(referral),
            _ if history.dice.below(2) == 0 => CaseRef::Number(number),
            _ => CaseRef::Id(id),
        };
        // A quarter of an hour back to eight hours on.
        let at = history.world.app.clock.now() + Duration::minutes(i64::try_from(history.dice.below(495)).unwrap() - 15);
        let who = history.model.who(subject, at);
        let expected = history.model.answer(&who, verb, case, at);
        // The fence of the database stands around each question as well.
        act_as(&mut tx, &actor(&who, at)).await.unwrap();
        let method = RULES.iter().find(|rule| rule.permission == verb.permission()).unwrap().method;
        let got = if access::check(RULES, method, &who).is_err() {
            Answer::NoRole
        } else if verb == Verb::List {
            let shown = file::visible_list(&mut tx, &Scope::of(&who), &Filter::default(), None, 1_000, at).await.unwrap();
            let theirs = (0..CASES).filter(|c| history.model.answer(&who, Verb::List, *c, at) == Answer::Yes).count();
            assert_eq!(shown.len(), theirs, "{who:?} is shown other cases than theirs at {at}");
            if shown.iter().any(|file| file.id == id) { Answer::Yes } else { Answer::Nothing }
        } else {
            answered(seen(&mut tx, &who, verb, &case_ref, at).await)
        };
        assert_eq!(got, expected, "{subject} {:?} {verb:?} case {case} at {at}", who.grants);
        counts[match got {
            Answer::NoRole => 0,
            Answer::Yes => 1,
            Answer::Nothing => 2,
            Answer::No(_) => 3,
        }] += 1;
    }
    tx.rollback().await.unwrap();
}

fn answered<T>(outcome: Result<T>) -> Answer {
    match outcome {
        Ok(_) => Answer::Yes,
        Err(Error::NotFound) => Answer::Nothing,
        Err(Error::Refused(refusal)) => Answer::No(refusal.reason),
        Err(error) => panic!("{error:?}"),
    }
}

// [R3c] [IM1a] [TRAP-11]
#[tokio::test]
async fn fifty_thousand_random_questions_are_answered_as_the_rules_say() {
    let mut history = History::new().await;
    let mut counts = [0; 4];
    let rounds = harness::tries::of(ROUNDS, FEW_ROUNDS);
    let checks = CHECKS / ROUNDS * rounds;
    for _ in 0..rounds {
        for _ in 0..STEPS {
            history.step().await;
        }
        ask(&mut history, CHECKS / ROUNDS, &mut counts).await;
    }
    assert_eq!(counts.iter().sum::<usize>(), checks);
    // Every kind of answer was among them, and not by a hair.
    assert!(counts.iter().all(|count| *count > checks / 200), "door, yes, nothing, no: {counts:?}");
    assert!(history.model.broken.len() > 20 * rounds / ROUNDS, "{} were broken", history.model.broken.len());
}
