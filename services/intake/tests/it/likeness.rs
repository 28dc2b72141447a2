//! Referrals that may be about the same persons: found, shown to the RJ Unit, and never merged or held back.

use base::Caller;
use intake::{
    app::{
        likeness::compare_next,
        queue::{get::get_referral, list::list_queue},
    },
    domain::{Disposition, State, queue::list::List},
};
use proto::intake::v1::Referral;

use crate::{screening::decide, support::*};

fn of(key: &str, site: &str, fps: &str, offender: &str, victim: &str) -> Referral {
    Referral { site: site.into(), offender_fps: fps.into(), offender_name: offender.into(), victim_name: victim.into(), ..referral(key) }
}

async fn id_of(app: &TestDesk, key: &str) -> String {
    let id: uuid::Uuid = sqlx::query_scalar("select referral_id from referral where idempotency_key = $1")
        .bind(key)
        .fetch_one(&app.database.admin)
        .await
        .unwrap();
    id.to_string()
}

/// Keys and likenesses of those that may be about the same persons as one.
async fn alike(app: &TestDesk, who: &Caller, key: &str) -> Vec<(String, String)> {
    let (_, _, beside) = get_referral(app, who, &id_of(app, key).await, None).await.unwrap();
    assert!(beside.is_compared, "{key} was not compared");
    let mut found = Vec::new();
    for other in beside.alike {
        let sql = "select idempotency_key from referral where receipt_number = $1";
        let key: String = sqlx::query_scalar(sql).bind(&other.receipt_number).fetch_one(&app.database.admin).await.unwrap();
        found.push((key, other.kinds.join(" ")));
    }
    found
}

fn pairs(found: &[(&str, &str)]) -> Vec<(String, String)> {
    found.iter().map(|(key, kinds)| ((*key).to_owned(), (*kinds).to_owned())).collect()
}

#[tokio::test]
async fn the_same_persons_are_shown_from_whatever_site_they_come_and_the_same_referral_sent_twice_is_one() {
    let app = app().await;
    let first = of("first", "mission", "123456A", "Jean Exemple", "Zoé Fictive");
    for _ in 0..2 {
        submit(&app, &staff("mission"), first.clone()).await;
    }
    submit(&app, &staff("kent"), of("by-number", "kent", "123 456 a", "J. E.", "")).await;
    app.clock.advance(time::Duration::MINUTE);
    submit(&app, &staff("kent"), of("by-names", "kent", "", "EXEMPLE, Jean", "zoe fictive")).await;
    app.clock.advance(time::Duration::MINUTE);
    submit(&app, &staff("kent"), of("other", "kent", "999999Z", "Alex Autre", "Zoé Fictive")).await;
    assert!(!get_referral(&app, &officer(1), &id_of(&app, "first").await, None).await.unwrap().2.is_compared, "nothing is claimed before");
    assert!(!compare_next(&app).await.unwrap());
    assert_eq!(alike(&app, &officer(1), "first").await, pairs(&[("by-number", "fps"), ("by-names", "names")]));
    assert_eq!(alike(&app, &officer(1), "by-number").await, pairs(&[("first", "fps")]));
    assert!(alike(&app, &officer(1), "other").await.is_empty());
    let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
    assert_eq!(queue.iter().map(|entry| entry.has_alike).collect::<Vec<_>>(), [true, true, true, false]);
    // Another of our services is told nothing of it.
    let (_, _, beside) = get_referral(&app, &Caller::service("cases"), &id_of(&app, "first").await, None).await.unwrap();
    assert!(beside.alike.is_empty() && beside.history.is_empty());
}

#[tokio::test]
async fn what_comes_later_under_a_key_is_compared_too_and_what_was_closed_as_a_duplicate_is_shown_no_more() {
    let app = app().await;
    submit(&app, &staff("mission"), of("first", "mission", "123456A", "Jean Exemple", "")).await;
    submit(&app, &staff("kent"), of("second", "kent", "", "J. E.", "")).await;
    compare_next(&app).await.unwrap();
    assert!(alike(&app, &officer(1), "first").await.is_empty());
    submit(&app, &staff("kent"), of("second", "kent", "123456a", "J. E.", "")).await;
    compare_next(&app).await.unwrap();
    assert_eq!(alike(&app, &officer(1), "first").await, pairs(&[("second", "fps")]));
    // It holds nothing back: either may be decided on as if the other were not there.
    let (first, second) = (id_of(&app, "first").await, id_of(&app, "second").await);
    assert_eq!(decide(&app, &officer(1), &second, Disposition::Duplicate, "sent from both sites").await, Ok(State::Closed));
    assert!(alike(&app, &officer(1), "first").await.is_empty());
    assert_eq!(alike(&app, &officer(1), "second").await, pairs(&[("first", "fps")]));
    assert_eq!(decide(&app, &officer(1), &first, Disposition::Accepted, "both willing").await, Ok(State::Accepted));
}

#[tokio::test]
async fn an_officer_learns_of_no_case_that_they_are_not_tied_to_by_its_likeness_and_a_copy_holds_no_word_of_it() {
    let app = app().await;
    submit(&app, &staff("mission"), of("accepted", "mission", "123456A", "Jean Exemple", "")).await;
    submit(&app, &staff("mission"), of("new", "mission", "123456A", "Jean Exemple", "")).await;
    compare_next(&app).await.unwrap();
    decide(&app, &officer(1), &id_of(&app, "accepted").await, Disposition::Accepted, "both willing").await.unwrap();
    assert_eq!(alike(&app, &officer(1), "new").await, pairs(&[("accepted", "fps name-at-site")]));
    assert_eq!(alike(&app, &supervisor(1), "new").await.len(), 1);
    assert!(alike(&app, &officer(2), "new").await.is_empty());
    let seen_by_a_stranger = list_queue(&app, &officer(2), &List::Waiting.into(), 0, "").await.unwrap().0;
    assert!(seen_by_a_stranger.len() == 1 && !seen_by_a_stranger[0].has_alike);
    let copy = harness::dump::rows(&app.database.admin).await;
    for word in ["123456", "Exemple", "exemple"] {
        assert!(!harness::dump::holders(&copy, word).contains("likeness"), "{word}");
    }
    let mut tx = app.begin(&supervisor(1), []).await.unwrap();
    let marks: i64 = sqlx::query_scalar("select count(*) from likeness").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(marks, 0, "nobody reads the marks but the service");
}
