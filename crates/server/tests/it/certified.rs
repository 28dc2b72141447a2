//! Test fixtures for certificates: an authority, certificates of every kind, and a service that answers each caller with its identity.

use std::{
    convert::Infallible,
    fs,
    future::{Ready, ready},
    path::{Path, PathBuf},
    sync::Arc,
    task::{Context, Poll},
};

use auth::access::{ANY_AUTHENTICATED, ANY_GRANTED, Access, Rule};
use base::{Caller, Clock, Ids};
use clap::Parser;
use http::{Request, Response};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType};
use server::{
    Process,
    client::{Bearer, Peer},
};
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};
use tonic::{
    Code, Status,
    body::Body,
    client::Grpc,
    server::NamedService,
    service::{Routes, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tower::Service;
use uuid::Uuid;

pub const FETCH: &str = "/example.v1.Library/Fetch";
pub const OPEN: &str = "/example.v1.Library/Open";
pub const URGENT: &str = "/example.v1.Library/Urgent";
pub const LEND: &str = "/example.v1.Library/Lend";
pub const RING: &str = "/example.v1.Library/Ring";
/// Only the service `cases` may fetch; whoever holds a grant may use what is open, an officer may lend, and whoever is proven may ring
/// or use what is urgent.
const RULES: &[Rule] = &[
    Rule { method: FETCH, permission: "book.fetch", clause: "R3c", allow: &["service:cases"] },
    Rule { method: OPEN, permission: "book.open", clause: "RM1c", allow: &[ANY_GRANTED] },
    Rule { method: LEND, permission: "book.lend", clause: "R3c", allow: &["rj-officer"] },
    Rule { method: RING, permission: "bell.ring", clause: "RM1c", allow: &[ANY_AUTHENTICATED] },
    Rule { method: URGENT, permission: "book.urgent", clause: "RM1c", allow: &[ANY_AUTHENTICATED] },
];

pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
#[derive(Clone)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.distinguished_name.push(DnType::CommonName, Uuid::from_u128(u128::from(next())).to_string());
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn service(&self, name: &str) -> Pair {
        self.sign(&[&format!("ro://service/{name}")], |_| ())
    }

    pub fn sign(&self, names: &[&str], change: impl Fn(&mut CertificateParams)) -> Pair {
        let now = Clock::system().now();
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        params.subject_alt_names.extend(names.iter().map(|name| SanType::URI((*name).try_into().unwrap())));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = (now - Duration::days(1), now + Duration::days(1));
        params.serial_number = Some(next().into());
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

fn next() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static SERIAL: AtomicU64 = AtomicU64::new(1000);
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// The files of one process: it reads them, the test writes them. They go when neither needs them.
#[derive(Clone)]
pub struct Files(Arc<Folder>);

struct Folder(PathBuf);

impl Files {
    pub fn new(authority: &str, pair: &Pair) -> Self {
        let dir = std::env::temp_dir().join(format!("ro-certificates-{}-{}", std::process::id(), next()));
        fs::create_dir_all(&dir).unwrap();
        let files = Self(Arc::new(Folder(dir)));
        files.write("ca.pem", authority);
        files.renew(pair);
        files
    }

    pub fn folder(&self) -> &Path {
        &self.0.0
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap();
    }

    pub fn renew(&self, pair: &Pair) {
        self.write("own.pem", &pair.certificate);
        self.write("own.key", &pair.key);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

#[derive(Parser)]
struct Config {
    #[command(flatten)]
    server: server::Settings,
}

/// A process with these files.
pub fn process(name: &'static str, files: &Files, port: u16) -> Process {
    process_with(name, files, port, &[])
}

fn process_with(name: &'static str, files: &Files, port: u16, more: &[&str]) -> Process {
    let at = |file: &str| files.folder().join(file).to_string_lossy().into_owned();
    let mut args = vec![name.to_owned(), "--listen".into(), format!("127.0.0.1:{port}")];
    args.extend(["--tls-cert".into(), at("own.pem"), "--tls-key".into(), at("own.key"), "--tls-ca".into(), at("ca.pem")]);
    if files.folder().join("jwks.json").is_file() {
        args.extend(["--identity-keys".into(), at("jwks.json")]);
    }
    args.extend(more.iter().map(|arg| (*arg).to_owned()));
    Process::new(proto::PROGRAMME, name, Config::parse_from(args).server, Clock::system(), Ids::random())
}

/// Starts the library as the service `intake`, where nobody holds a grant; the address it serves on.
pub fn serve(files: &Files) -> String {
    serve_as(files, &[], None)
}

/// The same with further settings.
pub fn serve_with(files: &Files, more: &[&str]) -> String {
    serve_as(files, more, None)
}

/// The same, with a database that knows what people may do.
pub fn serve_knowing(files: &Files, grants: Option<PgPool>) -> String {
    serve_as(files, &[], grants)
}

fn serve_as(files: &Files, more: &[&str], grants: Option<PgPool>) -> String {
    let port = harness::port::free();
    let process = process_with("intake", files, port, more);
    let kept = files.clone();
    tokio::spawn(async move {
        let access = Access { rules: RULES.into(), urgent: &[URGENT], ..Access::default() };
        let grants = grants.map(|pool| auth::grants::Copy::new(pool, None));
        process.serve_grpc_to(proto::DESCRIPTOR_BYTES, access, Routes::new(Library), grants).await.unwrap();
        drop(kept);
    });
    format!("https://127.0.0.1:{port}")
}

#[derive(Clone)]
struct Library;

impl NamedService for Library {
    const NAME: &'static str = "example.v1.Library";
}

impl Service<Request<Body>> for Library {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// A refusal that says who asked is answer enough.
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let caller = request.extensions().get::<Caller>().map_or("nobody", |caller| caller.subject.as_str());
        ready(Ok(Status::already_exists(caller).into_http()))
    }
}

/// What a caller is told: `Ok` with its own subject where it was let in.
pub async fn ask(peer: Peer, method: &'static str) -> Result<String, Status> {
    let mut grpc = Grpc::new(peer);
    grpc.ready().await.map_err(|_| Status::unavailable("no connection"))?;
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    match grpc.unary(tonic::Request::new(()), method.parse().unwrap(), codec).await {
        Err(status) if status.code() == Code::AlreadyExists => Ok(status.message().to_owned()),
        Err(status) => Err(status),
        Ok(_) => unreachable!("the library never answers otherwise"),
    }
}

/// A client that is not ours, with any certificate and any token.
pub fn outsider(url: &str, authority: &str, pair: Option<&Pair>, token: Option<&str>) -> Peer {
    let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    if let Some(pair) = pair {
        tls = tls.identity(Identity::from_pem(&pair.certificate, &pair.key));
    }
    let channel: Channel = Endpoint::from_shared(url.to_owned()).unwrap().tls_config(tls).unwrap().connect_lazy();
    InterceptedService::new(channel, Bearer::new(token).unwrap())
}

/// Waits until the library answers this caller.
pub async fn answered(url: &str, files: &Files, caller: &'static str) {
    let files = process(caller, files, 0);
    let look = async || ask(files.peer("intake", url).unwrap(), FETCH).await.map_err(|status| status.to_string());
    harness::wait::eventually("the library answers", crate::world::SOON, look).await;
}

pub fn an_hour_ago(params: &mut CertificateParams) {
    let now: OffsetDateTime = Clock::system().now();
    (params.not_before, params.not_after) = (now - Duration::days(2), now - Duration::hours(1));
}
