//! A head at night on a telephone: from the link in a mail to the accepted event.

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    notification::v1::{Preferences, SetPreferencesRequest},
    safety::v1::Grade,
};

use crate::{
    chromium::Browser,
    look, origin,
    scene::{self, HEAD},
    system,
};

/// The link, who they are, and the button.
const MOST_PRESSES: usize = 3;

/// The path of the link in the mail about a concern, once it is there.
async fn link_of(system: &System, reference: &str) -> String {
    let path = format!("/en/concerns/{reference}");
    eventually("a mail leads to the event", SOON, async || {
        let files = std::fs::read_dir(&system.description.mail_dir).map_err(|error| error.to_string())?;
        // A long line is broken by a soft break of its encoding.
        let texts = files
            .filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok())
            .map(|text| text.replace("=\r\n", "").replace("=\n", ""));
        let leads = texts.into_iter().any(|text| text.contains(&format!("{}{path}", origin(system))));
        if leads { Ok(path.clone()) } else { Err("no mail with such a link".to_owned()) }
    })
    .await
}

#[tokio::test]
async fn a_head_goes_from_the_link_in_a_mail_to_an_accepted_event_in_three_presses() {
    let (system, browser) = (system().await, Browser::start("night").await);
    let wish = Preferences { language: "en".into(), email: format!("{HEAD}@csc-scc.gc.ca"), ..Preferences::default() };
    system.preferences(HEAD).set_preferences(SetPreferencesRequest { preferences: Some(wish) }).await.unwrap();
    let concern = scene::raise(&system, Grade::Imminent).await;
    let reference = scene::reference(&system, &concern).await;
    let link = link_of(&system, &reference).await;

    let page = browser.private_page(&origin(&system)).await;
    page.size(390, 844).await;
    page.dark().await;
    let mut presses = 1;
    page.try_eval(&format!("location.href = {}", serde_json::json!(format!("{}{link}", origin(&system))))).await.ok();
    let person = format!("button[name=person][value='{HEAD}']");
    page.until("who they are is asked", &format!("document.querySelector({}) !== null", serde_json::json!(person))).await;
    presses += 1;
    page.click(&person).await;
    look::until_seen(&page, &reference).await;
    page.picture("event").await;
    let accept = "main form.accept button";
    let in_sight = format!(
        "(() => {{ const box = document.querySelector({}).getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }})()",
        serde_json::json!(accept)
    );
    assert_eq!(page.eval(&in_sight).await, true, "the button stands in the first window");
    presses += 1;
    page.click(accept).await;
    look::until_seen(&page, "Accepted by you").await;
    page.picture("accepted").await;
    assert!(presses <= MOST_PRESSES, "{presses} presses");
}
