//! The dashboard without JavaScript: read, accept, raise.

use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    look, origin,
    scene::{self, OFFICER, SAID, STAFF},
    sign_in::sign_in,
    system,
};

#[tokio::test]
async fn without_javascript_a_concern_is_raised_read_and_accepted() {
    let (system, browser) = (system().await, Browser::start("without-script").await);
    let staff = browser.private_page(&origin(&system)).await;
    staff.without_script().await;
    sign_in(&staff, STAFF).await;
    staff.open("/fr/raise").await;
    assert!(look::seen(&staff).await.contains("Sans JavaScript"), "the page does not say that it does not follow by itself");
    staff.click(&format!("input[name=grade][value='{}']", Grade::Imminent as i32)).await;
    staff.click("textarea[name=text]").await;
    staff.write(SAID).await;
    staff.click("form[action$='/raise'] button").await;
    staff.until("it is recorded", "location.pathname.startsWith('/fr/raise/')").await;
    staff.loaded().await;
    staff.picture("recorded").await;
    let concern = staff.text("location.pathname.split('/').pop()").await;

    let officer = browser.private_page(&origin(&system)).await;
    officer.without_script().await;
    sign_in(&officer, OFFICER).await;
    officer.open("/en/concerns").await;
    officer.click(&format!("#c-{concern} a.details")).await;
    officer.until_at(&format!("/en/concerns/{concern}")).await;
    look::until_seen(&officer, SAID).await;
    officer.picture("read").await;
    officer.click("form[action$='/accept'] button").await;
    officer.until("the acceptance is told", "location.search.includes('accepted=') && document.readyState === 'complete'").await;
    let reference = scene::reference(&system, &concern).await;
    look::until_seen(&officer, &format!("{reference}: you have accepted it.")).await;
    officer.picture("accepted").await;
    assert_eq!(scene::accepted_by(&system, &concern).await, OFFICER);
}
