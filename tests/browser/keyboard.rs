//! A concern from one browser to another with the keyboard only.

use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    keys::Key,
    look, origin,
    scene::{self, LIVE, OFFICER, SAID, STAFF},
    sign_in::sign_in,
    system,
};

#[tokio::test]
async fn a_concern_raised_in_one_browser_is_accepted_in_another_with_the_keyboard_only() {
    let system = system().await;
    let (raising, accepting) = (Browser::start("keyboard").await, Browser::start("keyboard").await);
    let (staff, officer) = (raising.page(&origin(&system)).await, accepting.page(&origin(&system)).await);
    sign_in(&officer, OFFICER).await;
    officer.open("/en/concerns").await;
    officer.until("the page is live", LIVE).await;
    sign_in(&staff, STAFF).await;

    staff.open("/en/raise").await;
    staff.tab_to("input[name=grade]").await;
    staff.press(Key::SPACE).await;
    assert_eq!(staff.text("document.querySelector('input[name=grade]:checked').value").await, (Grade::Imminent as i32).to_string());
    staff.tab_to("textarea[name=text]").await;
    staff.write(SAID).await;
    staff.picture("raise").await;
    staff.tab_to("form[action$='/raise'] button").await;
    staff.press(Key::ENTER).await;
    staff.until("it is recorded", "location.pathname.startsWith('/en/raise/')").await;
    staff.loaded().await;
    let concern = staff.text("location.pathname.split('/').pop()").await;

    officer.until("it has arrived", &scene::card(&concern)).await;
    officer.picture("arrived").await;
    officer.tab_to(&scene::accept_button(&concern)).await;
    officer.press(Key::ENTER).await;
    look::until_seen(&officer, "Accepted by you").await;
    let gone = format!("document.querySelector(\"{}\") === null", scene::accept_button(&concern));
    officer.until("the button is gone", &gone).await;
    assert_eq!(scene::accepted_by(&system, &concern).await, OFFICER);
    let focus = format!("document.getElementById('c-{concern}').contains(document.activeElement)");
    officer.until("the focus stays with the concern", &focus).await;
    officer.picture("accepted").await;
}

#[tokio::test]
async fn on_the_page_of_one_event_the_focus_stays_where_somebody_has_accepted() {
    let (system, browser) = (system().await, Browser::start("keyboard-event").await);
    let concern = scene::raise(&system, Grade::Imminent).await;
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, OFFICER).await;
    page.open(&format!("/en/concerns/{concern}")).await;
    page.until("the page is live", LIVE).await;
    page.tab_to("#event form[action$='/accept'] button").await;
    page.press(Key::ENTER).await;
    look::until_seen(&page, "Accepted by you").await;
    let there = "document.querySelector(\"#event form[action$='/accept']\") === null && document.activeElement !== document.body";
    page.until("the focus is somewhere", there).await;
}
