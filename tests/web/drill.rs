//! Drills of the alarm on their page, at a site of their own.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn the_national_manager_begins_a_drill_and_sees_how_fast_each_office_accepted() {
    let mut manager = signed_in("national-manager-1").await;
    let form = "/en/drills/new";
    assert!(manager.read(form).await.says("People are rung now"));
    let refused = manager.fill_in(form, form, &[("site", "kent"), ("minutes", "ten")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.says("a drill lasts 5 to 240 minutes") && refused.says("ten"), "{}", refused.text);
    let begun = manager.fill_in(form, form, &[("site", "kent"), ("minutes", "10")]).await;
    assert_eq!((begun.status, begun.location.as_str()), (StatusCode::SEE_OTHER, "/en/drills?begun=now"));
    let list = manager.read(&begun.location).await;
    assert!(list.says("it rings now") && list.says("Runs until") && list.says("Kent"), "{}", list.text);
    let event = list.text.split("href=\"/en/concerns/").nth(1).unwrap().split('"').next().unwrap().to_owned();

    // Whoever is rung sees at once that it is none.
    let mut head = signed_in("institutional-head-kent").await;
    let page = head.read(&format!("/fr/concerns/{event}")).await;
    assert!(page.says("Exercice : personne n’est en danger") || page.says("Exercice\u{a0}: personne n’est en danger"), "{}", page.text);
    let inbox = eventually("the drill stands in the head's inbox", SOON, || {
        let mut head = head.clone();
        async move {
            let page = head.read("/en/inbox").await;
            if page.says("DRILL: accept") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    assert!(inbox.says("nobody is at risk"), "{}", inbox.text);
    for (who, audience) in [("institutional-head-kent", "2"), ("rj-officer-2", "1")] {
        let mut one = signed_in(who).await;
        let accept = format!("/en/concerns/{event}/accept");
        let done = one.fill_in(&format!("/en/concerns/{event}"), &accept, &[("audience", audience)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    eventually("the drill has passed", SOON, || {
        let mut manager = manager.clone();
        async move {
            let page = manager.read("/en/drills").await;
            if page.says("Accepted by all") && page.says("accepted after") { Ok(()) } else { Err(page.text) }
        }
    })
    .await;
    // Operations sees it, and a mediator has no business with it.
    let status = signed_in("operations-1").await.read("/en/status").await;
    assert!(status.says("Accepted by all"), "{}", status.text);
    assert_eq!(signed_in("mediator-1").await.get("/en/drills").await.status, StatusCode::FORBIDDEN);
}
