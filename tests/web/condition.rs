//! The pages of conditions that forbid contact, of the advice on one, and of the register of disclosures.

use http::StatusCode;
use proto::cases::v1::ParticipantKind;

use crate::{
    casework::{MEDIATOR, OFFICER, SUPERVISOR, a_case, at},
    signed_in,
};

const DRAFTER: &str = "staff-mission";
const TEXT: &str = "not to communicate with the victim <b>";
const ENGLISH: &str = "unless deemed appropriate and facilitated by CSC";
const FRENCH: &str = "programme Possibilités de justice réparatrice du SCC";

/// The address of a form of the one condition of a case.
fn form(page: &str, act: &str) -> String {
    let mut links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.find(|to| to.ends_with(&format!("/{act}"))).unwrap().to_owned()
}

// [R8d] [L133-7] [GL2c/2d]
#[tokio::test]
async fn a_condition_is_recorded_its_drafter_advised_the_victim_informed_and_only_then_is_it_amended() {
    let case = a_case("condition").await;
    let (list, record) = (at(&case, "/conditions"), at(&case, "/conditions/record"));
    let mut browser = signed_in(OFFICER).await;
    assert!(browser.read(&at(&case, "")).await.says(&list));
    let empty = browser.fill_in(&record, &record, &[("kind", "1"), ("text", " ")]).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.says("href=\"#text\""), "{}", empty.text);
    let recorded = browser.fill_in(&record, &record, &[("kind", "1"), ("text", TEXT), ("source", "Provincial Court")]).await;
    assert_eq!((recorded.status, recorded.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", recorded.text);
    let page = browser.read(&list).await;
    assert!(page.says(TEXT) && page.says("Forbids contact"), "{}", page.text);
    let [advise, inform, amend, end] = ["advise", "inform", "amend", "end"].map(|act| form(&page.text, act));

    let nobody = browser.fill_in(&advise, &advise, &[("drafter", "nobody-here"), ("reason", "a dialogue is ahead of us")]).await;
    assert!(nobody.says("href=\"#drafter\"") && nobody.says(ENGLISH), "{}", nobody.text);
    let advised = browser.fill_in(&advise, &advise, &[("drafter", DRAFTER), ("reason", "a dialogue is ahead of us")]).await;
    assert_eq!(advised.status, StatusCode::SEE_OTHER, "{}", advised.text);
    let mut drafter = signed_in(DRAFTER).await;
    let one = drafter.read("/en/advice").await;
    let read =
        one.text.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|to| to.starts_with("/en/advice/")).unwrap().to_owned();
    let advice = drafter.read(&read).await;
    assert!(advice.says("Alex Exemple") && advice.says("000000F") && advice.says(ENGLISH) && advice.says(FRENCH), "{}", advice.text);
    assert!(!advice.says(&case.case_number) && !advice.says("Sam Sample"), "{}", advice.text);
    assert_eq!(drafter.get(&list).await.status, StatusCode::FORBIDDEN);
    assert_eq!(signed_in(OFFICER).await.get(&read).await.status, StatusCode::FORBIDDEN);
    let register = signed_in(SUPERVISOR).await.read(&format!("/en/disclosures?case={}", case.case_id)).await;
    assert!(register.says("a dialogue is ahead of us") && register.says("GL2c/2d"), "{}", register.text);

    let typed = [("text", "amended"), ("amended_on", "2026-01-02"), ("has_exception_words", "1")];
    let early = browser.fill_in(&amend, &amend, &typed).await;
    assert!(early.status == StatusCode::UNPROCESSABLE_ENTITY && early.says("L133-7"), "{}", early.text);
    let victim = case.participants.iter().find(|one| one.kind() == ParticipantKind::Victim).unwrap();
    let told = [
        ("participant_id", victim.participant_id.as_str()),
        ("how", "2"),
        ("informed_on", "2026-01-02"),
        ("informed_by", "Victim Services"),
    ];
    assert_eq!(browser.fill_in(&inform, &inform, &told).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.fill_in(&amend, &amend, &typed).await.status, StatusCode::SEE_OTHER);
    let page = browser.read(&list).await;
    assert!(page.says("Amended") && page.says("Victim Services") && !page.says("Forbids contact"), "{}", page.text);
    assert_eq!(drafter.get(&read).await.status, StatusCode::NOT_FOUND);
    let over = browser.fill_in(&end, &end, &[("how", "2"), ("reason", "the sentence is served")]).await;
    assert_eq!(over.status, StatusCode::SEE_OTHER, "{}", over.text);
    assert!(browser.read(&list).await.says("the sentence is served"));
}

// [R8d]
#[tokio::test]
async fn the_exact_words_are_offered_in_both_languages_to_whoever_drafts_a_condition() {
    for who in [DRAFTER, OFFICER, MEDIATOR] {
        let mut browser = signed_in(who).await;
        for language in ["en", "fr"] {
            let page = browser.read(&format!("/{language}/conditions/wording")).await;
            assert!(page.says(ENGLISH) && page.says(FRENCH), "{}", page.text);
        }
    }
}

// [R7a]
#[tokio::test]
async fn that_there_is_no_condition_is_stated_with_how_it_is_known() {
    let case = a_case("no-condition").await;
    let none = at(&case, "/conditions/none");
    let mut browser = signed_in(OFFICER).await;
    let short = browser.fill_in(&none, &none, &[("reason", "no")]).await;
    assert!(short.says("href=\"#reason\""), "{}", short.text);
    assert_eq!(browser.fill_in(&none, &none, &[("reason", "asked the court registry")]).await.status, StatusCode::SEE_OTHER);
}
