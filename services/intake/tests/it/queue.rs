//! The national queue: oldest first, in pages, visible to the RJ Unit only.

use base::Error;
use intake::{
    app::queue::{
        list::{count_queue, find_in_queue, list_queue},
        screen::{Screening, screen_referral},
    },
    domain::{
        Disposition,
        queue::list::{Asked, List},
    },
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
        let (page, next) = list_queue(&app, &officer(1), &List::Waiting.into(), 2, &token).await.unwrap();
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
    let (queue, next) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
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
    let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
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
    assert!(list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap().0.is_empty());
    assert_eq!(list_queue(&app, &officer(1), &List::All.into(), 0, "").await.unwrap().0.len(), 2);
    app.clock.advance(time::Duration::days(30));
    let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
    assert_eq!(queue.iter().map(|e| e.state.code()).collect::<Vec<_>>(), ["screened-deferred"]);
}

#[tokio::test]
async fn nobody_outside_the_unit_reads_the_queue_and_a_made_up_page_is_refused() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    for role in role::ALL.iter().filter(|r| !role::RJ_UNIT.contains(r)) {
        let person = caller("someone", &[role], &["mission"], &["pacific"]);
        assert!(matches!(list_queue(&app, &person, &List::All.into(), 0, "").await, Err(Error::NotFound)), "{role}");
    }
    assert!(matches!(list_queue(&app, &officer(1), &List::All.into(), 0, "made-up").await, Err(Error::Refused(_))));
}

fn of(site: &str, key: &str, origin: Origin) -> Referral {
    let asked = if origin == Origin::Institutional { 1 } else { 0 };
    Referral { site: site.into(), origin: origin.into(), offender_asked: asked, ..referral(key) }
}

/// Six referrals of two sites, a minute apart: one is to be clarified, one deferred, one closed, one closed and corrected, one accepted.
async fn filled() -> TestDesk {
    let app = app().await;
    let sent = [
        of("mission", "new", Origin::Victim),
        of("kent", "unclear", Origin::Community),
        of("mission", "defer", Origin::Institutional),
        of("kent", "close", Origin::Institutional),
        of("mission", "correct", Origin::Victim),
        of("mission", "accept", Origin::Institutional),
    ];
    for one in sent {
        let site = one.site.clone();
        let number = submit(&app, &staff(&site), one.clone()).await.number;
        let entry = find_in_queue(&app, &officer(1), &number).await.unwrap().unwrap();
        let (disposition, review_on) = match one.idempotency_key.as_str() {
            "defer" => (Disposition::DeferredForPreparation, "2026-04-01"),
            "close" | "correct" => (Disposition::OtherPartyUnwilling, ""),
            "accept" => (Disposition::Accepted, ""),
            _ => (Disposition::Duplicate, ""),
        };
        if disposition != Disposition::Duplicate {
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
        app.clock.advance(time::Duration::MINUTE);
    }
    submit(&app, &staff("mission"), Referral { request: "other words".into(), ..of("mission", "correct", Origin::Victim) }).await;
    app
}

/// Keys of a list, in its order.
async fn keys(app: &TestDesk, asked: &Asked) -> Vec<String> {
    let (page, _) = list_queue(app, &officer(1), asked, 0, "").await.unwrap();
    let mut keys = Vec::new();
    for entry in page {
        keys.push(
            sqlx::query_scalar("select idempotency_key from referral where referral_id = $1")
                .bind(entry.id)
                .fetch_one(&app.database.admin)
                .await
                .unwrap(),
        );
    }
    keys
}

#[tokio::test]
async fn each_list_of_the_queue_holds_what_its_name_says_and_its_number_says_how_many() {
    let app = filled().await;
    let lists: [(List, &[&str]); 7] = [
        (List::Waiting, &["new", "unclear", "correct"]),
        (List::Received, &["new"]),
        (List::NeedsClarification, &["unclear"]),
        (List::Corrected, &["correct"]),
        (List::Deferred, &["defer"]),
        (List::Closed, &["close"]),
        (List::All, &["new", "unclear", "defer", "close", "correct"]),
    ];
    let counted = count_queue(&app, &officer(1), &List::All.into()).await.unwrap();
    for (list, expected) in lists {
        assert_eq!(keys(&app, &list.into()).await, expected, "{list:?}");
        if let Some((_, count)) = counted.iter().find(|(one, _)| *one == list) {
            assert_eq!((count.n, count.is_more), (expected.len() as i64, false), "{list:?}");
        }
    }
    app.clock.advance(time::Duration::days(30));
    assert_eq!(keys(&app, &List::Waiting.into()).await, ["new", "unclear", "defer", "correct"]);
    assert_eq!(count_queue(&app, &officer(1), &List::All.into()).await.unwrap()[0].1.n, 4);
    assert!(matches!(count_queue(&app, &staff("mission"), &List::All.into()).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_list_is_narrowed_by_site_source_and_time_and_turned_round() {
    let app = filled().await;
    let all = || Asked::from(List::All);
    let of_sites = |codes: &[&str]| all().of_sites(&codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>()).unwrap();
    assert_eq!(keys(&app, &of_sites(&["kent"])).await, ["unclear", "close"]);
    assert_eq!(keys(&app, &of_sites(&["kent", "mission", "bath"])).await, ["new", "unclear", "defer", "close", "correct"]);
    assert!(keys(&app, &of_sites(&["bath"])).await.is_empty());
    let of_victims = Asked { origin: Some(intake::domain::Origin::Victim), ..all() };
    assert_eq!(keys(&app, &of_victims).await, ["new", "correct"]);
    assert_eq!(keys(&app, &Asked { origin: of_victims.origin, ..of_sites(&["kent"]) }).await, [""; 0]);
    let minutes = |n| Some(MORNING + time::Duration::minutes(n));
    let between = Asked { received_from: minutes(1), received_before: minutes(3), ..all() };
    assert_eq!(keys(&app, &between).await, ["unclear", "defer"]);
    let newest = Asked { newest_first: true, ..between };
    assert_eq!(keys(&app, &newest).await, ["defer", "unclear"]);
    // The pages of a list that is turned round follow each other too.
    let newest = Asked { newest_first: true, ..all() };
    let (mut seen, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let (page, next) = list_queue(&app, &officer(1), &newest, 2, &token).await.unwrap();
        seen.extend(page.into_iter().map(|entry| entry.received_at));
        token = next;
    }
    assert!(token.is_empty() && seen.len() == 5 && seen.is_sorted_by(|one, other| one > other), "{seen:?}");
    assert_eq!(
        count_queue(&app, &officer(1), &of_sites(&["kent"])).await.unwrap().iter().map(|(_, c)| c.n).collect::<Vec<_>>(),
        [1, 0, 1, 0, 0, 1]
    );
}

#[tokio::test]
async fn a_referral_is_found_by_its_number_and_what_is_a_case_only_by_who_is_tied_to_it() {
    let app = filled().await;
    let number = |key: &'static str| {
        let admin = app.database.admin.clone();
        async move {
            sqlx::query_scalar::<_, String>("select receipt_number from referral where idempotency_key = $1")
                .bind(key)
                .fetch_one(&admin)
                .await
                .unwrap()
        }
    };
    let found = async |who: &base::Caller, key| find_in_queue(&app, who, &number(key).await.to_lowercase()).await.unwrap().is_some();
    for key in ["new", "close", "accept"] {
        assert!(found(&officer(1), key).await && found(&supervisor(1), key).await, "{key}");
    }
    assert!(found(&officer(2), "close").await && !found(&officer(2), "accept").await);
    assert!(
        find_in_queue(&app, &officer(1), "RO-0000-0000").await.is_err()
            || find_in_queue(&app, &officer(1), "RO-0000-0000").await.unwrap().is_none()
    );
    assert!(
        matches!(find_in_queue(&app, &officer(1), "nonsense").await, Err(Error::Refused(refusal)) if refusal.reason == "receipt-number-malformed")
    );
    assert!(matches!(find_in_queue(&app, &staff("mission"), &number("new").await).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn a_referral_that_came_with_a_safety_concern_says_so_in_the_queue() {
    let app = app().await;
    submit(&app, &staff("mission"), Referral { safety_concern: "has a weapon".into(), ..referral("1") }).await;
    let (queue, _) = list_queue(&app, &officer(1), &List::Waiting.into(), 0, "").await.unwrap();
    assert_eq!(queue[0].flags.codes(), ["safety-concern"]);
}
