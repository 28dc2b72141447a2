//! Raising a concern: one line is enough, and nothing that was written is lost.

use http::StatusCode;
use proto::{
    role,
    safety::v1::{Concern, Grade},
};
use tonic::Status;

use super::{
    html::assert_sound,
    world::{World, location, text},
};

#[tokio::test]
async fn anyone_raises_a_concern_with_one_line_and_reads_its_reference() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    let page = browser.read("/en/raise").await;
    let id = page.split("name=\"concern_id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answer = browser.submit("/en/raise", &[("concern_id", &id), ("text", "He is not himself today")]).await;
    let raised: Vec<Concern> = world.safety.raised.lock().unwrap().clone();
    assert_eq!(raised.len(), 1);
    assert_eq!(
        (raised[0].concern_id.as_str(), raised[0].text.as_str(), raised[0].grade()),
        (id.as_str(), "He is not himself today", Grade::Unspecified)
    );
    let receipt = browser.read(location(&answer)).await;
    assert!(receipt.contains("RS-4TQM-9XKD") && receipt.contains("It rings"));
}

#[tokio::test]
async fn what_was_written_is_still_there_when_the_service_does_not_answer() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    let words = "\"Ligne\" <une>\net deux";
    let fields = [("concern_id", "c1"), ("text", words), ("grade", "1"), ("site", "kent"), ("place", "Unit 3")];
    for (status, code) in [
        (Status::unavailable("x"), StatusCode::SERVICE_UNAVAILABLE),
        (Status::deadline_exceeded("x"), StatusCode::SERVICE_UNAVAILABLE),
        (Status::invalid_argument("mend it"), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        *world.safety.refuse.lock().unwrap() = Some(status);
        let answer = browser.submit("/fr/raise", &fields).await;
        assert_eq!(answer.status(), code);
        let page = text(answer).await;
        assert_sound(&page, "fr", "/fr/raise");
        assert!(page.contains("n’a PAS été consigné"));
        assert!(page.contains("&quot;Ligne&quot; &lt;une&gt;\net deux"));
        assert!(page.contains("value=\"c1\"") && page.contains("value=\"Unit 3\"") && page.contains("value=\"1\" checked"));
        assert!(page.contains("<option value=\"kent\" selected>"));
    }
    *world.safety.refuse.lock().unwrap() = None;
    assert_eq!(browser.submit("/fr/raise", &fields).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_empty_form_is_the_only_one_that_is_handed_back() {
    let world = World::new().await;
    let browser = world.sign_in("staff-mission", role::STAFF).await;
    let empty = browser.submit("/en/raise", &[("concern_id", "c1"), ("text", "  "), ("call_back", "555-0100")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(empty).await.contains("Write at least one line."));
    let place_only = browser.submit("/en/raise", &[("concern_id", "c1"), ("place", "Unit 3")]).await;
    assert_eq!(place_only.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_written_is_handed_back_when_the_session_has_ended_meanwhile() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    browser.submit("/en/sign-out", &[]).await;
    let answer = browser.submit("/en/raise", &[("concern_id", "c1"), ("text", "Three fictional lines"), ("place", "Unit 3")]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let page = text(answer).await;
    assert_sound(&page, "en", "/en/raise");
    assert!(page.contains("It was NOT recorded") && page.contains("Three fictional lines") && page.contains("Unit 3"));
    assert!(world.safety.raised.lock().unwrap().is_empty());
}
