//! The end of a session: every page says so, and nothing that was typed is lost.

use proto::safety::v1::Grade;
use serde_json::json;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    scene::{LIVE, SAID, SECOND_OFFICER, STAFF},
    sign_in::{sign_in, sign_out},
    system,
};

const SEND: &str = "form[action$='/raise'] button";
/// Most times that a form is shown again for a look before it is recorded.
const MOST_LOOKS: usize = 2;

#[tokio::test]
async fn a_live_page_whose_session_has_ended_says_so() {
    let (system, browser) = (system().await, Browser::start("session-ended").await);
    browser.expects("status of 4");
    let (live, other) = (browser.page(&origin(&system)).await, browser.page(&origin(&system)).await);
    sign_in(&live, SECOND_OFFICER).await;
    live.open("/en/concerns").await;
    live.until("the page is live", LIVE).await;
    other.open("/en/raise").await;
    sign_out(&other).await;
    look::until_seen(&live, "Signed out: not live.").await;
    assert_eq!(live.eval(LIVE).await, false);
    live.picture("ended").await;
}

#[tokio::test]
async fn whoever_sends_a_form_after_the_end_of_the_session_loses_nothing_and_can_send_it_again() {
    let (system, browser) = (system().await, Browser::start("session-form").await);
    browser.expects("status of 4");
    let (form, other) = (browser.page(&origin(&system)).await, browser.page(&origin(&system)).await);
    sign_in(&form, STAFF).await;
    form.open("/en/raise").await;
    form.click(&format!("input[name=grade][value='{}']", Grade::Concern as i32)).await;
    form.click("textarea[name=text]").await;
    form.write(SAID).await;
    form.forget_cookies().await;
    form.click(SEND).await;
    look::until_seen(&form, "It was NOT recorded: your session has ended.").await;
    form.loaded().await;
    form.picture("kept").await;
    assert_eq!(form.text("document.querySelector('textarea[name=text]').value.trim()").await, SAID);
    assert_eq!(form.text("document.querySelector('input[name=grade]:checked').value").await, (Grade::Concern as i32).to_string());

    sign_in(&other, STAFF).await;
    for _ in 0..MOST_LOOKS {
        form.eval("window.former = true").await;
        form.click(SEND).await;
        form.until("it is answered", "!window.former && document.readyState === 'complete'").await;
        if form.text("location.pathname").await.starts_with("/en/raise/") {
            return;
        }
        assert_eq!(form.text("document.querySelector('textarea[name=text]').value.trim()").await, SAID);
    }
    panic!("it was not recorded: {}", look::seen(&form).await);
}

/// The clock of a page, set so that its session ends in a little less than so many minutes.
async fn near_the_end(page: &Page, minutes: i64) {
    let until = page.eval("Number(document.body.dataset.until)").await.as_i64().unwrap();
    let source = format!(
        "{{ const real = Date.now, ahead = {until} * 1000 - real() - {minutes} * 60000 + 1000; Date.now = () => real() + ahead; }}"
    );
    page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
}

#[tokio::test]
async fn a_bar_warns_before_the_end_of_the_session_moves_nothing_and_staying_signed_in_loses_nothing() {
    let (system, browser) = (system().await, Browser::start("session-ends").await);
    let (form, other) = (browser.page(&origin(&system)).await, browser.page(&origin(&system)).await);
    sign_in(&form, STAFF).await;
    form.open("/en/raise").await;
    assert_eq!(form.eval("document.querySelector('#ending').hidden").await, true, "hours before the end");
    let top = "document.querySelector('textarea[name=text]').getBoundingClientRect().top + scrollY";
    let before = form.eval(top).await;
    near_the_end(&form, 4).await;
    form.open("/en/raise").await;
    look::until_seen(&form, "Your session ends in 4 min. Nothing on this page is lost if you stay signed in.").await;
    assert_eq!(form.eval(top).await, before, "the bar moves the page");
    form.picture("warned").await;
    form.click("textarea[name=text]").await;
    form.write(SAID).await;
    let stay = form.text("document.querySelector('#ending a').getAttribute('href')").await;
    assert_eq!(form.text("document.querySelector('#ending a').target").await, "_blank", "the page with what was typed stays open");
    other.open(&stay).await;
    let asked = format!("document.querySelector(\"button[name=person][value='{STAFF}']\") !== null");
    let stayed = "location.pathname.endsWith('/sign-in/stayed')";
    other.until("the provider asks, or knows them still", &format!("{asked} || {stayed}")).await;
    if other.eval(&asked).await == true {
        other.click(&format!("button[name=person][value='{STAFF}']")).await;
    }
    other.until_at("/en/sign-in/stayed").await;
    look::until_seen(&other, "You stay signed in").await;
    assert_eq!(form.text("document.querySelector('textarea[name=text]').value").await, SAID);
    form.click(&format!("input[name=grade][value='{}']", Grade::Concern as i32)).await;
    form.click(SEND).await;
    form.until("it is recorded with what was typed", "/\\/en\\/raise\\/.+/.test(location.pathname)").await;
}
