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

#[tokio::test]
async fn times_of_an_event_are_on_ones_own_clock_and_on_that_of_the_site_whose_zone_an_administrator_sets() {
    let mut admin = signed_in("directory-administrator-1").await;
    let list = admin.read("/en/sites?region=atlantic").await;
    assert!(list.says("Atlantic (of its province)") && list.says("to be checked and set"), "{}", list.text);
    let form = "/en/sites/springhill/zone";
    let set = admin.fill_in(form, form, &[("zone", "America/St_Johns")]).await;
    assert_eq!(set.location, "/en/sites?done=1", "{}", set.text);
    assert!(admin.read(&set.location).await.says("Newfoundland (set)"));
    assert_eq!(admin.fill_in(form, form, &[("zone", "Mars/Olympus")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    let mut officer = signed_in("rj-officer-2").await;
    let account = [("language", "en"), ("email", ""), ("density", "comfortable"), ("zone", "America/Regina")];
    assert_eq!(officer.fill_in("/en/account", "/en/account", &account).await.status, StatusCode::SEE_OTHER);
    assert!(officer.read("/en/account").await.text.contains("data-zone=\"America/Regina\""));
    let raise = [("grade", "2"), ("site", "springhill"), ("text", "a fictional worry")];
    let raised = signed_in("staff-mission").await.fill_in("/en/raise", "/en/raise", &raise).await;
    let event = raised.location.replace("/raise/", "/concerns/");
    let page = officer.read(&event).await;
    let newfoundland = page.says("NST at the site") || page.says("NDT at the site");
    assert!(page.says(" CST") && newfoundland, "{}", page.text);
    let french = officer.read(&event.replace("/en/", "/fr/")).await;
    assert!(french.says(" HNC") && french.says("sur place"), "{}", french.text);
    // Nobody but an administrator sets it.
    assert_eq!(officer.fill_in(form, form, &[("zone", "")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(admin.fill_in(form, form, &[("zone", "")]).await.status, StatusCode::SEE_OTHER);
}
