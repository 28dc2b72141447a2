//! Signing in as a person of the local run: the one place that knows how it is done.

use serde_json::json;

use crate::page::Page;

/// Signs the browser of this tab in as an identity of `stack.json`, in English.
pub async fn sign_in(page: &Page, who: &str) {
    page.open("/en/sign-in").await;
    let place = format!(
        "[...document.querySelectorAll('button[name=person]')].findIndex(one => one.firstChild.textContent.trim().endsWith({}))",
        json!(format!(" {who}"))
    );
    let place = page.eval(&place).await;
    assert!(place.as_i64().is_some_and(|place| place >= 0), "{who} is nobody to sign in as");
    page.click(&format!("button[name=person][value='{place}']")).await;
    page.until("somebody is signed in", "document.querySelector(\"form[action$='/sign-out']\") !== null").await;
    page.loaded().await;
}

/// Signs out with the button that every page has.
pub async fn sign_out(page: &Page) {
    page.click("form[action$='/sign-out'] button").await;
    page.until("nobody is signed in", "location.pathname.endsWith('/sign-in')").await;
    page.loaded().await;
}
