//! The pages of cases: list, board, file, stage and site.

use http::StatusCode;
use proto::cases::v1::Stage;

use crate::{
    casework::{MEDIATOR, OFFICER, SUPERVISOR, a_case, at, read},
    signed_in, system,
};

#[tokio::test]
async fn an_officer_finds_a_case_in_the_list_and_on_the_board_and_opens_its_file() {
    let case = a_case("list").await;
    let mut browser = signed_in(OFFICER).await;
    let list = browser.read("/en/cases?stage=1&site=mission&sort=-opened").await;
    assert!(list.says(&case.case_number) && list.says("Mission Institution"), "{}", list.text);
    assert!(!browser.read("/en/cases?stage=6").await.says(&case.case_number));
    let waiting = browser.read("/en/cases?stage=open&site=mission&waits=mediator").await;
    assert!(waiting.says(&case.case_number) && waiting.says("Cases: "), "{}", waiting.text);
    assert!(browser.read("/en/cases?region=pacific&stage=1&sort=-opened").await.says(&case.case_number));
    for elsewhere in
        ["site=kent", "region=quebec", "region=quebec&site=mission", "mediator=mediator-9", "waits=concern&site=mission&stage=4"]
    {
        let none = browser.read(&format!("/en/cases?{elsewhere}")).await;
        assert!(!none.says(&case.case_number) && none.says("None that you may see is as you asked."), "{elsewhere}: {}", none.text);
    }
    assert_eq!(browser.get("/en/cases?stage=17").await.status, StatusCode::NOT_FOUND);
    let board = browser.read("/fr/cases/board").await;
    assert!(board.says(&case.case_number) && board.says("Évaluation ("));
    let file = browser.read(&at(&case, "")).await;
    assert!(file.says("Victim – Sam Sample") && file.says("An assigned mediator") && file.says("Record a consent"), "{}", file.text);
    // The title of a page holds no personal data.
    let title = file.text.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert!(title.contains(&case.case_number) && !title.contains("Sam"));
}

#[tokio::test]
async fn a_mediator_without_the_case_and_an_institution_do_not_learn_that_it_exists() {
    let case = a_case("hidden").await;
    let mut other = signed_in("mediator-2").await;
    assert!(!other.read("/en/cases").await.says(&case.case_number));
    for below in ["", "/move", "/participants/add", "/documents", "/documents/keep"] {
        assert_eq!(other.get(&at(&case, below)).await.status, StatusCode::NOT_FOUND, "{below}");
    }
    let mut head = signed_in("institutional-head-mission").await;
    assert_eq!(head.get("/en/cases").await.status, StatusCode::FORBIDDEN);
    assert!(!head.read("/en/account").await.says("/en/cases"));
}

#[tokio::test]
async fn a_refused_move_names_all_that_is_missing_and_keeps_what_was_typed() {
    let case = a_case("move").await;
    let form = at(&case, "/move");
    let mut browser = signed_in(OFFICER).await;
    let refused = browser.fill_in(&form, &form, &[("to", "2"), ("mode", "letter"), ("reason", "they are <ready>")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("It was not done") && refused.says("they are <ready>"), "{}", refused.text);
    let unknown = browser.fill_in(&form, &form, &[("to", "17")]).await;
    assert!(unknown.says("holds a choice that this form does not offer"), "{}", unknown.text);
    let closed = browser.fill_in(&form, &form, &[("to", "6"), ("reason", "both want to wait")]).await;
    assert_eq!((closed.status, closed.location), (StatusCode::SEE_OTHER, at(&case, "?done=done")));
    assert_eq!(read(&system().await, &case).await.stage(), Stage::Closed);
}

#[tokio::test]
async fn the_file_says_what_the_next_step_needs_and_the_form_offers_the_steps_that_there_are() {
    let case = a_case("next").await;
    let mut browser = signed_in(OFFICER).await;
    for (language, needs, whose) in [
        ("en", "An assigned mediator", "An officer of the case, or a supervisor, assigns one."),
        ("fr", "Un médiateur affecté", "Un agent du dossier, ou un superviseur, en affecte un."),
    ] {
        let file = browser.read(&at(&case, "").replace("/en/", &format!("/{language}/"))).await;
        assert!(file.says(needs) && file.says(whose) && file.says("D-mediator"), "{}", file.text);
    }
    let form = browser.read(&at(&case, "/move")).await;
    let offered = |stage: &str| form.text.contains(&format!("name=\"to\" value=\"{stage}\""));
    assert_eq!(["1", "2", "3", "4", "5", "6"].map(offered), [false, true, false, false, true, true], "{}", form.text);
}

#[tokio::test]
async fn an_accepted_referral_leads_to_its_case_and_for_who_may_not_know_of_it_there_is_none() {
    let case = a_case("of-referral").await;
    let leads = format!("/en/cases/of-referral/{}", case.referral_id);
    let mut officer = signed_in(OFFICER).await;
    assert!(officer.read(&format!("/en/referrals/{}", case.referral_id)).await.text.contains(&leads));
    let led = officer.get(&leads).await;
    assert_eq!((led.status, led.location), (StatusCode::SEE_OTHER, at(&case, "")));
    let mut mediator = signed_in(MEDIATOR).await;
    assert_eq!(mediator.get(&leads).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_unit_corrects_a_site_and_a_move_that_has_not_come_is_refused_at_its_day() {
    let case = a_case("site").await;
    let mut browser = signed_in(OFFICER).await;
    let (site, moved) = (at(&case, "/site"), at(&case, "/person-move"));
    let ahead = [("how", "3"), ("site", "kent"), ("moved_on", "2999-01-01"), ("reason", "the parole officer telephoned")];
    let refused = browser.fill_in(&moved, &moved, &ahead).await;
    assert!(refused.says("href=\"#moved_on\"") && refused.says("the parole officer telephoned"), "{}", refused.text);
    let corrected = browser.fill_in(&site, &site, &[("site", "kent"), ("reason", "the parole officer telephoned")]).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.text);
    assert!(browser.read(&at(&case, "")).await.says("Kent Institution"));
}

#[tokio::test]
async fn a_supervisor_gives_a_case_to_a_mediator_who_then_finds_it_and_loses_it_again() {
    let case = a_case("assign").await;
    let (assign, end) = (at(&case, "/mediator"), at(&case, "/mediator/end"));
    let mut supervisor = signed_in(SUPERVISOR).await;
    let unknown = supervisor.fill_in(&assign, &assign, &[("mediator", "nobody-1")]).await;
    assert!(unknown.says("href=\"#mediator\"") && unknown.value("mediator").unwrap() == "nobody-1", "{}", unknown.text);
    let given = supervisor.fill_in(&assign, &assign, &[("mediator", MEDIATOR), ("until", "")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let mut mediator = signed_in(MEDIATOR).await;
    assert!(mediator.read("/en/cases").await.says(&case.case_number));
    let file = mediator.read(&at(&case, "")).await;
    assert!(file.says("Record a consent") && !file.says("Assign an officer") && !file.says("Correct the site"));
    assert_eq!(mediator.get(&at(&case, "/access")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(supervisor.fill_in(&end, &end, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(mediator.get(&at(&case, "")).await.status, StatusCode::NOT_FOUND);
}
