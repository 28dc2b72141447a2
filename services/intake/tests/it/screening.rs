//! Screening decisions of the RJ Unit: one after the other, with a reason, and never rewritten.

use base::{Caller, Error};
use intake::{
    app::{
        App,
        queue::{
            get::get_referral,
            screen::{Screening, screen_referral},
        },
    },
    domain::{Disposition, State},
};
use proto::{
    intake::v1::{Known, Origin, Referral, ReferralScreened},
    subject,
};

use crate::support::*;

pub async fn decide(app: &App, officer: &Caller, id: &str, disposition: Disposition, reason: &str) -> Result<State, &'static str> {
    let screening =
        Screening { referral_id: id, disposition: Some(disposition), reason: reason.to_owned().into(), review_on: "", duplicate_of: "" };
    screen_referral(app, officer, screening).await.map_err(|error| match error {
        Error::Refused(refusal) => refusal.reason,
        Error::NotFound => "not-found",
        other => panic!("{other}"),
    })
}

#[tokio::test]
async fn an_accepted_referral_is_told_once_and_the_same_decision_again_changes_nothing() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    for _ in 0..2 {
        assert_eq!(decide(&app, &officer(1), &id, Disposition::Accepted, "both willing").await, Ok(State::Accepted));
    }
    let facts: Vec<ReferralScreened> = waiting(&app, subject::REFERRAL_SCREENED).await;
    assert_eq!(facts.len(), 1);
    assert_eq!((facts[0].referral_id.as_str(), facts[0].disposition), (id.as_str(), 1));
    assert_eq!(count(&app, "screening_decision").await, 1);
    let (_, full, _) = get_referral(&app, &Caller::service("cases"), &id, None).await.unwrap();
    assert_eq!((full.state, full.disposition), (State::Accepted, Some(Disposition::Accepted)));
    assert_eq!(full.screened_by, Some(officer(1).subject), "the case opens in the portfolio of whoever screened its referral");
}

#[tokio::test]
async fn a_community_referral_without_a_statement_of_conditions_cannot_open_a_case_until_it_is_answered() {
    let app = app().await;
    let unanswered = Referral { origin: Origin::Community.into(), site: "mission".into(), ..referral("1") };
    submit(&app, &staff("mission"), unanswered.clone()).await;
    let id = only_id(&app).await;
    for disposition in [Disposition::Accepted, Disposition::IndirectOnly] {
        assert_eq!(decide(&app, &officer(1), &id, disposition, "willing").await, Err("conditions-not-stated"));
    }
    assert_eq!(count(&app, "screening_decision").await, 0);
    let answered = Referral { no_contact_condition: Known::No.into(), ..unanswered };
    submit(&app, &staff("mission"), answered).await;
    assert_eq!(decide(&app, &officer(1), &id, Disposition::Accepted, "willing").await, Ok(State::Accepted));
}

#[tokio::test]
async fn a_question_does_not_keep_the_unit_from_closing_and_a_closing_is_opened_again() {
    let app = app().await;
    submit(&app, &staff("mission"), Referral { offender_asked: 0, ..referral("1") }).await;
    let id = only_id(&app).await;
    assert_eq!(decide(&app, &officer(1), &id, Disposition::Withdrawn, "changed his mind").await, Ok(State::Closed));
    assert_eq!(decide(&app, &officer(1), &id, Disposition::Accepted, "asks again").await, Err("offender-asked-not-stated"));
    submit(&app, &officer(2), referral("1")).await;
    let (_, full, _) = get_referral(&app, &officer(1), &id, None).await.unwrap();
    assert_eq!((full.state, full.flags.has_questions()), (State::Closed, false), "an answer alone opens nothing");
    assert_eq!(decide(&app, &officer(1), &id, Disposition::Accepted, "asks again").await, Ok(State::Accepted));
    assert_eq!(decide(&app, &officer(1), &id, Disposition::Duplicate, "oops").await, Err("case-already-open"));
    assert_eq!(decide(&app, &supervisor(2), &id, Disposition::IndirectOnly, "letters only").await, Ok(State::IndirectOnly));
    let told: Vec<i32> = waiting::<ReferralScreened>(&app, subject::REFERRAL_SCREENED).await.iter().map(|f| f.disposition).collect();
    assert_eq!(told, [8, 1, 2]);
}

// [L26-6] [R3a]
#[tokio::test]
async fn a_withdrawal_or_that_no_contact_is_permitted_is_decided_and_told_after_the_case_was_opened() {
    let app = app().await;
    for (key, disposition, code) in [("1", Disposition::Withdrawn, 8), ("2", Disposition::NoContactPermitted, 7)] {
        submit(&app, &staff("mission"), referral(key)).await;
        let id: uuid::Uuid = sqlx::query_scalar("select referral_id from referral where idempotency_key = $1")
            .bind(key)
            .fetch_one(&app.database.admin)
            .await
            .unwrap();
        let id = id.to_string();
        assert_eq!(decide(&app, &officer(1), &id, Disposition::Accepted, "both willing").await, Ok(State::Accepted));
        assert_eq!(decide(&app, &officer(1), &id, disposition, "the victim takes it back").await, Ok(State::Closed));
        let told = waiting::<ReferralScreened>(&app, subject::REFERRAL_SCREENED).await;
        let told: Vec<_> = told.iter().filter(|fact| fact.referral_id == id).collect();
        assert_eq!(told.iter().map(|fact| fact.disposition).collect::<Vec<_>>(), [1, code]);
        let moment = |n: usize| told[n].screened_at.as_ref().and_then(base::wire::instant).unwrap();
        assert!(moment(1) > moment(0), "the clock of this test stands still, and the withdrawal is the later decision all the same");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_officers_deciding_at_once_are_taken_in_turn_and_the_second_sees_what_the_first_left() {
    let app = app().await;
    for round in 0..6 {
        submit(&app, &staff("mission"), referral(&round.to_string())).await;
    }
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar("select referral_id from referral").fetch_all(&app.database.admin).await.unwrap();
    for id in ids {
        let id = id.to_string();
        let (one, other) = (supervisor(1), supervisor(2));
        let (accepted, closed) = tokio::join!(
            decide(&app, &one, &id, Disposition::Accepted, "both willing"),
            decide(&app, &other, &id, Disposition::OutOfJurisdiction, "provincial sentence"),
        );
        let (_, full, _) = get_referral(&app, &one, &id, None).await.unwrap();
        // Whoever was first, the case is open: a closing that came second was refused, one that came first was opened again.
        assert_eq!((accepted, full.state), (Ok(State::Accepted), State::Accepted));
        assert!(closed == Ok(State::Closed) || closed == Err("case-already-open"), "{closed:?}");
        let decisions: i64 = sqlx::query_scalar("select count(*) from screening_decision where referral_id = $1::uuid")
            .bind(&id)
            .fetch_one(&app.database.admin)
            .await
            .unwrap();
        assert_eq!(decisions, if closed.is_ok() { 2 } else { 1 });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_supervisors_agreeing_at_once_tell_it_once_and_each_is_kept() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    let calls: Vec<_> = (0..8)
        .map(|n| {
            let (app, id) = (app.clone(), id.clone());
            tokio::spawn(async move { decide(&app, &supervisor(n), &id, Disposition::Accepted, "both willing").await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(State::Accepted));
    }
    assert_eq!(count(&app, "screening_decision").await, 8);
    assert_eq!(waiting::<ReferralScreened>(&app, subject::REFERRAL_SCREENED).await.len(), 1);
}

#[tokio::test]
async fn history_cannot_be_rewritten_and_no_state_stands_without_its_decision() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    decide(&app, &officer(1), &id, Disposition::Duplicate, "same letter").await.unwrap();
    for forbidden in [
        "update screening_decision set reason = 'other'",
        "delete from screening_decision",
        "update referral set state = 'received'",
        "update referral set disposition = 'accepted', state = 'screened-accepted'",
        "update referral set decisions = 2",
        "update referral set decisions = 0, disposition = null",
    ] {
        let refused = sqlx::query(forbidden).execute(&app.database.admin).await;
        assert!(matches!(refused, Err(sqlx::Error::Database(_))), "{forbidden}");
    }
}

#[tokio::test]
async fn a_referral_that_does_not_exist_is_not_found_for_the_unit_too() {
    let app = app().await;
    for id in ["", "made-up", "00000000-0000-0000-0000-000000000000", "0195a000-0000-7000-8000-000000000001"] {
        assert_eq!(decide(&app, &officer(1), id, Disposition::Accepted, "because").await, Err("not-found"));
        assert!(matches!(get_referral(&app, &officer(1), id, None).await, Err(Error::NotFound)));
    }
}
