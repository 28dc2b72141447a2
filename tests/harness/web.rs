//! Browser without a script: cookies, pages and forms of a dashboard, over HTTP.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use crate::system::{System, panic_with};

/// How long an answer may take.
const SOON: Duration = Duration::from_secs(30);
/// How a form without a file is sent, and what stands between the fields of one with a file.
const FORM: &str = "application/x-www-form-urlencoded";
const BOUNDARY: &str = "a-line-of-the-form";

/// An answer of the dashboard.
#[derive(Debug)]
pub struct Page {
    pub status: StatusCode,
    /// Where it leads, where it leads elsewhere.
    pub location: String,
    pub content_type: String,
    pub headers: HeaderMap,
    pub text: String,
    cookies: Vec<String>,
}

impl Page {
    /// Value of the first hidden or visible input of this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let input = self.text.split("<input").find(|input| input.contains(&format!("name=\"{name}\"")))?;
        Some(unescaped(input.split('>').next()?.split("value=\"").nth(1)?.split('"').next()?))
    }

    /// Whether the page says this, as a reader sees it.
    #[must_use]
    pub fn says(&self, what: &str) -> bool {
        unescaped(&self.text).contains(what)
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Host and path of an address.
fn place(address: &str) -> (String, String) {
    let rest = address.trim_start_matches("http://");
    rest.find('/').map_or((rest.to_owned(), "/".to_owned()), |at| (rest[..at].to_owned(), rest[at..].to_owned()))
}

/// A person's browser.
#[derive(Clone)]
pub struct Browser {
    address: String,
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// A browser in which nobody has signed in.
    ///
    /// # Panics
    /// The system has no dashboard.
    #[must_use]
    pub fn of(system: &System) -> Self {
        let url = system.description.services.get("dashboard").and_then(|service| service.http.clone());
        let url = url.unwrap_or_else(|| panic_with("the system has no dashboard"));
        Self { address: url.trim_start_matches("http://").trim_end_matches('/').to_owned(), cookies: Vec::new() }
    }

    /// A browser in which one of the invented people has signed in.
    ///
    /// # Panics
    /// They are not known, or cannot sign in.
    pub async fn signed_in(system: &System, identity: &str) -> Self {
        let mut browser = Self::of(system);
        let answer = browser.sign_in(identity, "/en/sign-in/start").await;
        if answer.status != StatusCode::SEE_OTHER {
            panic_with(&format!("{identity} cannot sign in: {} {}", answer.status, answer.text));
        }
        browser
    }

    /// Follows an address through the development sign-in, where a person is chosen, and back to the dashboard; the last answer.
    ///
    /// # Panics
    /// The address leads elsewhere.
    pub async fn sign_in(&mut self, identity: &str, from: &str) -> Page {
        let begun = self.get(from).await;
        let (host, asked) = place(&begun.location);
        let chosen = format!("{}&person={identity}", asked.split_once('?').map_or("", |(_, query)| query));
        let answer = self.send_to(&host, "POST", "/authorize", FORM, chosen.into_bytes()).await;
        let (host, back) = place(&answer.location);
        if host != self.address {
            panic_with(&format!("the development sign-in leads to {}: {}", answer.location, answer.text));
        }
        self.get(&back).await
    }

    /// Its cookies, as it sends them to the dashboard.
    #[must_use]
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// # Panics
    /// No answer comes in time.
    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, FORM, Vec::new()).await
    }

    /// A page that must be there.
    ///
    /// # Panics
    /// It is not.
    pub async fn read(&mut self, path: &str) -> Page {
        let page = self.get(path).await;
        if page.status != StatusCode::OK {
            panic_with(&format!("{path} answers {}, {}: {}", page.status, page.location, page.text));
        }
        page
    }

    /// Sends fields as they are, without the proof that a form is ours.
    ///
    /// # Panics
    /// No answer comes in time.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        self.send("POST", path, FORM, body.join("&").into_bytes()).await
    }

    /// Opens a page with a form, and sends the form to `action` with what is typed and what was hidden in it.
    ///
    /// # Panics
    /// The page is not there.
    pub async fn fill_in(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
        let form = self.read(page).await;
        let hidden = ["form_token", "key"].map(|name| (name, form.value(name)));
        let hidden = hidden.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let all: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
        self.post(action, &all).await
    }

    /// Opens a page with a form that holds a file, and sends it with the file and with what was hidden in it, unless that is among the fields.
    ///
    /// # Panics
    /// The page is not there.
    pub async fn upload(&mut self, form: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Page {
        let page = self.read(form).await;
        let mut hidden = vec![("form_token", page.value("form_token").unwrap_or_default()), ("key", page.value("key").unwrap_or_default())];
        hidden.retain(|(name, _)| fields.iter().all(|(typed, _)| typed != name));
        let mut body = Vec::new();
        for (name, value) in hidden.iter().map(|(name, value)| (*name, value.as_str())).chain(fields.iter().copied()) {
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let (field, name, content) = file;
        let head =
            format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
        body.extend(content);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
        self.send("POST", form, &format!("multipart/form-data; boundary={BOUNDARY}"), body).await
    }

    async fn send(&mut self, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let host = self.address.clone();
        self.send_to(&host, method, path, kind, body).await
    }

    async fn send_to(&mut self, host: &str, method: &str, path: &str, kind: &str, body: Vec<u8>) -> Page {
        match timeout(SOON, self.exchange(host, method, path, kind, body)).await {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => panic_with(&format!("{method} {path}: {error:#}")),
            Err(_) => panic_with(&format!("{method} {path}: no answer")),
        }
    }

    async fn exchange(&mut self, host: &str, method: &str, path: &str, kind: &str, body: Vec<u8>) -> anyhow::Result<Page> {
        let stream = TcpStream::connect(host).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let driven = tokio::spawn(connection);
        // The provider's own cookies are not kept: each sign-in chooses anew.
        let is_ours = host == self.address;
        let cookies = if is_ours { self.cookies() } else { String::new() };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::ORIGIN, format!("http://{host}"))
            .header(header::COOKIE, cookies)
            .header(header::CONTENT_TYPE, kind)
            .body(Full::new(Bytes::from(body)))?;
        let answer = sender.send_request(request).await?;
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await?.to_bytes()).into_owned();
        driven.abort();
        let header = |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default().to_owned();
        let cookies = parts.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok().map(str::to_owned));
        let page = Page {
            status: parts.status,
            location: header(header::LOCATION),
            content_type: header(header::CONTENT_TYPE),
            headers: parts.headers.clone(),
            cookies: cookies.collect(),
            text,
        };
        if is_ours {
            self.keep(&page);
        }
        Ok(page)
    }

    fn keep(&mut self, page: &Page) {
        for cookie in &page.cookies {
            let Some((name, value)) = cookie.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}
