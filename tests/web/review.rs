//! The pages of reviews by the RJ Unit.

use base::Clock;
use http::StatusCode;
use proto::cases::v1::{Case, RecordPersonMoveRequest, SiteChange};

use crate::{
    casework::{MEDIATOR, OFFICER, SUPERVISOR, a_case, at},
    signed_in, system,
};

async fn transfer(case: &Case) {
    let moved = RecordPersonMoveRequest {
        case_ref: case.case_id.clone(),
        how: SiteChange::Transfer.into(),
        site: "kent".into(),
        moved_on: Clock::system().now().date().to_string(),
        reason: "told by the sending institution".into(),
        ..RecordPersonMoveRequest::default()
    };
    system().await.cases(OFFICER).record_person_move(moved).await.unwrap();
}

/// Address of a form of the only review, as the list offers it.
fn offered(page: &str, form: &str) -> Option<String> {
    let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.filter(|to| to.ends_with(&format!("/{form}"))).last().map(str::to_owned)
}

// [RM1a] [R3a]
#[tokio::test]
async fn an_officer_records_the_finding_of_a_review_and_a_supervisor_signs_it_off() {
    let case = a_case("review").await;
    let list = at(&case, "/reviews");
    let mut browser = signed_in(OFFICER).await;
    assert!(browser.read(&list).await.says("No review was opened in this case."));
    transfer(&case).await;
    let page = browser.read(&list).await;
    assert!(page.says("After a transfer") && page.says("It stands in the way of what is to be confirmed or released."), "{}", page.text);
    assert!(offered(&page.text, "sign-off").is_none());
    let finish = offered(&page.text, "finish").unwrap();
    let none = browser.fill_in(&finish, &finish, &[]).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.says("href=\"#finding\""), "{}", none.text);
    let unnamed = browser.fill_in(&finish, &finish, &[("finding", "2")]).await;
    assert!(unnamed.status == StatusCode::UNPROCESSABLE_ENTITY && unnamed.says("href=\"#note\""), "{}", unnamed.text);
    let done = browser.fill_in(&finish, &finish, &[("finding", "2"), ("note", "two officers <b> within call")]).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", done.text);
    let page = browser.read(&list).await;
    assert!(page.says("It goes on with measures") && page.text.contains("two officers &lt;b&gt; within call"), "{}", page.text);
    assert!(offered(&page.text, "finish").is_none() && offered(&page.text, "sign-off").is_none());
    let mut supervisor = signed_in(SUPERVISOR).await;
    let sign = offered(&supervisor.read(&list).await.text, "sign-off").unwrap();
    assert_eq!(supervisor.fill_in(&sign, &sign, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(supervisor.read(&list).await.says("Signed off by"));
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
    assert_eq!(signed_in(MEDIATOR).await.get(&list).await.status, StatusCode::NOT_FOUND);
}
