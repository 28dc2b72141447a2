//! Listener for messages that a stream drops as duplicates, received live beside it.
//!
//! The server takes the second of two messages under one `Nats-Msg-Id` within 100 ms for a repetition, whatever its content, and answers
//! `duplicate`. Its content is applied from here. A live message is not stored: while no process listens the sender's next try counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use async_nats::{HeaderMap, Message};
use base::{
    database::{self, Actor},
    refusal::store_error,
};
use futures::StreamExt;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::endpoint::Endpoint;
use crate::{
    apply::{READ_DEADLINE, Verdict, apply_one, guarded},
    bus::ConsumerSpec,
    handler::{Handler, Incoming},
    outbox::Fresh,
};

/// How long an id is remembered. The server forgets it after 100 ms, at its own pace.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Largest number of remembered ids; far more than arrive in that time.
const MAX_IDS: usize = 65_536;
/// Size of the queue to be applied.
const MAX_WAITING: usize = 4_096;
const RETRY_INTERVAL: Duration = Duration::from_millis(500);
const MESSAGE_ID: &str = "Nats-Msg-Id";

impl Endpoint {
    /// Listens on the subjects of a consumer beside its stream until the process stops, and applies what the stream may have dropped as a
    /// repetition. Every instance receives every message: only one that received both knows that one of them was lost.
    pub fn hear_repeated<H: Handler>(&self, spec: ConsumerSpec, handler: H) {
        let endpoint = self.clone();
        self.tasks.spawn("repeated-messages", async move {
            let (lost, to_apply) = mpsc::channel(MAX_WAITING);
            let listening = futures::future::join_all(spec.filters.iter().map(|subject| listen(&endpoint, subject, lost.clone())));
            tokio::select! {
                _ = listening => {}
                () = apply_all(&endpoint, spec, &handler, to_apply) => {}
            }
            Ok(())
        });
    }
}

async fn listen(endpoint: &Endpoint, subject: &'static str, lost: mpsc::Sender<Incoming>) {
    let mut ids = Ids::default();
    while !endpoint.tasks.stop.is_cancelled() {
        let mut live = match endpoint.bus.client.subscribe(subject).await {
            Ok(live) => live,
            Err(error) => {
                tracing::error!(error = %error, "what a stream takes for repetitions cannot be heard: trying again");
                pause(endpoint).await;
                continue;
            }
        };
        loop {
            let message = tokio::select! {
                () = endpoint.tasks.stop.cancelled() => return,
                message = live.next() => message,
            };
            let Some(message) = message else { break };
            let Some(mut said) = ids.taken_for_a_repetition(&message, Instant::now()) else { continue };
            // The same words under the same id are new again later: an id that never changes identifies nothing.
            said.event_id = format!("{}|{}", said.event_id, endpoint.clock.now().unix_timestamp() / 60);
            if lost.try_send(said).is_err() {
                tracing::error!("a message under a used id cannot be taken: too many wait");
            }
        }
        pause(endpoint).await;
    }
}

async fn pause(endpoint: &Endpoint) {
    tokio::select! {
        () = endpoint.tasks.stop.cancelled() => {}
        () = tokio::time::sleep(RETRY_INTERVAL) => {}
    }
}

/// Applies one after the other, each until it succeeds.
async fn apply_all<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H, mut lost: mpsc::Receiver<Incoming>) {
    while let Some(message) = lost.recv().await {
        tracing::warn!(consumer = spec.name, "a message came under an id that was just used: it is taken all the same");
        while let Err(why) = apply(endpoint, spec, handler, &message).await {
            tracing::error!(consumer = spec.name, error = why, "a message under a used id cannot be applied: trying again");
            if endpoint.tasks.stop.is_cancelled() {
                return;
            }
            pause(endpoint).await;
        }
    }
}

/// Applies a message as if the stream had kept it.
async fn apply<H: Handler>(endpoint: &Endpoint, spec: ConsumerSpec, handler: &H, message: &Incoming) -> Result<(), String> {
    let work = guarded(READ_DEADLINE, handler.read(message)).await;
    let failed = |error| store_error(&error).to_string();
    let mut fresh = Fresh::default();
    let mut tx = database::begin(&endpoint.pool, &Actor::service(endpoint.name)).await.map_err(failed)?;
    if let Verdict::Later(why) = apply_one(endpoint, spec, handler, (&mut tx, &mut fresh), message, work).await.map_err(failed)? {
        return Err(why);
    }
    tx.commit().await.map_err(failed)?;
    endpoint.outbox.publish(fresh);
    endpoint.outbox.wake();
    Ok(())
}

/// Messages received lately under each id, from any sender.
#[derive(Default)]
struct Ids {
    heard: BTreeMap<String, (Instant, BTreeSet<String>)>,
}

impl Ids {
    /// The message, if the server may have taken it for a repetition of another one: the same id, and other content or another sender. The
    /// same words of the same sender under the same id are one message, sent twice.
    fn taken_for_a_repetition(&mut self, message: &Message, now: Instant) -> Option<Incoming> {
        let headers = message.headers.as_ref()?;
        let id = headers.get(MESSAGE_ID)?.as_str();
        self.heard.retain(|_, (last, _)| now.duration_since(*last) < REMEMBERED);
        if self.heard.len() >= MAX_IDS {
            tracing::error!("more message ids than can be remembered: one that is used twice may be lost");
            self.heard.clear();
        }
        let print = print_of(message, id);
        let (last, said) = self.heard.entry(id.to_owned()).or_insert_with(|| (now, BTreeSet::new()));
        *last = now;
        let is_other = !said.is_empty() && !said.contains(&print);
        said.insert(print.clone());
        is_other.then(|| Incoming {
            event_id: print,
            subject: message.subject.to_string(),
            body: message.payload.clone(),
            headers: kept(headers),
            attempt: 1,
        })
    }
}

/// Fingerprint of a message: who says what under which id.
fn print_of(message: &Message, id: &str) -> String {
    let mut digest = Sha256::new();
    for part in [message.subject.as_bytes(), id.as_bytes(), &message.payload] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

/// Headers kept for the quarantine: only the id is needed.
fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let id = headers.get(MESSAGE_ID).map(|id| id.as_str()).filter(|id| id.len() <= 200 && id.bytes().all(|b| b.is_ascii_graphic()));
    id.map(|id| (MESSAGE_ID.to_owned(), id.to_owned())).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(site: &str, id: Option<&str>, body: &str) -> Message {
        let headers = id.map(|id| {
            let mut headers = HeaderMap::new();
            headers.insert(MESSAGE_ID, id);
            headers
        });
        Message {
            subject: format!("ro.said.by.{site}").into(),
            reply: None,
            payload: body.to_owned().into(),
            headers,
            status: None,
            description: None,
            length: 0,
        }
    }

    #[test]
    fn other_words_or_another_site_under_a_used_id_are_taken_and_the_same_message_sent_twice_is_not() {
        let (mut ids, start) = (Ids::default(), Instant::now());
        let mut taken = |site, id, body, at: u64| {
            ids.taken_for_a_repetition(&message(site, id, body), start + Duration::from_millis(at)).map(|said| said.body)
        };
        assert_eq!(taken("mission", Some("1"), "first", 0), None);
        assert_eq!(taken("mission", Some("1"), "first", 10), None, "a retry");
        assert_eq!(taken("mission", Some("1"), "second", 20).as_deref(), Some(b"second".as_slice()));
        assert_eq!(taken("mission", Some("1"), "second", 30), None, "a retry of what was taken");
        assert_eq!(taken("kent", Some("1"), "first", 40).as_deref(), Some(b"first".as_slice()), "another's under an id that was guessed");
        assert_eq!(taken("mission", Some("2"), "third", 50), None);
        assert_eq!([taken("mission", None, "x", 60), taken("mission", None, "y", 61)], [None, None], "without an id nothing is lost");
        assert_eq!(taken("mission", Some("1"), "fourth", 5_000), None, "the server has forgotten the id, and so have we");
    }
}
