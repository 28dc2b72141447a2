//! The pages of the registry of mediators, and of who fits a case.

use http::StatusCode;

use crate::{
    casework::{MANAGER, MEDIATOR, OFFICER, SUPERVISOR, a_case, at},
    signed_in,
};

const NEW: &str = "mediator-web-1";

#[tokio::test]
async fn the_national_manager_engages_trains_amends_renews_and_ends_and_every_mistake_comes_back_at_its_field() {
    let mut manager = signed_in(MANAGER).await;
    let engage = "/en/mediators/engage";
    let details =
        [("mediator", NEW), ("kind", "1"), ("region", "ontario"), ("languages", "fr"), ("other_languages", "cr iu"), ("capacity", "4")];
    let too_long = manager.fill_in(engage, engage, &[details.as_slice(), &[("last_day", "2099-01-01")]].concat()).await;
    assert!(too_long.says("href=\"#last_day\"") && too_long.says("12 months") && too_long.says(NEW), "{}", too_long.text);
    let entry = format!("/en/mediators/{NEW}");
    let engaged = manager.fill_in(engage, engage, &details).await;
    assert_eq!((engaged.status, engaged.location.as_str()), (StatusCode::SEE_OTHER, entry.as_str()), "{}", engaged.text);
    let page = manager.read(&entry).await;
    assert!(page.says("never completed") && page.says("cr, French, iu") && page.says("0 of 4"), "{}", page.text);
    let training = format!("{entry}/training");
    let none = manager.fill_in(&training, &training, &[]).await;
    assert!(none.says("href=\"#modules\""), "{}", none.text);
    let done = manager.fill_in(&training, &training, &[("modules", "protocols"), ("completed_on", "2020-01-01")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(manager.read(&entry).await.says("expired on 2022-01-01"));
    let conflict = format!("{entry}/conflict");
    assert_eq!(manager.fill_in(&conflict, &conflict, &[("site", "kent")]).await.status, StatusCode::SEE_OTHER);
    let page = manager.read(&entry).await;
    let lift = page.text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.ends_with("/lift")).unwrap().to_owned();
    assert_eq!(manager.fill_in(&lift, &lift, &[]).await.status, StatusCode::SEE_OTHER);
    let amend = format!("{entry}/amend");
    let sent = manager.fill_in(&amend, &amend, &[("region", "quebec"), ("languages", "fr"), ("capacity", "6")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(manager.read(&entry).await.says("0 of 6"));
    let renew = format!("{entry}/renew");
    assert_eq!(manager.fill_in(&renew, &renew, &[("last_day", "")]).await.status, StatusCode::SEE_OTHER);
    let end = format!("{entry}/end");
    assert!(manager.read(&end).await.says("This cannot be taken back"));
    assert_eq!(manager.fill_in(&end, &end, &[("why", "1")]).await.status, StatusCode::SEE_OTHER);
    let page = manager.read(&format!("/fr/mediators/{NEW}")).await;
    assert!(page.says("Terminé") && page.says("À leur propre demande"), "{}", page.text);
    let again = manager.fill_in(engage, engage, &details).await;
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.says("engaged before"), "{}", again.text);
}

#[tokio::test]
async fn the_unit_reads_the_registry_a_mediator_their_own_entry_and_nobody_else_any() {
    let mut officer = signed_in(OFFICER).await;
    let list = officer.read("/en/mediators").await;
    assert!(list.says("/en/mediators/mediator-1") && !list.says("Engage a mediator"), "{}", list.text);
    assert!(!officer.read("/en/mediators/mediator-1").await.says("End the engagement"));
    assert_eq!(
        officer.fill_in("/en/mediators/mediator-1/end", "/en/mediators/mediator-1/end", &[("why", "1")]).await.status,
        StatusCode::FORBIDDEN
    );
    let mut mediator = signed_in(MEDIATOR).await;
    assert!(mediator.read("/en/mediators/own").await.says("Nothing keeps them from a case today"));
    assert_eq!(mediator.get("/en/mediators/mediator-2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(mediator.get("/en/mediators").await.status, StatusCode::FORBIDDEN);
    assert_eq!(signed_in("staff-mission").await.get("/en/mediators").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_page_of_those_who_fit_says_why_in_both_languages_and_leads_to_the_assignment() {
    let case = a_case("fit").await;
    let mut supervisor = signed_in(SUPERVISOR).await;
    let fits = supervisor.read(&at(&case, "/mediators")).await;
    assert!(fits.says("Fits") && fits.says("every required training counts") && fits.says("has room"), "{}", fits.text);
    let french = supervisor.read(&at(&case, "/mediators").replace("/en/", "/fr/")).await;
    assert!(french.says("Convient") && french.says("toutes les formations obligatoires sont à jour"), "{}", french.text);
    let chosen = supervisor.read(&at(&case, "/mediator?mediator=mediator-1")).await;
    assert!(chosen.says("See who fits the case") && chosen.says("mediator-1"), "{}", chosen.text);
    assert_eq!(signed_in("rj-officer-2").await.get(&at(&case, "/mediators")).await.status, StatusCode::NOT_FOUND);
}
