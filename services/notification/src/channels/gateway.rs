//! Client of the deployment's gateway: signed requests (Standard Webhooks), and questions what came of a call.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use aws_lc_rs::hmac;
use base::Private;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Request, StatusCode, Uri, header};
use https::{Client, NoAnswer};
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    delivery::Reason,
    gateway::{Answer, Call, Hints},
};

/// Deadline of one request, connection included.
pub const DEADLINE: Duration = Duration::from_secs(5);
/// Fewest bytes of a secret, as Standard Webhooks has it.
const MIN_SECRET: usize = 24;

/// Gateway to telephones, pagers or a chat.
#[derive(Clone)]
pub struct Gateway {
    client: Client,
    address: Uri,
    key: Private<hmac::Key>,
    hints: Hints,
}

/// Body of an answer; other fields, and bodies of another form, say nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Report {
    state: String,
}

impl Gateway {
    /// `secret` is `whsec_` and base64, of at least 24 bytes.
    ///
    /// # Errors
    /// The address is no https URL, or the secret is malformed. Neither is repeated.
    pub fn new(url: &str, secret: &str, hints: Hints) -> anyhow::Result<Self> {
        let address: Uri = url.trim_end_matches('/').parse().ok().context("the address of the gateway is malformed")?;
        https::check(&address).context("the address of the gateway")?;
        let secret = secret.trim().strip_prefix("whsec_").context("the secret of the gateway does not begin with whsec_")?;
        let secret = STANDARD.decode(secret).ok().context("the secret of the gateway is not base64")?;
        ensure!(secret.len() >= MIN_SECRET, "the secret of the gateway has fewer than {MIN_SECRET} bytes");
        let tls = (address.scheme_str() == Some("https")).then(https::system_roots);
        let key = Private::new(hmac::Key::new(hmac::HMAC_SHA256, &secret));
        Ok(Self { client: Client::new(tls, DEADLINE), address, key, hints })
    }

    /// Asks the gateway to call. The id of the delivery is that of the message: the same call twice is one.
    pub async fn call(&self, call: &Call, now: OffsetDateTime) -> Answer {
        let body = call.body(&self.hints, now);
        match self.signed("POST", &self.address.to_string(), call.delivery_id, body, now) {
            Some(request) => self.ask(request).await,
            None => Answer::NotTaken(Reason::GatewayRefused),
        }
    }

    /// Asks what came of a call: `None` where the gateway does not say now.
    pub async fn report(&self, delivery: Uuid, now: OffsetDateTime) -> Option<Answer> {
        let request = self.signed("GET", &format!("{}/{delivery}", self.address), delivery, Vec::new(), now)?;
        Some(self.ask(request).await).filter(|answer| !matches!(answer, Answer::NotTaken(_)))
    }

    async fn ask(&self, request: Request<Vec<u8>>) -> Answer {
        let answer = match self.client.send(request).await {
            Ok(answer) => answer,
            Err(NoAnswer::TimedOut(_)) => return Answer::NotTaken(Reason::GatewayTimeout),
            Err(NoAnswer::Broken(_)) => return Answer::NotTaken(Reason::GatewayUnreachable),
        };
        match answer.status() {
            status if status.is_success() => match serde_json::from_slice::<Report>(answer.body()).unwrap_or_default().state.as_str() {
                "delivered" => Answer::Reached,
                "failed" => Answer::NotReached,
                _ => Answer::Taken,
            },
            StatusCode::GONE => Answer::Gone,
            _ => Answer::NotTaken(Reason::GatewayRefused),
        }
    }

    fn signed(&self, method: &str, address: &str, id: Uuid, body: Vec<u8>, now: OffsetDateTime) -> Option<Request<Vec<u8>>> {
        let timestamp = now.unix_timestamp();
        let content = [format!("{id}.{timestamp}.").as_bytes(), &body].concat();
        let signature = STANDARD.encode(hmac::sign(self.key.expose(), &content));
        Request::builder()
            .method(method)
            .uri(address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("webhook-id", id.to_string())
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", format!("v1,{signature}"))
            .body(body)
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_far_away_is_spoken_to_encrypted_and_with_a_real_secret() {
        let good = format!("whsec_{}", STANDARD.encode([7; 32]));
        let new = |url: &str, secret: &str| Gateway::new(url, secret, Hints::default()).map(|_| ()).map_err(|error| format!("{error:#}"));
        assert!(new("https://gateway.example.org/rings", &good).is_ok() && new("http://127.0.0.1:9/x", &good).is_ok());
        assert!(new("http://gateway.example.org/rings", &good).unwrap_err().contains("https://"));
        for bad in ["", "whsec_", "whsec_!!", "secret", &format!("whsec_{}", STANDARD.encode([7; 8]))] {
            let why = new("https://gateway.example.org", bad).unwrap_err();
            assert!(why.contains("secret") && (bad.is_empty() || !why.contains(&STANDARD.encode([7; 8]))), "{why}");
        }
    }

    #[test]
    fn the_signature_is_that_of_the_published_example() {
        // The example of the Standard Webhooks specification.
        let gateway = Gateway::new("https://example.org", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Hints::default()).unwrap();
        let content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let signature = STANDARD.encode(hmac::sign(gateway.key.expose(), content.as_bytes()));
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
