//! The page of one's own account.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn a_person_chooses_the_language_and_the_address_of_what_is_sent_to_them() {
    let mut browser = signed_in("mediator-2").await;
    let sent = browser
        .fill_in("/en/account", "/en/account", &[("language", "fr"), ("email", "mediator-2@csc-scc.gc.ca"), ("density", "compact")])
        .await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "/en/account?saved=1"));
    let page = browser.read(&sent.location).await;
    assert!(page.says("Saved.") && page.says("mediator-2"));
    assert!(page.text.contains("<body class=\"compact\""), "{}", page.text);
    // Whoever comes back without an address is led to the language they last read.
    browser.read("/fr/account").await;
    assert!(browser.get("/").await.location.starts_with("/fr/"));
    assert_eq!(page.value("email").unwrap(), "mediator-2@csc-scc.gc.ca");
}

#[tokio::test]
async fn an_address_that_is_refused_comes_back_with_the_reason_and_the_rule() {
    let mut browser = signed_in("mediator-2").await;
    let sent = browser
        .fill_in("/fr/account", "/fr/account", &[("language", "en"), ("email", "someone@example.com"), ("density", "comfortable")])
        .await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.says("code de motif"), "{}", sent.text);
    assert_eq!(sent.value("email").unwrap(), "someone@example.com");
}

#[tokio::test]
async fn a_form_of_another_session_is_not_obeyed_and_nothing_typed_is_lost() {
    let mut browser = signed_in("mediator-1").await;
    let sent = browser.post("/en/account", &[("form_token", "of-another"), ("email", "kept@csc-scc.gc.ca")]).await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    assert!(sent.says("kept@csc-scc.gc.ca") && sent.value("form_token").is_some());
    assert!(!browser.read("/en/account").await.says("kept@csc-scc.gc.ca"));
}

#[tokio::test]
async fn a_person_sets_quiet_hours_in_their_zone_and_is_told_that_an_imminent_risk_rings_in_them() {
    let mut browser = signed_in("mediator-1").await;
    let hours = |zone: &'static str, from: &'static str, until: &'static str| {
        [("language", "en"), ("email", ""), ("density", "comfortable"), ("zone", zone), ("quiet_from", from), ("quiet_until", until)]
    };
    let sent = browser.fill_in("/en/account", "/en/account", &hours("America/Regina", "22:00", "7:00")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = browser.read(&sent.location).await;
    assert_eq!((page.value("quiet_from").unwrap(), page.value("quiet_until").unwrap()), ("22:00".to_owned(), "07:00".to_owned()));
    assert!(page.says("An imminent risk rings by every channel at any hour"));
    let refused = browser.fill_in("/fr/account", "/fr/account", &hours("", "22:00", "07:00")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("zone-missing") && refused.says("choisissez un fuseau horaire"), "{}", refused.text);
    let taken_back = browser.fill_in("/en/account", "/en/account", &hours("", "", "")).await;
    assert_eq!(browser.read(&taken_back.location).await.value("quiet_from").unwrap(), "");
}
