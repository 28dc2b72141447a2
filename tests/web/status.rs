//! The page of the state of the system, and the first page of each role.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::{signed_in, system};

#[tokio::test]
async fn operations_sees_that_every_service_answers_and_that_the_alarm_runs() {
    let browser = signed_in("operations-1").await;
    let page = eventually("all is well", SOON, || {
        let mut browser = browser.clone();
        async move {
            let page = browser.read("/en/status").await;
            if page.says("Every service answers and reports itself well") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    for service in ["intake", "cases", "safety", "notification", "reporting"] {
        assert!(page.says(&format!(">{service}<")), "{service}");
    }
    assert!(page.says("It runs: who does not accept is rung again.") && page.says("ro quarantine SERVICE"));
}

#[tokio::test]
async fn whoever_comes_without_an_address_is_led_to_their_own_work() {
    let first = [
        ("institutional-head-mission", "/en/concerns"),
        ("operations-1", "/en/status"),
        ("statistics-officer-1", "/en/reports"),
        ("directory-administrator-2", "/en/proposals"),
        ("dashboard-1", "/en/wall"),
    ];
    for (who, address) in first {
        assert_eq!(signed_in(who).await.get("/en/").await.location, address, "{who}");
    }
    let mut stranger = harness::web::Browser::of(&system().await);
    let answer = stranger.get("/fr/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with("/fr/sign-in") && answer.location.ends_with("?next=/fr/"), "{}", answer.location);
}
