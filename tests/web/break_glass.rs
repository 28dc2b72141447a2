//! The pages of break-glass.

use http::StatusCode;

use crate::{
    casework::{SUPERVISOR, a_case, at},
    signed_in,
};

#[tokio::test]
async fn another_officer_reads_a_case_with_a_reason_changes_nothing_and_a_supervisor_reviews_it() {
    let case = a_case("glass").await;
    let open = "/en/break-glass/open";
    let mut other = signed_in("rj-officer-2").await;
    assert_eq!(other.get(&at(&case, "")).await.status, StatusCode::NOT_FOUND);
    let short = other.fill_in(open, open, &[("case_ref", &case.case_number), ("reason", "so")]).await;
    assert!(short.says("href=\"#reason\"") && short.value("case_ref").unwrap() == case.case_number, "{}", short.text);
    let reason = "her officer is ill, the victim is on the telephone";
    let opened = other.fill_in(open, open, &[("case_ref", &case.case_number), ("reason", reason)]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let file = other.read(&opened.location).await;
    assert!(file.says("by break-glass") && file.says("Give the access back now") && !file.says("Record a consent"), "{}", file.text);
    let id = opened.location.split("glass=").nth(1).unwrap().to_owned();
    assert_eq!(other.fill_in(&opened.location, &format!("/en/break-glass/{id}/end"), &[]).await.location, "/en/cases");
    assert_eq!(other.get(&at(&case, "")).await.status, StatusCode::NOT_FOUND);

    let mut supervisor = signed_in(SUPERVISOR).await;
    assert!(supervisor.read("/en/break-glass").await.says(reason));
    let review = format!("/en/break-glass/{id}/review");
    let bare = supervisor.fill_in(&review, &review, &[("finding", "2")]).await;
    assert!(bare.says("href=\"#note\""), "{}", bare.text);
    assert_eq!(supervisor.fill_in(&review, &review, &[("finding", "1")]).await.location, "/en/break-glass");
    assert!(!supervisor.read("/en/break-glass").await.text.contains(&id));
    assert!(supervisor.read("/en/break-glass?all=1").await.says("Justified"));
    assert_eq!(other.get("/en/break-glass").await.status, StatusCode::FORBIDDEN);
}
