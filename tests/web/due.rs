//! The list of what is due, the workload, and what is due next in a case.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::{
    casework::{MEDIATOR, OFFICER, SUPERVISOR, at, in_mediation},
    signed_in,
};

// [R3a] [R4a]
#[tokio::test]
async fn the_file_says_what_is_due_next_and_whose_move_it_is_and_the_queue_shows_it_to_who_answers_for_it() {
    let case = in_mediation("due", "letter").await;
    eventually("what is due was planned", SOON, async || {
        let file = signed_in(MEDIATOR).await.read(&at(&case, "")).await;
        let says = ["What is due next", "Assessment of a participant", "Next review by the RJ Unit", "Whose move it is", "Waits since"];
        let missing: Vec<_> = says.into_iter().filter(|words| !file.says(words)).collect();
        if missing.is_empty() { Ok(()) } else { Err(format!("{missing:?}")) }
    })
    .await;
    for who in [MEDIATOR, OFFICER, SUPERVISOR] {
        let mut browser = signed_in(who).await;
        // Every case of the tests is in the list: only the mediator's own, and of one kind.
        let page = browser.read("/en/due?kind=1&mediator=mediator-1").await;
        assert!(page.says("Assessment of a participant") && page.says("The mediator") && !page.says("A consent ends, "), "{who}");
        assert_eq!(page.says("Who has how much"), who != MEDIATOR, "{who}");
        let overdue = browser.read("/en/due?overdue=on").await;
        assert!(overdue.says("Only what is overdue"), "{}", overdue.text);
    }
    let french = signed_in(SUPERVISOR).await.read("/fr/due").await;
    assert!(french.says("Échéances") && french.says("Charge de travail"), "{}", french.text);
    assert_eq!(signed_in("institutional-head-mission").await.get("/en/due").await.status, StatusCode::FORBIDDEN);
    assert!(signed_in(OFFICER).await.get("/en/due?kind=99").await.status.is_client_error());
}
