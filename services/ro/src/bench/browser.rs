//! A browser reduced to cookies and addresses, by HTTP/1.1: it signs in through the development sign-in, and follows a live stream.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

/// Time limit of an answer; a stream goes on for as long as it is read.
const SOON: Duration = Duration::from_secs(60);
const FORM: &str = "application/x-www-form-urlencoded";

/// One person's browser.
pub struct Browser {
    host: String,
    cookies: Vec<(String, String)>,
}

/// A live stream, event by event.
pub struct Stream {
    body: Incoming,
    held: Vec<u8>,
    connection: tokio::task::AbortHandle,
}

impl Browser {
    /// A browser at a dashboard (`http://HOST:PORT/`) in which somebody has just signed in.
    ///
    /// # Errors
    /// An answer did not come, or leads elsewhere.
    pub async fn signed_in(dashboard: &str, person: &str) -> anyhow::Result<Self> {
        let mut browser = Self { host: split(dashboard)?.0, cookies: Vec::new() };
        let (issuer, asked) = split(&browser.led("GET", "/en/sign-in/start", String::new()).await?)?;
        let (_, query) = asked.split_once('?').context("the dashboard asks the provider nothing")?;
        let answer = browser.send_to(&issuer, ("POST", "/authorize"), format!("{query}&person={person}")).await?;
        let (back, path) = split(&location(&answer)?)?;
        ensure!(back == browser.host, "the provider leads to {back}");
        browser.led("GET", &path, String::new()).await?;
        Ok(browser)
    }

    /// Opens the live stream.
    ///
    /// # Errors
    /// The dashboard has no place for it.
    pub async fn stream(&mut self) -> anyhow::Result<Stream> {
        let (answer, connection) = self.exchange(&self.host.clone(), ("GET", "/en/events"), String::new()).await?;
        ensure!(answer.status() == StatusCode::OK, "a live stream is answered {}", answer.status());
        Ok(Stream { body: answer.into_body(), held: Vec::new(), connection })
    }

    /// Where an answer of the dashboard leads.
    async fn led(&mut self, method: &str, path: &str, body: String) -> anyhow::Result<String> {
        let answer = self.send_to(&self.host.clone(), (method, path), body).await?;
        location(&answer)
    }

    async fn send_to(&mut self, host: &str, what: (&str, &str), body: String) -> anyhow::Result<Response<Incoming>> {
        let (answer, connection) = timeout(SOON, self.exchange(host, what, body)).await.context("no answer in time")??;
        connection.abort();
        Ok(answer)
    }

    async fn exchange(
        &mut self,
        host: &str,
        (method, path): (&str, &str),
        body: String,
    ) -> anyhow::Result<(Response<Incoming>, tokio::task::AbortHandle)> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(TcpStream::connect(host).await?)).await?;
        let connection = tokio::spawn(connection).abort_handle();
        let is_ours = host == self.host;
        let cookies: Vec<String> = self.cookies.iter().filter(|_| is_ours).map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, host)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, FORM)
            .body(Full::new(Bytes::from(body)))?;
        let answer = sender.send_request(request).await?;
        if is_ours {
            self.keep(&answer);
        }
        Ok((answer, connection))
    }

    fn keep(&mut self, answer: &Response<Incoming>) {
        for set in answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let Some((name, value)) = set.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

impl Stream {
    /// Name and data of the next event.
    ///
    /// # Errors
    /// The stream ended.
    pub async fn next(&mut self) -> anyhow::Result<(String, String)> {
        loop {
            if let Some(end) = self.held.windows(2).position(|two| two == b"\n\n") {
                let rest = self.held.split_off(end + 2);
                let event = String::from_utf8_lossy(&std::mem::replace(&mut self.held, rest)).into_owned();
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                return Ok((field("event:"), field("data:")));
            }
            match self.body.frame().await {
                Some(Ok(frame)) => self.held.extend(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Err(error.into()),
                None => bail!("a live stream ended"),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

fn location(answer: &Response<Incoming>) -> anyhow::Result<String> {
    let location = answer.headers().get(header::LOCATION).map(HeaderValue::to_str).transpose()?;
    Ok(location.with_context(|| format!("an answer leads nowhere: {}", answer.status()))?.to_owned())
}

/// Host and path of an address.
fn split(address: &str) -> anyhow::Result<(String, String)> {
    let rest = address.strip_prefix("http://").with_context(|| format!("{address} is no address on this machine"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    Ok((host.to_owned(), format!("/{path}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_path_with_its_query() {
        assert_eq!(split("http://127.0.0.1:8785/").unwrap(), ("127.0.0.1:8785".to_owned(), "/".to_owned()));
        assert_eq!(split("http://h:1/a?b=/c").unwrap(), ("h:1".to_owned(), "/a?b=/c".to_owned()));
        assert!(split("https://elsewhere/").is_err());
    }
}
