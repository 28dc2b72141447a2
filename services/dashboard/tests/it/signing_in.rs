//! Sessions: a verified token, a bound cookie, and forms that only our own pages can send.

use http::{StatusCode, header};
use proto::role;

use super::world::{World, location, text};

#[tokio::test]
async fn a_deep_link_leads_to_signing_in_and_back() {
    let world = World::new().await;
    let stranger = world.stranger();
    let answer = stranger.get("/fr/concerns/abc?x=1").await;
    assert_eq!(location(&answer), "/fr/sign-in?next=/fr/concerns/abc?x=1");
    let page = text(stranger.get(location(&answer)).await).await;
    assert!(page.contains("name=\"next\" value=\"/fr/concerns/abc?x=1\""));
    let token = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let answer = stranger.post("/fr/sign-in", &[("token", &token), ("next", "/fr/concerns/abc?x=1")]).await;
    assert_eq!(location(&answer), "/fr/concerns/abc?x=1");
    let answer = stranger.post("/fr/sign-in", &[("token", &token), ("next", "https://evil.example/")]).await;
    assert_eq!(location(&answer), "/fr/");
}

#[tokio::test]
async fn the_cookie_is_bound_to_this_host_and_no_script_can_read_it_and_it_is_not_the_token() {
    let world = World::new().await;
    let token = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let answer = world.stranger().post("/en/sign-in", &[("token", &token)]).await;
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-ro_session="), "{cookie}");
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Strict", "; Secure"] {
        assert!(cookie.contains(part), "{part}");
    }
    assert!(!cookie.contains(&token));
}

#[tokio::test]
async fn a_token_that_is_forged_or_over_opens_nothing() {
    let world = World::new().await;
    let other = World::new().await;
    let forged = other.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let over = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], -time::Duration::MINUTE);
    for token in [forged.as_str(), over.as_str(), "", "a.b.c"] {
        let answer = world.stranger().post("/en/sign-in", &[("token", token)]).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(answer.headers().get(header::SET_COOKIE).is_none());
        assert!(text(answer).await.contains("not valid"));
    }
    for person in ["0", "9"] {
        let answer = world.stranger().post("/en/sign-in", &[("person", person)]).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "no invented people are offered here");
    }
}

#[tokio::test]
async fn a_session_ends_when_its_token_does() {
    let world = World::with_a_clock_of_its_own().await;
    let browser = world.sign_in_for("rj-officer-1", role::RJ_OFFICER, time::Duration::MINUTE).await;
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::OK);
    world.clock.advance(time::Duration::MINUTE);
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_soon_after_the_last_grant_of_its_person_does() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    assert!(browser.read("/en/raise").await.contains(role::RJ_OFFICER), "the page says as what one is signed in");
    world.grant("rj-officer-1", &[], &[]);
    harness::wait::eventually("the session ends", std::time::Duration::from_secs(60), || async {
        match browser.get("/en/raise").await.status() {
            StatusCode::SEE_OTHER => Ok(()),
            status => Err(status.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_no_grant_signs_in_and_raises_a_concern() {
    let world = World::new().await;
    let token = world.token("contractor-1", &[], &[], time::Duration::HOUR);
    let browser = world.sign_in_with(&token).await;
    let answer = browser.submit("/en/raise", &[("concern_id", "c1"), ("text", "He is not himself today")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.safety.raised.lock().unwrap().len(), 1);
    *world.safety.refuse.lock().unwrap() = Some(tonic::Status::permission_denied("no grant"));
    assert!(browser.read(location(&answer)).await.contains("c1"), "that it was recorded is said all the same");
}

#[tokio::test]
async fn signing_out_needs_our_own_form_and_ends_the_session() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let forced = browser.post("/en/sign-out", &[("form_token", "guess")]).await;
    assert_eq!(forced.status(), StatusCode::FORBIDDEN);
    browser.read("/en/raise").await;
    let answer = browser.submit("/en/sign-out", &[]).await;
    assert_eq!(location(&answer), "/en/sign-in?signed_out=1");
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_that_another_site_makes_a_browser_send_is_refused() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let fields = [("form_token", browser.form_token.as_str()), ("text", "x")];
    for (name, value, allowed) in [
        ("sec-fetch-site", "cross-site", false),
        ("sec-fetch-site", "same-site", false),
        ("sec-fetch-site", "same-origin", true),
        ("origin", "https://evil.example", false),
        ("origin", "null", false),
        ("origin", "https://dashboard.example", true),
    ] {
        let mut request = browser.form("/en/raise", &fields);
        request.headers_mut().insert(name, value.parse().unwrap());
        request.headers_mut().insert("host", "dashboard.example".parse().unwrap());
        let before = world.safety.raised.lock().unwrap().len();
        let status = browser.send(request).await.status();
        assert_eq!(status == StatusCode::SEE_OTHER, allowed, "{name}: {value} gives {status}");
        assert_eq!(world.safety.raised.lock().unwrap().len() > before, allowed, "{name}: {value}");
    }
}

#[tokio::test]
async fn invented_people_are_offered_only_where_they_are_set_and_are_marked_as_such() {
    let plain = World::new().await;
    assert!(!plain.stranger().read("/en/sign-in").await.contains("For development only"));
    let keys = World::new().await;
    let token = keys.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let people = format!(r#"[{{"name": "rj-officer-1", "subject": "rj-officer-1", "roles": ["rj-officer"], "token": "{token}"}}]"#);
    let world = World::with_people(&people).await;
    let page = world.stranger().read("/en/sign-in").await;
    assert!(page.contains("For development only") && page.contains("Sign in as rj-officer-1"));
    assert!(!page.contains(&token), "the browser never holds a token");
}

#[tokio::test]
async fn a_sign_in_whose_person_is_not_known_begins_no_session() {
    let world = World::new().await;
    let token = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    for (refusal, code, says) in [
        (tonic::Status::unauthenticated("x"), StatusCode::UNAUTHORIZED, "not valid"),
        (tonic::Status::unavailable("x"), StatusCode::SERVICE_UNAVAILABLE, "use the telephone"),
    ] {
        *world.safety.refuse.lock().unwrap() = Some(refusal);
        let answer = world.stranger().post("/en/sign-in", &[("token", &token)]).await;
        assert_eq!(answer.status(), code);
        assert!(answer.headers().get(header::SET_COOKIE).is_none());
        assert!(text(answer).await.contains(says));
    }
}

#[tokio::test]
async fn many_sign_ins_with_one_valid_token_end_nobody_elses_session() {
    let world = World::new().await;
    let head = world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    let token = world.token("someone", &[role::STAFF], &["mission"], time::Duration::HOUR);
    let first = world.sign_in_with(&token).await;
    for _ in 0..100 {
        world.stranger().post("/en/sign-in", &[("token", &token)]).await;
    }
    head.read("/en/raise").await;
    assert_eq!(first.get("/en/raise").await.status(), StatusCode::SEE_OTHER, "of their own the oldest ended");
}
