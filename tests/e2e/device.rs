//! Devices while the identity provider is away: one that two administrators enrolled raises and accepts, and nothing else (THREAT-15).

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::{Duration, SystemTime},
};

use auth::devices::{Key, LONGEST};
use base::Clock;
use harness::{
    raw::{self, reason},
    system::{SOON, System, Wishes},
    wait::eventually,
};
use prost_reflect::MethodDescriptor;
use proto::safety::v1::{
    AcceptConcernRequest, Audience, ConfirmChangesRequest, Device, GetConcernReceiptRequest, GetConcernRequest, ListConcernsRequest,
    ProposeDeviceRequest, RaiseConcernRequest, WhoAmIRequest,
};
use safety::access::BY_DEVICE;
use tokio::process::Command;
use tonic::transport::Channel;

use crate::{samples::imminent_concern, system};

const HEAD: &str = "institutional-head-mission";
const ONE: &str = "directory-administrator-1";
const OTHER: &str = "directory-administrator-2";
const PROVIDED: [&str; 5] = ["safety", "intake", "cases", "notification", "reporting"];

/// Every service has a provider to ask, and it never answers; its keys are good for an hour without news.
fn with_a_silent_provider() -> Wishes {
    let silent = |service: &str| {
        let prefix = service.to_uppercase();
        let settings = [("IDENTITY_KEYS_URL", "http://127.0.0.1:9/keys"), ("IDENTITY_KEYS_LAST", "1")];
        settings.map(|(name, value)| (format!("{prefix}_{name}"), value.to_owned())).to_vec()
    };
    Wishes { settings: PROVIDED.iter().map(|service| ((*service).to_owned(), silent(service))).collect(), ..Wishes::default() }
}

/// A device of the person, proposed by one administrator and confirmed by another.
async fn enrol(system: &System, person: &str) -> Key {
    let key = Key::from_pkcs8(&Key::generate().unwrap()).unwrap();
    let until = Some(base::wire::timestamp(Clock::system().now() + time::Duration::DAY));
    let device = Device { person: person.into(), public_key: key.public().to_vec(), until, ..Device::default() };
    let proposed = system.directory(ONE).propose_device(ProposeDeviceRequest { device: Some(device) }).await.unwrap().into_inner();
    let confirm = ConfirmChangesRequest { proposal_ids: vec![proposed.outcome.unwrap().proposal_id] };
    assert_eq!(reason(&system.directory(ONE).confirm_changes(confirm.clone()).await.err().unwrap()), "second-person-needed");
    system.directory(OTHER).confirm_changes(confirm).await.unwrap();
    key
}

/// The last news of the provider becomes two hours old, and every service starts anew.
async fn let_the_keys_run_out(system: &System, keys: &Path) {
    let old = SystemTime::from(Clock::system().now()) - Duration::from_secs(2 * 3600);
    fs::File::options().write(true).open(keys).unwrap().set_modified(old).unwrap();
    for service in PROVIDED {
        system.kill(service).await;
        system.restart(service).await;
    }
}

fn methods(service: &str) -> Vec<MethodDescriptor> {
    proto::rpcs(&format!("ro.{service}.v1")).collect()
}

/// An empty message to any RPC; the reason of the refusal, or empty.
async fn knock(channel: &Channel, token: &str, path: &str) -> String {
    raw::knock(channel.clone(), path, Some(token)).await.err().map(|status| reason(&status)).unwrap_or_default()
}

fn channel(system: &System, service: &str) -> Channel {
    let (url, authority, _) = system.outside(service, HEAD);
    raw::channel(url, &authority)
}

#[tokio::test]
async fn with_the_identity_provider_away_and_its_keys_run_out_a_device_raises_and_accepts_and_may_do_nothing_else() {
    let system = System::start(with_a_silent_provider()).await;
    let key = enrol(&system, HEAD).await;
    let_the_keys_run_out(&system, &system.description.state_dir.join("secrets/identity/jwks.json")).await;

    let mut concern = imminent_concern("mission");
    let refused = system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern.clone()) }).await.err().unwrap();
    assert_eq!(reason(&refused), "sign-in-needed", "a token was believed though the keys have run out");

    let token = key.token(HEAD, "ro", Clock::system().now(), LONGEST).unwrap();
    let mut device = system.alarm_with_token(&token);
    concern.concern_id = crate::samples::fresh_key();
    let id = concern.concern_id.clone();
    device.raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    assert!(device.get_concern_receipt(GetConcernReceiptRequest { concern_id: id.clone() }).await.is_ok());
    let open = device.list_concerns(ListConcernsRequest::default()).await.unwrap().into_inner().concerns;
    assert_eq!(open.iter().map(|c| c.concern_id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
    assert!(device.get_concern(GetConcernRequest { concern_ref: id.clone(), with_history: false }).await.is_ok());
    let accept =
        AcceptConcernRequest { concern_id: id.clone(), audience: Audience::ResponsibleHead.into(), note: "on the way".into(), knowing: 0 };
    let status = device.accept_concern(accept).await.unwrap().into_inner().status.unwrap();
    assert_eq!(status.accepted_by, HEAD, "the acceptance names the person");
    let who = system.directory_with_token(&token).who_am_i(WhoAmIRequest {}).await.unwrap().into_inner();
    assert_eq!((who.subject.as_str(), who.device_id), (HEAD, key.id().to_string()));

    for service in PROVIDED {
        let (channel, methods) = (channel(&system, service), methods(service));
        assert!(!methods.is_empty(), "{service}");
        for method in methods {
            let path = proto::path(&method);
            let expected = match service {
                "safety" if BY_DEVICE.contains(&path.as_str()) => continue,
                "safety" => "device-may-not",
                _ => "sign-in-needed",
            };
            assert_eq!(knock(&channel, &token, &path).await, expected, "{path}");
        }
    }
}

/// The `ro` command as it is typed, with its files in a folder of the test.
struct Typed {
    system: System,
    folder: PathBuf,
    /// Everything that was ever printed.
    printed: Vec<u8>,
}

impl Typed {
    fn new(system: &System, folder: &Path) -> Self {
        Self { system: system.clone(), folder: folder.to_path_buf(), printed: Vec::new() }
    }

    async fn run(&mut self, arguments: &[&str]) -> Output {
        let stack = local::Description::path(&self.system.description.state_dir);
        let mut command = Command::new(System::programs().join("ro"));
        command.args(arguments).arg("--stack").arg(stack).env("XDG_STATE_HOME", &self.folder).stdin(Stdio::null());
        let output = command.output().await.unwrap();
        self.printed.extend([output.stdout.as_slice(), &output.stderr].concat());
        output
    }

    async fn json(&mut self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat()).await;
        assert!(output.status.success(), "ro {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stdout));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

#[tokio::test]
async fn the_command_makes_a_device_under_a_pin_raises_and_accepts_with_it_and_tells_nobody_pin_or_key() {
    let system = system().await;
    let folder = system.description.state_dir.join("device-typed");
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (pin, wrong, device) = (file("pin", "correct horse 7\n"), file("wrong", "battery staple\n"), folder.join("device.pem"));
    let device = device.to_string_lossy().into_owned();
    let by = ["--device", device.as_str(), "--pin-file", pin.as_str()];
    let mut ro = Typed::new(&system, &folder);

    let made = ro.json(&["device", "new", &device, "--person", HEAD, "--pin-file", &pin]).await;
    let (id, public) = (made["deviceId"].as_str().unwrap(), made["publicKey"].as_str().unwrap());
    let until = (Clock::system().now() + time::Duration::DAY).replace_nanosecond(0).unwrap();
    let until = until.format(&time::format_description::well_known::Rfc3339).unwrap();
    let enrol = ["device", "enrol", HEAD, "--public-key", public, "--until", &until, "--as", ONE];
    let proposed = ro.json(&enrol).await;
    let proposal = proposed["outcome"]["proposalId"].as_str().unwrap();
    let waiting = ro.run(&["grant", "waiting", "--as", OTHER]).await;
    assert!(String::from_utf8_lossy(&waiting.stdout).contains(id), "the second administrator sees which device");
    ro.json(&["grant", "confirm", proposal, "--as", OTHER]).await;

    let own = [&["whoami"][..], &by].concat();
    let known = async || match Typed::new(&system, &folder).run(&own).await.status.code() {
        Some(0) => Ok(()),
        other => Err(format!("exit status {other:?}")),
    };
    eventually("the service knows the new device by heart", SOON, known).await;
    assert_eq!(ro.json(&own).await["deviceId"], id);
    let raise = [&["concern", "raise", "he said it again", "--site", "mission", "--grade", "imminent"][..], &by].concat();
    let reference = ro.json(&raise).await["reference"].as_str().unwrap().to_owned();
    let accepted = ro.json(&[&["concern", "accept", &reference, "--audience", "head"][..], &by].concat()).await;
    assert_eq!(accepted["status"]["acceptedBy"], HEAD);
    let shown = ro.json(&[&["concern", "show", &reference][..], &by].concat()).await;
    assert_eq!(shown["concern"]["reference"], reference.as_str());
    let listed = ro.json(&[&["concern", "list"][..], &by].concat()).await;
    assert!(listed["concerns"].as_array().unwrap().iter().any(|concern| concern["reference"] == reference.as_str()));

    let mistyped = ro.run(&["concern", "list", "--device", &device, "--pin-file", &wrong]).await;
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&mistyped.stderr).contains("the PIN is wrong"));

    ro.json(&["device", "end", id, "--as", ONE]).await;
    let devices = ro.json(&["device", "list", HEAD, "--as", ONE]).await;
    assert!(devices["devices"].as_array().unwrap().iter().any(|one| one["deviceId"] == id && one["endedBy"] == ONE));
    let list = [&["concern", "list"][..], &by].concat();
    let ended = async || match Typed::new(&system, &folder).run(&list).await.status.code() {
        Some(1) => Ok(()),
        other => Err(format!("exit status {other:?}")),
    };
    eventually("an ended device is refused", SOON, ended).await;

    let sealed = fs::read_to_string(&device).unwrap();
    let key = sealed.lines().find(|line| line.len() == 64).unwrap();
    let logs = PROVIDED.map(|service| fs::read(&system.description.services[service].log).unwrap());
    for text in std::iter::once(ro.printed).chain(logs) {
        let text = String::from_utf8_lossy(&text);
        for secret in ["correct horse", "battery staple", key, "PRIVATE KEY"] {
            assert!(!text.contains(secret), "{secret} was told");
        }
    }
}
