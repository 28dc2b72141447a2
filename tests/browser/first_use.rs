//! Work that somebody does here for the first time, from the page they begin on to its end, at the width of a telephone and of a desk.

use serde_json::json;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    samples,
    scene::{OFFICER, SAID},
    sign_in::sign_in,
    system,
};

/// Referrals of a queue that is long for a morning.
const QUEUE: usize = 40;
/// Presses from the queue to the open case: the referral, its decision, the choice, the field, on, record, the case.
const MOST_PRESSES: usize = 7;
/// The longest way down to what is pressed next, in heights of a window.
const MOST_SCREENS: f64 = 5.0;

/// Somebody at one page: counts what they press, and how far they look for it.
struct Hand<'a> {
    page: &'a Page,
    presses: usize,
}

impl Hand<'_> {
    /// Presses what a selector names, and waits for the page that it leads to.
    async fn to(&mut self, selector: &str) {
        self.page.eval("window.former = true").await;
        self.press(selector).await;
        self.page.until("the next page is there", "!window.former && document.readyState === 'complete'").await;
        self.page.picture(&format!("step-{}", self.presses)).await;
    }

    async fn press(&mut self, selector: &str) {
        self.presses += 1;
        let top = format!("(document.querySelector({}).getBoundingClientRect().top + scrollY) / innerHeight", json!(selector));
        let screens = self.page.until("what is pressed next is there", &top).await.as_f64().unwrap_or_default();
        assert!(screens < MOST_SCREENS, "{selector} stands {screens:.1} windows down");
        self.page.click(selector).await;
    }
}

#[tokio::test]
async fn an_officer_goes_from_a_queue_of_forty_to_an_open_case_on_a_telephone_and_at_a_desk() {
    let (system, browser) = (system().await, Browser::start("first-use").await);
    let mut oldest = Vec::new();
    for _ in 0..QUEUE {
        oldest.push(samples::referral(&system).await);
    }
    for (referral, (width, height)) in oldest.iter().zip([(390, 844), (640, 450)]) {
        let page = browser.private_page(&origin(&system)).await;
        page.size(width, height).await;
        sign_in(&page, OFFICER).await;
        page.open("/en/referrals").await;
        let mut hand = Hand { page: &page, presses: 0 };
        let shown = page.eval("document.querySelectorAll('main table tbody tr').length").await;
        assert!(shown.as_u64().is_some_and(|shown| shown as usize + 1 >= QUEUE), "{shown} rows");
        page.picture("queue").await;
        hand.to(&format!("main table a[href$='/referrals/{referral}']")).await;
        hand.to("main a[href$='/screening']").await;
        hand.press("input[name=disposition][value='1']").await;
        hand.press("textarea[name=reason]").await;
        page.write(SAID).await;
        hand.to("main form.form button:not([type])").await;
        hand.to("main form[action$='/decision'] button").await;
        page.until(
            "the case is open",
            &format!("fetch(location.href).then(() => fetch('/en/cases/of-referral/{referral}')).then((answer) => answer.ok)"),
        )
        .await;
        hand.to("main a[href*='/cases/of-referral/']").await;
        look::until_seen(&page, "What the next step needs").await;
        assert!(hand.presses <= MOST_PRESSES, "{} presses", hand.presses);
        println!("{} presses at {width} x {height}", hand.presses);
        page.close().await;
    }
}
