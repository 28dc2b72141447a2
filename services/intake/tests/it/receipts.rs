//! List of one's own receipts: whoever lost a number finds it again, and learns no more than the receipt says.

use intake::{
    app::{
        contact::push::push_contact,
        referral::{get_receipt::get_receipt, list_receipts::list_receipts},
    },
    domain::Disposition,
};
use proto::intake::v1::{ContactKind, Referral, VictimContact};

use crate::{screening::decide, support::*};

async fn numbers(app: &TestDesk, who: &base::Caller) -> Vec<String> {
    list_receipts(app, who, 0, "").await.unwrap().0.into_iter().map(|receipt| receipt.number).collect()
}

#[tokio::test]
async fn everybody_finds_the_receipts_of_what_they_sent_newest_first_and_of_nothing_else() {
    let app = app().await;
    let mut sent = Vec::new();
    for n in 0..5 {
        sent.insert(0, submit(&app, &staff("mission"), referral(&n.to_string())).await.number);
        app.clock.advance(time::Duration::MINUTE);
    }
    let of_kent = submit(&app, &staff("kent"), Referral { site: "kent".into(), ..referral("0") }).await.number;
    assert_eq!(numbers(&app, &staff("mission")).await, sent);
    assert_eq!(numbers(&app, &staff("kent")).await, [of_kent.as_str()]);
    let colleague = caller("other-of-mission", &[proto::role::STAFF], &["mission"], &[]);
    assert!(numbers(&app, &colleague).await.is_empty());
    assert!(numbers(&app, &officer(1)).await.is_empty(), "the unit has the queue; this is the list of what one sent oneself");
    // Page by page, without gap or double.
    let (mut seen, mut token) = (Vec::new(), String::new());
    for _ in 0..3 {
        let (page, next) = list_receipts(&app, &staff("mission"), 2, &token).await.unwrap();
        seen.extend(page.into_iter().map(|receipt| receipt.number));
        token = next;
    }
    assert!(token.is_empty() && seen == sent, "{seen:?}");
    // Every one of them is a receipt that this person may read.
    for number in seen {
        assert!(get_receipt(&app, &staff("mission"), &number).await.is_ok());
    }
}

#[tokio::test]
async fn whoever_sent_more_on_a_referral_has_its_receipt_once_and_a_region_has_those_of_its_contacts() {
    let app = app().await;
    let number = submit(&app, &staff("mission"), referral("1")).await.number;
    for words in ["more", "and more"] {
        app.clock.advance(time::Duration::MINUTE);
        submit(&app, &officer(1), Referral { request: words.into(), ..referral("1") }).await;
        submit(&app, &staff("mission"), Referral { request: format!("{words} again"), ..referral("1") }).await;
    }
    assert_eq!(numbers(&app, &officer(1)).await, [number.as_str()]);
    assert_eq!(numbers(&app, &staff("mission")).await, [number.as_str()]);
    let (told, body) = intake::wire::contact(VictimContact {
        idempotency_key: "1".into(),
        region: "pacific".into(),
        victim_ref: "PAC-0001".into(),
        kind: ContactKind::Email.into(),
        value: "one@example.org".into(),
        ..VictimContact::default()
    });
    let manager = caller("rvs-pacific", &[proto::role::RVS_MANAGER], &[], &["pacific"]);
    push_contact(&app, &manager, &told, &body).await.unwrap();
    let (own, _) = list_receipts(&app, &manager, 0, "").await.unwrap();
    assert!(own.len() == 1 && own[0].place == "pacific" && get_receipt(&app, &manager, &own[0].number).await.is_ok());
}

// [TRAP-4]
#[tokio::test]
async fn the_list_is_the_same_whatever_became_of_what_was_sent() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let list = async || {
        let (own, _) = list_receipts(&app, &staff("mission"), 0, "").await.unwrap();
        own.into_iter().map(|r| (r.number, r.received_at, r.key, r.place, r.sent_at)).collect::<Vec<_>>()
    };
    let before = list().await;
    app.clock.advance(time::Duration::DAY);
    decide(&app, &officer(1), &only_id(&app).await, Disposition::Accepted, "both willing").await.unwrap();
    submit(&app, &officer(1), Referral { request: "other words".into(), ..referral("1") }).await;
    assert_eq!(list().await, before);
}
