//! The page on which regional victim services push a contact.

use http::StatusCode;

use crate::signed_in;

const PAGE: &str = "/en/contacts/new";

#[tokio::test]
async fn a_victim_services_officer_pushes_a_contact_of_their_region_and_gets_its_number() {
    let mut officer = signed_in("victim-services-pacific").await;
    let typed = [("region", "pacific"), ("victim_ref", "V-7001"), ("kind", "1"), ("value", "604-555-0100"), ("language", "2")];
    let sent = officer.fill_in(PAGE, PAGE, &typed).await;
    assert!(sent.location.starts_with("/en/contacts/new?pushed=RV-"), "{} {}", sent.status, sent.text);
    let page = officer.read(&sent.location).await;
    assert!(page.says("Pushed. Receipt number:") && !page.says("604-555-0100"));
    // A number that nobody gave is not repeated.
    assert!(!officer.read("/en/contacts/new?pushed=RV-AAAA-AAAA").await.says("Pushed."));
}

#[tokio::test]
async fn a_contact_without_a_number_comes_back_unless_the_victim_asked_not_to_be_contacted() {
    let mut officer = signed_in("victim-services-pacific").await;
    let typed = [("region", "pacific"), ("victim_ref", "V-7002"), ("kind", "1"), ("safe_contact", "après 17 h")];
    let refused = officer.fill_in("/fr/contacts/new", "/fr/contacts/new", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("id=\"value-why\"") && refused.says("après 17 h"), "{}", refused.text);
    let bad_day = officer.fill_in(PAGE, PAGE, &[&typed[..], &[("value", "1"), ("effective_at", "soon")]].concat()).await;
    assert!(bad_day.text.contains("id=\"effective_at-why\""), "{}", bad_day.text);
    let marked = officer.fill_in(PAGE, PAGE, &[&typed[..], &[("do_not_contact", "1")]].concat()).await;
    assert_eq!(marked.status, StatusCode::SEE_OTHER, "{}", marked.text);
}

#[tokio::test]
async fn nobody_pushes_a_contact_of_another_region_or_without_being_of_victim_services() {
    let mut officer = signed_in("victim-services-pacific").await;
    let quebec = [("region", "quebec"), ("victim_ref", "V-7003"), ("kind", "1"), ("value", "604-555-0100")];
    let other = officer.fill_in(PAGE, PAGE, &quebec).await;
    assert!(other.status != StatusCode::SEE_OTHER && other.says("604-555-0100"));
    let mut staff = signed_in("staff-mission").await;
    assert!(!staff.read("/en/account").await.text.contains("/contacts/new"));
    let refused = staff.fill_in(PAGE, PAGE, &quebec).await;
    assert!(refused.status != StatusCode::SEE_OTHER && refused.says("604-555-0100"), "{}", refused.text);
}
