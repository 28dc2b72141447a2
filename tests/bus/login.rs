//! A bus connection that speaks the NATS protocol itself: a refusal of the server arrives before the answer to the ping that follows.

use std::{collections::BTreeSet, fmt::Write as _, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use harness::bus::TestBus;
use nkeys::KeyPair;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// What the server may take to answer a ping.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to a server that has proved itself, and what it said of itself before: the one line that is in clear text.
async fn greeted(bus: &TestBus) -> (TlsStream<TcpStream>, serde_json::Value) {
    let mut stream = TcpStream::connect(bus.url.trim_start_matches("tls://")).await.unwrap();
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        line.push(timeout(TIMEOUT, stream.read_u8()).await.unwrap().unwrap());
    }
    let info: serde_json::Value = serde_json::from_slice(line.strip_prefix(b"INFO ").unwrap()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&bus.authority).unwrap()).unwrap();
    let config = Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth());
    let connected = TlsConnector::from(config).connect("localhost".try_into().unwrap(), stream);
    (timeout(TIMEOUT, connected).await.unwrap().unwrap(), info)
}

pub struct Login {
    stream: BufReader<TlsStream<TcpStream>>,
    /// Bodies of the messages that came.
    pub heard: Vec<(String, String)>,
}

impl Login {
    pub async fn open(bus: &TestBus, name: &str) -> Self {
        let (stream, info) = greeted(bus).await;
        let mut login = Self { stream: BufReader::new(stream), heard: Vec::new() };
        let key = KeyPair::from_seed(std::fs::read_to_string(bus.seed(name)).unwrap().trim()).unwrap();
        let signed = URL_SAFE_NO_PAD.encode(key.sign(info.get("nonce").and_then(|n| n.as_str()).unwrap().as_bytes()).unwrap());
        let hello = serde_json::json!({
            "verbose": false, "pedantic": false, "headers": true, "no_responders": false, "lang": "test", "version": "1",
            "nkey": key.public_key(), "sig": signed,
        });
        assert_eq!(login.say(format!("CONNECT {hello}\r\n").as_bytes()).await, [] as [&str; 0], "{name} cannot log in");
        login
    }

    async fn line(&mut self) -> String {
        let mut line = Vec::new();
        let read = timeout(TIMEOUT, self.stream.read_until(b'\n', &mut line)).await.unwrap().unwrap();
        assert!(read > 0, "the server closed the connection");
        String::from_utf8_lossy(&line).trim_end().to_owned()
    }

    /// Says something and a ping; answers what the server complained of before it answered the ping.
    pub async fn say(&mut self, words: &[u8]) -> Vec<String> {
        // Beside the reading: the server stops reading us where we do not read it.
        let words = [words, b"PING\r\n"].concat();
        self.stream.get_mut().write_all(&words).await.unwrap();
        let mut complaints = Vec::new();
        loop {
            let line = self.line().await;
            let mut parts = line.split_whitespace();
            match parts.next() {
                Some("PONG") => return complaints,
                Some("PING") => self.stream.get_mut().write_all(b"PONG\r\n").await.unwrap(),
                Some("-ERR") => complaints.push(line),
                Some("MSG" | "HMSG") => {
                    let subject = parts.next().unwrap_or_default().to_owned();
                    let size: usize = parts.last().unwrap().parse().unwrap();
                    let mut body = vec![0; size + 2];
                    timeout(TIMEOUT, self.stream.read_exact(&mut body)).await.unwrap().unwrap();
                    self.heard.push((subject, String::from_utf8_lossy(&body).trim_end().to_owned()));
                }
                _ => {}
            }
        }
    }

    /// The subjects of these that the server lets us publish to, with or without a place for the answer.
    pub async fn published(&mut self, subjects: &BTreeSet<String>, reply: &str) -> BTreeSet<String> {
        let say = |subject: &String| format!("PUB {subject} {reply} 0\r\n\r\n");
        self.allowed(subjects, "Publish to", say).await
    }

    /// The subjects of these that the server lets us subscribe to.
    pub async fn subscribed(&mut self, subjects: &BTreeSet<String>) -> BTreeSet<String> {
        let mut number = 0;
        let say = |subject: &String| {
            number += 1;
            format!("SUB {subject} {number}\r\nUNSUB {number}\r\n")
        };
        self.allowed(subjects, "Subscription to", say).await
    }

    async fn allowed(&mut self, subjects: &BTreeSet<String>, verb: &str, mut say: impl FnMut(&String) -> String) -> BTreeSet<String> {
        let mut refused = BTreeSet::new();
        for some in subjects.iter().collect::<Vec<_>>().chunks(50) {
            let words = some.iter().fold(String::new(), |mut words, subject| {
                let _ = write!(words, "{}", say(subject));
                words
            });
            for complaint in self.say(words.as_bytes()).await {
                let (told, subject) = complaint.split_once(" \"").unwrap();
                assert!(told.contains("Permissions Violation") && told.ends_with(verb), "{complaint}");
                refused.insert(subject.trim_end_matches(['"', '\'']).to_owned());
            }
        }
        assert!(refused.is_subset(subjects), "a complaint of something that was not asked: {refused:?}");
        subjects.difference(&refused).cloned().collect()
    }

    /// Publishes with headers, and gives the answer of the stream that comes to `inbox`, which must be ours.
    pub async fn request(&mut self, subject: &str, headers: &str, inbox: &str) -> String {
        let head = format!("NATS/1.0\r\n{headers}\r\n");
        let publish = format!("SUB {inbox} 9\r\nHPUB {subject} {inbox} {} {}\r\n{head}x\r\n", head.len(), head.len() + 1);
        let from = self.heard.len();
        assert_eq!(self.say(publish.as_bytes()).await, [] as [&str; 0]);
        let body = self.hears(from).await.1;
        self.say(b"UNSUB 9\r\n").await;
        body
    }

    /// Publishes without headers, and waits for the answer that comes to `inbox`, which must be ours.
    pub async fn ask(&mut self, subject: &str, body: &str, inbox: &str) {
        let from = self.heard.len();
        let words = format!("SUB {inbox} 9\r\nPUB {subject} {inbox} {}\r\n{body}\r\n", body.len());
        assert_eq!(self.say(words.as_bytes()).await, [] as [&str; 0]);
        self.hears(from).await;
        self.say(b"UNSUB 9\r\n").await;
    }

    /// Waits for the message of this number.
    pub async fn hears(&mut self, number: usize) -> (String, String) {
        let waiting = async {
            while self.heard.len() <= number {
                self.say(b"").await;
            }
        };
        assert!(timeout(TIMEOUT, waiting).await.is_ok(), "nothing came");
        self.heard.get(number).cloned().unwrap()
    }
}
