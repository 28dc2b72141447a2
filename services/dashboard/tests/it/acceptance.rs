//! Acceptance: one press, with or without a script; the second person is shown who was first.

use base::Refusal;
use http::StatusCode;
use proto::{role, safety::v1::Grade};
use tonic::Status;

use super::{
    safety::ringing,
    world::{World, location, text},
};

const ID: &str = "00000000-0000-7000-8000-0000000000AA";
const ACCEPT: &str = "/en/concerns/00000000-0000-7000-8000-0000000000AA/accept";

async fn world() -> World {
    let world = World::new().await;
    world.safety.put(ringing("AA", Grade::Imminent, 3, world.safety.now));
    world
}

#[tokio::test]
async fn one_press_without_any_script_accepts_and_says_so() {
    let world = world().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let answer = browser.submit(ACCEPT, &[("audience", "1")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let page = browser.read(location(&answer)).await;
    assert!(page.contains("RS-7KDM-Q4AA: you have accepted it.") && page.contains("Accepted by you"));
    assert!(page.contains("Not accepted, rung 3 times"), "the head has still to accept");
}

#[tokio::test]
async fn who_comes_second_is_told_who_was_first() {
    let world = world().await;
    let first = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let second = world.sign_in("nmc-supervisor-1", role::NMC_SUPERVISOR).await;
    first.submit(ACCEPT, &[("audience", "1")]).await;
    let mut request = second.form(ACCEPT, &[("audience", "1"), ("form_token", &second.form_token)]);
    request.headers_mut().insert("x-ro-piece", "1".parse().unwrap());
    let answer = text(second.send(request).await).await;
    assert!(answer.contains("RS-7KDM-Q4AA: rj-officer-1 was first"), "{answer}");
    let again = second.submit(ACCEPT, &[("audience", "1")]).await;
    let page = second.read(location(&again)).await;
    assert!(page.contains("rj-officer-1 was first and had accepted it already."));
    assert!(page.contains("Accepted by rj-officer-1"));
}

#[tokio::test]
async fn an_acceptance_that_fails_is_never_shown_as_a_success() {
    let world = world().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    for (status, code, words) in [
        (Status::unavailable("x"), StatusCode::SERVICE_UNAVAILABLE, "It still rings"),
        (Status::not_found("x"), StatusCode::FORBIDDEN, "not for you"),
        (Status::permission_denied("x"), StatusCode::FORBIDDEN, "not for you"),
        (Status::unauthenticated("x"), StatusCode::UNAUTHORIZED, "your session has ended"),
    ] {
        *world.safety.refuse.lock().unwrap() = Some(status.clone());
        let plain = browser.submit(ACCEPT, &[("audience", "1")]).await;
        assert!(plain.status() != StatusCode::SEE_OTHER || location(&plain).starts_with("/en/sign-in"), "{status}");
        let mut request = browser.form(ACCEPT, &[("audience", "1"), ("form_token", &browser.form_token)]);
        request.headers_mut().insert("x-ro-piece", "1".parse().unwrap());
        let piece = browser.send(request).await;
        assert_eq!(piece.status(), code);
        assert!(text(piece).await.contains(words), "{status}");
    }
    assert!(world.safety.view_of(ID).audiences.iter().all(|told| told.accepted_at.is_none()));
}

#[tokio::test]
async fn whoever_must_prove_themselves_anew_is_led_to_sign_in_and_back_to_the_concern_and_is_told_that_it_rings_on() {
    let world = world().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let refused =
        Refusal { kind: base::refusal::Kind::Unauthenticated, ..Refusal::precondition("sign-in-again", "R3e", "again", "de nouveau") };
    *world.safety.refuse.lock().unwrap() = Some(refused.into());
    let plain = browser.submit(ACCEPT, &[("audience", "1")]).await;
    assert_eq!(plain.status(), StatusCode::SEE_OTHER);
    let go = location(&plain).to_owned();
    assert_eq!(go, format!("/en/sign-in?again=1&next=/en/concerns/{ID}"));
    let mut request = browser.form(ACCEPT, &[("audience", "1"), ("form_token", &browser.form_token)]);
    request.headers_mut().insert("x-ro-piece", "1".parse().unwrap());
    let piece = browser.send(request).await;
    assert_eq!(piece.status(), StatusCode::UNAUTHORIZED);
    assert!(text(piece).await.contains(&go), "the script is led there too");
    *world.safety.refuse.lock().unwrap() = None;
    let page = browser.read(&go).await;
    assert!(page.contains("prove anew that it is you") && page.contains(&format!("/en/concerns/{ID}")), "{page}");
    assert!(page.contains("name=\"again\" value=\"1\""), "the provider is told to ask anew: {page}");
    let token = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let from = format!("/en/sign-in/start?again=1&next=/en/concerns/{ID}");
    let signed_in = world.through_the_provider(&mut browser.clone(), &from, &token, None).await;
    assert_eq!(location(&signed_in), format!("/en/concerns/{ID}"));
}

#[tokio::test]
async fn an_acceptance_needs_the_token_of_its_own_session() {
    let world = world().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let other = world.sign_in("rj-officer-2", role::RJ_OFFICER).await;
    for token in ["", other.form_token.as_str()] {
        let answer = browser.post(ACCEPT, &[("audience", "1"), ("form_token", token)]).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    }
    assert!(world.safety.view_of(ID).audiences.iter().all(|told| told.accepted_at.is_none()));
}
