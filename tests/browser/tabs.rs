//! Ten tabs of one browser follow the same events, whichever of them holds the stream.

use futures::future::join_all;
use proto::safety::v1::Grade;
use tokio::time::Instant;

use crate::{
    chromium::Browser,
    origin,
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
