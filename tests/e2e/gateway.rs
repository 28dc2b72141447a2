//! Calls by the gateway of a deployment, as its writer meets them: signed, and right after the raise.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use harness::system::{SOON, System, Wishes};
use proto::safety::v1::{Concern, Grade, RaiseConcernRequest};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};

const REACHED: &str = r#"{"state":"delivered"}"#;
const NOBODY: &str = r#"{"state":"failed"}"#;

/// Head and body of the next request, which is answered with this.
async fn next(listener: &TcpListener, body: &str) -> String {
    let (mut stream, _) = listener.accept().await.unwrap();
    let request = read(&mut stream).await;
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
    request
}

async fn read(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await.unwrap() > 0 && !request.ends_with(b"}") {}
    String::from_utf8(request).unwrap()
}

fn recipient(request: &str) -> String {
    request.split(r#""recipient":""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A system with this gateway, and the file of the secret both share.
async fn with_gateway(listener: &TcpListener, more: &[(&str, &str)]) -> (System, PathBuf) {
    let secret = std::env::temp_dir().join(format!("ro-gateway-{}", listener.local_addr().unwrap().port()));
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let mut settings = vec![
        ("NOTIFICATION_GATEWAY_URL".to_owned(), format!("http://{}/rings", listener.local_addr().unwrap())),
        ("NOTIFICATION_GATEWAY_SECRET_FILE".to_owned(), secret.display().to_string()),
    ];
    settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let wishes = Wishes { settings: BTreeMap::from([("notification".to_owned(), settings)]), ..Wishes::default() };
    (System::start(wishes).await, secret)
}

#[tokio::test]
async fn where_neither_gateway_nor_mail_reaches_anybody_the_ladder_climbs_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // A mail system that nobody answers for.
    let (system, secret) = with_gateway(&listener, &[("NOTIFICATION_SMTP_URL", "smtp://127.0.0.1:9")]).await;
    let concern = Concern { grade: Grade::Imminent.into(), site: "mission".into(), text: "lorem ipsum".into(), ..Concern::default() };
    let raised = Instant::now();
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let mut of_head = 0;
    while of_head < 2 {
        let request = timeout(SOON, next(&listener, NOBODY)).await.unwrap();
        of_head += usize::from(recipient(&request) == "institutional-head/mission");
    }
    // By its own times the ladder rings again after two minutes.
    assert!(raised.elapsed() < Duration::from_secs(60), "the second ring came after {:?}", raised.elapsed());
    std::fs::remove_file(secret).unwrap();
}

#[tokio::test]
async fn the_gateway_is_asked_to_call_both_offices_of_an_imminent_risk_and_learns_no_word_of_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (system, secret) = with_gateway(&listener, &[]).await;
    let said = "lorem ipsum of a fictional person";
    let concern = Concern { grade: Grade::Imminent.into(), site: "mission".into(), text: said.into(), ..Concern::default() };
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    let mut called = Vec::new();
    for _ in 0..2 {
        let request = timeout(SOON, next(&listener, REACHED)).await.unwrap();
        assert!(request.contains("webhook-signature: v1,") && request.contains(r#""urgency":"imminent""#), "{request}");
        assert!(!request.contains("lorem"), "{request}");
        called.push(recipient(&request));
    }
    called.sort();
    assert_eq!(called, ["institutional-head/mission", "rj-unit"]);
    std::fs::remove_file(secret).unwrap();
}
