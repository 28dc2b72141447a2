//! The pages of participants, their consents and their modes.

use http::StatusCode;
use proto::cases::v1::{ConsentStatus, ParticipantKind};

use crate::{
    casework::{OFFICER, a_case, at, of, read},
    signed_in, system,
};

#[tokio::test]
async fn a_consent_is_offered_then_given_and_is_refused_where_somebody_may_have_been_pressed() {
    let case = a_case("consent").await;
    let form = of(&case, ParticipantKind::Victim, "consent");
    let mut browser = signed_in(OFFICER).await;
    let early = browser.fill_in(&form, &form, &[("mode", "letter"), ("status", "2"), ("informed_and_voluntary", "1")]).await;
    assert!(early.says("href=\"#form_version\""), "{}", early.text);
    assert_eq!(browser.fill_in(&form, &form, &[("mode", "letter"), ("status", "1")]).await.status, StatusCode::SEE_OTHER);
    let given = [("mode", "letter"), ("status", "2"), ("form_version", "RO-3"), ("language", "fr")];
    let pressed = browser.fill_in(&form, &form, &given).await;
    assert!(pressed.says("href=\"#informed_and_voluntary\"") && pressed.value("form_version").unwrap() == "RO-3", "{}", pressed.text);
    let given = [given.as_slice(), &[("informed_and_voluntary", "1")]].concat();
    let unchecked = browser.fill_in(&form, &form, &given).await;
    assert!(unchecked.says("href=\"#understanding"), "{}", unchecked.text);
    let given = [given.as_slice(), &[("how", "1"), ("understanding", "1"), ("understanding", "3"), ("witness", "Ada Fictive")]].concat();
    assert_eq!(browser.fill_in(&form, &form, &given).await.status, StatusCode::SEE_OTHER);
    let victim = read(&system().await, &case).await.participants.into_iter().find(|one| one.kind() == ParticipantKind::Victim).unwrap();
    assert_eq!(victim.consents[0].status(), ConsentStatus::Given);
    assert_eq!((victim.consents[0].understanding.len(), victim.consents[0].witness.as_str()), (2, "Ada Fictive"));
    let file = browser.read(&at(&case, "")).await;
    assert!(
        file.says("Exchange of letters") && file.says("witnessed by Ada Fictive") && file.says("scan of the form missing"),
        "{}",
        file.text
    );
}

#[tokio::test]
async fn a_mode_that_is_not_on_the_list_is_described_and_can_be_offered_from_then_on() {
    let case = a_case("mode").await;
    let describe = at(&case, "/modes/describe");
    let mut browser = signed_in(OFFICER).await;
    assert_eq!(browser.fill_in(&describe, &describe, &[("description", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = browser.fill_in(&describe, &describe, &[("description", "a letter, read aloud by an Elder")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let mode = read(&system().await, &case).await.described_modes.remove(0);
    let direct = at(&case, &format!("/modes/{}/direct", mode.mode_id));
    assert_eq!(browser.fill_in(&direct, &direct, &[("direct", "no")]).await.status, StatusCode::SEE_OTHER);
    let form = of(&case, ParticipantKind::Victim, "consent");
    let offered = browser.fill_in(&form, &form, &[("mode", &format!("other:{}", mode.mode_id)), ("status", "1")]).await;
    assert_eq!(offered.status, StatusCode::SEE_OTHER, "{}", offered.text);
    assert!(browser.read(&at(&case, "")).await.says("Another way: a letter, read aloud by an Elder"));
}

#[tokio::test]
async fn a_participant_sent_twice_is_added_once_and_leaves_with_a_reason() {
    let case = a_case("participant").await;
    let add = at(&case, "/participants/add");
    let mut browser = signed_in(OFFICER).await;
    let form = browser.read(&add).await;
    let (token, key) = (form.value("form_token").unwrap(), form.value("key").unwrap());
    let typed = [("form_token", token.as_str()), ("key", &key), ("kind", "4"), ("name", "Noémie D'Exemple"), ("language", "fr")];
    for _ in 0..2 {
        assert_eq!(browser.post(&add, &typed).await.status, StatusCode::SEE_OTHER);
    }
    let file = read(&system().await, &case).await;
    assert_eq!(file.participants.iter().filter(|one| one.kind() == ParticipantKind::SupportPerson).count(), 1);
    let leave = of(&file, ParticipantKind::SupportPerson, "leave");
    let bare = browser.fill_in(&leave, &leave, &[("wish", "2")]).await;
    assert!(bare.says("href=\"#reason\""), "{}", bare.text);
    assert_eq!(browser.fill_in(&leave, &leave, &[("wish", "1")]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.read(&at(&case, "")).await.says("At their own wish"));
}
