//! The pages of extracts of OMS.

use http::StatusCode;
use proto::cases::v1::{AddParticipantRequest, Case, GetCaseRequest, ParticipantKind};

use crate::{
    casework::{MEDIATOR, OFFICER, a_case, at},
    signed_in, system,
};

/// The offender whom the local OMS knows.
async fn known_offender(case: &Case) -> String {
    let request = AddParticipantRequest {
        case_id: case.case_id.clone(),
        kind: ParticipantKind::Offender.into(),
        name: "Alex Exemple".into(),
        fps: "000000F".into(),
        ..AddParticipantRequest::default()
    };
    let cases = system().await;
    cases.participants(OFFICER).add_participant(request).await.unwrap();
    let request = GetCaseRequest { case_ref: case.case_id.clone() };
    let case = cases.cases(OFFICER).get_case(request).await.unwrap().into_inner().case.unwrap();
    let known = case.participants.iter().find(|one| one.fps == "000000F");
    known.map(|one| one.participant_id.clone()).unwrap()
}

// [TS1b]
#[tokio::test]
async fn an_officer_reads_the_offender_of_a_case_in_oms_and_finds_what_it_said_with_its_date_and_reason() {
    let case = a_case("extract").await;
    let offender = known_offender(&case).await;
    let (list, form) = (at(&case, "/extracts"), at(&case, "/extracts/pull"));
    let mut browser = signed_in(OFFICER).await;
    assert!(browser.read(&list).await.says("Nothing of this case was read in OMS."));
    let none = browser.fill_in(&form, &form, &[("participant_id", &offender), ("purpose", "2")]).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.says("href=\"#reason\""), "{}", none.text);
    let read =
        browser.fill_in(&form, &form, &[("participant_id", &offender), ("purpose", "2"), ("reason", "before <b> the meeting")]).await;
    assert_eq!((read.status, read.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", read.text);
    let page = browser.read(&list).await;
    assert!(
        page.says("no contact with a named person, by court order") && page.says("mission") && page.says("in-custody"),
        "{}",
        page.text
    );
    assert!(page.text.contains("before &lt;b&gt; the meeting") && page.says("An assessment"), "{}", page.text);
    assert!(page.says("look whether each stands in the register"));
    assert!(!page.says("1900-01-01"), "what is not on the list of items is not taken");
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed_in(MEDIATOR).await.get(&list).await.status, StatusCode::NOT_FOUND);
}
