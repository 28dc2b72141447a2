//! The pages of the protocols and of the steps that they govern.

use http::StatusCode;

use crate::{
    casework::{MANAGER, MEDIATOR, OFFICER, a_case, at},
    signed_in,
};

const ACCE: &str = "acce-1";

const PART: [(&str, &str); 5] = [
    ("kind", "1"),
    ("part_key", "no-new-modes"),
    ("clause", "D-VOM"),
    ("text_en", "An invented rule: no mode is described."),
    ("text_fr", "Une règle inventée : aucun mode n’est décrit."),
];

// [R1] [X-785-1]
#[tokio::test]
async fn the_national_manager_drafts_a_version_and_the_acce_sends_it_back_and_approves_it() {
    let mut manager = signed_in(MANAGER).await;
    let begin = "/en/protocols/draft";
    let begun = manager.fill_in(begin, begin, &[("title", "Invented protocols"), ("effective_on", "")]).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
    let version = begun.location.clone();
    let part = format!("{version}/part");
    let half = manager.fill_in(&part, &part, &[PART.as_slice(), &[("step", "mode.describe")]].concat()).await;
    assert!(half.says("href=\"#step\"") && half.says("or neither") && half.says("/en/clauses/R1"), "{}", half.text);
    let step = [("step", "mode.describe"), ("requirement", "1")];
    let written = manager.fill_in(&part, &part, &[PART.as_slice(), &step].concat()).await;
    assert_eq!((written.status, written.location.as_str()), (StatusCode::SEE_OTHER, version.as_str()), "{}", written.text);
    let page = manager.read(&version).await;
    assert!(page.says("New in this version") && page.says("The step is not taken") && page.says("/en/clauses/D-VOM"), "{}", page.text);
    assert!(manager.read(&format!("{part}?kind=1&part_key=no-new-modes")).await.says("An invented rule"));
    let early = manager.fill_in(&version, &format!("{version}/submit"), &[]).await;
    assert!(early.says("set the day on which this version takes effect"), "{}", early.text);
    let amend = format!("{version}/amend");
    let amended = manager.fill_in(&amend, &amend, &[("title", "Invented protocols"), ("effective_on", "2099-01-01")]).await;
    assert_eq!(amended.status, StatusCode::SEE_OTHER, "{}", amended.text);
    let submit = format!("{version}/submit");
    assert_eq!(manager.fill_in(&version, &submit, &[]).await.status, StatusCode::SEE_OTHER);

    let mut acce = signed_in(ACCE).await;
    assert!(acce.read("/en/protocols").await.says("Waits for approval"));
    assert_eq!(acce.get("/en/cases").await.status, StatusCode::FORBIDDEN);
    let back = format!("{version}/return");
    let returned = acce.fill_in(&back, &back, &[("reason", "one word is missing")]).await;
    assert_eq!(returned.status, StatusCode::SEE_OTHER, "{}", returned.text);
    assert!(manager.read(&version).await.says("one word is missing"));
    assert_eq!(manager.fill_in(&version, &submit, &[]).await.status, StatusCode::SEE_OTHER);
    let approve = format!("{version}/approve");
    assert_eq!(acce.fill_in(&version, &approve, &[]).await.status, StatusCode::SEE_OTHER);
    let french = acce.read(&version.replace("/en/", "/fr/")).await;
    assert!(french.says("Approuvée, pas encore en vigueur") && french.says("L’étape n’est pas franchie"), "{}", french.text);
    // Its day is far ahead: nothing is in force.
    assert!(signed_in(OFFICER).await.read("/en/protocols").await.says("No version of the protocols is in force"));
}

#[tokio::test]
async fn whoever_works_on_cases_reads_the_versions_and_nobody_else_and_a_step_says_what_governed_it() {
    let case = a_case("steps").await;
    let mut officer = signed_in(OFFICER).await;
    assert!(officer.read(&at(&case, "")).await.says("Steps and protocols"));
    let steps = officer.read(&at(&case, "/steps")).await;
    assert!(steps.says("The case was opened") && steps.says("None was in force"), "{}", steps.text);
    let french = officer.read(&at(&case, "/steps").replace("/en/", "/fr/")).await;
    assert!(french.says("Le dossier a été ouvert") && french.says("Aucun n’était en vigueur"), "{}", french.text);
    assert!(!officer.read("/en/protocols").await.says("Begin a draft"));
    let draft = "/en/protocols/draft";
    assert_eq!(officer.fill_in(draft, draft, &[("title", "x")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(officer.get("/en/protocols/none").await.status, StatusCode::NOT_FOUND);
    let mut mediator = signed_in(MEDIATOR).await;
    assert_eq!(mediator.get("/en/protocols").await.status, StatusCode::OK);
    assert_eq!(mediator.get(&at(&case, "/steps")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed_in("staff-mission").await.get("/en/protocols").await.status, StatusCode::FORBIDDEN);
}
