//! The page of one's own account.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::{signed_in, system};

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

// [TS1a]
#[tokio::test]
async fn another_address_than_the_organisations_own_waits_for_the_code_that_is_sent_to_it() {
    let mut browser = signed_in("mediator-1").await;
    let form = [("language", "en"), ("email", "other.box@csc-scc.gc.ca"), ("density", "comfortable")];
    let sent = browser.fill_in("/en/account", "/en/account", &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let page = browser.read(&sent.location).await;
    assert!(page.says("An address waits for its code") && page.says("other.box@csc-scc.gc.ca"), "{}", page.text);
    let wrong = browser.fill_in("/fr/account", "/fr/account/address", &[("code", "x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("code-wrong") && wrong.says("Une adresse attend son code"), "{}", wrong.text);
    let code = eventually("the code is in a mail", SOON, async || {
        let files = std::fs::read_dir(&system().await.description.mail_dir).map_err(|error| error.to_string())?;
        let mails = files.filter_map(|file| std::fs::read_to_string(file.ok()?.path()).ok()).map(|text| text.replace("=\r\n", ""));
        let mail = mails.into_iter().find(|text| text.contains("other.box@csc-scc.gc.ca")).ok_or("no mail yet")?;
        let code = mail.split("Your code is ").nth(1).ok_or("no code in it")?;
        Ok::<_, String>(code.chars().take(6).collect::<String>())
    })
    .await;
    let confirmed = browser.fill_in("/en/account", "/en/account/address", &[("code", &code)]).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
    let page = browser.read(&confirmed.location).await;
    assert!(page.says("you are told at this address from now on") && !page.says("An address waits"), "{}", page.text);
    assert_eq!(page.value("email").unwrap(), "other.box@csc-scc.gc.ca");
}
