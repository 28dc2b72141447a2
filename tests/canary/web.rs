//! The dashboard as a browser sees it: every page as every role, the live stream, a form, and nonsense addresses.

use std::time::Duration;

use harness::system::{SOON, System};
use proto::wire::v1::Class;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{canaries::Marks, day::Day, every_rpc};

/// How long the live stream is listened to.
const MOMENT: Duration = Duration::from_millis(1500);

struct Browser {
    address: String,
    cookie: String,
}

/// An answer as text; a connection that was closed without one has told nothing.
fn said(answer: &[u8]) -> String {
    let answer = String::from_utf8_lossy(answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1"), "no answer: {answer}");
    answer
}

impl Browser {
    /// What comes back, headers and all.
    async fn send(&self, method: &str, path: &str, extra: &str, body: &str) -> String {
        let mut answer = Vec::new();
        let mut stream = self.ask(method, path, extra, body).await;
        tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
        said(&answer)
    }

    /// What comes of the live stream in a moment; it does not end by itself.
    async fn listen(&self) -> String {
        let mut answer = Vec::new();
        let mut stream = self.ask("GET", "/en/events", "Accept: text/event-stream\r\n", "").await;
        let ended = tokio::time::timeout(MOMENT, stream.read_to_end(&mut answer)).await;
        assert!(ended.is_err(), "the live stream ended: {}", said(&answer));
        said(&answer)
    }

    async fn ask(&self, method: &str, path: &str, extra: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\nCookie: {cookie}\r\n{extra}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{body}",
            host = self.address,
            cookie = self.cookie,
            length = body.len(),
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

/// Everything the dashboard says to everybody. What somebody typed comes back to them alone, and is left out.
pub async fn visit(system: &System, marks: &Marks, day: &Day) -> Vec<u8> {
    let url = system.description.services.get("dashboard").and_then(|service| service.http.clone()).unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut seen = String::new();
    for identity in &system.description.identities {
        let mut told = String::new();
        let signed_in = harness::web::Browser::signed_in(system, &identity.name).await;
        let browser = Browser { address: address.clone(), cookie: signed_in.cookies() };
        for language in ["en", "fr"] {
            for page in ["concerns".to_owned(), format!("concerns/{}", day.concern), "raise".to_owned(), format!("raise/{}", day.concern)] {
                told += &browser.send("GET", &format!("/{language}/{page}"), "", "").await;
            }
        }
        if ["rj-officer-1", "institutional-head-mission", "dashboard-1"].contains(&identity.name.as_str()) {
            told += &browser.listen().await;
            raise(&browser, marks).await;
        }
        // Who may read a concern, reads it here; everybody else's pages are searched with the rest.
        let found = every_rpc::too_much(marks, &identity.name, day, told.as_bytes());
        assert!(found.is_empty() || every_rpc::may_read(&identity.name, "dashboard"), "a page tells {}: {found:?}", identity.name);
        if found.is_empty() && identity.name != every_rpc::HEAD {
            seen += &told;
        }
    }
    let nobody = Browser { address, cookie: format!("session={}", marks.loose("a cookie", Class::Protected)) };
    for place in ["a path of the dashboard", "a query of the dashboard"] {
        let mark = marks.loose(place, Class::Protected);
        let extra = format!("X-Canary: {mark}\r\nReferer: http://x/{mark}\r\nUser-Agent: {mark}\r\n");
        for path in [format!("/en/concerns/{mark}"), format!("/{mark}/concerns?q={mark}"), format!("/assets/{mark}")] {
            // The page may offer to come back to the address that was asked for: that is the visitor's own.
            let _own = nobody.send("GET", &path, &extra, "").await;
        }
        let _own = nobody.send("GET", &format!("/en/sign-in/start?next=/en/{mark}"), &extra, "").await;
        let _own = nobody.send("GET", &format!("/signed-in?code={mark}&state={mark}&error={mark}"), &extra, "").await;
    }
    seen.into_bytes()
}

async fn raise(browser: &Browser, marks: &Marks) {
    let form = browser.send("GET", "/en/raise", "", "").await;
    let token = form.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let mark = marks.loose("the form of the dashboard", Class::Protected);
    let body =
        format!("form_token={token}&grade=1&site=mission&text={mark}&person_at_risk={mark}&nature={mark}&place={mark}&advice={mark}");
    let answer = browser.send("POST", "/en/raise", "", &body).await;
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let odd = format!("{body}&concern_id={mark}&grade=99&site={mark}");
    let _own = browser.send("POST", "/en/raise", "", &odd).await;
}
