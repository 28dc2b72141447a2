//! The page of the directory of sites.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn sites_are_shown_by_name_in_each_language_with_what_was_not_verified() {
    let mut browser = signed_in("rj-officer-2").await;
    let page = browser.read("/fr/sites?region=atlantic").await;
    // The strip of what is imminent names any site.
    let table = page.text.split("<table id=\"sites\"").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(table.contains("Établissement de l'Atlantique") && !table.contains("Mission"), "{table}");
    let unverified = browser.read("/en/sites?only=unverified").await;
    assert!(unverified.says("Not verified") && unverified.says("from general knowledge"));
    // Anybody with a role may know where the sites are.
    assert_eq!(signed_in("parole-officer-1").await.get("/en/sites?sort=-region").await.status, StatusCode::OK);
}
