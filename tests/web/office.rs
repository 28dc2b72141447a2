//! The pages of the offices and their duty.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn an_office_without_anybody_is_warned_of_and_somebody_is_named_by_two_administrators() {
    let mut first = signed_in("directory-administrator-1").await;
    let vacant = first.read("/en/offices?only=vacant&region=quebec").await;
    assert!(vacant.says("No one is assigned") && vacant.says("No one can be rung in"), "{}", vacant.text);
    let fields = [("office", "institutional-head/kent"), ("holder", "deputy-of-kent"), ("rank", "1")];
    let sent = first.fill_in("/en/offices/assign?office=institutional-head/kent", "/en/offices/assign", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    // Whoever proposed it is told that somebody else confirms it.
    let waits = first.read(&sent.location).await;
    assert!(waits.says("It is not in force yet") && waits.says("You proposed this") && waits.says("deputy-of-kent"));
    let proposal = sent.location.split('?').next().unwrap();
    let mut second = signed_in("directory-administrator-2").await;
    assert!(second.read(proposal).await.says("Confirm this change"));
    let done = second.fill_in(proposal, proposal, &[]).await;
    assert_eq!(done.location, "/en/proposals?done=1", "{}", done.text);
    let list = second.read("/en/offices?region=pacific").await;
    assert!(list.says("deputy-of-kent") && list.says("holds no role to accept with"), "{}", list.text);
    let end = "/en/offices/end?office=institutional-head/kent&holder=deputy-of-kent";
    assert!(second.read(end).await.says("Deputy or duty manager"));
    assert!(second.fill_in(end, end, &[]).await.location.starts_with("/en/proposals/"));
}

#[tokio::test]
async fn a_name_and_a_telephone_stand_beside_an_office_on_the_page_of_an_event_and_beside_every_act() {
    let mut admin = signed_in("directory-administrator-1").await;
    let fields = [
        ("office", "institutional-head/mission"),
        ("holder", "institutional-head-mission"),
        ("rank", "0"),
        ("name", "Ada Exemple"),
        ("telephone", "604-555-0142"),
    ];
    let sent = admin.fill_in("/en/offices/assign", "/en/offices/assign", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(admin.read("/en/offices?region=pacific").await.says("Ada Exemple – institutional-head-mission"));
    assert!(
        admin
            .read("/en/offices/assign")
            .await
            .text
            .contains("<option value=\"institutional-head-mission\">Ada Exemple (Institutional Head")
    );

    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "2"), ("site", "mission"), ("text", "a fictional worry")]).await;
    let event = raised.location.replace("/raise/", "/concerns/");
    let mut officer = signed_in("rj-officer-1").await;
    let page = officer.read(&event).await;
    assert!(page.says("Ada Exemple") && page.text.contains("href=\"tel:6045550142\""), "{}", page.text);
    let mut head = signed_in("institutional-head-mission").await;
    assert!(head.read(&event).await.says("Signed in as Ada Exemple"));
    head.fill_in(&event, &format!("{event}/accept"), &[("audience", "2"), ("note", "")]).await;
    let page = officer.read(&event).await;
    assert!(page.says("by Ada Exemple (Institutional Head, Mission"), "{}", page.text);
    assert!(!page.says("by institutional-head-mission"));
    // Whoever follows no referral, case or concern is told no name.
    assert!(!signed_in("operations-1").await.read("/en/offices").await.says("Ada Exemple"));
    // A name that could be read as another is refused, and what was typed is kept.
    let wrong = [("office", "nmc"), ("holder", "kept-as-typed"), ("rank", "0"), ("name", "Ada\u{202e}elpmexE")];
    let refused = admin.fill_in("/en/offices/assign", "/en/offices/assign", &wrong).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("name-wrong"), "{}", refused.text);
    assert_eq!(refused.value("holder").unwrap(), "kept-as-typed");
}

#[tokio::test]
async fn what_the_service_refuses_of_an_office_stands_at_its_field_and_nothing_typed_is_lost() {
    let mut browser = signed_in("directory-administrator-2").await;
    let fields = [("office", "nmc"), ("holder", "kept-as-typed"), ("rank", "7")];
    let sent = browser.fill_in("/fr/offices/assign", "/fr/offices/assign", &fields).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sent.value("holder").unwrap(), "kept-as-typed");
    let end = "/en/offices/end?office=nmc&holder=nobody-at-all";
    let sent = browser.fill_in(end, end, &[]).await;
    assert!(sent.says("nobody of this name is in this office") && sent.says("office-not-held"), "{}", sent.text);
}

#[tokio::test]
async fn operations_sees_who_is_on_duty_and_is_offered_no_change_and_a_mediator_sees_nothing_of_it() {
    let mut operations = signed_in("operations-1").await;
    let page = operations.read("/en/offices").await;
    assert!(page.says("Restorative Justice Unit") && !page.says("Assign somebody"));
    let sent = operations.fill_in("/en/offices/assign", "/en/offices/assign", &[("office", "nmc"), ("holder", "me"), ("rank", "0")]).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    assert_eq!(signed_in("parole-officer-1").await.get("/en/offices").await.status, StatusCode::FORBIDDEN);
}
