//! The pages of holds and purges.

use http::StatusCode;

use crate::{
    casework::{MANAGER, OFFICER, SUPERVISOR, a_case, at},
    signed_in,
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
