//! Tests of the development sign-in by its protocol, over its own port.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::atomic::{AtomicI64, Ordering},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::Provider;
use crate::identity::{AUDIENCE, ISSUER, Issuer};

const BACK: &str = "http://127.0.0.1:8785/signed-in";
const VERIFIER: &str = "a-proof-key-that-nobody-else-knows-0123456789";

struct World {
    provider: Provider,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.folder);
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let find = |line: &'_ &str| line.to_ascii_lowercase().starts_with(&format!("{name}: "));
        self.head.lines().find(find).and_then(|line| line.split_once(": ")).map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A parameter of the address that the browser is led to.
    fn led_with(&self, name: &str) -> Option<String> {
        let (_, query) = self.header("location").split_once('?')?;
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
    }
}

impl World {
    fn new(name: &str) -> Self {
        Self::at(name, crate::clock::now)
    }

    fn at(name: &str, now: fn() -> OffsetDateTime) -> Self {
        let folder = std::env::temp_dir().join(format!("ro-provider-{name}-{}", std::process::id()));
        let _absent = std::fs::remove_dir_all(&folder);
        Issuer::open(&folder).unwrap();
        let provider = Provider::start_at("127.0.0.1:0".parse().unwrap(), "", &folder, now).unwrap();
        Self { provider, folder }
    }

    fn send(&self, line: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.provider.address()).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
        let host = if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.provider.address()) };
        let length = body.len();
        write!(stream, "{line} HTTP/1.1\r\n{host}Connection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}").unwrap();
        let mut reader = BufReader::new(stream);
        let (mut head, mut body) = (String::new(), Vec::new());
        while reader.read_line(&mut head).unwrap() > 2 {}
        reader.read_to_end(&mut body).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head, body: String::from_utf8(body).unwrap() }
    }

    fn get(&self, address: &str, cookie: &str) -> Answer {
        self.send(&format!("GET {address}"), &format!("Cookie: {cookie}\r\n"), "")
    }

    fn post(&self, path: &str, form: &str) -> Answer {
        self.send(&format!("POST {path}"), "Content-Type: application/x-www-form-urlencoded\r\n", form)
    }

    fn request(more: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut all = format!(
            "response_type=code&client_id=ro-dashboard&redirect_uri={BACK}&scope=openid&state=s1&nonce=n1&code_challenge={challenge}&code_challenge_method=S256"
        );
        for change in more.split('&').filter(|change| !change.is_empty()) {
            let name = format!("{}=", change.split('=').next().unwrap());
            let others: Vec<&str> = all.split('&').filter(|pair| !pair.starts_with(&name)).collect();
            all = format!("{}&{change}", others.join("&"));
        }
        all
    }

    /// Chooses a person; the code, and the cookie of the browser.
    fn choose(&self, person: &str) -> (String, String) {
        let answer = self.post("/authorize", &format!("{}&person={person}", Self::request("")));
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(answer.led_with("state").as_deref(), Some("s1"));
        (answer.led_with("code").unwrap(), answer.header("set-cookie").split(';').next().unwrap().to_owned())
    }

    fn exchange(&self, code: &str, verifier: &str) -> Answer {
        let form = format!("grant_type=authorization_code&client_id=ro-dashboard&code={code}&redirect_uri={BACK}&code_verifier={verifier}");
        self.post("/token", &form)
    }

    fn refresh(&self, token: &str) -> Answer {
        self.post("/token", &format!("grant_type=refresh_token&client_id=ro-dashboard&refresh_token={token}"))
    }
}

fn claims(token: &Value) -> Value {
    let body = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[test]
fn whoever_is_chosen_is_signed_in_with_tokens_that_the_services_believe() {
    let world = World::new("whole");
    let found = world.get("/.well-known/openid-configuration", "").json();
    assert_eq!(found["issuer"], format!("http://{}", world.provider.address()));
    assert_eq!(world.get("/jwks", "").json()["keys"][0]["kid"], "ro-local-1");
    let page = world.get(&format!("/authorize?{}", World::request("")), "");
    assert!(page.body.contains(">rj-officer-1</button>") && page.body.contains("Development only"), "{}", page.body);
    assert!(!page.body.contains("publishing-system"), "a system signs in in no browser");
    let (code, _) = world.choose("rj-officer-1");
    let tokens = world.exchange(&code, VERIFIER).json();
    let (access, id) = (claims(&tokens["access_token"]), claims(&tokens["id_token"]));
    assert_eq!((&access["iss"], &access["aud"], &access["sub"]), (&ISSUER.into(), &AUDIENCE.into(), &"rj-officer-1".into()));
    assert_eq!((&id["iss"], &id["aud"], &id["nonce"]), (&found["issuer"], &"ro-dashboard".into(), &"n1".into()));
    assert!(access["auth_time"].is_i64() && id["auth_time"] == access["auth_time"] && id["at_hash"].is_string());
    let renewed = world.refresh(tokens["refresh_token"].as_str().unwrap()).json();
    assert_eq!(claims(&renewed["access_token"])["sub"], "rj-officer-1");
    assert!(claims(&renewed["id_token"]).get("nonce").is_none());
}

#[test]
fn a_code_is_good_once_with_its_own_proof_key_and_a_second_use_ends_what_it_gave() {
    let world = World::new("once");
    let (code, _) = world.choose("rj-officer-1");
    let tokens = world.exchange(&code, VERIFIER).json();
    let again = world.exchange(&code, VERIFIER);
    assert_eq!((again.status, again.json()["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).status, 400);
    let (code, _) = world.choose("rj-officer-1");
    assert_eq!(world.exchange(&code, "another-proof-key").status, 400);
    assert_eq!(world.exchange(&code, VERIFIER).status, 400, "whoever guessed has used it up");
    assert_eq!(world.exchange("", VERIFIER).status, 400);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(world.refresh(access).status, 400, "an access token renews nothing");
}

static LATER: AtomicI64 = AtomicI64::new(0);

fn later() -> OffsetDateTime {
    crate::clock::now() + time::Duration::seconds(LATER.load(Ordering::SeqCst))
}

#[test]
fn a_person_is_asked_again_when_that_is_wished_or_the_last_time_is_too_long_ago() {
    let world = World::at("again", later);
    let (code, cookie) = world.choose("rj-officer-1");
    let asks = |more: &str| world.get(&format!("/authorize?{}", World::request(more)), &cookie);
    assert!(asks("").led_with("code").is_some() && asks("max_age=60").led_with("code").is_some());
    for more in ["prompt=login", "max_age=0", "prompt=select_account", "prompt=login&max_age=0"] {
        assert_eq!(asks(more).status, 200, "{more}");
    }
    assert_eq!(
        world.get(&format!("/authorize?{}", World::request("prompt=none")), "").led_with("error").as_deref(),
        Some("login_required")
    );
    LATER.store(61, Ordering::SeqCst);
    assert_eq!(world.exchange(&code, VERIFIER).status, 400, "a code lasts a minute");
    assert_eq!(asks("max_age=60").status, 200);
    assert_eq!(asks("max_age=60&prompt=none").led_with("error").as_deref(), Some("login_required"));
    assert!(asks("prompt=none").led_with("code").is_some());
    LATER.store(17 * 3600, Ordering::SeqCst);
    assert_eq!(asks("").status, 200, "a sign-in ends");
}

#[test]
fn a_request_that_does_not_fit_is_answered_by_the_protocol_and_never_leads_to_another_machine() {
    let world = World::new("bad");
    for (more, error) in [
        ("response_type=token", "unsupported_response_type"),
        ("scope=email", "invalid_scope"),
        ("code_challenge_method=plain", "invalid_request"),
        ("code_challenge=short", "invalid_request"),
        ("prompt=none%20login", "invalid_request"),
        ("prompt=create", "invalid_request"),
        ("max_age=-1", "invalid_request"),
        ("max_age=soon", "invalid_request"),
        ("request=x", "request_not_supported"),
    ] {
        let answer = world.get(&format!("/authorize?{}", World::request(more)), "");
        assert_eq!(answer.led_with("error").as_deref(), Some(error), "{more}");
        assert_eq!(answer.led_with("state").as_deref(), Some("s1"));
    }
    for more in [
        "client_id=other",
        "redirect_uri=https://evil.example/signed-in",
        "redirect_uri=http://127.0.0.1:80@evil.example/signed-in",
        "redirect_uri=http://127.0.0.1:8785/elsewhere",
        "redirect_uri=",
    ] {
        for answer in [
            world.get(&format!("/authorize?{}", World::request(more)), ""),
            world.post("/authorize", &format!("{}&person=rj-officer-1", World::request(more))),
        ] {
            assert_eq!((answer.status, answer.header("location")), (400, ""), "{more}");
        }
    }
    let chosen = format!("{}&person=somebody-else", World::request(""));
    assert_eq!(world.post("/authorize", &chosen).led_with("error").as_deref(), Some("access_denied"));
    assert_eq!(world.post("/token", "grant_type=password&client_id=ro-dashboard").json()["error"], "unsupported_grant_type");
    assert_eq!(world.post("/token", "grant_type=refresh_token&client_id=other").status, 401);
    let foreign = world.send("GET /jwks", "Host: evil.example\r\n", "");
    assert_eq!(foreign.status, 403, "a name that was made to lead here is not answered");
    let form = format!("{}&person=rj-officer-1", World::request(""));
    let headers = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: cross-site\r\n";
    assert_eq!(world.send("POST /authorize", headers, &form).status, 403, "no other site chooses for a person");
}

#[test]
fn signing_out_ends_the_sign_in_in_the_browser_and_what_could_be_renewed_from_it() {
    let world = World::new("out");
    let (code, cookie) = world.choose("rj-officer-1");
    let tokens = world.exchange(&code, VERIFIER).json();
    let hint = tokens["id_token"].as_str().unwrap();
    let elsewhere = format!("/end-session?id_token_hint={hint}&post_logout_redirect_uri=https://evil.example/signed-out");
    assert_eq!(world.get(&elsewhere, &cookie).status, 400);
    let nobody = "/end-session?post_logout_redirect_uri=http://127.0.0.1:8785/signed-out";
    assert_eq!(world.get(nobody, &cookie).status, 400, "a client must be named to be led back to");
    let back = format!("/end-session?id_token_hint={hint}&post_logout_redirect_uri=http://127.0.0.1:8785/signed-out&state=fr");
    let answer = world.get(&back, &cookie);
    assert_eq!(answer.header("location"), "http://127.0.0.1:8785/signed-out?state=fr");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.get(&format!("/authorize?{}", World::request("")), &cookie).status, 200, "the former cookie is nobody");
    assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).status, 400);
    let said = world.send("GET /end-session", "Accept-Language: fr-CA,en;q=0.5\r\n", "");
    assert!(said.body.contains("Votre session est fermée."));
}

#[test]
fn the_page_speaks_the_language_that_was_asked_for_and_offers_the_other() {
    let world = World::new("languages");
    let french = world.get(&format!("/authorize?{}", World::request("ui_locales=fr-CA")), "").body;
    assert!(french.contains("lang=\"fr\"") && french.contains("Qui êtes-vous\u{a0}?") && french.contains("ui_locales=en"));
    let english = world.get(&format!("/authorize?{}", World::request("ui_locales=en")), "").body;
    assert!(english.contains("Who are you?") && english.contains("ui_locales=fr") && !english.contains("Qui êtes-vous"));
    let hostile = world.get(&format!("/authorize?{}", World::request("state=%22%3E%3Cscript%3E&nonce=%3Cb%3E")), "").body;
    assert!(!hostile.contains("<script>") && !hostile.contains("<b>"));
}
