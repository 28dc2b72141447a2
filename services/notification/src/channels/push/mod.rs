//! Client of push services (RFC 8030): a message for one browser, encrypted for it alone.

mod encrypt;
mod vapid;

use std::{path::Path, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use http::{Request, StatusCode, Uri, header};
use https::{Client, NoAnswer};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    channel::{Hosts, Subscription},
    delivery::Reason,
    gateway::Hints,
    push::{Answer, KEPT, Push},
};
use encrypt::{Keys, encrypt};
use vapid::Signers;

/// Deadline of one request, connection included.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Push services that requests may go to. Cheap to clone.
#[derive(Clone)]
pub struct Pusher(Arc<Inner>);

struct Inner {
    client: Client,
    signers: Signers,
    hosts: Hosts,
    hints: Hints,
}

/// Where a message goes, and the key it is signed under.
pub struct Target<'a> {
    pub subscription: &'a Subscription,
    pub key_version: i32,
    /// Messages to one browser with one topic take each other's place while it is away.
    pub topic: Uuid,
}

impl Pusher {
    /// # Errors
    /// The keys or the contact cannot be used.
    pub fn new(key_file: &Path, contact: &str, hosts: &[String], hints: Hints) -> anyhow::Result<Self> {
        let signers = Signers::of_file(key_file, contact)?;
        let client = Client::new(Some(https::system_roots()), DEADLINE);
        Ok(Self(Arc::new(Inner { client, signers, hosts: Hosts::new(hosts), hints })))
    }

    /// Newest version of the key, and its public half, under which browsers enrol.
    #[must_use]
    pub fn newest_key(&self) -> Option<(i32, &str)> {
        self.0.signers.newest()
    }

    /// Whether requests may go there.
    #[must_use]
    pub fn allows(&self, endpoint: &str) -> bool {
        self.0.hosts.allowed(endpoint).is_some()
    }

    /// Sends one message, within the deadline.
    pub async fn send(&self, target: &Target<'_>, push: &Push, now: OffsetDateTime) -> Answer {
        let Some(address) = self.0.hosts.allowed(target.subscription.endpoint()) else {
            return Answer::Hopeless(Reason::PushHostForbidden);
        };
        let Some(authorization) = self.0.signers.authorization(target.key_version, &Hosts::origin(&address), now) else {
            return Answer::Hopeless(Reason::PushKeyGone);
        };
        let (public, auth) = target.subscription.keys();
        let Ok(body) = encrypt(&push.payload(&self.0.hints), &Keys { public: &public, auth: &auth }) else {
            return Answer::Hopeless(Reason::AddressMalformed);
        };
        let Some(request) = request(&address, &authorization, target.topic, push, body) else {
            return Answer::Hopeless(Reason::AddressMalformed);
        };
        match self.0.client.send(request).await {
            Ok(answer) => meaning(answer.status(), answer.headers()),
            Err(NoAnswer::TimedOut(_)) => Answer::NotTaken(Reason::PushTimeout, None),
            Err(NoAnswer::Broken(_)) => Answer::NotTaken(Reason::PushUnreachable, None),
        }
    }
}

fn request(address: &Uri, authorization: &str, topic: Uuid, push: &Push, body: Vec<u8>) -> Option<Request<Vec<u8>>> {
    Request::post(address)
        .header(header::AUTHORIZATION, authorization)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header("ttl", KEPT.whole_seconds())
        .header("urgency", push.urgency())
        .header("topic", BASE64.encode(topic.as_bytes()))
        .body(body)
        .ok()
}

fn meaning(status: StatusCode, headers: &http::HeaderMap) -> Answer {
    match status {
        status if status.is_success() => Answer::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Answer::Gone,
        // What is malformed, too large, or signed with a key that is not trusted stays so.
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::PAYLOAD_TOO_LARGE => {
            Answer::Hopeless(Reason::PushRefused)
        }
        _ => {
            let after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            Answer::NotTaken(Reason::PushRefused, after)
        }
    }
}
