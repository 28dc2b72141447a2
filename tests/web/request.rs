//! The pages of requests for information: asked on a case, answered on one page by somebody who learns nothing else.

use http::StatusCode;
use proto::cases::v1::{Case, ParticipantKind};

use crate::{
    casework::{MEDIATOR, OFFICER, at, in_mediation},
    signed_in,
};

fn id(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone()
}

/// The last address on a page that has this before its end.
fn offered(page: &str, below: &str, end: &str) -> String {
    let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.filter(|to| to.contains(below) && to.ends_with(end)).last().unwrap_or_default().to_owned()
}

// [R5c] [R8b]
#[tokio::test]
async fn a_mediator_asks_a_staff_member_answers_on_one_page_and_sees_nothing_of_the_case() {
    let case = in_mediation("request", "letter").await;
    let (list, ask) = (at(&case, "/requests"), at(&case, "/requests/ask"));
    let mut browser = signed_in(MEDIATOR).await;
    assert!(browser.read(&list).await.says("Nothing was asked for in this case."));
    let offender = id(&case, ParticipantKind::Offender);
    let filled = [
        ("file", "1"),
        ("participant_id", offender.as_str()),
        ("office", "staff"),
        ("place", "mission"),
        ("items", "6"),
        ("words", "how he speaks <b>of it"),
    ];
    let telling = browser.fill_in(&ask, &ask, &[filled.as_slice(), &[("reason", "for the mediation")]].concat()).await;
    assert!(telling.status == StatusCode::UNPROCESSABLE_ENTITY && telling.says("href=\"#reason\""), "{}", telling.text);
    let sent = browser.fill_in(&ask, &ask, &[filled.as_slice(), &[("reason", "to plan a safe meeting")]].concat()).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", sent.text);
    let withdraw = offered(&browser.read(&list).await.text, "/requests/", "/withdraw");
    let request = withdraw.rsplit('/').nth(1).unwrap().to_owned();

    let mut staff = signed_in("staff-mission").await;
    let answer = format!("/en/requests/{request}");
    for page in ["/en/requests", answer.as_str(), "/fr/requests"] {
        let page = staff.read(page).await;
        assert!(page.text.contains("how he speaks &lt;b&gt;of it") && page.says("to plan a safe meeting"), "{}", page.text);
        let shown = page.text.split("<main").nth(1).unwrap_or_default().to_lowercase();
        for told in ["mediat", "médiat", "victim", "sam sample", &case.case_number.to_lowercase(), &case.case_id] {
            assert!(!shown.contains(told), "the addressee reads {told:?}: {shown}");
        }
    }
    let silent = staff.fill_in(&answer, &answer, &[("outcome1", "1"), ("answer1", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", silent.text);
    let given = staff.fill_in(&answer, &answer, &[("outcome1", "1"), ("answer1", "calm and open")]).await;
    assert_eq!((given.status, given.location.as_str()), (StatusCode::SEE_OTHER, "/en/requests"), "{}", given.text);
    assert!(browser.read(&list).await.says("calm and open"));
    let register = signed_in(OFFICER).await.read(&format!("/en/disclosures?case={}", case.case_id)).await;
    assert!(register.says("Answer to a request") && register.says("Request for information"), "{}", register.text);
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed_in("parole-officer-1").await.get(&answer).await.status, StatusCode::NOT_FOUND);
}

//
#[tokio::test]
async fn victim_services_are_asked_in_one_press_to_tell_the_victim_and_record_it() {
    let case = in_mediation("request-tell", "letter").await;
    let (list, tell) = (at(&case, "/requests"), at(&case, "/requests/tell"));
    let mut browser = signed_in(MEDIATOR).await;
    let victim = id(&case, ParticipantKind::Victim);
    let filled = [
        ("participant_id", victim.as_str()),
        ("reference", "VS-0001"),
        ("place", "pacific"),
        ("items", "the date of the hearing"),
        ("reason", "she asks to know"),
    ];
    let sent = browser.fill_in(&tell, &tell, &filled).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", sent.text);
    let withdraw = offered(&browser.read(&list).await.text, "/requests/", "/withdraw");
    let answer = format!("/en/requests/{}", withdraw.rsplit('/').nth(1).unwrap());
    let mut services = signed_in("victim-services-pacific").await;
    assert!(services.read("/en/requests").await.says("VS-0001"));
    let told = services.fill_in(&answer, &answer, &[("outcome1", "1"), ("answer1", "told by telephone")]).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    let register = signed_in(OFFICER).await.read(&format!("/en/disclosures?case={}", case.case_id)).await;
    assert!(register.says("Disclosure to a victim"), "{}", register.text);
}
