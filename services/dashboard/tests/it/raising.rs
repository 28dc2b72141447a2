//! Raising a concern: one line is enough, and nothing that was written is lost.

use base::Refusal;
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
    let answer = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", &id), ("text", "He is not himself today")]).await;
    let raised: Vec<Concern> = world.safety.raised.lock().unwrap().clone();
    assert_eq!(raised.len(), 1);
    assert_eq!(
        (raised[0].concern_id.as_str(), raised[0].text.as_str(), raised[0].grade()),
        (id.as_str(), "He is not himself today", Grade::Concern)
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
        (Status::invalid_argument("no refusal of ours"), StatusCode::SERVICE_UNAVAILABLE),
        (Refusal::invalid("text-missing", "R3e", "text", "mend it", "corrigez").into(), StatusCode::UNPROCESSABLE_ENTITY),
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
    let empty = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "  "), ("call_back", "555-0100")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(empty).await.contains("Write at least one line."));
    let place_only = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("place", "Unit 3")]).await;
    assert_eq!(place_only.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_was_written_is_handed_back_when_the_session_has_ended_meanwhile() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    browser.submit("/en/sign-out", &[]).await;
    let answer =
        browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "Three fictional lines"), ("place", "Unit 3")]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let page = text(answer).await;
    assert_sound(&page, "en", "/en/raise");
    assert!(page.contains("It was NOT recorded") && page.contains("Three fictional lines") && page.contains("Unit 3"));
    assert!(world.safety.raised.lock().unwrap().is_empty());
}

#[tokio::test]
async fn eight_thousand_letters_of_three_bytes_are_recorded_whole_and_one_more_is_handed_back_with_its_field_named() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    for (letter, units) in [("a", 1), ("é", 1), ("ᐃ", 1), ("𝒜", 2)] {
        let most = letter.repeat(8_000 / units);
        let answer = browser
            .submit("/fr/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", &most), ("advice", &letter.repeat(1_000 / units))])
            .await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{letter}");
        assert_eq!(world.safety.raised.lock().unwrap().pop().unwrap().text, most);
        let over = format!("{most}{letter}");
        let fields = [("concern_id", "c1"), ("text", over.as_str()), ("grade", "1"), ("site", "kent")];
        let answer = browser.submit("/fr/raise", &fields).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{letter}");
        let page = text(answer).await;
        assert!(page.contains("Ce que l’administration centrale doit savoir\u{a0}» contient") && page.contains("href=\"#text\""));
        assert!(page.contains(&over) && page.contains("value=\"1\" checked") && page.contains("value=\"kent\" selected"));
    }
    // A line break is one character, as the browser counts it, however it travels.
    let lines = "a\r\n".repeat(4_000);
    assert_eq!(
        browser.submit("/fr/raise", &[("grade", "2"), ("concern_id", "c2"), ("text", &lines)]).await.status(),
        StatusCode::SEE_OTHER
    );
    let place = "p".repeat(1_001);
    let page = text(browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c3"), ("text", "x"), ("place", &place)]).await).await;
    assert!(page.contains("href=\"#place\"") && page.contains("holds 1001 characters, 1000 at most") && page.contains(&place));
}

#[tokio::test]
async fn a_form_that_cannot_be_taken_is_named_as_what_it_is() {
    let world = World::new().await;
    let browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    let huge = "x".repeat(300_000);
    let answer = browser.submit("/en/raise", &[("text", &huge)]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(answer).await.contains("The form is too large"));
    let json = http::Request::post("/en/raise").header("content-type", "application/json").body(axum::body::Body::from("{}")).unwrap();
    let answer = browser.send(json).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert!(text(answer).await.contains("The form could not be read"));
    // A gravity that was not chosen, or is none, is asked for, and no word is lost.
    for grade in ["very", "", "99"] {
        let answer = browser.submit("/en/raise", &[("concern_id", "c1"), ("grade", grade), ("text", "He is not himself")]).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(answer).await;
        assert!(page.contains("href=\"#grade-imminent\"") && page.contains("He is not himself"), "{page}");
    }
    let empty = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "\u{200b}\u{2060}\u{3164}")]).await;
    assert_eq!(empty.status(), StatusCode::UNPROCESSABLE_ENTITY, "invisible characters say nothing");
}

#[tokio::test]
async fn when_the_session_ends_or_changes_meanwhile_all_that_was_typed_and_chosen_is_still_in_the_form() {
    let world = World::new().await;
    let mut browser = world.sign_in("mediator-1", role::MEDIATOR).await;
    let fields = [("concern_id", "c1"), ("text", "Three fictional lines"), ("grade", "1"), ("site", "kent"), ("call_back", "555-0100")];
    browser.submit("/en/sign-out", &[]).await;
    let gone = text(browser.submit("/en/raise", &fields).await).await;
    assert_sound(&gone, "en", "/en/raise");
    let whole = |page: &str| {
        for kept in ["value=\"c1\"", "Three fictional lines", "value=\"1\" checked", "value=\"kent\" selected", "value=\"555-0100\""] {
            assert!(page.contains(kept), "{kept}: {page}");
        }
    };
    whole(&gone);
    // Signed in anew in another tab of the same browser, the form that was kept is shown once more with a token, and then sent.
    let again = world.sign_in("mediator-1", role::MEDIATOR).await;
    browser.cookie = again.cookie.clone();
    let answer = browser.submit("/en/raise", &fields).await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let page = text(answer).await;
    whole(&page);
    assert!(page.contains("somebody signed in anew in this browser"));
    assert!(world.safety.raised.lock().unwrap().is_empty());
    assert_eq!(again.submit("/en/raise", &fields).await.status(), StatusCode::SEE_OTHER);
}
