//! The page of the inbox.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn what_was_told_is_read_in_the_inbox_and_marked_as_read_with_one_press() {
    let mut staff = signed_in("staff-mission").await;
    let raised =
        staff.fill_in("/en/raise", "/en/raise", &[("grade", "1"), ("site", "mission"), ("text", "a fictional person at risk")]).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    let head = "institutional-head-mission";
    let browser = signed_in(head).await;
    let inbox = eventually("the ring is in the inbox of the head", SOON, || {
        let mut browser = browser.clone();
        async move {
            let page = browser.read("/en/inbox").await;
            if page.says("Mark as read") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    let action = inbox.text.split("action=\"/en/inbox/").nth(1).unwrap().split('"').next().unwrap();
    let action = format!("/en/inbox/{action}");
    let mut browser = browser;
    let sent = browser.fill_in("/en/inbox", &action, &[]).await;
    assert_eq!(sent.location, "/en/inbox");
    assert!(!browser.read("/en/inbox").await.text.contains(&action));
    // What was read is still there for whoever asks.
    assert!(browser.read("/en/inbox?all=1").await.says("Read"));
    // Nobody marks what was told to somebody else.
    let mut other = signed_in("mediator-1").await;
    assert_eq!(other.fill_in("/en/account", &action, &[]).await.status, StatusCode::NOT_FOUND);
}
