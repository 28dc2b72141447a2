//! The page that records an assessment.

use http::StatusCode;
use proto::cases::v1::ParticipantKind;

use crate::{
    casework::{OFFICER, a_case, at, of},
    signed_in,
};

#[tokio::test]
async fn an_assessment_needs_its_next_review_and_keeps_the_notes_until_it_has_one() {
    let case = a_case("assessment").await;
    let form = of(&case, ParticipantKind::Offender, "assessment");
    let mut browser = signed_in(OFFICER).await;
    let refused = browser.fill_in(&form, &form, &[("risk", "1"), ("notes", "ready to <listen> 😀\r\nand calm")]).await;
    assert!(refused.says("href=\"#next_review_on\"") && refused.says("ready to <listen> 😀"), "{}", refused.text);
    let sent = browser.fill_in(&form, &form, &[("risk", "1"), ("notes", "ready to listen"), ("next_review_on", "2999-01-01")]).await;
    assert_eq!((sent.status, sent.location), (StatusCode::SEE_OTHER, at(&case, "?done=done")));
    assert!(browser.read(&at(&case, "")).await.says("ready to listen"));
}

#[tokio::test]
async fn imminent_risk_is_refused_for_no_missing_field_and_leads_to_the_concern_it_raised() {
    let case = a_case("imminent").await;
    let form = of(&case, ParticipantKind::Offender, "assessment");
    let mut browser = signed_in(OFFICER).await;
    let sent = browser.fill_in(&form, &form, &[("risk", "4"), ("notes", "said he will hurt himself tonight")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert!(sent.location.starts_with("/en/raise/"), "{}", sent.location);
    assert!(browser.read(&at(&case, "")).await.says("Contact is frozen"));
}
