//! The checks of this suite themselves: each notices what it is for.

use crate::{chromium::Browser, look, origin, pages, system};

/// Sets a fault beside what stands on the page.
fn with(html: &str) -> String {
    format!("document.body.insertAdjacentHTML('beforeend', {}); true", serde_json::json!(html))
}

#[tokio::test]
async fn a_faulty_page_is_noticed_by_the_checks_of_accessibility_and_of_width() {
    let (system, browser) = (system().await, Browser::start("checks").await);
    let page = browser.page(&origin(&system)).await;
    page.open("/en/sign-in").await;
    page.size(320, 900).await;
    assert_eq!((look::violations(&page).await, look::sideways(&page).await), (Vec::new(), String::new()));
    page.eval(&with("<img src=data:,><button id=wide style=></button>")).await;
    let found = look::violations(&page).await.join("\n");
    assert!(found.contains("image-alt") && found.contains("button-name"), "{found}");
    page.eval("document.querySelector('h1').style.width = '700px'; true").await;
    assert!(look::sideways(&page).await.contains("px: <h1"));
    browser.expects("Content Security Policy");
    browser.expects("data:");
}

#[tokio::test]
async fn what_only_a_screen_reader_is_told_does_not_count_as_seen() {
    let (system, browser) = (system().await, Browser::start("checks").await);
    let page = browser.page(&origin(&system)).await;
    page.open("/en/sign-in").await;
    page.eval(&with("<p class=unseen>only heard</p><p hidden>not there</p><p>for everybody</p>")).await;
    let seen = look::seen(&page).await;
    assert!(seen.contains("for everybody") && !seen.contains("only heard") && !seen.contains("not there"), "{seen}");
    let words = look::words(&page).await;
    assert!(words.iter().any(|words| words == "only heard"), "{words:?}");
}

#[tokio::test]
async fn an_error_on_the_console_and_a_request_to_another_host_fail_a_test() {
    let (system, browser) = (system().await, Browser::start("checks").await);
    let page = browser.page(&origin(&system)).await;
    page.open("/en/sign-in").await;
    assert_eq!(browser.unexpected(), Vec::<String>::new());
    page.eval("console.error('a fault'); setTimeout(() => { throw new Error('thrown') }); true").await;
    // Beside the page, whose own policy would already stop it.
    page.call("Page.navigate", serde_json::json!({ "url": "http://elsewhere.example/" })).await;
    let all = browser.unexpected().join("\n");
    assert!(all.contains("a fault") && all.contains("leaves the origin: http://elsewhere.example/"), "{all}");
    page.until("another host is not found", "document.body?.innerText.includes('ERR_NAME_NOT_RESOLVED')").await;
    for part in ["a fault", "thrown", "elsewhere.example", "chrome-error"] {
        browser.expects(part);
    }
}

#[test]
fn every_page_of_the_dashboard_is_in_the_list_of_pages_that_are_looked_at() {
    let left_out = pages::left_out();
    assert!(left_out.is_empty(), "a line in tests/browser/pages.rs is missing for {}", left_out.join(", "));
}
