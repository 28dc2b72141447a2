//! Tests with a provider that answers as the test sets, or not at all.

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use base::{clock::Clock, tasks::Tasks};
use harness::wait::eventually;
use local::identity::Issuer;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use time::macros::datetime;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};

use super::{
    provider::{Pace, Provider},
    *,
};

const SOON: Duration = Duration::from_secs(10);
const PACE: Pace = Pace { usual: Duration::from_millis(20), soonest: Duration::from_millis(20) };

/// Folder that is deleted with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let dir = std::env::temp_dir().join(format!("ro-keys-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn file(&self) -> PathBuf {
        self.0.join("kept.json")
    }

    /// Key set with one key of this id.
    fn set(&self, id: &str) -> String {
        let issuer = Issuer::open(&self.0.join(id)).unwrap();
        std::fs::read_to_string(issuer.keys_file).unwrap().replace("ro-local-1", id)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[derive(Default)]
struct Says {
    answer: Mutex<Option<String>>,
    asked: AtomicU64,
}

impl Says {
    fn set(&self, body: &str) {
        self.raw(&format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()));
    }

    fn raw(&self, answer: &str) {
        *self.answer.lock().unwrap() = Some(answer.to_owned());
    }

    /// Cuts every connection.
    fn nothing(&self) {
        *self.answer.lock().unwrap() = None;
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Waits until the provider was asked once more than so far, and answered.
    async fn once_more(&self) {
        let before = self.asked();
        until("the provider is asked twice more", || self.asked() > before + 1).await;
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, says: &Says) {
    let _request = stream.read(&mut [0; 4096]).await;
    says.asked.fetch_add(1, Ordering::Relaxed);
    let answer = says.answer.lock().unwrap().clone();
    let _sent = stream.write_all(answer.unwrap_or_default().as_bytes()).await;
    let _ended = stream.shutdown().await;
}

async fn provider() -> (String, Arc<Says>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let says = Arc::new(Says::default());
    let told = says.clone();
    tokio::spawn(async move {
        loop {
            answer(listener.accept().await.unwrap().0, &told).await;
        }
    });
    (url, says)
}

/// The same with TLS; returns the authority that signed its certificate.
async fn encrypted_provider() -> (String, Arc<Says>, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/keys", listener.local_addr().unwrap());
    let says = Arc::new(Says::default());
    let told = says.clone();
    tokio::spawn(async move {
        loop {
            if let Ok(stream) = acceptor.accept(listener.accept().await.unwrap().0).await {
                answer(stream, &told).await;
            }
        }
    });
    (url, says, authority.pem())
}

/// Keys that are kept as the provider's.
fn kept(url: &str, folder: &Folder, clock: &Clock, pace: Pace) -> Keys {
    let provider = Provider::new(url, None, &folder.file(), time::Duration::DAY, pace).unwrap();
    let (keys, answered_at) = provider.kept(clock.now());
    provider.keep(keys.clone(), answered_at, clock.clone(), &Tasks::default());
    keys
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    eventually(what, SOON, async || if holds() { Ok(()) } else { Err("not yet".to_owned()) }).await;
}

async fn finds(keys: &Keys, id: &str, found: bool) {
    until("the key is in use, or no longer", || keys.find(Some(id)).is_some() == found).await;
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_used_and_the_former_one_no_longer() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    says.set(&folder.set("first"));
    let keys = kept(&url, &folder, &Clock::system(), PACE);
    finds(&keys, "first", true).await;
    says.set(&folder.set("second"));
    finds(&keys, "second", true).await;
    assert!(keys.find(Some("first")).is_none());
}

#[tokio::test]
async fn a_start_while_the_provider_is_away_finds_the_keys_of_the_last_time() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    says.set(&folder.set("first"));
    finds(&kept(&url, &folder, &Clock::system(), PACE), "first", true).await;
    until("they are kept", || Keys::from_file(&folder.file()).is_ok()).await;
    says.nothing();
    says.once_more().await;
    assert!(kept(&url, &folder, &Clock::system(), PACE).find(Some("first")).is_some());
}

#[tokio::test]
async fn after_a_day_without_news_no_token_is_believed_until_the_provider_answers_again() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
    says.set(&folder.set("first"));
    let keys = kept(&url, &folder, &clock, PACE);
    finds(&keys, "first", true).await;
    says.nothing();
    clock.advance(time::Duration::hours(23));
    says.once_more().await;
    assert!(keys.find(Some("first")).is_some(), "an outage of hours locks nobody out");
    clock.advance(time::Duration::hours(2));
    finds(&keys, "first", false).await;
    says.set(&folder.set("first"));
    finds(&keys, "first", true).await;
}

#[tokio::test]
async fn a_provider_that_answers_nonsense_or_too_much_changes_nothing() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    says.set(&folder.set("first"));
    let keys = kept(&url, &folder, &Clock::system(), PACE);
    finds(&keys, "first", true).await;
    let second = folder.set("second");
    let long = format!("{}{second}", " ".repeat(70_000));
    let shared_secret = r#"{"keys":[{"kty":"oct","kid":"second","k":"c2VjcmV0"}]}"#;
    for body in ["", "{}", r#"{"keys":[]}"#, "<html>", &long, shared_secret, &second.replace("\"sig\"", "\"enc\"")] {
        says.set(body);
        says.once_more().await;
        assert!(keys.find(Some("first")).is_some() && keys.find(Some("second")).is_none(), "{body:.40}");
    }
    for answer in
        ["HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n", "HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n", "nonsense"]
    {
        says.raw(answer);
        says.once_more().await;
        assert!(keys.find(Some("first")).is_some(), "{answer:.40}");
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_no_silence_of_the_provider() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    says.set(&folder.set("first"));
    // A file cannot be renamed over a folder.
    std::fs::create_dir(folder.file()).unwrap();
    let provider = Provider::new(&url, None, &folder.file(), time::Duration::DAY, PACE).unwrap();
    let keys = Keys::default();
    provider.renew(&keys).await.unwrap();
    assert!(keys.find(Some("first")).is_some());
}

#[tokio::test]
async fn tokens_that_name_unknown_keys_do_not_make_us_ask_more_often_than_stated() {
    let (folder, (url, says)) = (Folder::new(), provider().await);
    says.set(&folder.set("first"));
    let soonest = Duration::from_millis(100);
    let keys = kept(&url, &folder, &Clock::system(), Pace { usual: Duration::from_secs(3600), soonest });
    finds(&keys, "first", true).await;
    let begun = std::time::Instant::now();
    // An unknown key has the provider asked again long before the usual time.
    until("the provider is asked again", || keys.find(Some("unknown")).is_none() && says.asked() >= 4).await;
    let most = begun.elapsed().as_millis() / soonest.as_millis() + 2;
    assert!(u128::from(says.asked()) <= most, "asked {} times, at most {most}", says.asked());
}

#[tokio::test]
async fn a_provider_is_believed_only_under_a_certificate_of_its_authority() {
    let (folder, (url, says, authority)) = (Folder::new(), encrypted_provider().await);
    let (_, _, foreign) = encrypted_provider().await;
    says.set(&folder.set("first"));
    let renewed = async |authority: &str| {
        let tls = base::authority::client_config(authority.as_bytes()).unwrap();
        let provider = Provider::new(&url, Some(tls), &folder.file(), time::Duration::DAY, PACE).unwrap();
        let keys = Keys::default();
        provider.renew(&keys).await.map(|()| keys.find(Some("first")).is_some()).map_err(|error| format!("{error:#}"))
    };
    assert_eq!(renewed(&authority).await, Ok(true));
    assert!(renewed(&foreign).await.unwrap_err().contains("no encrypted connection"));
}

#[test]
fn a_token_that_names_no_key_is_believed_only_where_there_is_one_key() {
    let folder = Folder::new();
    let one = folder.set("first");
    assert!(Keys::from_bytes(one.as_bytes()).unwrap().find(None).is_some());
    let mut set: serde_json::Value = serde_json::from_str(&one).unwrap();
    let other: serde_json::Value = serde_json::from_str(&folder.set("second")).unwrap();
    set["keys"].as_array_mut().unwrap().push(other["keys"][0].clone());
    let two = Keys::from_bytes(set.to_string().as_bytes()).unwrap();
    assert!(two.find(None).is_none() && two.find(Some("second")).is_some());
}

#[test]
fn the_address_of_a_provider_is_encrypted_unless_it_is_this_machine() {
    let folder = Folder::new();
    let new = |url| Provider::new(url, None, &folder.file(), time::Duration::DAY, PACE).is_ok();
    assert!(new("http://127.0.0.1:8080/keys"));
    for refused in ["http://id.example.org/keys", "https://id.example.org/keys", "ftp://127.0.0.1/", "keys.json", ""] {
        assert!(!new(refused), "{refused}");
    }
}
