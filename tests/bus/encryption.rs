//! Encryption of the bus: whoever holds only the wire or the disk can read neither its traffic nor its store.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

use harness::{bus::TestBus, wait::eventually};
use local::{identity, nats::Nats, tools};
use messaging::bus::Bus;
use proto::subject;

use crate::login::Login;

const SOON: Duration = Duration::from_secs(15);
const MARKER: &str = "Marker-7Q4-nobody-may-read-this";

/// Every file below a folder whose bytes hold the text, and how many bytes were read.
fn holding(folder: &Path, text: &str) -> (Vec<PathBuf>, usize) {
    let (mut found, mut read, mut folders) = (Vec::new(), 0, vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            read += bytes.len();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(path);
            }
        }
    }
    (found, read)
}

async fn say_marked(site: &mut Login, subject: &str) {
    let inbox = "_INBOX_site-mission.stored";
    let words = format!("SUB {inbox} 1\r\nPUB {subject} {inbox} {}\r\n{MARKER}\r\n", MARKER.len());
    let from = site.heard.len();
    assert_eq!(site.say(words.as_bytes()).await, [] as [&str; 0]);
    let (_, stored) = site.hears(from).await;
    assert!(stored.contains("\"seq\""), "{stored}");
    site.say(b"UNSUB 1\r\n").await;
}

/// A server over a copy of the store, with the same certificates, and with a key of its own.
fn open_copy(bus: &TestBus, to: &Path) -> local::Result<Nats> {
    let from = bus.store.parent().unwrap();
    local::state::prepare(to)?;
    let copied = std::process::Command::new("cp").arg("-r").arg(from).arg(to.join("nats")).status().unwrap();
    assert!(copied.success());
    fs::remove_file(to.join("nats/encryption.conf")).unwrap();
    let tool = tools::nats_server(&tools::Wishes::from_env(), &mut |_| {})?;
    let credentials = local::nats::credentials(&to.join("seeds"), &identity::sites())?;
    Nats::start(&tool, &to.join("nats"), to, None, bus.authority.parent(), credentials, &AtomicBool::new(false))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_bus_store_holds_no_word_of_a_submission_or_a_concern_and_is_useless_without_its_key() {
    let bus = TestBus::start().await;
    let mut site = Login::open(&bus, "site-mission").await;
    let mission = "mission".parse().unwrap();
    let subjects = [subject::submit_referral(&mission), subject::raise_concern(&mission)];
    for subject in &subjects {
        say_marked(&mut site, subject).await;
    }
    // The server has written what it acknowledged: over the kill of a power cut it is still there.
    bus.crash().await;
    for text in [MARKER, "ro.intake.submit.referral", "ro.safety.raise"] {
        let (found, read) = holding(&bus.store, text);
        assert!(read > 500, "only {read} bytes were looked at");
        assert_eq!(found, Vec::<PathBuf>::new(), "{text} stands in clear text");
    }
    let provisioner = bus.connect("provisioner").await;
    for stream in [subject::SUBMISSIONS, subject::RAISES] {
        let held = provisioner.jetstream.get_stream(stream.name).await.unwrap().cached_info().state.messages;
        assert_eq!(held, 1, "{} is not what was stored", stream.name);
    }
    let to = bus.store.ancestors().nth(2).unwrap().join("copy");
    let opened = tokio::task::spawn_blocking(move || open_copy(&bus, &to).map(drop).map_err(|e| e.to_string())).await.unwrap();
    let why = opened.expect_err("the store opened with another key");
    assert!(why.contains("encryption.conf"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_connects_to_no_bus_of_another_authority_and_speaks_plain_text_to_none() {
    let bus = TestBus::start().await;
    let seed = bus.seed("intake");
    let stranger = bus.authority.with_file_name("stranger");
    identity::write_certificates(&stranger, &[identity::BUS], local::clock::now()).unwrap();

    let deceived = Bus::connect("intake", &bus.url, Some(&seed), Some(&stranger.join("ca.pem"))).await.unwrap();
    assert!(
        tokio::time::timeout(Duration::from_secs(2), deceived.ready(&bus.url)).await.is_err(),
        "a bus of another authority was believed"
    );
    let plain = Bus::connect("intake", &bus.url.replace("tls://", "nats://"), Some(&seed), None).await;
    if let Ok(plain) = plain {
        assert!(tokio::time::timeout(Duration::from_secs(2), plain.ready(&bus.url)).await.is_err(), "plain text was taken");
    }
    let far = Bus::connect("intake", "nats://nats.example.org:4222", Some(&seed), None).await.err().unwrap();
    assert!(format!("{far:#}").contains("set NATS_CA"), "{far:#}");
    for (file, said) in [("absent.pem", "cannot be read"), ("nats.key", "holds no certificate")] {
        let told = Bus::connect("intake", &bus.url, Some(&seed), Some(&bus.authority.with_file_name(file))).await.err().unwrap();
        assert!(format!("{told:#}").contains(said), "{told:#}");
    }
    let own = Bus::connect("intake", &bus.url, Some(&seed), Some(&bus.authority)).await.unwrap();
    eventually("the right authority is enough", SOON, async || if own.is_connected() { Ok(()) } else { Err(String::new()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_certificate_of_the_bus_is_shown_to_new_connections_while_open_ones_live_on() {
    let bus = TestBus::start().await;
    let before = bus.connect("intake").await;
    let old = bus.authority.with_file_name("old.pem");
    fs::copy(&bus.authority, &old).unwrap();
    bus.renew().await;
    let connects = async |name: &str, authority: &Path| {
        let one = Bus::connect(name, &bus.url, Some(&bus.seed(name)), Some(authority)).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), one.ready(&bus.url)).await.is_ok()
    };
    let look = async || if connects("cases", &bus.authority).await { Ok(()) } else { Err("not yet".to_owned()) };
    eventually("the new certificate is shown", SOON, look).await;
    assert!(!connects("safety", &old).await, "the former authority is still enough");
    assert!(before.is_connected() && before.client.flush().await.is_ok(), "an open connection was cut");
}
