//! The page of one event, which changes while somebody works on it.

use proto::safety::v1::{AcceptConcernRequest, Audience, Grade};

use crate::{
    chromium::Browser,
    origin,
    scene::{self, HEAD, LIVE, OFFICER},
    sign_in::sign_in,
    system,
};

const NOTE: &str = "#event form.accept textarea";

#[tokio::test]
async fn what_is_being_typed_stays_when_the_event_changes_and_the_ledger_comes_by_itself() {
    let (system, browser) = (system().await, Browser::start("event").await);
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, OFFICER).await;
    let concern = scene::raise(&system, Grade::Imminent).await;
    page.open(&format!("/en/concerns/{concern}")).await;
    page.until("the page is live", LIVE).await;
    page.until("the ledger has come", "document.querySelector('#ledger table') !== null").await;
    page.click("#event form.accept summary").await;
    page.click(NOTE).await;
    page.write("I call the head now").await;
    let revision = page.text("document.getElementById('event').dataset.revision").await;
    let accept = AcceptConcernRequest { concern_id: concern.clone(), audience: Audience::ResponsibleHead.into(), ..Default::default() };
    system.alarm(HEAD).accept_concern(accept).await.unwrap();
    page.until("the event is shown anew", &format!("Number(document.getElementById('event').dataset.revision) > {revision} && document.getElementById('event').innerText.includes('Accepted by')")).await;
    assert_eq!(page.text(&format!("document.querySelector('{NOTE}').value")).await, "I call the head now");
    assert_eq!(page.eval(&format!("document.querySelector('{NOTE}').closest('details').open")).await, true);
    page.write(", then the unit").await;
    assert_eq!(page.text(&format!("document.querySelector('{NOTE}').value")).await, "I call the head now, then the unit");
    page.picture("typed").await;
    scene::accept(&system, &concern).await;
}
