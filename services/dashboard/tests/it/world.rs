//! Test fixtures: the dashboard's router over the stand-in, and a browser reduced to cookies and forms.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use auth::{identity::Verifier, keys::Keys};
use axum::{Router, body::Body};
use base::{Clock, Ids};
use dashboard::{
    clients::{Addresses, Clients, Safety},
    frame::Shell,
    pages,
    provider::{Checks, DEADLINE, Provider, Settings, client::ClientProof},
    router::router,
    session::{Sessions, cookie::Cookies, seal::Seal},
    web::{App, streams::Streams, strip::Strip, watch::Watches},
};
use http::{Request, Response, StatusCode, header};
use local::identity::{AUDIENCE, ISSUER};
use proto::safety::v1::{RoleGrant, alarm_service_server::AlarmServiceServer, directory_service_server::DirectoryServiceServer};
use server::limits::Quota;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{
    provider::{CLIENT, TestProvider},
    safety::{StandIn, subject},
};

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(60);

/// How browsers reach the dashboard.
pub const PUBLIC: &str = "https://dashboard.example";

fn sessions(clock: &Clock, seal: &Seal) -> Sessions {
    Sessions::new(clock.clone(), Ids::random(), seal.clone(), Cookies { secure: true }, time::Duration::hours(12))
}

/// Every service at one address: the stand-in serves what a test needs of each.
fn all_at(url: &str) -> Addresses {
    let url = || url.to_owned();
    Addresses { intake: url(), cases: url(), safety: url(), notification: url(), reporting: url() }
}

/// A provider of another make.
pub struct Foreign {
    pub url: String,
    pub proof: ClientProof,
    /// File with its public keys.
    pub keys: PathBuf,
}

pub struct World {
    pub safety: StandIn,
    pub router: Router,
    pub places: Arc<Semaphore>,
    pub stop: CancellationToken,
    /// What the dashboard takes for the time.
    pub clock: Clock,
    pub provider: TestProvider,
    pub seal: Seal,
    app: App,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl World {
    pub async fn new() -> Self {
        Self::at(Clock::system(), None).await
    }

    /// With a clock that goes on when the test says so: no session ends because a machine is busy.
    pub async fn with_a_clock_of_its_own() -> Self {
        Self::at(Clock::fixed(Clock::system().now()), None).await
    }

    /// With a provider that runs already; the clock goes on when the test says so.
    pub async fn with_a_foreign_provider(foreign: Foreign) -> Self {
        let world = Self::at(Clock::fixed(Clock::system().now()), Some(foreign)).await;
        world.safety.believes_tokens.store(true, Ordering::SeqCst);
        world
    }

    async fn at(clock: Clock, foreign: Option<Foreign>) -> Self {
        let now = clock.now();
        let folder = std::env::temp_dir().join(format!("dashboard-{}", Ids::random().uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let provider = TestProvider::start(&folder.join("keys")).await;
        let safety = StandIn::new(now);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = tonic::transport::Server::builder()
            .add_service(AlarmServiceServer::new(safety.clone()))
            .add_service(DirectoryServiceServer::new(safety.clone()));
        tokio::spawn(served.serve_with_incoming(TcpListenerStream::new(listener)));
        let stop = CancellationToken::new();
        let places = Arc::new(Semaphore::new(100));
        let own = Foreign { url: provider.url.clone(), proof: ClientProof::Public, keys: provider.issuer.keys_file.clone() };
        let issuer = foreign.as_ref().map_or(ISSUER, |foreign| foreign.url.as_str()).to_owned();
        let foreign = foreign.unwrap_or(own);
        let keys = Keys::from_file(&foreign.keys).unwrap();
        let checks = Checks { verifier: Arc::new(Verifier::new(keys.clone(), &issuer, AUDIENCE)), keys };
        let settings = Settings {
            issuer: foreign.url,
            client: CLIENT.to_owned(),
            proof: foreign.proof,
            scopes: "openid".to_owned(),
            public_url: PUBLIC.to_owned(),
        };
        let seal = Seal::of_this_process().unwrap();
        let app = App {
            shell: Arc::new(Shell { entries: pages::entries(), ..Shell::default() }),
            clients: Clients::connect(&all_at(&url), None).unwrap(),
            safety: Safety::connect(&url, None).unwrap(),
            sessions: sessions(&clock, &seal),
            provider: Some(Provider::new(settings, https::Client::new(None, DEADLINE), checks).unwrap()),
            clock: clock.clone(),
            ids: Ids::random(),
            stop: stop.clone(),
            streams: Streams::for_connections(800),
            watches: Watches::default(),
            strip: Strip::new(pages::concern::strip::draw),
            places: places.clone(),
            uploads: dashboard::web::uploaded::Uploads::new(10 * 1024 * 1024),
            on_the_way: Arc::new(Semaphore::new(50)),
            sign_ins: Quota::new(1, 5),
        };
        Self { safety, router: router(app.clone()), places, stop, clock, provider, seal, app, folder }
    }

    /// A token that ends after this.
    pub fn token(&self, subject: &str, roles: &[&str], sites: &[&str], lasts: time::Duration) -> String {
        let issued = self.clock.now() - time::Duration::days(30) + lasts;
        let token = self.provider.issuer.token(subject, issued).unwrap();
        self.grant(subject, roles, sites);
        self.safety.callers.lock().unwrap().insert(token.clone(), subject.to_owned());
        token
    }

    /// What somebody may do from now on, as the directory would say it.
    pub fn grant(&self, subject: &str, roles: &[&str], sites: &[&str]) {
        let places: Vec<&str> = if sites.is_empty() { vec![""] } else { sites.to_vec() };
        let line = |role: &&str, site: &&str| RoleGrant { role: (*role).into(), site: (*site).into(), ..RoleGrant::default() };
        let grants = roles.iter().flat_map(|role| places.iter().map(move |site| line(role, site))).collect();
        self.safety.grants.lock().unwrap().insert(subject.to_owned(), grants);
    }

    /// Another instance of the dashboard, or the same one after a restart: it has the keys, and no memory.
    pub fn restarted(&self) -> Router {
        self.restarted_with(&self.seal)
    }

    /// One with other keys.
    pub fn restarted_with(&self, seal: &Seal) -> Router {
        router(App { sessions: sessions(&self.clock, seal), ..self.app.clone() })
    }

    /// Signs in at the provider.
    pub async fn sign_in(&self, subject: &str, role: &str) -> Browser {
        self.sign_in_for(subject, role, time::Duration::HOUR).await
    }

    pub async fn sign_in_for(&self, subject: &str, role: &str, lasts: time::Duration) -> Browser {
        let token = self.token(subject, &[role], &["mission"], lasts);
        self.sign_in_with(&token).await
    }

    pub async fn sign_in_with(&self, token: &str) -> Browser {
        let mut browser = self.stranger();
        let answer = self.through_the_provider(&mut browser, "/en/sign-in/start", token, None).await;
        assert_eq!(location(&answer), "/en/");
        browser.learn_form_token().await;
        browser
    }

    /// Signs in from an address on: the provider gives this access token. The last answer.
    pub async fn through_the_provider(&self, browser: &mut Browser, from: &str, token: &str, refresh: Option<&str>) -> Response<Body> {
        let begun = browser.begin(from).await;
        let id = self.provider.claims(&subject(token).unwrap(), &begun.nonce);
        let code = Ids::random().uuid().to_string();
        self.provider.give(&code, token, &id, refresh);
        browser.come_back(&format!("code={code}&state={}", begun.state)).await
    }

    pub fn stranger(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: String::new(), form_token: String::new() }
    }
}

/// A sign-in that was begun: what the provider is told of it.
pub struct Begun {
    pub address: String,
    pub state: String,
    pub nonce: String,
}

#[derive(Clone)]
pub struct Browser {
    pub router: Router,
    pub cookie: String,
    pub form_token: String,
}

/// A parameter of an address.
pub fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

impl Browser {
    /// Begins a sign-in.
    pub async fn begin(&mut self, from: &str) -> Begun {
        let answer = self.get(from).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{from}");
        self.keep(&answer);
        let address = location(&answer).to_owned();
        let of = |name: &str| parameter(&address, name).unwrap_or_else(|| panic!("no {name} in {address}"));
        Begun { state: of("state"), nonce: of("nonce"), address: address.clone() }
    }

    /// Comes back from the provider.
    pub async fn come_back(&mut self, query: &str) -> Response<Body> {
        let answer = self.get(&format!("/signed-in?{query}")).await;
        self.keep(&answer);
        answer
    }

    /// Keeps cookies as browsers do.
    pub fn keep(&mut self, answer: &Response<Body>) {
        for set in answer.headers().get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let others = self.cookie.split("; ").filter(|pair| !pair.is_empty() && !pair.starts_with(&format!("{name}=")));
            let mut pairs: Vec<String> = others.map(str::to_owned).collect();
            if !set.contains("Max-Age=0") {
                pairs.push(format!("{name}={value}"));
            }
            self.cookie = pairs.join("; ");
        }
    }

    pub async fn learn_form_token(&mut self) {
        let page = self.read("/en/raise").await;
        self.form_token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    }

    pub async fn get(&self, address: &str) -> Response<Body> {
        self.send(Request::get(address).body(Body::empty()).unwrap()).await
    }

    /// The text of a page that must be there.
    pub async fn read(&self, address: &str) -> String {
        let answer = self.get(address).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        text(answer).await
    }

    pub async fn post(&self, address: &str, fields: &[(&str, &str)]) -> Response<Body> {
        self.send(self.form(address, fields)).await
    }

    /// A form of ours: with the token of its session.
    pub async fn submit(&self, address: &str, fields: &[(&str, &str)]) -> Response<Body> {
        let token = self.form_token.clone();
        let fields: Vec<_> = fields.iter().copied().chain([("form_token", token.as_str())]).collect();
        self.post(address, &fields).await
    }

    pub fn form(&self, address: &str, fields: &[(&str, &str)]) -> Request<Body> {
        let escape = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        Request::post(address).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::from(body.join("&"))).unwrap()
    }

    pub async fn send(&self, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().insert(header::COOKIE, self.cookie.parse().unwrap());
        self.router.clone().oneshot(request).await.unwrap()
    }
}

pub async fn text(answer: Response<Body>) -> String {
    let bytes = axum::body::to_bytes(answer.into_body(), 4_000_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn location(answer: &Response<Body>) -> &str {
    answer.headers()[header::LOCATION].to_str().unwrap()
}
