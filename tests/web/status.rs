//! The page of the state of the system, and the first page of each role.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;
use proto::operations::v1::{ListQuarantineRequest, QuarantinedMessage, ReplayQuarantinedRequest, ReplayState};

use crate::{signed_in, system};

#[tokio::test]
async fn operations_sees_that_every_service_answers_and_that_the_alarm_runs() {
    let browser = signed_in("operations-1").await;
    let page = eventually("all is well", SOON, || {
        let mut browser = browser.clone();
        async move {
            let page = browser.read("/en/status").await;
            if page.says("Every service answers and reports itself well") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    for service in ["intake", "cases", "safety", "notification", "reporting"] {
        assert!(page.says(&format!(">{service}<")), "{service}");
    }
    assert!(page.says("It runs: who does not accept is rung again.") && page.says("ro quarantine SERVICE"));
}

/// A message on the bus that nobody can read, set aside by intake.
async fn unreadable() -> QuarantinedMessage {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    bus.publish("ro.intake.submit.referral.mission", "\u{ff}zqw5 Alex Exemple".into()).await.unwrap();
    bus.flush().await.unwrap();
    eventually("intake has set it aside", SOON, async || {
        let asked = system.operations("intake", "operations-1").list_quarantine(ListQuarantineRequest::default()).await;
        asked.map_err(|status| status.to_string())?.into_inner().messages.pop().ok_or_else(|| "nothing yet".to_owned())
    })
    .await
}

#[tokio::test]
async fn operations_sees_what_waits_and_what_was_set_aside_and_has_it_tried_again_without_reading_a_word_of_it() {
    let message = unreadable().await;
    let list = "/en/status/intake/quarantine";
    let one = format!("{list}/{}", message.quarantine_id);
    let mut browser = signed_in("operations-1").await;
    let page = browser.read("/en/status").await;
    assert!(page.says("somebody must look") && page.says(list) && page.says("malformed-message"), "{}", page.text);
    let page = browser.read(list).await;
    assert!(page.says(&one) && page.says("ro.intake.submit.referral.mission") && !page.says("Exemple"), "{}", page.text);
    let page = browser.read(&one).await;
    assert!(page.says(&message.digest) && page.says("applies it at most once") && !page.says("Exemple"), "{}", page.text);
    for _ in 0..2 {
        let pressed = browser.fill_in(&one, &one, &[]).await;
        assert_eq!((pressed.status, pressed.location.as_str()), (StatusCode::SEE_OTHER, "/en/status/intake/quarantine?replayed=asked"));
    }
    assert!(browser.read("/en/status/intake/quarantine?replayed=asked").await.says("It is tried within seconds"));
    eventually("it was tried again in vain and says why", SOON, async || {
        let asked = ListQuarantineRequest { quarantine_id: message.quarantine_id.clone(), ..ListQuarantineRequest::default() };
        let found = system().await.operations("intake", "operations-1").list_quarantine(asked).await;
        let found = found.map_err(|status| status.to_string())?.into_inner().messages;
        if found.iter().any(|one| one.tries > 0 && one.reason == "malformed-message") { Ok(()) } else { Err(format!("{}", found.len())) }
    })
    .await;
    assert!(browser.read("/fr/status/intake/quarantine").await.says("Messages mis de côté"));
    for absent in ["/en/status/postgres/quarantine", "/en/status/intake/quarantine/7"] {
        assert_eq!(browser.get(absent).await.status, StatusCode::NOT_FOUND, "{absent}");
    }
}

#[tokio::test]
async fn nobody_but_operations_sees_what_a_service_has_set_aside_or_has_it_tried_again() {
    let message = unreadable().await;
    let mut manager = signed_in("national-manager-1").await;
    let page = manager.read("/en/status").await;
    assert!(page.says("is shown to operations") && !page.says("/quarantine\""), "{}", page.text);
    assert_eq!(manager.get("/en/status/intake/quarantine").await.status, StatusCode::FORBIDDEN);
    let asked = ReplayQuarantinedRequest { quarantine_id: message.quarantine_id.clone() };
    let refused = system().await.operations("intake", "national-manager-1").replay_quarantined(asked).await.err().unwrap();
    assert!(refused.code() == tonic::Code::PermissionDenied && refused.message().contains("TS1: permission-missing"), "{refused:?}");
    let asked = ReplayQuarantinedRequest { quarantine_id: message.quarantine_id };
    let allowed = system().await.operations("intake", "operations-1").replay_quarantined(asked).await.unwrap();
    assert_eq!(allowed.into_inner().state(), ReplayState::Asked);
}

#[tokio::test]
async fn whoever_comes_without_an_address_is_led_to_their_own_work() {
    let first = [
        ("institutional-head-mission", "/en/concerns"),
        ("operations-1", "/en/status"),
        ("statistics-officer-1", "/en/reports"),
        ("directory-administrator-2", "/en/proposals"),
        ("dashboard-1", "/en/wall"),
    ];
    for (who, address) in first {
        assert_eq!(signed_in(who).await.get("/en/").await.location, address, "{who}");
    }
    let mut stranger = harness::web::Browser::of(&system().await);
    let answer = stranger.get("/fr/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.location.starts_with("/fr/sign-in") && answer.location.ends_with("?next=/fr/"), "{}", answer.location);
}
