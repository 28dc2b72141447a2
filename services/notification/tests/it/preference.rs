//! Preferences: each person is notified in their own language, at a work address only [LOLA, TS1a].

use harness::uniform::asked;
use notification::app::mail::send_due;
use proto::{
    notification::v1::{
        ConfirmAddressRequest, GetPreferencesRequest, Preferences, SetPreferencesRequest, preference_service_server::PreferenceService,
    },
    safety::v1::Grade,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    smtp::Smtp,
    world::{person, ring_head, world},
};

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

// [TS1a]
#[tokio::test]
async fn an_address_nobody_vouches_for_is_used_once_the_code_that_was_sent_to_it_is_given_and_the_former_one_until_then() {
    let (world, smtp) = (world().await, Smtp::up().await);
    let head = person("head-mission-1");
    world.prefers("head-mission-1", "en", "ada@csc-scc.gc.ca").await.unwrap();
    let set = async |email: &str| {
        let preferences = Preferences { language: "en".into(), email: email.into(), ..Preferences::default() };
        let request = asked(&head, SetPreferencesRequest { preferences: Some(preferences) });
        world.service.set_preferences(request).await.map(|answer| answer.into_inner().awaits_code)
    };
    let read = async || {
        let answer = world.service.get_preferences(asked(&head, GetPreferencesRequest {})).await.unwrap();
        let preferences = answer.into_inner().preferences.unwrap();
        (preferences.email, preferences.email_awaiting_code)
    };
    let confirm = async |code: &str| {
        let confirmed = world.service.confirm_address(asked(&head, ConfirmAddressRequest { code: code.into() })).await;
        confirmed.map(|_| ()).map_err(|status| status.get_details_error_info().unwrap().reason.clone())
    };
    let send = async || {
        send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
        smtp.arrived().pop().unwrap()
    };
    let (old, new) = ("ada@csc-scc.gc.ca".to_owned(), "eve@csc-scc.gc.ca".to_owned());
    assert_eq!(confirm("123456").await, Err("no-address-awaits-code".to_owned()));
    assert!(set(&new).await.unwrap());
    assert_eq!(read().await, (old.clone(), new.clone()));
    assert!(set(&new).await.unwrap(), "the same again waits for the code that it was sent");
    let mail = send().await;
    assert_eq!((smtp.arrived().len(), mail.header("To")), (1, new.clone()));
    let code: String = mail.body().chars().filter(char::is_ascii_digit).take(6).collect();
    assert!(!mail.header("Subject").contains(&code), "{}", mail.header("Subject"));

    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert!(send().await.header("To").contains(&old), "a ring goes to the address in use");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    assert_eq!(confirm(wrong).await, Err("code-wrong".to_owned()));
    assert_eq!(confirm(&code).await, Ok(()));
    assert_eq!(read().await, (new.clone(), String::new()));

    assert!(set("una@csc-scc.gc.ca").await.unwrap());
    assert!(!set(&new).await.unwrap(), "the one in use again takes the other back");
    assert_eq!(read().await, (new, String::new()));
    assert_eq!(smtp.arrived().len(), 2);
    send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let over = world.mails().await.iter().filter(|mail| mail.3 == "code-over").count();
    assert_eq!((smtp.arrived().len(), over), (2, 1), "a code that nothing waits for is not sent");
}

#[tokio::test]
async fn five_codes_in_ten_minutes_are_enough_and_five_wrong_ones_too() {
    let world = world().await;
    let head = person("head-mission-1");
    let set = async |n: usize| {
        let preferences = Preferences { email: format!("ada{n}@csc-scc.gc.ca"), ..Preferences::default() };
        let set = world.service.set_preferences(asked(&head, SetPreferencesRequest { preferences: Some(preferences) })).await;
        set.map(|_| ()).map_err(|status| status.get_details_error_info().unwrap().reason.clone())
    };
    for n in 0..5 {
        set(n).await.unwrap();
    }
    assert_eq!(set(5).await, Err("too-many-codes".to_owned()));
    let mut answers = Vec::new();
    for _ in 0..6 {
        let confirmed = world.service.confirm_address(asked(&head, ConfirmAddressRequest { code: "x".into() })).await.map(|_| ());
        answers.push(confirmed.unwrap_err().get_details_error_info().unwrap().reason.clone());
    }
    assert_eq!(answers, [vec!["code-wrong"; 5], vec!["code-over"]].concat());
}
