//! Access rules of the pages: without a session only pages that say nothing of anybody open, and nothing can be changed.

use base::Clock;
use dashboard::{router, web::rules::Who};
use http::StatusCode;
use proto::{role, safety::v1::Grade};

use super::{
    safety::ringing,
    world::{World, text},
};

#[tokio::test]
async fn whoever_is_not_signed_in_is_told_nothing_by_any_page_and_changes_nothing() {
    let world = World::new().await;
    let view = ringing("77", Grade::Imminent, 3, Clock::system().now());
    let (id, reference) = (view.concern_id.clone(), view.reference.clone());
    world.safety.put(view);
    let stranger = world.stranger();
    for rule in router::rules() {
        let address = rule.path.replace("{language}", "en").replace("{concern}", &id).replace("{file}", "none.css");
        let answers = [stranger.get(&address).await, stranger.post(&address, &[("audience", "nhq"), ("text", "one line")]).await];
        for answer in answers {
            let (status, said) = (answer.status(), answer);
            let open = rule.who == Who::Anyone || status != StatusCode::OK || address.ends_with("/events");
            assert!(open, "{address} answers {status}");
            let said = text(said).await;
            assert!(!said.contains(&reference) && !said.contains("Fictional Person"), "{address}: {said}");
        }
    }
    assert!(world.safety.raised.lock().unwrap().is_empty());
    assert!(world.safety.view_of(&id).audiences.iter().all(|audience| audience.accepted_at.is_none()));
    // The same addresses say something to whoever may know.
    let officer = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    assert!(officer.read("/en/concerns").await.contains(&reference));
}
