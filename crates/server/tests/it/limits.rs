//! Limits of the gRPC server: sizes, connections and calls per caller; none of them delays an urgent call.

use std::sync::Arc;

use harness::{
    endless::{Says, begin, stranger},
    raw::reason,
    wait::eventually,
};
use local::identity::Issuer;
use tokio::{io::AsyncReadExt, net::TcpStream};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    certified::{Authority, Files, RING, URGENT, answered, ask, outsider, serve_with},
    world::SOON,
};

struct Door {
    url: String,
    authority: Authority,
    issuer: Issuer,
}

impl Door {
    async fn open(settings: &[&str]) -> Self {
        let authority = Authority::new();
        let files = Files::new(&authority.pem(), &authority.service("intake"));
        let issuer = Issuer::open(files.folder()).unwrap();
        let url = serve_with(&files, settings);
        answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
        Self { url, authority, issuer }
    }

    async fn call(&self, token: Option<&str>, method: &'static str) -> Result<String, Status> {
        ask(outsider(&self.url, &self.authority.pem(), None, token), method).await
    }

    fn token(&self, subject: &str) -> String {
        self.issuer.token(subject, base::Clock::system().now()).unwrap()
    }

    fn address(&self) -> String {
        self.url.trim_start_matches("https://").to_owned()
    }
}

#[tokio::test]
async fn a_caller_over_its_quota_is_told_when_to_come_back_while_its_urgent_calls_and_other_callers_go_through() {
    let door = Door::open(&["--calls-burst", "5", "--calls-per-second", "1"]).await;
    let (flood, other) = (door.token("flood"), door.token("other"));
    let mut refused = 0;
    for _ in 0..30 {
        match door.call(Some(&flood), RING).await {
            Ok(_) => {}
            Err(status) => {
                assert_eq!((status.code(), reason(&status)), (Code::ResourceExhausted, "quota".into()));
                let wait = status.get_details_retry_info().and_then(|info| info.retry_delay).unwrap();
                assert!(!wait.is_zero() && wait.as_secs() <= 5, "{wait:?}");
                refused += 1;
            }
        }
        assert_eq!(door.call(Some(&flood), URGENT).await.unwrap(), "flood");
    }
    assert!(refused >= 10, "{refused} of 30 refused");
    assert_eq!(door.call(Some(&other), RING).await.unwrap(), "other");
}

#[tokio::test]
async fn an_address_that_shows_too_many_worthless_tokens_is_refused_before_they_are_looked_at_and_still_heard_when_it_is_urgent() {
    let door = Door::open(&["--calls-burst", "5", "--calls-per-second", "1"]).await;
    let mut reasons = Vec::new();
    for _ in 0..20 {
        reasons.push(reason(&door.call(Some("worthless"), RING).await.unwrap_err()));
    }
    assert_eq!(reasons[0], "sign-in-needed");
    assert!(reasons.iter().any(|reason| reason == "quota"), "{reasons:?}");
    assert_eq!(door.call(Some(&door.token("somebody")), URGENT).await.unwrap(), "somebody");
}

#[tokio::test]
async fn headers_and_tokens_beyond_all_measure_are_refused_and_the_door_stays_open() {
    let door = Door::open(&[]).await;
    let refused = door.call(Some(&"a".repeat(10 * 1024)), RING).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused)), (Code::Unauthenticated, "token-too-long".into()));
    // Beyond the list of headers HTTP/2 itself says no, in words of its own.
    assert!(door.call(Some(&"a".repeat(64 * 1024)), RING).await.is_err());
    assert_eq!(door.call(Some(&door.token("somebody")), RING).await.unwrap(), "somebody");
}

const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const WATCH: &str = "/grpc.health.v1.Health/Watch";

#[tokio::test]
async fn calls_without_an_identity_are_few_at_once_and_end_by_themselves_whatever_their_caller_does() {
    let door = Door::open(&[]).await;
    let channel = stranger(door.url.clone(), door.authority.pem().as_bytes(), [127, 0, 0, 1].into());
    for (path, says) in [(REFLECTION, Says::Nothing), (WATCH, Says::Nothing), (WATCH, Says::Empty)] {
        let calls = (0..40).map(|_| begin(channel.clone(), path, says.clone(), Arc::default()));
        let ends: Vec<_> = futures::future::join_all(calls).await.into_iter().map(|end| end.unwrap_err()).collect();
        let count = |code: Code, why: &str| ends.iter().filter(|end| end.code() == code && reason(end) == why).count();
        assert_eq!(count(Code::ResourceExhausted, "busy"), 24, "{path}: {ends:?}");
        // Where the message never came the handler's own words may be told instead of ours.
        assert_eq!(ends.iter().filter(|end| end.code() == Code::DeadlineExceeded).count(), 16, "{path}: {ends:?}");
    }
    let health = tonic_health::pb::health_client::HealthClient::new(channel);
    let check = async || health.clone().check(tonic_health::pb::HealthCheckRequest::default()).await.map_err(|status| status.to_string());
    eventually("the places are free again", SOON, check).await;
}

#[tokio::test]
async fn a_call_without_an_identity_sends_no_message_larger_than_a_name_needs() {
    let door = Door::open(&[]).await;
    let channel = stranger(door.url.clone(), door.authority.pem().as_bytes(), [127, 0, 0, 1].into());
    for path in [REFLECTION, WATCH] {
        let end = begin(channel.clone(), path, Says::NearlyAll(1024 * 1024), Arc::default()).await;
        // Reflection ends its stream without a word, as its library does; nothing was kept of the message.
        assert!(end.is_ok() || end.as_ref().is_err_and(|end| reason(end) == "message-too-large"), "{path}: {end:?}");
    }
}

#[tokio::test]
async fn an_address_with_too_many_connections_loses_the_newest_and_gets_a_place_back_when_one_ends() {
    let door = Door::open(&["--open-connections-per-address", "4"]).await;
    let closed = async |tcp: &mut TcpStream| {
        let mut byte = [0];
        matches!(tokio::time::timeout(std::time::Duration::from_millis(200), tcp.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
    };
    let mut held = Vec::new();
    let look = async || {
        let mut tcp = TcpStream::connect(door.address()).await.unwrap();
        if closed(&mut tcp).await { Ok(()) } else { Err(tcp) }
    };
    while let Err(tcp) = look().await {
        held.push(tcp);
        assert!(held.len() <= 4, "more than four connections stay open");
    }
    assert!(!held.is_empty());
    held.clear();
    let again = async || door.call(Some(&door.token("somebody")), RING).await.map_err(|status| status.to_string());
    assert_eq!(eventually("there is room again", SOON, again).await, "somebody");
}

#[tokio::test]
async fn a_connection_that_never_says_a_word_does_not_keep_its_place() {
    let door = Door::open(&["--open-connections-per-address", "1"]).await;
    let _silent = TcpStream::connect(door.address()).await.unwrap();
    let again = async || door.call(Some(&door.token("somebody")), RING).await.map_err(|status| status.to_string());
    assert_eq!(eventually("the silent one is put out", SOON, again).await, "somebody");
}

#[tokio::test]
async fn a_connection_over_which_thousands_of_calls_are_refused_still_carries_an_urgent_one() {
    let door = Door::open(&["--calls-burst", "1", "--calls-per-second", "1"]).await;
    let token = door.token("a dashboard with a loop in it");
    let one = outsider(&door.url, &door.authority.pem(), None, Some(&token));
    for _ in 0..40 {
        // What they are refused with does not matter here; that they do not end the connection does.
        let flood = futures::future::join_all((0..100).map(|_| ask(one.clone(), RING))).await;
        assert!(flood.iter().flatten().count() < 50);
        assert_eq!(ask(one.clone(), URGENT).await.unwrap(), "a dashboard with a loop in it");
    }
}
