//! The live page when the way to the dashboard breaks: it says so, and it heals by itself with nothing missed.

use std::time::Duration;

use proto::safety::v1::Grade;
use tokio::time::Instant;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    proxy::Proxy,
    scene::{self, LIVE, OFFICER, SECOND_OFFICER},
    sign_in::sign_in,
    system,
};

/// Longest time until a page that hears nothing says so.
const SAYS_SO_WITHIN: Duration = Duration::from_secs(10);
/// Longest time until a page is live again once the way is free.
const HEALS_WITHIN: Duration = Duration::from_secs(15);
/// What a page says that hears nothing.
const NOT_LIVE: &str = "Not live: this page is not being updated.";

/// Two live tabs of one browser behind a way that can break.
async fn live_tabs(browser: &Browser, who: &str) -> (Proxy, [Page; 2]) {
    let own = origin(&system().await);
    // The sign-in leads back to the dashboard's own address; the cookies of a host are those of all its ports.
    let way_in = browser.page(&own).await;
    sign_in(&way_in, who).await;
    way_in.close().await;
    let proxy = Proxy::to(&own).await;
    let tabs = [browser.page(&proxy.origin).await, browser.page(&proxy.origin).await];
    for tab in &tabs {
        tab.open("/en/concerns").await;
        tab.until("the page is live", LIVE).await;
    }
    (proxy, tabs)
}

async fn all_say_so(tabs: &[Page; 2]) {
    let begun = Instant::now();
    for tab in tabs {
        look::until_seen(tab, NOT_LIVE).await;
        assert_eq!(tab.eval(LIVE).await, false);
    }
    assert!(begun.elapsed() < SAYS_SO_WITHIN, "said after {:?}", begun.elapsed());
}

/// Both are live within the time, and show what was raised meanwhile.
async fn all_heal(tabs: &[Page; 2], concern: &str) {
    let begun = Instant::now();
    for tab in tabs {
        let healed = format!("{LIVE} && {}", scene::card(concern));
        tab.until_within(HEALS_WITHIN.saturating_sub(begun.elapsed()), "live again with nothing missed", &healed).await;
    }
    println!("live again after {} ms", begun.elapsed().as_millis());
}

#[tokio::test]
async fn a_page_whose_connection_is_black_holed_says_within_ten_seconds_that_it_is_not_live() {
    let browser = Browser::start("black-hole-says").await;
    let (proxy, tabs) = live_tabs(&browser, OFFICER).await;
    proxy.black_hole();
    all_say_so(&tabs).await;
    tabs[0].picture("not-live").await;
}

#[tokio::test]
async fn a_black_holed_page_is_live_again_within_fifteen_seconds_of_a_free_way_in_every_tab() {
    let browser = Browser::start("black-hole-heals").await;
    browser.expects("net::ERR_");
    let (proxy, tabs) = live_tabs(&browser, SECOND_OFFICER).await;
    proxy.black_hole();
    all_say_so(&tabs).await;
    let concern = scene::raise(&system().await, Grade::Imminent).await;
    proxy.free();
    all_heal(&tabs, &concern).await;
    tabs[0].picture("live-again").await;
}

#[tokio::test]
async fn a_page_whose_connection_was_closed_is_live_again_and_has_missed_nothing() {
    let browser = Browser::start("cut").await;
    browser.expects("net::ERR_");
    let (proxy, tabs) = live_tabs(&browser, SECOND_OFFICER).await;
    proxy.hold();
    proxy.cut();
    let concern = scene::raise(&system().await, Grade::Imminent).await;
    proxy.release();
    all_heal(&tabs, &concern).await;
}
