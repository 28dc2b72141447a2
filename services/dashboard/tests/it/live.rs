//! The live stream: a snapshot first, changes as they happen, heartbeats that report the true state, and an end when the session ends.

use axum::body::BodyDataStream;
use futures::StreamExt;
use http::{StatusCode, header};
use proto::{
    role,
    safety::v1::{Beat, ConcernView, Grade, watch_concerns_response::Item},
};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use tonic::Status;

use super::{
    safety::ringing,
    world::{Browser, SOON, World},
};

struct Stream {
    body: BodyDataStream,
    held: String,
}

impl Stream {
    async fn open(browser: &Browser, address: &str) -> Self {
        let answer = browser.get(address).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        Self { body: answer.into_body().into_data_stream(), held: String::new() }
    }

    /// The next event, or nothing where the stream has ended.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.held.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
                let found = (field("event:"), serde_json::from_str(&field("data:")).unwrap());
                self.held = rest.to_owned();
                return Some(found);
            }
            let bytes = timeout(SOON, self.body.next()).await.expect("the stream says nothing")?.unwrap();
            self.held.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event for which this is true.
    async fn until(&mut self, wanted: impl Fn(&str, &Value) -> bool) -> Value {
        let begun = Instant::now();
        while let Some((name, body)) = self.next().await {
            if wanted(&name, &body) {
                return body;
            }
            assert!(begun.elapsed() < SOON, "it did not come in time");
        }
        panic!("the stream ended");
    }
}

#[tokio::test]
async fn a_stream_begins_with_everything_that_is_open_and_then_tells_what_changes() {
    let world = World::new().await;
    world.safety.put(ringing("AA", Grade::Imminent, 3, world.safety.now));
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut stream = Stream::open(&browser, "/fr/events").await;
    let snapshot = stream.until(|name, _| name == "snapshot").await;
    assert_eq!(snapshot["items"].as_array().unwrap().len(), 1);
    assert!(snapshot["items"][0]["html"].as_str().unwrap().contains("Établissement de Mission"));

    world.safety.put(ringing("CC", Grade::Question, 0, world.safety.now));
    let raised = stream.until(|name, _| name == "changed").await;
    assert_eq!(raised["what"], "Question sur le processus, Établissement de Mission, RS-7KDM-Q4CC");
    assert!(!raised.to_string().contains("Fictional Person"), "the stream carries no content");

    let accept = format!("/en/concerns/{}/accept", raised["id"].as_str().unwrap());
    browser.submit(&accept, &[("audience", "1")]).await;
    let accepted = stream.until(|name, body| name == "changed" && body["revision"] == 2).await;
    assert_eq!((&accepted["waiting"], &accepted["open"]), (&false.into(), &true.into()));
}

#[tokio::test]
async fn beats_say_within_ten_seconds_what_in_the_chain_does_not_answer_and_that_it_does_again() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut stream = Stream::open(&browser, "/en/events").await;
    let all_well = |name: &str, body: &Value| name == "beat" && body["safety"] == true && body["bus"] == true && body["ladder"] == true;
    stream.until(all_well).await;
    let _ = world.safety.items.send(Item::Beat(Beat { at: None, bus: false, ladder: false }));
    stream.until(|name, body| name == "beat" && body["bus"] == false && body["ladder"] == false).await;
    stream.until(all_well).await;
}

#[tokio::test]
async fn while_the_safety_service_is_down_the_stream_beats_and_says_so_and_recovers_with_a_snapshot() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    *world.safety.refuse.lock().unwrap() = Some(Status::unavailable("down"));
    let mut stream = Stream::open(&browser, "/en/events").await;
    stream.until(|name, body| name == "beat" && body["safety"] == false).await;
    let (name, body) = timeout(SOON, stream.next()).await.unwrap().unwrap();
    assert_eq!((name.as_str(), &body["safety"]), ("beat", &false.into()));
    world.safety.concerns.lock().unwrap().insert("x".into(), ringing("AA", Grade::Imminent, 0, world.safety.now));
    *world.safety.refuse.lock().unwrap() = None;
    let snapshot = stream.until(|name, _| name == "snapshot").await;
    assert_eq!(snapshot["items"].as_array().unwrap().len(), 1, "what was raised meanwhile is not missed");
}

#[tokio::test]
async fn streams_of_one_person_share_one_watch_and_nobody_shares_with_another() {
    let world = World::new().await;
    world.safety.put(ringing("AA", Grade::Imminent, 3, world.safety.now));
    let officer = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let head = world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    let mut streams = Vec::new();
    for browser in [&officer, &officer, &officer, &head, &head] {
        let mut stream = Stream::open(browser, "/en/events").await;
        let snapshot = stream.until(|name, _| name == "snapshot").await;
        assert_eq!(snapshot["items"].as_array().unwrap().len(), 1, "whoever joins later is told what is open too");
        streams.push(stream);
    }
    world.safety.put(ringing("CC", Grade::Question, 0, world.safety.now));
    for stream in &mut streams {
        stream.until(|name, body| name == "changed" && body["reference"] == "RS-7KDM-Q4CC").await;
    }
    assert_eq!(*world.safety.watched.lock().unwrap(), ["rj-officer-1", "head-of-mission"]);
}

#[tokio::test]
async fn when_the_stream_that_opened_a_watch_ends_the_others_go_on_with_another_and_miss_nothing() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut first = Stream::open(&browser, "/en/events").await;
    first.until(|name, _| name == "snapshot").await;
    let mut second = Stream::open(&browser, "/en/events").await;
    second.until(|name, _| name == "snapshot").await;
    drop(first);
    world.safety.put(ringing("AA", Grade::Imminent, 0, world.safety.now));
    let told = |_: &str, body: &Value| body.to_string().contains("RS-7KDM-Q4AA");
    second.until(told).await;
    assert_eq!(world.safety.watched.lock().unwrap().len(), 2, "another watch is open");
    world.safety.put(ringing("CC", Grade::Question, 0, world.safety.now));
    second.until(|_, body| body.to_string().contains("RS-7KDM-Q4CC")).await;
}

#[tokio::test]
async fn a_browser_that_does_not_read_holds_up_nobody_and_reads_everything_anew() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut slow = Stream::open(&browser, "/en/events").await;
    slow.until(|name, _| name == "snapshot").await;
    let mut quick = Stream::open(&browser, "/en/events").await;
    quick.until(|name, _| name == "snapshot").await;
    for number in 0..200 {
        let view = ringing(&format!("{:02X}", number % 64), Grade::Concern, 0, world.safety.now);
        world.safety.put(ConcernView { revision: 2 + number, ..view });
        quick.until(|name, body| name == "changed" && body["revision"] == 2 + number).await;
    }
    let anew = slow.until(|name, _| name == "snapshot").await;
    assert_eq!(anew["items"].as_array().unwrap().len(), 64, "all that is open, and at its newest");
    assert!(anew["items"].as_array().unwrap().iter().all(|item| item["revision"].as_i64().unwrap() > 2 + 199 - 64));
    assert_eq!(world.safety.watched.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut stream = Stream::open(&browser, "/en/events").await;
    stream.until(|name, _| name == "snapshot").await;
    browser.submit("/en/sign-out", &[]).await;
    stream.until(|name, body| name == "ended" && body["why"] == "signed-out").await;
    assert!(stream.next().await.is_none());

    let world = World::with_a_clock_of_its_own().await;
    let brief = world.sign_in_for("rj-officer-1", role::RJ_OFFICER, time::Duration::HOUR).await;
    // Only what is left of the session is waited for, and the stream begins before it is over.
    world.clock.advance(time::Duration::HOUR - time::Duration::SECOND);
    let mut stream = Stream::open(&brief, "/en/events").await;
    stream.until(|name, body| name == "ended" && body["why"] == "signed-out").await;
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn who_is_not_signed_in_or_has_no_such_role_hears_nothing() {
    let world = World::new().await;
    world.safety.put(ringing("AA", Grade::Imminent, 3, world.safety.now));
    let mut stream = Stream::open(&world.stranger(), "/en/events").await;
    assert_eq!(stream.next().await.unwrap().0, "ended");
    assert!(stream.next().await.is_none());

    let browser = world.sign_in("statistics-officer-1", role::STATISTICS_OFFICER).await;
    *world.safety.refuse.lock().unwrap() = Some(Status::permission_denied("no"));
    let mut stream = Stream::open(&browser, "/en/events").await;
    stream.until(|name, body| name == "ended" && body["why"] == "refused").await;
}

#[tokio::test]
async fn streams_end_at_once_when_the_process_stops() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut stream = Stream::open(&browser, "/en/events").await;
    stream.until(|name, _| name == "snapshot").await;
    world.stop.cancel();
    while stream.next().await.is_some() {}
}

#[tokio::test]
async fn a_page_whose_person_changed_in_another_tab_stops_and_says_so() {
    let world = World::new().await;
    let mut browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let page = browser.read("/en/concerns").await;
    let of = |page: &str, name: &str| page.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (events, session) = (of(&page, "data-events"), of(&page, "data-session"));
    assert!(events.contains(&session) && page.contains("data-changed=\"Stopped: somebody signed in anew"));
    Stream::open(&browser, &events).await.until(|name, _| name == "snapshot").await;
    // Somebody else signs in in the same browser: one cookie for all its tabs.
    let other = world.sign_in("head-of-mission", role::INSTITUTIONAL_HEAD).await;
    let former_token = std::mem::take(&mut browser.form_token);
    browser.cookie = other.cookie.clone();
    let mut stream = Stream::open(&browser, &events).await;
    let (name, body) = stream.next().await.unwrap();
    assert_eq!((name.as_str(), body["why"].as_str()), ("ended", Some("changed")));
    assert!(stream.next().await.is_none(), "what the other may see reaches the page");
    let piece = http::Request::get("/en/concerns").header("x-ro-session", &session).body(axum::body::Body::empty()).unwrap();
    assert_eq!(browser.send(piece).await.status(), StatusCode::CONFLICT);
    browser.form_token = former_token;
    let refused = browser.submit("/en/concerns/00000000-0000-7000-8000-0000000000aa/accept", &[("audience", "1")]).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert!(super::world::text(refused).await.contains("Somebody signed in anew since this page was opened"));
}
