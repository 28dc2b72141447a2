//! Push to browsers with the page closed: what one shows, however its push service fails, and that nobody else waits for it.

use std::{
    fs::OpenOptions,
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use aws_lc_rs::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use harness::uniform::asked;
use notification::{
    app::push::push_due,
    bus::Concerns,
    channels::push::Pusher,
    domain::{gateway::Hints, push::Lane},
};
use proto::{
    notification::v1::{
        AddChannelRequest, Browser, Channel, DeliveryState, ListChannelsRequest, ListChannelsResponse, RemoveChannelRequest,
        channel_service_server::ChannelService as _,
    },
    safety::v1::{Audience, ConcernChanged, Grade},
    subject,
};
use time::Duration;
use tonic::Status;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use super::{
    stand_in::{Does, StandIn},
    world::{CONCERN, World, hear, person, ring_head, world},
};

const HEAD: &str = "head-mission-1";

/// A browser as a push service reads nothing of.
struct Handset {
    key: PrivateKey,
    auth: [u8; 16],
    path: &'static str,
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derived(from: &Prk, info: &[u8], length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    from.expand(&[info], Length(length)).unwrap().fill(&mut bytes).unwrap();
    bytes
}

impl Handset {
    fn new(path: &'static str) -> Self {
        Self { key: PrivateKey::generate(&ECDH_P256).unwrap(), auth: [9; 16], path }
    }

    fn browser(&self, service: &StandIn, push_key: &str) -> Browser {
        Browser {
            endpoint: format!("http://{}/{}", service.place, self.path),
            public_key: BASE64.encode(self.key.compute_public_key().unwrap()),
            auth: BASE64.encode(self.auth),
            push_key: push_key.to_owned(),
        }
    }

    /// The message as the browser reads it (RFC 8291).
    fn shows(&self, body: &[u8]) -> serde_json::Value {
        let (salt, theirs, mut record) = (&body[..16], &body[21..86], body[86..].to_vec());
        let own = self.key.compute_public_key().unwrap();
        let info = [b"WebPush: info\0", own.as_ref(), theirs].concat();
        let shared = |shared: &[u8]| Ok(derived(&Salt::new(HKDF_SHA256, &self.auth).extract(shared), &info, 32));
        let shared = agree(&self.key, UnparsedPublicKey::new(&ECDH_P256, theirs), Unspecified, shared).unwrap();
        let from = Salt::new(HKDF_SHA256, salt).extract(&shared);
        let key = UnboundKey::new(&AES_128_GCM, &derived(&from, b"Content-Encoding: aes128gcm\0", 16)).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(&derived(&from, b"Content-Encoding: nonce\0", 12)).unwrap();
        let plain = LessSafeKey::new(key).open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        let end = plain.iter().rposition(|byte| *byte != 0).unwrap();
        assert_eq!(plain[end], 2, "the last record");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

/// Keys of the deployment in a file of their own.
fn key_file(lines: &str) -> PathBuf {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("ro-push-{}-{number}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
    path
}

fn pusher(service: &StandIn, lines: &str) -> Pusher {
    let path = key_file(lines);
    let hints = Hints { dashboard: None, telephone: Some("+1 613 555 0100".into()) };
    let pusher = Pusher::new(&path, "mailto:operations@example.org", std::slice::from_ref(&service.place), hints).unwrap();
    std::fs::remove_file(path).unwrap();
    pusher
}

fn first_key() -> String {
    format!("1 {}\n", "11".repeat(32))
}

impl World {
    async fn channels(&self, subject: &str) -> ListChannelsResponse {
        let request = asked(&person(subject), ListChannelsRequest {});
        self.service.list_channels(request).await.unwrap().into_inner()
    }

    async fn enrol(&self, subject: &str, browser: Browser) -> Result<String, Status> {
        let request =
            asked(&person(subject), AddChannelRequest { browser: Some(browser), name: "Firefox, Android".to_owned(), number: None });
        self.service.add_channel(request).await.map(|answer| answer.into_inner().channel_id)
    }

    async fn remove(&self, subject: &str, channel_id: &str) -> Result<(), Status> {
        let request = asked(&person(subject), RemoveChannelRequest { channel_id: channel_id.to_owned() });
        self.service.remove_channel(request).await.map(|_| ())
    }

    /// One pass in every lane; returns how many were tried.
    async fn push(&self) -> usize {
        let mut tried = 0;
        for lane in Lane::ALL {
            tried += push_due(&self.app, self.app.pusher.as_ref().unwrap(), lane).await.unwrap();
        }
        tried
    }
}

/// A world with a push service.
async fn with(service: &StandIn, lines: &str) -> World {
    let mut world = world().await;
    world.app = world.app.clone().with_pusher(Some(pusher(service, lines)));
    world.service = notification::grpc::Server { app: world.app.clone() };
    world
}

/// The head of Mission has enrolled a browser, and was shown that it rings.
async fn enrolled(service: &StandIn) -> (World, Handset) {
    let (world, handset) = (with(service, &first_key()).await, Handset::new("a"));
    let key = world.channels(HEAD).await.push_key;
    world.enrol(HEAD, handset.browser(service, &key)).await.unwrap();
    assert_eq!(world.push().await, 1);
    world.clock.advance(Duration::SECOND);
    (world, handset)
}

/// The newest push of the ledger, as (state, attempts, reason).
async fn newest(world: &World) -> (DeliveryState, i32, String) {
    world.lines(Channel::Push).await.remove(0)
}

fn line(state: DeliveryState, attempts: i32, reason: &str) -> (DeliveryState, i32, String) {
    (state, attempts, reason.to_owned())
}

fn reason(refused: Result<impl Sized, Status>) -> String {
    refused.err().unwrap().get_details_error_info().unwrap().reason
}

#[tokio::test]
async fn a_closed_browser_shows_which_ring_how_urgent_where_to_accept_and_the_push_service_reads_nothing_of_it() {
    let service = StandIn::up(&[]).await;
    let (world, handset) = enrolled(&service).await;
    world.prefers(HEAD, "fr", "").await.unwrap();
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert_eq!(newest(&world).await, line(DeliveryState::Pending, 0, ""));
    assert_eq!(world.push().await, 1);
    assert_eq!(newest(&world).await, line(DeliveryState::Delivered, 1, ""));

    let came = service.raw();
    let (shown, (head, body)) = (handset.shows(&came[0].1), &came[1]);
    assert!(shown["title"].as_str().unwrap().contains("This browser is rung"), "{shown}");
    let shown = handset.shows(body);
    assert_eq!(shown["title"], "RISQUE IMMINENT\u{a0}: RS-7KDM-Q4XP");
    assert!(shown["body"].as_str().unwrap().contains("+1 613 555 0100"));
    assert_eq!(shown["open"], format!("/fr/concerns/{}", Uuid::from_u128(CONCERN)));
    assert!(!shown.to_string().contains("marker"), "{shown}");
    for header in ["urgency: high", "content-encoding: aes128gcm", "ttl: ", "authorization: vapid t=", "topic: "] {
        assert!(head.contains(header), "{head}");
    }
    assert!(!String::from_utf8_lossy(body).contains("RS-7KDM") && !head.contains("RS-7KDM"), "{head}");
    assert_eq!(world.push().await, 0, "rung once");
    let listed = world.channels(HEAD).await.channels.remove(0);
    assert!(listed.used_at.is_some() && listed.reason.is_empty() && listed.name == "Firefox, Android" && !listed.former_key);
}

#[tokio::test]
async fn a_push_service_that_fails_in_any_way_is_asked_again_and_the_ring_is_neither_lost_nor_doubled() {
    let service = StandIn::up(&[]).await;
    let (world, _) = enrolled(&service).await;
    let does = [Does::Answer(500, ""), Does::Says(429, "retry-after: 40"), Does::HangsUp, Does::Babbles, Does::Answer(302, "")];
    does.into_iter().for_each(|does| service.then(does));
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    let expected =
        [(5, "push-refused"), (40, "push-refused"), (60, "push-unreachable"), (60, "push-unreachable"), (60, "push-unreachable")];
    for (attempt, (pause, reason)) in (1..).zip(expected) {
        assert_eq!(world.push().await, 1);
        assert_eq!(newest(&world).await, line(DeliveryState::Retrying, attempt, reason));
        world.clock.advance(Duration::seconds(pause - 1));
        assert_eq!(world.push().await, 0, "no sooner than it may be");
        world.clock.advance(Duration::SECOND);
    }
    assert_eq!(world.channels(HEAD).await.channels[0].reason, "push-unreachable");
    assert_eq!(world.push().await, 1);
    assert_eq!(newest(&world).await, line(DeliveryState::Delivered, 6, ""));
    world.clock.advance(Duration::HOUR);
    assert_eq!((world.push().await, service.came().len()), (0, 7));
}

#[tokio::test]
async fn a_browser_that_is_gone_is_no_channel_any_more_and_the_mail_leaves_at_once() {
    for gone in [404, 410] {
        let service = StandIn::up(&[]).await;
        let (world, _) = enrolled(&service).await;
        service.then(Does::Answer(gone, ""));
        world.prefers(HEAD, "fr", "ada.exemple@csc-scc.gc.ca").await.unwrap();
        world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
        // A mail system that does not answer has put it off.
        sqlx::query("update delivery set state = 'retrying', attempts = 4, due_at = $1 where channel = 'email'")
            .bind(world.clock.now() + Duration::minutes(15))
            .execute(&world.admin)
            .await
            .unwrap();
        assert_eq!(world.push().await, 1);
        assert_eq!(newest(&world).await, line(DeliveryState::Failed, 1, "push-gone"));
        assert!(world.channels(HEAD).await.channels.is_empty());
        let due = format!("select count(*) from delivery where channel = 'email' and due_at <= '{}'", world.clock.now());
        assert_eq!(sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(due)).fetch_one(&world.admin).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_silent_push_service_holds_up_no_inbox_and_no_push_to_another() {
    let (silent, quick) = (StandIn::up(&[Does::Answer(201, ""), Does::IsSilent]).await, StandIn::up(&[]).await);
    let mut world = with(&silent, &first_key()).await;
    let path = key_file(&first_key());
    let both = [silent.place.clone(), quick.place.clone()];
    world.app.pusher = Some(Pusher::new(&path, "mailto:operations@example.org", &both, Hints::default()).unwrap());
    world.service = notification::grpc::Server { app: world.app.clone() };
    let key = world.channels(HEAD).await.push_key;
    world.enrol(HEAD, Handset::new("a").browser(&silent, &key)).await.unwrap();
    assert_eq!(world.push().await, 1);
    world.enrol(HEAD, Handset::new("b").browser(&quick, &key)).await.unwrap();
    assert_eq!(world.push().await, 1);
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    let pusher = world.app.pusher.clone().unwrap();
    let pushing = push_due(&world.app, &pusher, Lane::Imminent);
    let others = async {
        while quick.came().len() < 2 {
            tokio::task::yield_now().await;
        }
        world.by_bus(&ring_head(1, Grade::Concern)).await.unwrap();
        world.inbox(&person(HEAD)).await.len()
    };
    let (tried, items) = tokio::join!(pushing, others);
    assert_eq!((tried.unwrap(), items), (2, 1));
    assert_eq!(world.count("select count(*) from delivery where channel = 'push' and reason = 'push-timeout'").await, 1);
}

#[tokio::test]
async fn a_browser_elsewhere_than_at_a_push_service_of_the_deployment_is_never_asked() {
    let service = StandIn::up(&[]).await;
    let world = with(&service, &first_key()).await;
    let (key, handset) = (world.channels(HEAD).await.push_key, Handset::new("a"));
    let good = handset.browser(&service, &key);
    for endpoint in ["http://127.0.0.1:5432/x", "http://169.254.169.254/latest", "https://evil.example/x", "file:///etc/passwd", ""] {
        let elsewhere = Browser { endpoint: endpoint.to_owned(), ..good.clone() };
        assert_eq!(reason(world.enrol(HEAD, elsewhere).await), "push-host-forbidden", "{endpoint}");
    }
    let keyless = Browser { auth: String::new(), ..good.clone() };
    assert_eq!(reason(world.enrol(HEAD, keyless).await), "subscription-malformed");
    let former = Browser { push_key: "of-before".to_owned(), ..good };
    assert_eq!(reason(world.enrol(HEAD, former).await), "push-key-former");
    assert_eq!(world.count("select count(*) from channel").await, 0);
    // A host that the deployer takes off the list is not asked either.
    let (mut world, _) = enrolled(&service).await;
    let path = key_file(&first_key());
    world.app.pusher = Some(Pusher::new(&path, "mailto:operations@example.org", &[], Hints::default()).unwrap());
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert_eq!(world.push().await, 1);
    assert_eq!(newest(&world).await, line(DeliveryState::Failed, 1, "push-host-forbidden"));
    assert_eq!(service.came().len(), 1);
}

#[tokio::test]
async fn a_browser_rings_for_whoever_enrolled_it_last_and_nobody_sees_or_removes_that_of_another() {
    let service = StandIn::up(&[]).await;
    let (world, handset) = enrolled(&service).await;
    let key = world.channels(HEAD).await.push_key;
    let former = world.channels(HEAD).await.channels.remove(0).channel_id;
    assert_eq!(world.remove("mediator-9", &former).await.unwrap_err().code(), tonic::Code::NotFound);
    assert_eq!(world.remove("mediator-9", "no id").await.unwrap_err().code(), tonic::Code::NotFound);
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    // Another person signs in at the same browser before the push has left.
    let now = world.enrol("mediator-9", handset.browser(&service, &key)).await.unwrap();
    assert!(world.channels(HEAD).await.channels.is_empty());
    assert_eq!(world.push().await, 2);
    assert_eq!(service.came().len(), 2, "only the one that shows the new person that it works");
    assert_eq!(world.count("select count(*) from delivery where reason = 'channel-removed' and recipient = 'head-mission-1'").await, 1);
    world.remove("mediator-9", &now).await.unwrap();
    assert_eq!(world.count("select count(*) from channel").await, 0);
}

#[tokio::test]
async fn what_was_accepted_is_pushed_no_more() {
    let service = StandIn::up(&[]).await;
    let (world, _) = enrolled(&service).await;
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    let accepted = ConcernChanged {
        concern_id: Uuid::from_u128(CONCERN).to_string(),
        what: "accepted".into(),
        audience: Audience::ResponsibleHead.into(),
        ..ConcernChanged::default()
    };
    hear(&world.app.pool, &Concerns { app: world.app.clone() }, subject::CONCERN_CHANGED, &accepted).await.unwrap();
    assert_eq!(world.push().await, 0);
    assert_eq!(newest(&world).await, line(DeliveryState::Withheld, 0, "accepted"));
}

#[tokio::test]
async fn a_new_key_is_offered_at_once_and_the_former_one_signs_for_its_browsers_until_it_is_taken_out() {
    let service = StandIn::up(&[]).await;
    let (mut world, _) = enrolled(&service).await;
    let former = world.channels(HEAD).await.push_key;
    world.app.pusher = Some(pusher(&service, &format!("{}2 {}\n", first_key(), "22".repeat(32))));
    world.service = notification::grpc::Server { app: world.app.clone() };
    let listed = world.channels(HEAD).await;
    assert!(listed.push_key != former && listed.channels[0].former_key);
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert_eq!(world.push().await, 1);
    assert!(service.came().last().unwrap().0.contains(&format!(", k={former}")));
    world.app.pusher = Some(pusher(&service, &format!("2 {}\n", "22".repeat(32))));
    world.clock.advance(Duration::SECOND);
    world.by_bus(&ring_head(1, Grade::Imminent)).await.unwrap();
    assert_eq!(world.push().await, 1);
    assert_eq!(newest(&world).await, line(DeliveryState::Failed, 1, "push-key-gone"));
}

#[tokio::test]
async fn a_person_has_at_most_ten_channels_and_the_same_browser_again_is_one() {
    let service = StandIn::up(&[]).await;
    let world = with(&service, &first_key()).await;
    let key = world.channels(HEAD).await.push_key;
    for path in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "j"] {
        world.enrol(HEAD, Handset::new(path).browser(&service, &key)).await.unwrap();
    }
    assert_eq!(reason(world.enrol(HEAD, Handset::new("k").browser(&service, &key)).await), "too-many-channels");
    assert_eq!(world.channels(HEAD).await.channels.len(), 10);
    // What is stored tells nobody where the browsers are.
    let clear = "select count(*) from channel where place_sealed::text || name_sealed::text || place_index like '%127.0.0.1%'";
    assert_eq!(world.count(clear).await, 0);
}

#[tokio::test]
async fn without_push_services_no_push_stands_on_the_ledger_and_none_can_be_enrolled() {
    let (service, world) = (StandIn::up(&[]).await, world().await);
    assert_eq!(world.channels(HEAD).await.push_key, "");
    assert_eq!(reason(world.enrol(HEAD, Handset::new("a").browser(&service, "")).await), "push-not-configured");
    world.by_bus(&ring_head(0, Grade::Imminent)).await.unwrap();
    assert!(world.lines(Channel::Push).await.is_empty());
}
