//! The national queue: oldest first, in pages, visible to the RJ Unit only.

use base::Error;
use intake::{
    app::queue::{
        list::{Scope, list_queue},
        screen::{Screening, screen_referral},
    },
    domain::Disposition,
};
use proto::{
    intake::v1::{Origin, Referral},
    role,
};

use crate::support::*;

#[tokio::test]
async fn the_queue_is_read_page_by_page_oldest_first_without_gap_or_double() {
    let app = app().await;
    let mut numbers = Vec::new();
    for i in 0..7 {
        numbers.push(submit(&app, &staff("mission"), referral(&i.to_string())).await.number);
        // Three of them share their time.
        if !(2..4).contains(&i) {
            app.clock.advance(time::Duration::MINUTE);
        }
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    for _ in 0..4 {
        let (page, next) = list_queue(&app, &officer(1), Scope::Waiting, 2, &token).await.unwrap();
        seen.extend(page.into_iter().map(|e| (e.received_at, e.receipt_number)));
        token = next;
        // What arrives while somebody reads comes at the end.
        app.clock.advance(time::Duration::MINUTE);
    }
    assert!(token.is_empty() && seen.is_sorted_by_key(|(at, _)| *at));
    let mut seen: Vec<String> = seen.into_iter().map(|(_, number)| number).collect();
    seen.sort();
    numbers.sort();
    assert_eq!(seen, numbers);
}

#[tokio::test]
async fn a_referral_under_a_court_order_waits_for_review_and_is_not_rejected() {
    let app = app().await;
    let ordered = Referral { origin: Origin::Community.into(), no_contact_condition: 1, offender_in_custody: 1, ..referral("1") };
    submit(&app, &staff("mission"), ordered).await;
    let (queue, next) = list_queue(&app, &officer(1), Scope::Waiting, 0, "").await.unwrap();
    assert_eq!(queue[0].flags.codes(), ["origin-check", "no-contact-condition"]);
    assert_eq!((queue[0].state.code(), queue[0].origin.code(), next.as_str()), ("received", "community", ""));
}

#[tokio::test]
async fn what_is_decided_leaves_the_queue_and_a_deferral_returns_on_its_day() {
    let app = app().await;
    for key in ["defer", "close"] {
        submit(&app, &staff("mission"), referral(key)).await;
        app.clock.advance(time::Duration::MINUTE);
    }
    let (queue, _) = list_queue(&app, &officer(1), Scope::Waiting, 0, "").await.unwrap();
    let decisions = [(Disposition::DeferredForPreparation, "2026-04-01"), (Disposition::OtherPartyUnwilling, "")];
    for (entry, (disposition, review_on)) in queue.iter().zip(decisions) {
        let id = entry.id.to_string();
        let screening = Screening {
            referral_id: &id,
            disposition: Some(disposition),
            reason: "as heard".to_owned().into(),
            review_on,
            duplicate_of: "",
        };
        screen_referral(&app, &officer(1), screening).await.unwrap();
    }
    assert!(list_queue(&app, &officer(1), Scope::Waiting, 0, "").await.unwrap().0.is_empty());
    assert_eq!(list_queue(&app, &officer(1), Scope::All, 0, "").await.unwrap().0.len(), 2);
    app.clock.advance(time::Duration::days(30));
    let (queue, _) = list_queue(&app, &officer(1), Scope::Waiting, 0, "").await.unwrap();
    assert_eq!(queue.iter().map(|e| e.state.code()).collect::<Vec<_>>(), ["screened-deferred"]);
}

#[tokio::test]
async fn nobody_outside_the_unit_reads_the_queue_and_a_made_up_page_is_refused() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    for role in role::ALL.iter().filter(|r| !role::RJ_UNIT.contains(r)) {
        let person = caller("someone", &[role], &["mission"], &["pacific"]);
        assert!(matches!(list_queue(&app, &person, Scope::All, 0, "").await, Err(Error::NotFound)), "{role}");
    }
    assert!(matches!(list_queue(&app, &officer(1), Scope::All, 0, "made-up").await, Err(Error::Refused(_))));
}
