//! The page of the delivery ledger.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn operations_sees_what_was_sent_to_which_office_and_nothing_of_what_it_says() {
    let mut staff = signed_in("staff-mission").await;
    let secret = "words that stand in no ledger";
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "1"), ("site", "mission"), ("text", secret)]).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    let browser = signed_in("operations-1").await;
    let page = eventually("the ring stands in the ledger", SOON, || {
        let mut browser = browser.clone();
        async move {
            let page = browser.read("/en/deliveries?state=2&channel=1").await;
            if page.says("Safety concern") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    assert!(page.says("Delivered") && !page.says(secret));
    let none = signed_in("operations-1").await.read("/fr/deliveries?state=77").await;
    assert!(none.says("Aucun envoi que vous puissiez voir ne correspond."));
}

#[tokio::test]
async fn a_manager_of_a_site_reads_no_ledger() {
    assert_eq!(signed_in("manager-ai-mission").await.get("/en/deliveries").await.status, StatusCode::FORBIDDEN);
}
