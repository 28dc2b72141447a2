//! The HTTP server under load: silent connections end, one address cannot take every place, and no page delays a concern (THREAT-14).

use std::time::Duration;

use dashboard::acceptor::{Limits, serve};
use harness::wait::eventually;
use http::StatusCode;
use proto::{role, safety::v1::Grade};
use server::limits::connections::Connections;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::{
    safety::ringing,
    world::{SOON, World, location, text},
};

/// Acceptor of a world, for so many connections of one address, and its address.
async fn open(world: &World, per_address: usize, headers_within: Duration) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let limits = Limits { open: Connections::new(100, per_address), headers_within };
    tokio::spawn(serve(listener, world.router.clone(), limits, world.stop.clone()));
    address
}

const LONG: Duration = Duration::from_secs(60);
const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: dashboard\r\n";

/// What comes until the server ends the connection.
async fn read(tcp: &mut TcpStream) -> String {
    let mut all = Vec::new();
    // A connection that is refused may be reset before it is read.
    let _end = timeout(SOON, tcp.read_to_end(&mut all)).await.expect("the connection stays open");
    String::from_utf8_lossy(&all).into_owned()
}

async fn asked(address: &str, words: &str) -> String {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    let _sent = tcp.write_all(words.as_bytes()).await;
    read(&mut tcp).await
}

#[tokio::test]
async fn an_address_with_too_many_connections_loses_the_newest_and_gets_a_place_back_when_one_ends() {
    let world = World::new().await;
    let address = open(&world, 2, LONG).await;
    let health = format!("{HEALTH}connection: close\r\n\r\n");
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut tcp = TcpStream::connect(&address).await.unwrap();
        tcp.write_all(format!("{HEALTH}\r\n").as_bytes()).await.unwrap();
        // It is served, and so it counts.
        assert_eq!(timeout(SOON, tcp.read_u8()).await.unwrap().unwrap(), b'H');
        held.push(tcp);
    }
    assert_eq!(asked(&address, &health).await, "", "a third is served");
    held.pop();
    eventually("the place is free again", SOON, async || match asked(&address, &health).await {
        answer if answer.starts_with("HTTP/1.1 200") => Ok(()),
        other => Err(other),
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_never_ends_its_headers_is_ended() {
    let world = World::new().await;
    let address = open(&world, 10, Duration::from_millis(200)).await;
    for words in [HEALTH, "", "GET /health HTTP/1.1\r\nx: "] {
        let answer = asked(&address, words).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
}

#[tokio::test]
async fn headers_without_end_are_refused_before_any_page_sees_them() {
    let world = World::new().await;
    let address = open(&world, 10, LONG).await;
    let many = "x: y\r\n".repeat(200);
    let long = format!("x: {}\r\n", "y".repeat(64 * 1024));
    for headers in [many, long] {
        let answer = asked(&address, &format!("{HEALTH}{headers}\r\n")).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431") || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    assert!(asked(&address, &format!("{HEALTH}connection: close\r\n\r\n")).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn while_every_place_for_a_page_is_taken_a_concern_is_raised_and_accepted() {
    let world = World::new().await;
    world.safety.put(ringing("AA", Grade::Imminent, 3, world.safety.now));
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let _crowd = world.places.clone().acquire_many_owned(100).await.unwrap();
    let page = browser.get("/en/concerns").await;
    assert_eq!(page.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(browser.get("/fr/concerns").await).await.contains("Trop de pages à la fois"));
    let accepted = browser.submit("/en/concerns/00000000-0000-7000-8000-0000000000AA/accept", &[("audience", "1")]).await;
    assert!(location(&accepted).contains("accepted="), "{accepted:?}");
    let id = base::Ids::random().uuid().to_string();
    assert_eq!(world.stranger().get("/en/sign-in").await.status(), StatusCode::OK, "nobody gets in to raise one");
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::OK);
    let raised = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", &id), ("text", "she is afraid")]).await;
    assert_eq!(raised.status(), StatusCode::SEE_OTHER, "{raised:?}");
}

#[tokio::test]
async fn one_person_cannot_take_the_live_streams_of_all() {
    let world = World::new().await;
    let (greedy, other) = (world.sign_in("rj-officer-1", role::RJ_OFFICER).await, world.sign_in("rj-officer-2", role::RJ_OFFICER).await);
    let elsewhere = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(greedy.get("/en/events").await);
    }
    assert!(streams.iter().all(|stream| stream.status() == StatusCode::OK));
    assert_eq!(elsewhere.get("/en/events").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(other.get("/en/events").await.status(), StatusCode::OK);
    streams.pop();
    assert_eq!(elsewhere.get("/en/events").await.status(), StatusCode::OK, "a page that was closed gives its stream back");
}

#[tokio::test]
async fn a_browser_whose_streams_broke_without_a_word_is_live_again_and_the_oldest_of_them_ends() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(browser.get("/en/events").await);
    }
    assert_eq!(browser.get("/en/events").await.status(), StatusCode::OK);
    let oldest = timeout(SOON, axum::body::to_bytes(streams.remove(0).into_body(), 1_000_000)).await;
    assert!(oldest.expect("the oldest stream goes on").is_ok());
}

#[tokio::test]
async fn a_form_that_never_ends_takes_no_place_from_anybody() {
    let world = World::new().await;
    let address = open(&world, 200, LONG).await;
    let head = "POST /en/sign-in HTTP/1.1\r\nhost: dashboard\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\ntoken=";
    let mut slow = Vec::new();
    for _ in 0..90 {
        let mut tcp = TcpStream::connect(&address).await.unwrap();
        tcp.write_all(head.as_bytes()).await.unwrap();
        slow.push(tcp);
    }
    assert_eq!(world.stranger().get("/en/sign-in").await.status(), StatusCode::OK);
    for tcp in &mut slow {
        let told = read(tcp).await;
        assert!(told.starts_with("HTTP/1.1 503") && told.contains("Too many pages at once"), "{told}");
    }
}

#[tokio::test]
async fn an_address_with_one_foreign_answer_after_another_is_refused_sooner_and_a_good_one_passes() {
    let world = World::new().await;
    let address = open(&world, 100, LONG).await;
    let mut browser = world.stranger();
    let token = world.token("rj-officer-1", &[role::RJ_OFFICER], &[], time::Duration::HOUR);
    let mut good = async |code: &str| {
        let begun = browser.begin("/en/sign-in/start").await;
        world.provider.give(code, &token, &world.provider.claims("rj-officer-1", &begun.nonce), None);
        let head = format!("GET /signed-in?code={code}&state={} HTTP/1.1\r\nhost: dashboard\r\n", begun.state);
        asked(&address, &format!("{head}cookie: {}\r\nconnection: close\r\n\r\n", browser.cookie)).await
    };
    let worthless = "GET /signed-in?code=x&state=worthless HTTP/1.1\r\nhost: dashboard\r\nconnection: close\r\n\r\n";
    let status = |answer: String| answer.split(' ').nth(1).unwrap_or_default().to_owned();
    assert_eq!(status(good("first").await), "303", "a good one costs nothing");
    let mut told = Vec::new();
    for _ in 0..8 {
        told.push(status(asked(&address, worthless).await));
    }
    assert!(told.starts_with(&["400".to_owned()]) && told.contains(&"503".to_owned()), "{told:?}");
    assert_eq!(status(good("second").await), "303", "of somebody behind the same proxy");
}
