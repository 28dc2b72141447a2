//! Signing in at the identity provider and out, and sessions that browsers keep.

use std::sync::atomic::Ordering;

use base::Ids;
use dashboard::session::seal::Seal;
use http::{StatusCode, header};
use proto::role;
use serde_json::json;
use time::Duration;

use super::world::{Browser, PUBLIC, World, location, parameter, text};

fn officer(world: &World) -> String {
    world.token("rj-officer-1", &[role::RJ_OFFICER], &[], Duration::HOUR)
}

#[tokio::test]
async fn a_link_from_an_e_mail_leads_through_the_provider_to_its_page_without_a_press() {
    let world = World::new().await;
    let mut browser = world.stranger();
    let answer = browser.get("/fr/concerns/abc?x=1").await;
    assert_eq!(location(&answer), "/fr/sign-in/start?next=/fr/concerns/abc?x=1");
    let from = location(&answer).to_owned();
    let answer = world.through_the_provider(&mut browser, &from, &officer(&world), None).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/fr/concerns/abc?x=1"));
    let elsewhere = "/fr/sign-in/start?next=https://evil.example/";
    let answer = world.through_the_provider(&mut world.stranger(), elsewhere, &officer(&world), None).await;
    assert_eq!(location(&answer), "/fr/");
}

#[tokio::test]
async fn the_provider_is_asked_as_the_protocol_says_and_anew_where_that_is_needed() {
    let world = World::new().await;
    let begun = world.stranger().begin("/fr/sign-in/start").await;
    let asked = |name: &str| parameter(&begun.address, name).unwrap_or_default();
    assert!(begun.address.starts_with(&format!("{}/authorize?", world.provider.url)));
    assert_eq!((asked("response_type").as_str(), asked("code_challenge_method").as_str()), ("code", "S256"));
    assert_eq!((asked("client_id").as_str(), asked("ui_locales").as_str(), asked("scope").as_str()), ("ro-dashboard", "fr", "openid"));
    assert_eq!(asked("redirect_uri"), "https%3A%2F%2Fdashboard.example%2Fsigned-in");
    assert_eq!(asked("code_challenge").len(), 43);
    assert!(begun.state.len() >= 16 && begun.nonce.len() >= 16 && begun.state != begun.nonce && asked("prompt").is_empty());
    let anew = world.stranger().begin("/en/sign-in/start?again=1&next=/en/concerns/x").await;
    assert_eq!(parameter(&anew.address, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&anew.address, "max_age").as_deref(), Some("0"));
}

#[tokio::test]
async fn the_cookie_is_bound_to_this_host_and_no_script_can_read_it_and_it_shows_no_token() {
    let world = World::new().await;
    let token = officer(&world);
    let answer = world.through_the_provider(&mut world.stranger(), "/en/sign-in/start", &token, None).await;
    let cookies: Vec<&str> = answer.headers().get_all(header::SET_COOKIE).iter().map(|c| c.to_str().unwrap()).collect();
    let session = cookies.iter().find(|cookie| cookie.starts_with("__Host-ro_session=")).unwrap();
    for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(cookies.iter().all(|cookie| cookie.contains(part)), "{part}");
    }
    assert!(!session.contains(&token) && session.len() <= 4_096);
}

#[tokio::test]
async fn an_answer_that_this_browser_has_not_asked_for_signs_nobody_in() {
    let world = World::with_a_clock_of_its_own().await;
    let (mut one, mut other) = (world.stranger(), world.stranger());
    let (of_one, of_other) = (one.begin("/en/sign-in/start").await, other.begin("/en/sign-in/start").await);
    world.provider.give("good", &officer(&world), &world.provider.claims("rj-officer-1", &of_one.nonce), None);
    let foreign = format!("code=good&state={}", of_other.state);
    for query in ["code=good&state=forged", "code=good&state=", "code=good", "", &foreign, "state=%ff", "code=a&code=b"] {
        let answer = one.get(&format!("/signed-in?{query}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.headers().get_all(header::SET_COOKIE).iter().all(|c| !c.to_str().unwrap().contains("ro_session=ey")));
        assert!(text(answer).await.contains("was not begun in this browser"));
    }
    world.clock.advance(Duration::minutes(16));
    let late = one.come_back(&format!("code=good&state={}", of_one.state)).await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST, "too long ago");
    assert!(world.provider.asked.lock().unwrap().is_empty(), "no code of another was sent to the provider");
}

#[tokio::test]
async fn a_code_that_comes_again_signs_nobody_in() {
    let world = World::new().await;
    let mut browser = world.stranger();
    let begun = browser.begin("/en/sign-in/start").await;
    world.provider.give("once", &officer(&world), &world.provider.claims("rj-officer-1", &begun.nonce), None);
    let before = browser.cookie.clone();
    let back = format!("code=once&state={}", begun.state);
    assert_eq!(browser.come_back(&back).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(browser.come_back(&back).await.status(), StatusCode::BAD_REQUEST, "the attempt was used");
    let mut thief = Browser { cookie: before, ..world.stranger() };
    let answer = thief.come_back(&back).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "the provider gives nothing for it again");
    assert_eq!(thief.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn tokens_that_do_not_fit_sign_nobody_in() {
    let world = World::new().await;
    let now = base::Clock::system().now().unix_timestamp();
    let wrong = [
        ("nonce", json!("another")),
        ("nonce", json!(null)),
        ("iss", json!("https://other.example")),
        ("aud", json!("another-client")),
        ("aud", json!(["ro-dashboard", "another-client"])),
        ("azp", json!("another-client")),
        ("sub", json!("somebody-else")),
        ("sub", json!("service:cases")),
        ("exp", json!(now - 120)),
        ("iat", json!(now + 300)),
    ];
    for (claim, value) in wrong {
        let mut browser = world.stranger();
        let begun = browser.begin("/en/sign-in/start").await;
        let mut id = world.provider.claims("rj-officer-1", &begun.nonce);
        id[claim] = value.clone();
        world.provider.give("code", &officer(&world), &id, None);
        let answer = browser.come_back(&format!("code=code&state={}", begun.state)).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{claim}: {value}");
        assert!(text(answer).await.contains("did not confirm who you are"));
        assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER, "{claim}: {value}");
    }
    // Clocks differ a little everywhere.
    let mut browser = world.stranger();
    let begun = browser.begin("/en/sign-in/start").await;
    let mut id = world.provider.claims("rj-officer-1", &begun.nonce);
    (id["iat"], id["exp"], id["auth_time"]) = (json!(now + 30), json!(now - 20), json!(now + 30));
    world.provider.give("code", &officer(&world), &id, None);
    assert_eq!(browser.come_back(&format!("code=code&state={}", begun.state)).await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_access_token_that_is_forged_or_over_or_an_id_token_opens_nothing() {
    let (world, other) = (World::new().await, World::new().await);
    let forged = officer(&other);
    let over = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], -Duration::MINUTE);
    let id = world.provider.issuer.sign("JWT", &world.provider.claims("rj-officer-1", "n")).unwrap();
    for token in [forged.as_str(), over.as_str(), id.as_str()] {
        let mut browser = world.stranger();
        let answer = world.through_the_provider(&mut browser, "/en/sign-in/start", token, None).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn another_issuer_that_answers_and_a_refusal_are_told_in_words() {
    let world = World::new().await;
    for query in ["code=x&iss=https://other.example", "error=access_denied", "error=server_error&error_description=%3Cscript%3E", "iss=x"] {
        let mut browser = world.stranger();
        let begun = browser.begin("/fr/sign-in/start").await;
        let answer = browser.come_back(&format!("{query}&state={}", begun.state)).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{query}");
        let page = text(answer).await;
        assert!(page.contains("n’a pas confirmé votre identité") && !page.contains("<script>"), "{query}");
    }
    assert!(world.provider.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn two_tabs_that_sign_in_at_once_both_come_to_their_pages() {
    let world = World::new().await;
    let mut browser = world.stranger();
    let first = browser.begin("/en/sign-in/start?next=/en/concerns/one").await;
    let second = browser.begin("/en/sign-in/start?next=/en/concerns/two").await;
    for (begun, code, page) in [(first, "c1", "/en/concerns/one"), (second, "c2", "/en/concerns/two")] {
        world.provider.give(code, &officer(&world), &world.provider.claims("rj-officer-1", &begun.nonce), None);
        let answer = browser.come_back(&format!("code={code}&state={}", begun.state)).await;
        assert_eq!(location(&answer), page);
    }
    for _ in 0..20 {
        browser.begin("/en/sign-in/start").await;
    }
    assert!(browser.cookie.len() < 8_192, "sign-ins that were left lying fill the head of every request: {}", browser.cookie.len());
}

#[tokio::test]
async fn whoever_signs_in_again_keeps_their_open_pages_and_another_person_stops_them() {
    let world = World::new().await;
    let mut browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let of = |page: &str| page.split("data-session=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let tabs = of(&browser.read("/en/raise").await);
    world.through_the_provider(&mut browser, "/en/sign-in/start?again=1", &officer(&world), None).await;
    assert_eq!(of(&browser.read("/en/raise").await), tabs);
    let answer = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "typed before")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER, "a form of before is obeyed");
    let former = browser.clone();
    let head = world.token("head-of-mission", &[role::INSTITUTIONAL_HEAD], &["mission"], Duration::HOUR);
    world.through_the_provider(&mut browser, "/en/sign-in/start", &head, None).await;
    assert_ne!(of(&browser.read("/en/raise").await), tabs);
    let refused = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c2"), ("text", "of the former person")]).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(former.get("/en/raise").await.status(), StatusCode::SEE_OTHER, "the former session has ended");
}

#[tokio::test]
async fn a_restart_ends_no_session_and_any_instance_serves_it() {
    let world = World::new().await;
    let mut browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let roles = |page: &str| page.split("class=\"roles\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned();
    let before = roles(&browser.read("/en/raise").await);
    let first = location(&browser.get("/en/").await).to_owned();
    browser.router = world.restarted();
    assert_eq!(roles(&browser.read("/en/raise").await), before, "the grants are read again before the page is drawn");
    browser.router = world.restarted();
    assert_eq!(location(&browser.get("/en/").await), first, "the first page is that of the role");
    assert!(!before.is_empty());
    let answer = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "typed before the restart")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    // After the restart the last grant is missed as it would have been before.
    browser.router = world.restarted();
    world.grant("rj-officer-1", &[], &[]);
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_cookie_of_another_key_or_one_that_was_changed_is_no_session() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let foreign = Browser { router: world.restarted_with(&Seal::of_this_process().unwrap()), ..browser.clone() };
    assert_eq!(foreign.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    let at = browser.cookie.len() - 40;
    let mut changed = browser.cookie.clone().into_bytes();
    changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
    for cookie in
        [String::from_utf8(changed).unwrap(), browser.cookie.replace("ro_session=", "ro_session=AAAA"), "__Host-ro_session=".into()]
    {
        let changed = Browser { cookie, ..browser.clone() };
        assert_eq!(changed.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    }
    browser.read("/en/raise").await;
}

#[tokio::test]
async fn a_session_without_renewal_ends_when_its_token_does() {
    let world = World::with_a_clock_of_its_own().await;
    let browser = world.sign_in_for("rj-officer-1", role::RJ_OFFICER, Duration::MINUTE).await;
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::OK);
    world.clock.advance(Duration::MINUTE);
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_shift_goes_on_by_renewals_and_ends_after_twelve_hours() {
    let world = World::with_a_clock_of_its_own().await;
    let mut browser = world.stranger();
    let token = || world.token("rj-officer-1", &[role::RJ_OFFICER], &[], Duration::hours(1));
    world.through_the_provider(&mut browser, "/en/sign-in/start", &token(), Some("r0")).await;
    let mut hours = 0;
    while hours < 12 {
        world.clock.advance(Duration::minutes(58));
        let id = json!({ "iss": world.provider.url, "aud": "ro-dashboard", "sub": "rj-officer-1", "iat": 0, "exp": 99_999_999_999_i64 });
        world.provider.give(&format!("r{hours}"), &token(), &id, Some(&format!("r{}", hours + 1)));
        let answer = browser.get("/en/raise").await;
        assert_eq!(answer.status(), StatusCode::OK, "hour {hours}");
        browser.keep(&answer);
        hours += 1;
    }
    let asked = world.provider.asked.lock().unwrap().len();
    assert_eq!(asked, 1 + 12, "once for each token");
    world.clock.advance(Duration::minutes(30));
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn many_requests_at_once_renew_a_session_once_and_an_older_cookie_does_no_harm() {
    let world = World::with_a_clock_of_its_own().await;
    let mut browser = world.stranger();
    let token = || world.token("rj-officer-1", &[role::RJ_OFFICER], &[], Duration::hours(1));
    world.through_the_provider(&mut browser, "/en/sign-in/start", &token(), Some("r0")).await;
    world.clock.advance(Duration::minutes(59));
    world.provider.give("r0", &token(), &world.provider.claims("rj-officer-1", "x"), Some("r1"));
    let answers = futures::future::join_all((0..10).map(|_| browser.get("/en/raise"))).await;
    assert!(answers.iter().all(|answer| answer.status() == StatusCode::OK));
    assert_eq!(world.provider.asked.lock().unwrap().len(), 2, "one exchange and one renewal");
    world.clock.advance(Duration::minutes(5));
    let late = browser.get("/en/raise").await;
    assert_eq!(late.status(), StatusCode::OK, "the newer tokens are known here");
    browser.keep(&late);
    browser.router = world.restarted();
    browser.read("/en/raise").await;
}

#[tokio::test]
async fn a_renewal_that_is_refused_or_gives_somebody_else_changes_nothing_and_the_token_is_used_up() {
    let world = World::with_a_clock_of_its_own().await;
    for give in [false, true] {
        let mut browser = world.stranger();
        world.through_the_provider(&mut browser, "/en/sign-in/start", &officer(&world), Some("r0")).await;
        world.clock.advance(Duration::minutes(58));
        if give {
            let other = world.token("head-of-mission", &[role::INSTITUTIONAL_HEAD], &["mission"], Duration::hours(1));
            world.provider.give("r0", &other, &world.provider.claims("head-of-mission", "x"), None);
        }
        let page = browser.read("/en/raise").await;
        assert!(page.contains("Signed in as rj-officer-1"));
        world.clock.advance(Duration::minutes(3));
        assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_in_words_and_holds_up_no_form_whose_token_holds() {
    let world = World::with_a_clock_of_its_own().await;
    let mut browser = world.stranger();
    world.through_the_provider(&mut browser, "/en/sign-in/start", &officer(&world), Some("r0")).await;
    browser.learn_form_token().await;
    let mut pending = world.stranger();
    let begun = pending.begin("/en/sign-in/start").await;
    world.clock.advance(Duration::minutes(58));
    world.provider.silent.store(true, Ordering::SeqCst);
    let began = std::time::Instant::now();
    let answer = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "it is urgent")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert!(began.elapsed() < std::time::Duration::from_secs(4), "a concern waited for the provider");
    let late = Ids::random().uuid();
    let begun = format!("code={late}&state={}", begun.state);
    // The attempt is young by the clock of the test only when it comes back within a quarter of an hour.
    assert_eq!(pending.come_back(&begun).await.status(), StatusCode::BAD_REQUEST);
    let mut fresh = world.stranger();
    let begun = fresh.begin("/en/sign-in/start").await;
    let answer = fresh.come_back(&format!("code=x&state={}", begun.state)).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(answer).await.contains("sign-in does not answer"));
}

#[tokio::test]
async fn whoever_was_not_asked_anew_as_was_wished_is_not_taken_for_proven() {
    let world = World::new().await;
    let now = base::Clock::system().now().unix_timestamp();
    for (auth_time, good) in [(json!(now - 3_600), false), (json!(null), false), (json!(now - 20), true)] {
        let mut browser = world.stranger();
        let begun = browser.begin("/en/sign-in/start?again=1&next=/en/concerns/x").await;
        let mut id = world.provider.claims("rj-officer-1", &begun.nonce);
        id["auth_time"] = auth_time.clone();
        world.provider.give("code", &officer(&world), &id, None);
        let answer = browser.come_back(&format!("code=code&state={}", begun.state)).await;
        if good {
            assert_eq!(location(&answer), "/en/concerns/x");
        } else {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{auth_time}");
            assert!(text(answer).await.contains("were not asked again"));
        }
    }
}

#[tokio::test]
async fn a_session_ends_soon_after_the_last_grant_of_its_person_does() {
    let world = World::with_a_clock_of_its_own().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    assert!(browser.read("/en/raise").await.contains(role::RJ_OFFICER), "the page says as what one is signed in");
    world.grant("rj-officer-1", &[], &[]);
    world.clock.advance(Duration::seconds(16));
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn whoever_holds_no_grant_signs_in_and_raises_a_concern() {
    let world = World::new().await;
    let token = world.token("contractor-1", &[], &[], Duration::HOUR);
    let browser = world.sign_in_with(&token).await;
    let answer = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "He is not himself today")]).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(world.safety.raised.lock().unwrap().len(), 1);
    *world.safety.refuse.lock().unwrap() = Some(tonic::Status::permission_denied("no grant"));
    assert!(browser.read(location(&answer)).await.contains("c1"), "that it was recorded is said all the same");
}

#[tokio::test]
async fn signing_out_needs_our_own_form_and_ends_the_session_here_and_at_the_provider() {
    let world = World::new().await;
    let mut browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let forced = browser.post("/fr/sign-out", &[("form_token", "guess")]).await;
    assert_eq!(forced.status(), StatusCode::FORBIDDEN);
    browser.read("/en/raise").await;
    let kept = browser.clone();
    let answer = browser.submit("/fr/sign-out", &[]).await;
    browser.keep(&answer);
    assert!(location(&answer).starts_with(&format!("{}/end-session?id_token_hint=", world.provider.url)), "{}", location(&answer));
    assert_eq!(parameter(location(&answer), "post_logout_redirect_uri").unwrap(), "https%3A%2F%2Fdashboard.example%2Fsigned-out");
    let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.ends_with(&format!("form-action 'self' {}", world.provider.url)), "browsers would not follow: {policy}");
    let back = browser.get("/signed-out?state=fr").await;
    assert_eq!(location(&back), "/fr/sign-in?signed_out=1");
    assert!(browser.read("/fr/sign-in?signed_out=1").await.contains("Votre session est fermée."));
    for former in [&browser, &kept] {
        assert_eq!(former.get("/en/raise").await.status(), StatusCode::SEE_OTHER, "the cookie of before is worth nothing");
    }
    assert!(PUBLIC.starts_with("https://"));
}

#[tokio::test]
async fn a_form_that_another_site_makes_a_browser_send_is_refused() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let fields = [("form_token", browser.form_token.as_str()), ("text", "x"), ("grade", "2")];
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
async fn a_sign_in_whose_person_is_not_known_begins_no_session() {
    let world = World::new().await;
    for (refusal, code, says) in [
        (tonic::Status::unauthenticated("x"), StatusCode::UNAUTHORIZED, "does not know you"),
        (tonic::Status::unavailable("x"), StatusCode::SERVICE_UNAVAILABLE, "the safety service does not answer"),
    ] {
        *world.safety.refuse.lock().unwrap() = Some(refusal);
        let mut browser = world.stranger();
        let answer = world.through_the_provider(&mut browser, "/en/sign-in/start", &officer(&world), None).await;
        assert_eq!(answer.status(), code);
        assert!(text(answer).await.contains(says));
        *world.safety.refuse.lock().unwrap() = None;
        assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn signing_in_elsewhere_ends_nobodys_session() {
    let world = World::new().await;
    let head = world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    let first = world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    for _ in 0..50 {
        world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    }
    head.read("/en/raise").await;
    first.read("/en/raise").await;
}
