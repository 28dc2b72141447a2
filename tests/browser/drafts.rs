//! Drafts of long forms: they come back to the same person, and nobody else can read them, in the browser's storage neither.

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    scene::{SAID, STAFF, VICTIM_SERVICES},
    sign_in::{sign_in, sign_out},
    system,
};

const FORM: &str = "/en/referrals/new";
/// Everything that the browser keeps for the dashboard, as one text.
const KEPT: &str = "JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith('ro-draft:')))";

async fn typed(page: &Page) -> String {
    page.text("document.querySelector('textarea[name=request]').value").await
}

async fn comes_back(page: &Page, text: &str) {
    page.open(FORM).await;
    page.until("the draft is back", &format!("document.querySelector('textarea[name=request]').value === {}", serde_json::json!(text)))
        .await;
}

#[tokio::test]
async fn a_draft_comes_back_to_its_person_and_is_sealed_for_everybody_else() {
    let (system, browser) = (system().await, Browser::start("drafts").await);
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, STAFF).await;
    page.open(FORM).await;
    page.click("textarea[name=request]").await;
    page.write(SAID).await;
    page.until("it is kept", &format!("{KEPT}.includes('sealed')")).await;
    comes_back(&page, SAID).await;
    look::until_seen(&page, "Discard").await;
    let kept = page.text(KEPT).await;
    assert!(SAID.split(' ').all(|word| !kept.contains(word)), "{kept}");

    // After the end of the session, and a new one of the same person, it is there.
    page.forget_cookies().await;
    sign_in(&page, STAFF).await;
    comes_back(&page, SAID).await;
    // What was changed in the storage is not shown, and stops nothing.
    page.eval("for (const [key, value] of Object.entries(localStorage)) if (key.startsWith('ro-draft:')) { const draft = JSON.parse(value); draft.at -= 1; draft.iv = 'AAAAAAAAAAAAAAAA'; localStorage.setItem(key, JSON.stringify(draft)); }").await;
    page.open(FORM).await;
    page.click("textarea[name=request]").await;
    page.write("anew").await;
    page.until("it is kept again", &format!("!{KEPT}.includes('AAAAAAAAAAAAAAAA')")).await;
    comes_back(&page, "anew").await;

    sign_out(&page).await;
    assert_eq!(page.text(KEPT).await, "[]");
}

#[tokio::test]
async fn somebody_else_in_the_same_browser_finds_no_draft() {
    let (system, browser) = (system().await, Browser::start("drafts-other").await);
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, STAFF).await;
    page.open(FORM).await;
    page.click("textarea[name=request]").await;
    page.write(SAID).await;
    page.until("it is kept", &format!("{KEPT}.includes('sealed')")).await;
    page.forget_cookies().await;
    sign_in(&page, VICTIM_SERVICES).await;
    page.open(FORM).await;
    page.until("nothing is kept", &format!("{KEPT} === '[]'")).await;
    assert_eq!(typed(&page).await, "");
}
