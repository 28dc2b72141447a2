//! Test fixtures: the dashboard's router over the stand-in, and a browser reduced to cookies and forms.

use std::{path::PathBuf, sync::Arc, time::Duration};

use auth::{identity::Verifier, keys::Keys};
use axum::{Router, body::Body};
use base::{Clock, Ids};
use dashboard::{
    clients::{Addresses, Clients, Safety},
    frame::Shell,
    identities, pages,
    router::router,
    session::Sessions,
    web::App,
};
use http::{Request, Response, StatusCode, header};
use local::identity::{AUDIENCE, ISSUER, Issuer};
use proto::safety::v1::{RoleGrant, alarm_service_server::AlarmServiceServer, directory_service_server::DirectoryServiceServer};
use server::limits::{Quota, keyed_limit::KeyedLimit};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::safety::StandIn;

/// How long a test waits for what must come.
pub const SOON: Duration = Duration::from_secs(60);

/// Every service at one address: the stand-in serves what a test needs of each.
fn all_at(url: &str) -> Addresses {
    let url = || url.to_owned();
    Addresses { intake: url(), cases: url(), safety: url(), notification: url(), reporting: url() }
}

pub struct World {
    pub safety: StandIn,
    pub router: Router,
    pub places: Arc<Semaphore>,
    pub stop: CancellationToken,
    /// What the dashboard takes for the time.
    pub clock: Clock,
    issuer: Issuer,
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
        Self::with_people("[]").await
    }

    /// `people` are the development identities, as they stand in their file.
    pub async fn with_people(people: &str) -> Self {
        Self::at(people, Clock::system()).await
    }

    /// With a clock that goes on when the test says so: no session ends because a machine is busy.
    pub async fn with_a_clock_of_its_own() -> Self {
        Self::at("[]", Clock::fixed(Clock::system().now())).await
    }

    async fn at(people: &str, clock: Clock) -> Self {
        let now = clock.now();
        let folder = std::env::temp_dir().join(format!("dashboard-{}", Ids::random().uuid()));
        std::fs::create_dir_all(&folder).unwrap();
        let issuer = Issuer::open(&folder.join("keys")).unwrap();
        let file = folder.join("people.json");
        std::fs::write(&file, people).unwrap();
        let safety = StandIn::new(now);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = tonic::transport::Server::builder()
            .add_service(AlarmServiceServer::new(safety.clone()))
            .add_service(DirectoryServiceServer::new(safety.clone()));
        tokio::spawn(served.serve_with_incoming(TcpListenerStream::new(listener)));
        let stop = CancellationToken::new();
        let places = Arc::new(Semaphore::new(100));
        let app = App {
            shell: Arc::new(Shell { entries: pages::entries(), ..Shell::default() }),
            clients: Clients::connect(&all_at(&url), None).unwrap(),
            safety: Safety::connect(&url, None).unwrap(),
            sessions: Sessions::new(clock.clone(), Ids::random()),
            verifier: Some(Arc::new(Verifier::new(Keys::from_file(&issuer.keys_file).unwrap(), ISSUER, AUDIENCE))),
            people: Arc::new(identities::read(&file).unwrap()),
            clock: clock.clone(),
            ids: Ids::random(),
            stop: stop.clone(),
            streams: KeyedLimit::new(100, 8),
            places: places.clone(),
            on_the_way: Arc::new(Semaphore::new(50)),
            sign_ins: Quota::new(1, 5),
        };
        Self { safety, router: router(app), places, stop, clock, issuer, folder }
    }

    /// A token that ends after this.
    pub fn token(&self, subject: &str, roles: &[&str], sites: &[&str], lasts: time::Duration) -> String {
        let issued = self.clock.now() - time::Duration::days(30) + lasts;
        let token = self.issuer.token(subject, issued).unwrap();
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

    /// Signs in by the form.
    pub async fn sign_in(&self, subject: &str, role: &str) -> Browser {
        self.sign_in_for(subject, role, time::Duration::HOUR).await
    }

    pub async fn sign_in_for(&self, subject: &str, role: &str, lasts: time::Duration) -> Browser {
        let token = self.token(subject, &[role], &["mission"], lasts);
        self.sign_in_with(&token).await
    }

    pub async fn sign_in_with(&self, token: &str) -> Browser {
        let mut browser = self.stranger();
        let answer = browser.post("/en/sign-in", &[("token", token)]).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        browser.cookie = cookie.split(';').next().unwrap().to_owned();
        let page = browser.read("/en/raise").await;
        browser.form_token = page.split("name=\"form_token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        browser
    }

    pub fn stranger(&self) -> Browser {
        Browser { router: self.router.clone(), cookie: String::new(), form_token: String::new() }
    }
}

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookie: String,
    pub form_token: String,
}

impl Browser {
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
