//! A hundred concerns at once: the imminent ones first, on the page that was open and on the page that is loaded.

use harness::system::{System, Wishes};
use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    scene::{self, LIVE, OFFICER},
    sign_in::sign_in,
};

const BURST: usize = 100;
/// Of so many one is imminent, and it comes after the others.
const PERIOD: usize = 10;

/// The cards that ring, from the top of the page to its end: how many, how many imminent, and how many imminent below one that is not.
const ORDER: &str = r"(() => {
  const cards = [...document.querySelectorAll('article.card.ringing')];
  cards.sort((one, other) => one.getBoundingClientRect().top - other.getBoundingClientRect().top);
  const imminent = cards.map((card) => card.classList.contains('imminent'));
  const first = imminent.indexOf(false);
  const below = first < 0 ? 0 : imminent.slice(first).filter(Boolean).length;
  return [cards.length, imminent.filter(Boolean).length, below].join(' ');
})()";

/// A page of its own system that was open while a hundred concerns came.
async fn flooded(browser: &Browser) -> (System, Page) {
    let system = System::start(Wishes { dashboard: true, ..Wishes::default() }).await;
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, OFFICER).await;
    page.open("/en/concerns").await;
    page.until("the page is live", LIVE).await;
    for number in 1..=BURST {
        scene::raise(&system, if number % PERIOD == 0 { Grade::Imminent } else { Grade::Concern }).await;
    }
    page.until("all have come", &format!("{ORDER}.startsWith('{BURST} ')")).await;
    (system, page)
}

#[tokio::test]
async fn after_a_burst_of_a_hundred_the_page_that_is_loaded_lists_the_imminent_ones_first() {
    let browser = Browser::start("burst").await;
    let (_system, page) = flooded(&browser).await;
    page.open("/en/concerns").await;
    page.picture("loaded").await;
    assert_eq!(page.text(ORDER).await, format!("{BURST} {} 0", BURST / PERIOD));
    assert!(look::seen(&page).await.contains(&format!("{BURST} waiting for acceptance")));
}

#[tokio::test]
async fn during_a_burst_of_a_hundred_the_open_page_keeps_the_imminent_ones_first() {
    let browser = Browser::start("burst-live").await;
    let (_system, page) = flooded(&browser).await;
    page.picture("live").await;
    assert_eq!(page.text(ORDER).await, format!("{BURST} {} 0", BURST / PERIOD));
}
