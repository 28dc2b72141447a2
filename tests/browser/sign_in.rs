//! Signing in as a person of the local run: the one place that knows how it is done.

use crate::page::Page;

/// Signs the browser of this tab in as an identity of `stack.json`, in English: through the development sign-in, which is told to ask.
pub async fn sign_in(page: &Page, who: &str) {
    page.open("/en/sign-in?again=1").await;
    page.click("form[action$='/sign-in/start'] button").await;
    page.click(&format!("button[name=person][value='{who}']")).await;
    page.until("somebody is signed in", "document.querySelector(\"form[action$='/sign-out']\") !== null").await;
    page.loaded().await;
}

/// Signs out with the button that every page has.
pub async fn sign_out(page: &Page) {
    page.click("form[action$='/sign-out'] button").await;
    page.until("nobody is signed in", "location.pathname.endsWith('/sign-in')").await;
    page.loaded().await;
}
