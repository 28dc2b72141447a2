//! Renewal of certificates on disk while a service runs: the next connection uses the new ones, and a half-written file is never used.

use std::{
    io::Write,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use harness::wait::eventually;
use local::identity::Issuer;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use server::client::{Bearer, Peer};
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Certificate, ClientTlsConfig, Endpoint, Identity},
};

use crate::{
    certified::{Authority, FETCH, Files, Pair, RING, an_hour_ago, answered, ask, outsider, process, serve},
    world::SOON,
};

/// All that this test program logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn get() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let start = || {
            let log = Self::default();
            let writer = log.clone();
            let told = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).try_init();
            assert!(told.is_ok(), "somebody else writes the log");
            log
        };
        LOG.get_or_init(start).clone()
    }

    async fn tells(&self, part: &str) {
        let look = async || {
            let log = String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
            if log.lines().any(|line| line.contains("ERROR") && line.contains(part)) { Ok(()) } else { Err(log) }
        };
        eventually(part, SOON, look).await;
    }
}

/// The certificate that a new connection is shown.
async fn shown(url: &str, authority: &str) -> Vec<u8> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = tokio::net::TcpStream::connect(url.strip_prefix("https://").unwrap()).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connection = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
    connection.get_ref().1.peer_certificates().unwrap().first().unwrap().to_vec()
}

fn der(pair: &Pair) -> Vec<u8> {
    CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap().to_vec()
}

/// A client that counts the connections it has needed.
fn counting(url: &str, authority: &str, pair: &Pair) -> (Peer, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let connector = tower::service_fn(move |uri: http::Uri| {
        counted.fetch_add(1, Ordering::Relaxed);
        async move {
            let address = uri.authority().unwrap().as_str().to_owned();
            tokio::net::TcpStream::connect(address).await.map(hyper_util::rt::TokioIo::new)
        }
    });
    let tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).identity(Identity::from_pem(&pair.certificate, &pair.key));
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap().tls_config(tls).unwrap();
    let channel = endpoint.connect_with_connector_lazy(connector);
    (InterceptedService::new(channel, Bearer::new(None).unwrap()), count)
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_new_connections_a_half_written_one_to_none_and_old_connections_live_on() {
    let log = Log::get();
    let authority = Authority::new();
    let (first, second, cases) = (authority.service("intake"), authority.service("intake"), authority.service("cases"));
    let files = Files::new(&authority.pem(), &first);
    let url = serve(&files);
    answered(&url, &Files::new(&authority.pem(), &cases), "cases").await;
    let (old, connections) = counting(&url, &authority.pem(), &cases);
    assert_eq!(ask(old.clone(), FETCH).await.unwrap(), "service:cases");
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));

    // Half of it, none of it, the whole without its key, one that is over, one of a stranger: each is told and none is used.
    let (half, _) = second.certificate.split_at(second.certificate.len() / 2);
    files.write("own.pem", half);
    log.tells("the certificate is no PEM file").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));
    files.write("own.pem", "");
    log.tells("the certificate's file holds none").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));
    files.write("own.pem", &second.certificate);
    log.tells("the certificate and its key cannot be used together").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));
    files.write("own.key", "-----BEGIN PRIVATE KEY-----\nAAAA");
    log.tells("the certificate's key is no PEM file").await;
    files.renew(&authority.sign(&["ro://service/intake"], an_hour_ago));
    log.tells("the certificate is not one of the authority's, or not valid now").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));
    std::fs::remove_file(files.folder().join("own.key")).unwrap();
    log.tells("cannot read the certificate's key").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&first));

    files.renew(&second);
    let look = async || {
        let seen = shown(&url, &authority.pem()).await;
        if seen == der(&second) { Ok(()) } else { Err("the first is still shown".to_owned()) }
    };
    eventually("the new certificate is shown", SOON, look).await;
    assert_eq!(ask(old, FETCH).await.unwrap(), "service:cases");
    assert_eq!(connections.load(Ordering::Relaxed), 1, "the old connection was cut");
}

#[tokio::test]
async fn a_certificate_that_ends_within_a_week_is_told_of_and_used_until_then() {
    let log = Log::get();
    let authority = Authority::new();
    let soon = authority.sign(&["ro://service/intake"], |params| {
        params.not_after = base::Clock::system().now() + time::Duration::days(6);
    });
    let files = Files::new(&authority.pem(), &soon);
    let url = serve(&files);
    answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
    log.tells("the certificate of this process ends within a week").await;
    assert_eq!(shown(&url, &authority.pem()).await, der(&soon));
}

#[tokio::test]
async fn services_move_to_another_authority_without_a_restart_and_the_old_one_then_opens_no_door() {
    let (before, after) = (Authority::new(), Authority::new());
    let files = [Files::new(&before.pem(), &before.service("intake")), Files::new(&before.pem(), &before.service("cases"))];
    let url = serve(&files[0]);
    answered(&url, &files[1], "cases").await;
    // One process for the whole move: each peer it makes opens a new connection with what it holds then.
    let cases = process("cases", &files[1], 0);
    assert_eq!(ask(cases.peer("intake", &url).unwrap(), FETCH).await.unwrap(), "service:cases");

    let both = format!("{}{}", before.pem(), after.pem());
    files.iter().for_each(|files| files.write("ca.pem", &both));
    let newcomer = after.service("cases");
    let in_with = async |pair: &Pair, authority: &str| ask(outsider(&url, authority, Some(pair), None), FETCH).await;
    let look = async || in_with(&newcomer, &both).await.map_err(|status| status.to_string());
    eventually("the new authority is trusted", SOON, look).await;

    files[0].renew(&after.service("intake"));
    files[1].renew(&newcomer);
    let look = async || in_with(&newcomer, &after.pem()).await.map_err(|status| status.to_string());
    eventually("the service shows its new certificate", SOON, look).await;

    files.iter().for_each(|files| files.write("ca.pem", &after.pem()));
    let straggler = before.service("cases");
    let look = async || match in_with(&straggler, &after.pem()).await {
        Err(_) => Ok(()),
        Ok(_) => Err("it is still let in".to_owned()),
    };
    eventually("a certificate of the old authority is refused", SOON, look).await;
    let look = async || ask(cases.peer("intake", &url).unwrap(), FETCH).await.map_err(|status| status.to_string());
    assert_eq!(eventually("the caller has moved too", SOON, look).await, "service:cases");
}

#[tokio::test]
async fn the_token_of_a_new_signing_key_opens_the_door_without_a_restart_and_one_of_the_former_key_no_longer() {
    let authority = Authority::new();
    let files = Files::new(&authority.pem(), &authority.service("intake"));
    let issuer = Issuer::open(files.folder()).unwrap();
    let url = serve(&files);
    answered(&url, &Files::new(&authority.pem(), &authority.service("cases")), "cases").await;
    let now = base::Clock::system().now();
    let former = issuer.token("rj-officer-1", now).unwrap();
    let enters = async |token: &str| ask(outsider(&url, &authority.pem(), None, Some(token)), RING).await;
    assert!(enters(&former).await.is_ok());

    std::fs::remove_file(files.folder().join("token-signing.pem")).unwrap();
    let renewed = Issuer::open(files.folder()).unwrap().token("rj-officer-1", now).unwrap();
    let look = async || enters(&renewed).await.map_err(|status| status.to_string());
    eventually("the new key is believed", SOON, look).await;
    assert_eq!(enters(&former).await.unwrap_err().code(), tonic::Code::Unauthenticated);
}
