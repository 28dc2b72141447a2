//! The pages of the changes that wait for a second administrator.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn what_will_change_is_said_before_it_is_confirmed_and_never_by_whoever_proposed_it() {
    let mut first = signed_in("directory-administrator-1").await;
    let fields = [("subject", "officer-to-be"), ("role", "rj-officer"), ("site", ""), ("region", ""), ("since", ""), ("until", "")];
    let sent = first.fill_in("/fr/grants/propose", "/fr/grants/propose", &fields).await;
    assert!(sent.location.starts_with("/fr/proposals/"), "{} {}", sent.location, sent.text);
    let page = first.read(&sent.location).await;
    assert!(page.says("Agent, Unité de la justice réparatrice") && page.says("officer-to-be") && page.says("Accorde un rôle"));
    let proposal = sent.location.split('?').next().unwrap();
    // The page offers no button; the service refuses whoever sends the form all the same.
    let refused = first.fill_in("/fr/account", proposal, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.says("second-person-needed"), "{}", refused.text);
    let mut second = signed_in("directory-administrator-2").await;
    assert!(second.read("/en/proposals").await.says("officer-to-be"));
    assert_eq!(second.fill_in(proposal, proposal, &[]).await.location, "/fr/proposals?done=1");
    assert_eq!(second.get(proposal).await.status, StatusCode::NOT_FOUND);
    assert!(second.read("/en/grants?subject=officer-to-be").await.says("directory-administrator-1, directory-administrator-2"));
}

#[tokio::test]
async fn what_waits_is_not_shown_to_anybody_but_administrators() {
    assert_eq!(signed_in("national-manager-1").await.get("/en/proposals").await.status, StatusCode::FORBIDDEN);
}
