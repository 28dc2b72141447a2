//! The page of one's own channels.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::StatusCode;

use crate::signed_in;

const PAGE: &str = "/en/account/channels";
const BROWSERS: &str = "/en/account/channels/browsers";

#[tokio::test]
async fn a_browser_is_enrolled_listed_with_when_and_its_last_success_and_removed() {
    let mut browser = signed_in("parole-officer-1").await;
    let page = browser.read(PAGE).await;
    assert!(page.says("You have added none yet.") && page.says("Ring this browser"), "{}", page.text);
    let key = page.text.split("data-key=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (public, auth) = (BASE64.encode([4; 65]), BASE64.encode([7; 16]));
    let enrolment = |endpoint| {
        [
            ("endpoint", endpoint),
            ("public_key", public.as_str()),
            ("auth", auth.as_str()),
            ("push_key", key.as_str()),
            ("name", "Firefox, Android"),
        ]
    };
    let elsewhere = browser.fill_in(PAGE, BROWSERS, &enrolment("https://169.254.169.254/latest")).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(elsewhere.says("not one that this system may use") && elsewhere.says("push-host-forbidden"), "{}", elsewhere.text);
    let sent = browser.fill_in(PAGE, BROWSERS, &enrolment("http://127.0.0.1:9/of-a-test")).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/en/account/channels?done=enrolled"));
    let listed = browser.read(&sent.location).await;
    assert!(listed.says("Firefox, Android") && listed.says("Never yet") && !listed.says("of-a-test"), "{}", listed.text);
    // Nobody else sees it.
    assert!(!signed_in("mediator-2").await.read(PAGE).await.says("Firefox, Android"));

    let actions = listed.text.split("action=\"").map(|rest| rest.split('"').next().unwrap().to_owned());
    let action = actions.into_iter().find(|action| action.ends_with("/remove")).unwrap();
    let removed = browser.fill_in(PAGE, &action, &[]).await;
    assert_eq!(removed.location, "/en/account/channels?done=removed");
    assert!(browser.read("/fr/account/channels?done=removed").await.says("Vous n’en avez ajouté aucun."));
    assert_eq!(browser.fill_in(PAGE, &action, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_number_is_added_and_stays_unconfirmed_until_its_code_is_given() {
    const NUMBERS: &str = "/en/account/channels/numbers";
    let mut browser = signed_in("parole-officer-supervisor-1").await;
    let wrong = browser.fill_in(PAGE, NUMBERS, &[("number", "911"), ("kind", "5")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("this is not a telephone number") && wrong.value("number").unwrap() == "911", "{}", wrong.text);
    assert_eq!(browser.fill_in(PAGE, NUMBERS, &[("number", "613 555-0100")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = browser.fill_in(PAGE, NUMBERS, &[("number", "613 555-0100"), ("kind", "5")]).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/en/account/channels?done=sent"));
    let listed = browser.read(&sent.location).await;
    assert!(listed.says("+16135550100") && listed.says("Not confirmed"), "{}", listed.text);
    let actions = listed.text.split("action=\"").map(|rest| rest.split('"').next().unwrap().to_owned());
    let action = actions.into_iter().find(|action| action.ends_with("/confirm")).unwrap();
    let refused = browser.fill_in(PAGE, &action, &[("code", "12345x")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("not the code that was sent") && refused.says("Not confirmed"), "{}", refused.text);
    // Nobody confirms the number of somebody else.
    let mut other = signed_in("mediator-1").await;
    assert_eq!(other.fill_in(PAGE, &action, &[("code", "000000")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_page_can_be_installed_and_its_worker_acts_for_every_page() {
    let mut browser = signed_in("parole-officer-1").await;
    let page = browser.read("/fr/account").await;
    assert!(page.text.contains("rel=\"manifest\" href=\"/fr/manifest.webmanifest\""));
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("manifest-src 'self'"));
    let manifest = browser.get("/fr/manifest.webmanifest").await;
    let read: serde_json::Value = serde_json::from_str(&manifest.text).unwrap();
    assert_eq!((manifest.content_type.as_str(), read["start_url"].as_str()), ("application/manifest+json", Some("/fr/")));
    assert_eq!(read["name"], "Événements de sécurité", "it stands on a screen that others see");
    for icon in read["icons"].as_array().unwrap() {
        assert_eq!(browser.get(icon["src"].as_str().unwrap()).await.content_type, "image/png");
    }
    let worker = browser.get("/worker.js").await;
    assert!(worker.content_type.starts_with("text/javascript") && worker.text.contains("showNotification"));
}
