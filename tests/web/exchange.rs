//! The pages of items that pass between participants.

use http::StatusCode;
use proto::cases::v1::{Case, ConsentStatus, ParticipantKind, RecordConsentRequest};

use crate::{
    casework::{MEDIATOR, OFFICER, a_case, at, in_mediation},
    signed_in, system,
};

const WORDS: &str = "Why that night? <b>I want to know.</b>";

fn id(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone()
}

/// Address of the step of the only item, as the list offers it.
fn offered(page: &str, step: &str) -> String {
    let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.filter(|to| to.ends_with(&format!("/{step}"))).last().unwrap().to_owned()
}

// [R4b]
#[tokio::test]
async fn a_mediator_relays_a_message_from_hand_to_hand_and_is_never_offered_the_mail() {
    let case = in_mediation("exchange", "shuttle").await;
    let (list, register) = (at(&case, "/exchange"), at(&case, "/exchange/register"));
    let mut browser = signed_in(MEDIATOR).await;
    assert!(browser.read(&at(&case, "")).await.says("Letters and messages"));
    let (from, to) = (id(&case, ParticipantKind::Victim), id(&case, ParticipantKind::Offender));
    let filled = [("from", from.as_str()), ("to", &to), ("mode", "shuttle")];
    let empty = browser.fill_in(&register, &register, &filled).await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.says("href=\"#words\""), "{}", empty.text);
    let filled = [filled.as_slice(), &[("words", WORDS)]].concat();
    let sent = browser.fill_in(&register, &register, &filled).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", sent.text);
    let page = browser.read(&list).await;
    assert!(page.says("Received and held") && page.text.contains("&lt;b&gt;I want to know.&lt;/b&gt;"), "{}", page.text);
    for (step, said) in [("review", "In review"), ("release", "Released")] {
        let to = offered(&browser.read(&list).await.text, step);
        assert_eq!(browser.fill_in(&to, &to, &[]).await.status, StatusCode::SEE_OTHER);
        assert!(browser.read(&list).await.says(said));
    }
    let deliver = offered(&browser.read(&list).await.text, "deliver");
    assert!(!browser.read(&deliver).await.says("institutional mail"));
    assert!(browser.fill_in(&deliver, &deliver, &[]).await.says("href=\"#way\""));
    assert_eq!(browser.fill_in(&deliver, &deliver, &[("way", "2")]).await.status, StatusCode::SEE_OTHER);
    let acknowledge = offered(&browser.read(&list).await.text, "acknowledge");
    assert_eq!(browser.fill_in(&acknowledge, &acknowledge, &[("words", "she listened")]).await.status, StatusCode::SEE_OTHER);
    let page = browser.read(&list).await;
    assert!(page.says("Receipt acknowledged") && page.says("Read aloud or shown in person") && page.says("she listened"), "{}", page.text);
    // Somebody who does not know of the case is told what is told of a case that does not exist.
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
}

// [R4b] [IM1c]
#[tokio::test]
async fn a_release_says_what_is_missing_and_what_was_released_is_blocked_the_moment_somebody_withdraws() {
    let case = in_mediation("exchange-blocked", "letter").await;
    let (list, register) = (at(&case, "/exchange"), at(&case, "/exchange/register"));
    let mut browser = signed_in(OFFICER).await;
    let (from, to) = (id(&case, ParticipantKind::Victim), id(&case, ParticipantKind::Offender));
    let filled = [("from", from.as_str()), ("to", &to), ("mode", "letter"), ("held_at", "locker 4, RJ Unit")];
    assert_eq!(browser.fill_in(&register, &register, &filled).await.status, StatusCode::SEE_OTHER);
    for step in ["review", "release"] {
        let to = offered(&browser.read(&list).await.text, step);
        assert_eq!(browser.fill_in(&to, &to, &[]).await.status, StatusCode::SEE_OTHER);
    }
    assert!(!browser.read(&list).await.says("Blocked since"));
    let withdrawn = RecordConsentRequest {
        case_id: case.case_id.clone(),
        participant_id: to.clone(),
        mode: "letter".into(),
        status: ConsentStatus::Withdrawn.into(),
        ..RecordConsentRequest::default()
    };
    system().await.consents(OFFICER).record_consent(withdrawn).await.unwrap();
    let page = browser.read(&list).await;
    assert!(page.says("Blocked since") && page.says("L26.1-2") && page.says("A mediation under way"), "{}", page.text);
    let deliver = offered(&page.text, "deliver");
    let refused = browser.fill_in(&deliver, &deliver, &[("way", "1")]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("consent-missing:offender:letter"), "{}", refused.text);
    let withhold = offered(&page.text, "withhold");
    assert!(browser.fill_in(&withhold, &withhold, &[]).await.says("href=\"#words\""));
    assert_eq!(browser.fill_in(&withhold, &withhold, &[("words", "he does not want it now")]).await.status, StatusCode::SEE_OTHER);
    let page = browser.read(&list).await;
    assert!(page.says("Withheld") && page.says("he does not want it now") && !page.says("Blocked since"));
    let nowhere = at(&case, "/exchange/none/mail");
    assert_eq!(browser.get(&nowhere).await.status, StatusCode::NOT_FOUND);
    let fresh = a_case("exchange-none").await;
    assert!(browser.read(&at(&fresh, "/exchange")).await.says("Nothing was registered in this case."));
}
