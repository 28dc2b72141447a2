//! Signing in at a certified OpenID provider that is not ours: `oidc-provider` of npm, at the version of the lock file beside this.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use base::{Clock, Ids, Private};
use dashboard::provider::client::{ClientKey, ClientProof};
use http::{StatusCode, header};
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, JwkSet},
};
use local::{identity::Issuer, ports::Picker, state};
use proto::role;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines},
    net::TcpStream,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use super::world::{Browser, Foreign, PUBLIC, SOON, World, location, text};

const SECRET: &str = "a secret that only this test and its provider know";
const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("certified/package.json")),
    ("package-lock.json", include_str!("certified/package-lock.json")),
    ("provider.mjs", include_str!("certified/provider.mjs")),
];

/// The provider's folder in the cache of tools, fetched by the lock file; nothing where this machine has no Node.js or no registry.
async fn fetched() -> Result<PathBuf, String> {
    let node = Command::new("node").arg("--version").output().await.map_err(|_| "Node.js is not installed")?;
    if !node.status.success() {
        return Err("Node.js does not run".to_owned());
    }
    let version = FILES[0].1.split("\"oidc-provider\": \"").nth(1).unwrap().split('"').next().unwrap();
    let tools = state::tools_dir();
    state::prepare(&tools).map_err(|error| error.to_string())?;
    let place = tools.join(format!("oidc-provider-{version}"));
    if !place.join("node_modules/oidc-provider").is_dir() {
        let fresh = tools.join(format!("oidc-provider-{version}.new-{}", std::process::id()));
        fs::create_dir_all(&fresh).unwrap();
        for (name, text) in FILES {
            fs::write(fresh.join(name), text).unwrap();
        }
        let fetch = Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&fresh).output();
        let done = timeout(Duration::from_secs(300), fetch).await;
        let fetched = matches!(&done, Ok(Ok(output)) if output.status.success());
        // Somebody else may have been faster.
        let moved = fetched && (fs::rename(&fresh, &place).is_ok() || place.is_dir());
        let _gone = fs::remove_dir_all(&fresh);
        if !moved {
            return Err("npm cannot fetch it (no registry, or no npm)".to_owned());
        }
    }
    fs::write(place.join("provider.mjs"), FILES[2].1).map_err(|error| error.to_string())?;
    Ok(place)
}

/// What a provider and its client sign with.
enum With {
    /// ES256, and a secret of the client's.
    EllipticCurve,
    /// RS256, and the client's own key.
    Rsa,
}

/// A key and the key set with its public half, in files of this folder.
fn signing_key(folder: &Path, with: &With) -> PathBuf {
    if matches!(with, With::EllipticCurve) {
        Issuer::open(folder).unwrap();
        return folder.join("token-signing.pem");
    }
    fs::create_dir_all(folder).unwrap();
    let pem = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap().serialize_pem();
    let mut key = Jwk::from_encoding_key(&EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), Algorithm::RS256).unwrap();
    key.common.key_id = Some("ro-local-1".to_owned());
    fs::write(folder.join("jwks.json"), serde_json::to_vec(&JwkSet { keys: vec![key] }).unwrap()).unwrap();
    fs::write(folder.join("signing.pem"), pem).unwrap();
    folder.join("signing.pem")
}

/// The running provider; it ends with this value.
struct Certified {
    _child: Child,
    /// What it says goes on being taken: a closed pipe would end it.
    _said: Lines<BufReader<ChildStdout>>,
    url: String,
    folder: PathBuf,
    client_key: Option<PathBuf>,
}

impl Drop for Certified {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

impl Certified {
    async fn start(place: &Path, with: &With) -> Self {
        let folder = std::env::temp_dir().join(format!("dashboard-certified-{}", Ids::random().uuid()));
        let key = signing_key(&folder, with);
        let (algorithm, client_key) = match with {
            With::EllipticCurve => ("ES256", None),
            With::Rsa => ("RS256", Some(folder.join("client.pem"))),
        };
        if let Some(path) = &client_key {
            fs::write(path, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
        }
        let port = Picker::default().any().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(place)
            .env("ISSUER", &url)
            .env("PUBLIC", PUBLIC)
            .env("ALGORITHM", algorithm)
            .env("KEY", key)
            .env("SECRET", SECRET)
            .env("CLIENT_KEY", client_key.as_deref().unwrap_or(Path::new("")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let listening = timeout(SOON, said.next_line()).await.expect("the provider does not start").unwrap();
        assert_eq!(listening.as_deref(), Some("listening"));
        Self { _child: child, _said: said, url, folder, client_key }
    }

    /// How the dashboard proves itself to it.
    fn proof(&self) -> ClientProof {
        let Some(path) = &self.client_key else { return ClientProof::Secret(Private::new(SECRET.to_owned())) };
        let pem = Private::new(fs::read_to_string(path).unwrap());
        ClientProof::Key(Box::new(ClientKey::from_pem(&pem, None, Clock::system(), Ids::random()).unwrap()))
    }
}

/// The provider as the same browser sees it.
#[derive(Default)]
struct Jar(Vec<(String, String)>);

struct Answer {
    location: Option<String>,
    text: String,
}

impl Jar {
    async fn send(&mut self, method: &str, address: &str, form: &str) -> Answer {
        let rest = address.strip_prefix("http://").unwrap_or_else(|| panic!("{address} is not the provider's"));
        let (host, path) = rest.split_at(rest.find('/').unwrap());
        let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            cookies.join("; "),
            form.len()
        );
        let mut stream = TcpStream::connect(host).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        timeout(SOON, stream.read_to_string(&mut text)).await.unwrap().unwrap();
        let headers = text.split("\r\n\r\n").next().unwrap().lines().filter_map(|line| line.split_once(": "));
        let mut location = None;
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("set-cookie") {
                let (key, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.0.retain(|(known, _)| known != key);
                if !value.is_empty() {
                    self.0.push((key.to_owned(), value.to_owned()));
                }
            } else if name.eq_ignore_ascii_case("location") {
                location = Some(if value.starts_with('/') { format!("http://{host}{value}") } else { value.to_owned() });
            }
        }
        Answer { location, text }
    }

    /// Follows the provider until it leads back to the dashboard; whether the person was asked, and the query of the way back.
    async fn follow(&mut self, address: &str, person: &str) -> (bool, String) {
        let (mut next, mut asked) = (address.to_owned(), false);
        for _ in 0..10 {
            if let Some(query) = next.strip_prefix(&format!("{PUBLIC}/signed-in?")) {
                return (asked, query.to_owned());
            }
            let answer = if next.contains("/interaction/") {
                asked = true;
                self.send("POST", &next, &format!("prompt=login&login={person}&password=any")).await
            } else {
                self.send("GET", &next, "").await
            };
            next = answer.location.unwrap_or_else(|| panic!("{next} leads nowhere: {}", answer.text));
        }
        panic!("the provider leads round and round: {next}");
    }

    async fn sign_in(&mut self, browser: &mut Browser, from: &str) -> (bool, http::Response<axum::body::Body>) {
        let begun = browser.begin(from).await;
        let (asked, query) = self.follow(&begun.address, "rj-officer-1").await;
        let answer = browser.come_back(&query).await;
        if answer.status() != StatusCode::SEE_OTHER {
            panic!("{query}: {}", text(answer).await);
        }
        (asked, answer)
    }
}

fn renews(answer: &http::Response<axum::body::Body>) -> bool {
    answer.headers().get_all(header::SET_COOKIE).iter().any(|cookie| cookie.to_str().unwrap().contains("ro_session="))
}

#[tokio::test]
async fn a_certified_provider_that_is_not_ours_signs_in_asks_anew_renews_and_signs_out() {
    let place = match fetched().await {
        Ok(place) => place,
        Err(why) => return println!("SKIPPED: nobody signed in at a certified provider, because {why}"),
    };
    signs_in_and_out(&place, With::EllipticCurve).await;
    signs_in_and_out(&place, With::Rsa).await;
}

async fn signs_in_and_out(place: &Path, with: With) {
    let certified = Certified::start(place, &with).await;
    let foreign = Foreign { url: certified.url.clone(), proof: certified.proof(), keys: certified.folder.join("jwks.json") };
    let world = World::with_a_foreign_provider(foreign).await;
    world.grant("rj-officer-1", &[role::RJ_OFFICER], &[]);
    let (mut browser, mut jar) = (world.stranger(), Jar::default());

    let (asked, answer) = jar.sign_in(&mut browser, "/en/sign-in/start?next=/en/concerns/x").await;
    assert!(asked);
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, "/en/concerns/x"));
    browser.learn_form_token().await;
    let raised = browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c1"), ("text", "typed")]).await;
    assert_eq!(raised.status(), StatusCode::SEE_OTHER);

    // Whoever is signed in there is not asked, and is when an acceptance needs it.
    let (asked, answer) = jar.sign_in(&mut world.stranger(), "/fr/sign-in/start").await;
    assert_eq!((asked, location(&answer)), (false, "/fr/"));
    let (asked, answer) = jar.sign_in(&mut browser, "/en/sign-in/start?again=1&next=/en/concerns/x").await;
    assert_eq!((asked, location(&answer)), (true, "/en/concerns/x"));
    assert_eq!(
        browser.submit("/en/raise", &[("grade", "2"), ("concern_id", "c2"), ("text", "typed before")]).await.status(),
        StatusCode::SEE_OTHER
    );

    // Each refresh token is good once: the second renewal needs what the first one gave.
    for minutes in [9, 2] {
        world.clock.advance(time::Duration::minutes(minutes));
        let answer = browser.get("/en/raise").await;
        assert_eq!((answer.status(), renews(&answer)), (StatusCode::OK, true));
        browser.keep(&answer);
        browser.router = world.restarted();
    }

    let out = browser.submit("/en/sign-out", &[]).await;
    let page = jar.send("GET", location(&out), "").await.text;
    let xsrf = page.split("name=\"xsrf\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap();
    let left = jar.send("POST", &format!("{}/session/end/confirm", certified.url), &format!("xsrf={xsrf}&logout=yes")).await;
    assert_eq!(left.location.as_deref(), Some(format!("{PUBLIC}/signed-out?state=en").as_str()));
    assert_eq!(browser.get("/en/raise").await.status(), StatusCode::SEE_OTHER);
    let (asked, _) = jar.sign_in(&mut world.stranger(), "/en/sign-in/start").await;
    assert!(asked, "signed out there too");
}
