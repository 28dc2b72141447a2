//! Destruction of closed referrals that never opened a case, after their retention [LPR4], unless a concern about one is open [RM1].

use std::sync::{Arc, atomic::Ordering};

use intake::{
    app::purge::retention::Expiry,
    domain::{Disposition, Repeat, purge::LEAST},
};
use proto::{id::ConcernId, intake::v1::Referral, safety::v1::Concern, subject};
use time::Duration;
use uuid::Uuid;

use crate::{
    purge::{WAIT, accepted, carry_everything, concern, duplicate, marked, number_of, purged},
    support::*,
};

#[tokio::test]
async fn a_referral_that_never_opened_a_case_ends_after_its_retention_unless_somebody_stops_it() {
    let app = app().await;
    let expiry = Expiry::new((*app).clone(), Arc::new(harness::keys::signer()), 24, WAIT);
    let one = accepted(&app, marked("accepted")).await;
    let number: String = sqlx::query_scalar("select receipt_number from referral").fetch_one(&app.database.admin).await.unwrap();
    let kept_with_its_case = duplicate(&app, "kent", &number).await;
    submit(&app, &staff("mission"), marked("waiting")).await;
    let closed = duplicate(&app, "millhaven", "").await;
    let stopped = duplicate(&app, "joyceville", "").await;
    app.clock.advance(LEAST - Duration::days(2));
    assert_eq!(expiry.notice().await.unwrap(), 0, "two years are not over");
    app.clock.advance(Duration::days(4));
    assert_eq!(expiry.notice().await.unwrap(), 2);
    assert_eq!(expiry.notice().await.unwrap(), 0, "it is ordered once");
    sqlx::query("update destruction set stopped_at = now(), stopped_because = 'a court asks for it' where about = $1")
        .bind(stopped)
        .execute(&app.database.admin)
        .await
        .unwrap();
    assert_eq!(expiry.orders.look(&app.pool, "intake").await.unwrap(), 0, "it can be stopped");
    app.clock.advance(WAIT);
    assert_eq!(expiry.orders.look(&app.pool, "intake").await.unwrap(), 1);
    let gone: Vec<Uuid> =
        sqlx::query_scalar("select referral_id from referral where purged_at is not null").fetch_all(&app.database.admin).await.unwrap();
    assert_eq!(gone, [closed]);
    let live: i64 = sqlx::query_scalar("select count(*) from data_key where kind = 'referral' and destroyed_at is null")
        .fetch_one(&app.database.admin)
        .await
        .unwrap();
    assert_eq!(live, 4, "its key is destroyed and no other");
    assert!(![kept_with_its_case, one.parse().unwrap()].contains(&closed));
    // Who sends it again is answered as before.
    let again = submit(&app, &staff("millhaven"), Referral { site: "millhaven".into(), ..marked("1") }).await;
    assert_eq!(again.repeat, Repeat::SameBody);
}

/// Looks at what is over and at what is due; how many were ordered, and how many are gone.
async fn time_passes(app: &TestDesk, expiry: &Expiry) -> (usize, i64) {
    let ordered = expiry.notice().await.unwrap();
    app.clock.advance(WAIT);
    expiry.orders.look(&app.pool, "intake").await.unwrap();
    (ordered, purged(app).await)
}

#[tokio::test]
async fn a_referral_that_a_concern_names_is_kept_past_its_retention_until_the_concern_is_closed() {
    let app = app().await;
    let expiry = Expiry::new((*app).clone(), Arc::new(harness::keys::signer()), 24, WAIT);
    let named = duplicate(&app, "millhaven", "").await;
    let by_number = duplicate(&app, "kent", "").await;
    let number = number_of(&app, by_number).await;
    let repeats = duplicate(&app, "joyceville", &number).await;
    let unnamed = duplicate(&app, "mission", "").await;
    app.safety.opens(concern(1), &[&named.to_string()], MORNING);
    app.safety.opens(concern(2), &[&number], MORNING);
    app.clock.advance(LEAST + Duration::days(2));
    assert_eq!(time_passes(&app, &expiry).await, (1, 1), "what no concern names ends as before");
    let gone: Uuid =
        sqlx::query_scalar("select referral_id from referral where purged_at is not null").fetch_one(&app.database.admin).await.unwrap();
    assert_eq!(gone, unnamed);
    // A month later they stand as they did.
    app.clock.advance(Duration::days(30));
    assert_eq!(time_passes(&app, &expiry).await, (0, 1));
    app.safety.closes(concern(2));
    assert_eq!(time_passes(&app, &expiry).await, (2, 3), "with its repetition");
    assert_ne!(repeats, named);
    app.safety.closes(concern(1));
    assert_eq!(time_passes(&app, &expiry).await, (1, 4));
}

#[tokio::test]
async fn a_concern_that_is_raised_while_a_destruction_waits_keeps_the_referral() {
    let app = app().await;
    let expiry = Expiry::new((*app).clone(), Arc::new(harness::keys::signer()), 24, WAIT);
    let named = duplicate(&app, "millhaven", "").await;
    app.clock.advance(LEAST + Duration::days(2));
    assert_eq!(expiry.notice().await.unwrap(), 1);
    app.safety.opens(concern(1), &[&named.to_string()], MORNING);
    assert_eq!(time_passes(&app, &expiry).await, (0, 0));
    let why: Option<String> = sqlx::query_scalar("select kept_for from destruction").fetch_one(&app.database.admin).await.unwrap();
    assert_eq!(why.as_deref(), Some("concern-open"), "an operator reads why");
    app.safety.closes(concern(1));
    assert_eq!(time_passes(&app, &expiry).await, (0, 1), "it is carried out once the concern is closed");
}

#[tokio::test]
async fn no_referral_is_destroyed_while_safety_cannot_be_asked_or_a_concern_cannot_be_read() {
    let app = app().await;
    let expiry = Expiry::new((*app).clone(), Arc::new(harness::keys::signer()), 24, WAIT);
    duplicate(&app, "millhaven", "").await;
    app.clock.advance(LEAST + Duration::days(2));
    app.safety.silent.store(true, Ordering::Relaxed);
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "safety is away");
    app.safety.silent.store(false, Ordering::Relaxed);
    app.safety.cannot_read(concern(1));
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "it may name this one");
    app.safety.closes(concern(1));
    assert_eq!(expiry.notice().await.unwrap(), 1);
    app.safety.silent.store(true, Ordering::Relaxed);
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "safety is away when it is due");
    app.safety.silent.store(false, Ordering::Relaxed);
    assert_eq!(time_passes(&app, &expiry).await, (0, 1));
}

#[tokio::test]
async fn the_concern_that_came_with_a_referral_keeps_it_from_the_first_moment_until_it_is_closed() {
    let app = app().await;
    let expiry = Expiry::new((*app).clone(), Arc::new(harness::keys::signer()), 24, WAIT);
    let receipt = submit(&app, &staff("mission"), Referral { safety_concern: "marker-concern".into(), ..marked("1") }).await;
    let id = only_id(&app).await;
    crate::screening::decide(&app, &officer(1), &id, Disposition::Withdrawn, "marker-reason").await.unwrap();
    let raised = waiting::<Concern>(&app, subject::RAISE_BY_INTAKE).await.remove(0);
    assert_eq!(raised.case_id, receipt.number, "it names the referral that it came with, so that its case is frozen too");
    let raised: ConcernId = raised.concern_id.parse().unwrap();
    app.clock.advance(LEAST + Duration::days(2));
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "safety has not got it yet");
    // It named no referral, as those of a former version.
    app.safety.opens(raised, &[], MORNING);
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "it is open");
    app.safety.forgets(raised);
    carry_everything(&app).await;
    assert_eq!(time_passes(&app, &expiry).await, (0, 0), "safety was set back and has lost it");
    app.safety.closes(raised);
    assert_eq!(time_passes(&app, &expiry).await, (1, 1));
}
