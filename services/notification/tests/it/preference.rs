//! Preferences: each person is notified in their own language, at a work address only [LOLA, TS1a].

use harness::uniform::asked;
use proto::{
    notification::v1::{GetPreferencesRequest, preference_service_server::PreferenceService},
    safety::v1::Grade,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::world::{person, ring_head, world};

#[tokio::test]
async fn the_preferred_language_decides_the_text_and_whoever_has_not_said_gets_both() {
    for (language, mark, title) in [
        ("en", "en", "Imminent risk: RS-7KDM-Q4XP"),
        ("fr", "fr", "Risque imminent : RS-7KDM-Q4XP"),
        ("", "en+fr", "Imminent risk: RS-7KDM-Q4XP / Risque imminent : RS-7KDM-Q4XP"),
    ] {
        let world = world().await;
        world.prefers("head-mission-1", language, "").await.unwrap();
        world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
        let item = world.inbox(&person("head-mission-1")).await.remove(0);
        assert_eq!((item.language.as_str(), item.title.as_str()), (mark, title));
    }
}

#[tokio::test]
async fn what_was_set_is_read_back_and_an_empty_text_takes_it_back() {
    let world = world().await;
    let read = async || {
        let request = asked(&person("head-mission-1"), GetPreferencesRequest {});
        let preferences = world.service.get_preferences(request).await.unwrap().into_inner().preferences.unwrap();
        (preferences.language, preferences.email)
    };
    assert_eq!(read().await, (String::new(), String::new()));
    world.prefers("head-mission-1", "fr", " Ada.Exemple@CSC-SCC.gc.ca ").await.unwrap();
    assert_eq!(read().await, ("fr".to_owned(), "Ada.Exemple@csc-scc.gc.ca".to_owned()));
    world.prefers("head-mission-1", "", "").await.unwrap();
    assert_eq!(read().await, (String::new(), String::new()));
}

#[tokio::test]
async fn a_third_language_a_private_address_and_a_forged_header_are_refused_and_nothing_changes() {
    let world = world().await;
    for (language, email, reason) in [
        ("de", "", "language-unknown"),
        ("fr", "ada@example.org", "address-outside-staff-domains"),
        ("fr", "a@csc-scc.gc.ca\r\nBcc: press@example.org", "address-malformed"),
        ("fr", "Ada <a@csc-scc.gc.ca>", "address-malformed"),
    ] {
        let status = world.prefers("head-mission-1", language, email).await.unwrap_err();
        assert_eq!((status.code(), status.get_details_error_info().unwrap().reason.as_str()), (Code::InvalidArgument, reason));
        assert!(email.is_empty() || !status.message().contains(email), "a refusal does not repeat the address");
    }
    assert_eq!(world.count("select count(*) from preference").await, 0);
}
