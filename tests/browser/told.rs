//! The time from a raise in one browser to the strip on a page of another. Nothing asserts how long it takes; `RO_RAISES=100` measures it.

use harness::system::{System, Wishes};
use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    origin,
    page::Page,
    scene::{self, LIVE, OFFICER, SAID, STAFF},
    sign_in::sign_in,
};

const SEND: &str = "form[action$='/raise'] button";
/// Notes the moment at which the form is sent, where the next page finds it.
const NOTE_SENT: &str = "document.addEventListener('submit', () => sessionStorage.setItem('sent', Date.now()), true)";
/// Notes the moment at which the strip first shows something.
const NOTE_SHOWN: &str = r"(() => {
  const strip = document.getElementById('strip');
  const look = () => { if (!window.shownAt && !strip.hidden) window.shownAt = Date.now(); };
  window.shownAt = 0;
  window.watching?.disconnect();
  window.watching = new MutationObserver(look);
  window.watching.observe(strip, { attributes: true, childList: true, subtree: true });
})()";
const STRIP_IS_EMPTY: &str = "document.getElementById('strip').hidden";

#[expect(clippy::disallowed_methods, reason = "how many is said for a run on demand alone")]
fn raises() -> usize {
    std::env::var("RO_RAISES").ok().and_then(|raises| raises.parse().ok()).unwrap_or(2)
}

/// Milliseconds from the press that sends the form to the strip.
async fn raise(raiser: &Page, watcher: &Page) -> (u64, String) {
    raiser.open("/en/raise").await;
    raiser.click(&format!("input[name=grade][value='{}']", Grade::Imminent as i32)).await;
    raiser.eval("document.querySelector('[name=site]').value = 'mission'").await;
    raiser.click("textarea[name=text]").await;
    raiser.write(SAID).await;
    raiser.eval(NOTE_SENT).await;
    watcher.eval(NOTE_SHOWN).await;
    raiser.click(SEND).await;
    let shown = watcher.until("the strip shows it", "window.shownAt || null").await.as_f64().unwrap();
    raiser.until("it is recorded", "location.pathname.startsWith('/en/raise/') && document.readyState === 'complete'").await;
    let sent: f64 = raiser.text("sessionStorage.getItem('sent')").await.parse().unwrap();
    let concern = raiser.text("location.pathname.split('/').pop()").await;
    ((shown - sent).max(0.0) as u64, concern)
}

#[tokio::test]
async fn what_is_raised_in_one_browser_stands_in_the_strip_on_every_page_of_another() {
    // A system of its own: in the shared one others leave imminent risks that nobody has accepted.
    let system = System::start(Wishes { dashboard: true, ..Wishes::default() }).await;
    let (first, second) = (Browser::start("told-raiser").await, Browser::start("told").await);
    let (raiser, watcher) = (first.page(&origin(&system)).await, second.page(&origin(&system)).await);
    sign_in(&raiser, STAFF).await;
    sign_in(&watcher, OFFICER).await;
    watcher.open("/en/account").await;
    watcher.until("the page is live", LIVE).await;
    let mut times = Vec::new();
    for _ in 0..raises() {
        watcher.until("nothing imminent waits", STRIP_IS_EMPTY).await;
        let (time, concern) = raise(&raiser, &watcher).await;
        times.push(time);
        scene::accept(&system, &concern).await;
    }
    times.sort_unstable();
    println!(
        "from a raise to the strip of another browser: median {} ms, longest {} ms of {}",
        times[times.len() / 2],
        times[times.len() - 1],
        times.len()
    );
}
