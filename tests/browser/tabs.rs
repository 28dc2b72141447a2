//! Ten tabs of one browser follow the same events, whichever of them holds the stream.

use futures::future::join_all;
use proto::safety::v1::Grade;
use tokio::time::Instant;

use crate::{
    chromium::Browser,
    origin, samples,
    scene::{self, LIVE, OFFICER},
    sign_in::sign_in,
    system,
};

const TABS: usize = 10;

#[tokio::test]
async fn ten_tabs_follow_one_event_and_go_on_when_the_first_is_closed() {
    let (system, browser) = (system().await, Browser::start("ten-tabs").await);
    let first = browser.page(&origin(&system)).await;
    sign_in(&first, OFFICER).await;
    let mut tabs = vec![first];
    while tabs.len() < TABS {
        tabs.push(browser.page(&origin(&system)).await);
    }
    for tab in &tabs {
        tab.open("/en/concerns").await;
        tab.until("the tab is live", LIVE).await;
    }
    for _ in 0..2 {
        let concern = scene::raise(&system, Grade::Imminent).await;
        let (raised, card) = (Instant::now(), scene::card(&concern));
        join_all(tabs.iter().map(|tab| tab.until("the event is in the tab", &card))).await;
        println!("{} tabs after {} ms", tabs.len(), raised.elapsed().as_millis());
        // The first opened holds the stream for all.
        tabs.remove(0).close().await;
        join_all(tabs.iter().map(|tab| tab.until("the tab is live", LIVE))).await;
    }
}

#[tokio::test]
async fn what_stands_on_a_page_and_is_no_event_is_not_taken_for_one_that_ended() {
    let (system, browser) = (system().await, Browser::start("no-event").await);
    let places = samples::all(&system).await;
    let (_, case) = places.iter().find(|(place, _)| *place == "{case}").unwrap();
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, OFFICER).await;
    page.open(&format!("/en/cases/{case}")).await;
    page.until("the page is live", LIVE).await;
    // The strip follows what is imminent on every page: when it has this event, the page has heard which are open.
    let concern = scene::raise(&system, Grade::Imminent).await;
    page.until("the event is in the strip", &format!("document.body.innerHTML.includes({})", serde_json::json!(concern))).await;
    assert_eq!(page.eval("document.querySelectorAll('article.card').length").await, 3);
    assert_eq!(page.eval("document.querySelectorAll('article.card.closed').length").await, 0);
}
