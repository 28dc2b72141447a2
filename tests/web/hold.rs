//! The pages of holds and purges.

use harness::{retention::age, system::SOON, wait::eventually};
use http::StatusCode;
use proto::notification::v1::ListInboxRequest;

use crate::{
    casework::{MANAGER, OFFICER, SUPERVISOR, a_case, at},
    signed_in, system,
};

#[tokio::test]
async fn a_supervisor_places_a_hold_with_a_reason_and_lifts_it() {
    let case = a_case("hold").await;
    let (list, place) = (at(&case, "/holds"), at(&case, "/holds/place"));
    let mut browser = signed_in(SUPERVISOR).await;
    let short = browser.fill_in(&place, &place, &[("kind", "1"), ("reason", "a <b>")]).await;
    assert!(short.says("href=\"#reason\"") && short.says("a <b>"), "{}", short.text);
    let placed = browser.fill_in(&place, &place, &[("kind", "1"), ("reason", "an access request came on 2 March")]).await;
    assert_eq!((placed.status, placed.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", placed.text);
    let page = browser.read(&list).await;
    assert!(page.says("an access request came on 2 March") && page.says("Stands"));
    let lift = page.text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.ends_with("/lift")).unwrap().to_owned();
    assert_eq!(browser.fill_in(&lift, &lift, &[("reason", "the request was answered")]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.read(&list).await.says("the request was answered"));
    assert_eq!(signed_in(OFFICER).await.get(&list).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_purge_says_what_it_destroys_before_the_button_and_is_refused_while_the_case_is_open() {
    let case = a_case("purge").await;
    let (order, confirm) = (at(&case, "/purge/order"), at(&case, "/purge/confirm"));
    let mut browser = signed_in(SUPERVISOR).await;
    assert!(browser.read("/en/purges").await.says("Two persons purge a case"));
    assert!(browser.read(&order).await.says("are destroyed for good"));
    let refused = browser.fill_in(&order, &order, &[]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("LPR4"), "{}", refused.text);
    let mut manager = signed_in(MANAGER).await;
    assert!(manager.fill_in(&confirm, &confirm, &[]).await.says("It was not done"));
    assert_eq!(manager.get(&format!("/en/purges/{}", case.case_id)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed_in(OFFICER).await.get("/en/purges").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn two_persons_purge_a_case_by_the_pages_and_its_certificate_is_all_that_anybody_is_shown() {
    let (system, case) = (system().await, a_case("purged").await);
    eventually("the unit and the officer are told of the case", SOON, async || {
        let ask = ListInboxRequest { page_size: 200, ..ListInboxRequest::default() };
        let items = system.inbox(OFFICER).list_inbox(ask).await.map_err(|status| status.to_string())?.into_inner().items;
        match items.iter().filter(|item| item.body.contains(&case.case_id)).count() {
            2 => Ok(()),
            count => Err(format!("{count} items")),
        }
    })
    .await;
    let (to, order, confirm) = (at(&case, "/move"), at(&case, "/purge/order"), at(&case, "/purge/confirm"));
    let mut officer = signed_in(OFFICER).await;
    assert_eq!(officer.fill_in(&to, &to, &[("to", "6"), ("reason", "they have met")]).await.status, StatusCode::SEE_OTHER);
    age(&system, &case.case_id, &case.referral_id).await;
    let (mut supervisor, mut manager) = (signed_in(SUPERVISOR).await, signed_in(MANAGER).await);
    assert!(supervisor.read("/en/purges").await.says(&case.case_number));
    let ordered = supervisor.fill_in(&order, &order, &[]).await;
    assert_eq!((ordered.status, ordered.location.as_str()), (StatusCode::SEE_OTHER, "/en/purges"), "{}", ordered.text);
    let alone = supervisor.fill_in(&confirm, &confirm, &[]).await;
    assert!(alone.status != StatusCode::SEE_OTHER && alone.says("It was not done") && alone.says("LPR4"), "{}", alone.text);
    assert!(supervisor.read(&at(&case, "")).await.says(&case.case_number), "nothing is destroyed by an order");
    let due = manager.read("/en/purges").await;
    assert!(due.says(&format!("Ordered by {SUPERVISOR}")) && due.says(": another person confirms."), "{}", due.text);
    let confirmed = manager.fill_in(&confirm, &confirm, &[]).await;
    let certificate = format!("/en/purges/{}", case.case_id);
    assert_eq!((confirmed.status, confirmed.location.as_str()), (StatusCode::SEE_OTHER, certificate.as_str()), "{}", confirmed.text);
    let whole = eventually("every other service has destroyed its part", SOON, || {
        let (mut manager, certificate) = (manager.clone(), certificate.clone());
        async move {
            let page = manager.read(&certificate).await;
            if page.says("Incomplete") { Err(page.text) } else { Ok(page) }
        }
    })
    .await;
    for said in ["Certificate of destruction", &case.case_number, SUPERVISOR, MANAGER, "intake", "notification"] {
        assert!(whole.says(said), "{said}: {}", whole.text);
    }
    assert!(!whole.says("Sam Sample") && !whole.says("Alex Exemple"));
    for browser in [&mut officer, &mut supervisor, &mut manager] {
        assert_eq!(browser.get(&at(&case, "")).await.status, StatusCode::NOT_FOUND);
        assert!(!browser.read("/en/cases").await.says(&case.case_number));
    }
    assert_eq!(officer.get(&certificate).await.status, StatusCode::FORBIDDEN);
}
