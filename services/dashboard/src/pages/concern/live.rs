//! Live stream: a snapshot on every connection, every change, and a beat with the state of the whole chain.
//!
//! A beat is sent every two seconds whatever happens, and reports whether the safety service answers, whether its bus answers and whether
//! its ladder runs. A browser that misses beats shows by itself that it is not live.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use async_stream::stream;
use axum::{
    extract::{Query, State},
    http::{HeaderName, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures::{Stream, StreamExt, stream};
use proto::safety::v1::{Beat, ConcernState, ConcernView, Grade, ListConcernsRequest, Snapshot, watch_concerns_response::Item};
use proto::zone::Zone;
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Status};

use super::{strip, view::Card};
use crate::{
    clients::{Safety, Sites},
    parts::{drawing::Drawing, time::millis},
    session::Session,
    text::Language,
    web::{
        App,
        visitor::Visitor,
        watch::{Heard, SILENCE_TIMEOUT},
    },
};

const BEAT_INTERVAL: Duration = Duration::from_secs(2);
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// How soon a browser asks for the stream again that ended for a newer token.
const AGAIN_WITHIN: Duration = Duration::from_millis(200);
/// Longer than any session.
const FOR_EVER: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Longest wait for names of sites before the first event; without them the names as last read are shown, or codes.
const SITES_WITHIN: Duration = Duration::from_secs(1);
/// Largest number of concerns that the safety service puts into a snapshot: where it is reached, more follow as changes.
const MAX_SNAPSHOT: usize = 500;
/// Most pages of a list with which a stream begins.
const MOST_PAGES: usize = 40;
// Within ten seconds a page shows what in the chain does not answer [CARD3].
const _: () = assert!(SILENCE_TIMEOUT.as_secs() + BEAT_INTERVAL.as_secs() < 10);

/// The session for which the page was made.
#[derive(Deserialize)]
pub struct StreamQuery {
    tabs: Option<String>,
}

/// Server-sent events for the person signed in.
pub async fn events(State(app): State<App>, visitor: Visitor, Query(query): Query<StreamQuery>) -> Response {
    let visitor = Visitor { session: visitor.current(&app).await, ..visitor };
    // The page was made for another session of this browser: it must not show this one's data, nor go on as if it were live.
    if visitor.session.as_ref().is_some_and(|session| query.tabs.is_some_and(|tabs| tabs != session.tabs)) {
        return unbuffered(stream::iter([ended("changed")]));
    }
    // A visitor without a session gets an event that reports it, and the stream ends.
    let place = visitor.session.as_ref().map(|session| app.streams.take(&session.caller.subject, &session.tabs)).transpose();
    let Ok(place) = place else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let stream = stream! {
        let (Some(session), Some(place)) = (visitor.session, place) else {
            yield ended("signed-out");
            return;
        };
        let sites = timeout(SITES_WITHIN, app.safety.sites(&session, app.clock.now())).await;
        let sites = sites.unwrap_or_else(|_| app.safety.known_sites());
        let mut events = pin!(follow(app, session, sites, (visitor.language, visitor.zone)).take_until(place.replaced()));
        while let Some(event) = events.next().await {
            yield event;
        }
    };
    unbuffered(stream)
}

fn unbuffered(events: impl Stream<Item = Event> + Send + 'static) -> Response {
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    (unbuffered, Sse::new(events.map(Ok::<_, Infallible>))).into_response()
}

/// An event from the safety service.
enum StreamEvent {
    Item(Arc<Item>),
    /// The stream broke or cannot begin; it is retried.
    Lost,
    /// The viewer is not permitted, or no longer.
    Refused(&'static str),
}

/// State of the chain.
#[derive(Default)]
struct Chain {
    heard_at: Option<Instant>,
    bus: bool,
    ladder: bool,
}

fn follow(app: App, session: Session, sites: Sites, (language, zone): (Language, Option<Zone>)) -> impl Stream<Item = Event> {
    stream! {
        let mut items = pin!(receive(app.clone(), session.clone()));
        // The first beat waits for the first event of the safety service: a page just opened is not yet "not live".
        let mut beat = tokio::time::interval_at(Instant::now() + BEAT_INTERVAL, BEAT_INTERVAL);
        let mut chain = Chain::default();
        let left = |until: OffsetDateTime| Duration::try_from(until - app.clock.now()).unwrap_or_default();
        let mut expired = pin!(sleep(left(session.token_until.min(session.expires_at))));
        // A newer token reaches the browser in the head of an answer: the stream begins anew for it, and the page stays live.
        let renew_at = session.renew_at.filter(|at| *at < session.expires_at);
        let mut renewal = pin!(sleep(renew_at.map_or(FOR_EVER, |at| left(at).max(RETRY_INTERVAL))));
        let until = session.expires_at.unix_timestamp();
        loop {
            let event = tokio::select! {
                biased;
                () = app.stop.cancelled() => return,
                () = session.ended.cancelled() => { yield ended("signed-out"); return; }
                () = &mut expired => { yield ended("signed-out"); return; }
                () = &mut renewal => { yield Event::default().retry(AGAIN_WITHIN).comment("again"); return; }
                _ = beat.tick() => Some(beat_event(&chain, until)),
                item = items.next() => match item {
                    Some(StreamEvent::Item(item)) => {
                        chain.heard_at = Some(Instant::now());
                        let now = app.clock.now();
                        // From memory, or soon: the stream does not wait long for a name.
                        let people = app.safety.people(&session, now).await;
                        let drawing = Drawing { language, session: &session, sites: &sites, people: &people, zone: zone.as_ref(), now };
                        item_event(&item, &drawing, &mut chain, until)
                    }
                    Some(StreamEvent::Refused(why)) => { yield ended(why); return; }
                    Some(StreamEvent::Lost) => { chain = Chain::default(); Some(beat_event(&chain, until)) }
                    None => return,
                },
            };
            if let Some(event) = event {
                yield event;
            }
        }
    }
}

/// Every event of the safety service, across watches that break, for as long as the stream is read.
fn receive(app: App, session: Session) -> impl Stream<Item = StreamEvent> {
    stream! {
        loop {
            let mut heard = app.watches.join(&app.safety, &session);
            let mut code = match heard.begun().await {
                Some(true) => None,
                Some(false) => match open_now(&app.safety, &session).await {
                    Ok(items) => {
                        for item in items { yield StreamEvent::Item(Arc::new(item)); }
                        None
                    }
                    Err(status) => Some(status.code()),
                },
                // Another stream of the same person opened it; with this one's token it may be had.
                None => { sleep(AGAIN_WITHIN).await; continue; }
            };
            while code.is_none() {
                match heard.next().await {
                    Heard::Item(item) => yield StreamEvent::Item(item),
                    Heard::Missed => match open_now(&app.safety, &session).await {
                        Ok(items) => for item in items { yield StreamEvent::Item(Arc::new(item)); },
                        Err(status) => code = Some(status.code()),
                    },
                    Heard::Ended { code: ended, ours: true } => code = Some(ended),
                    // It ended with its own stream, or its token: this one opens another at once, and nothing is missed.
                    Heard::Ended { code: Code::Cancelled | Code::Unauthenticated | Code::PermissionDenied, ours: false } => break,
                    Heard::Ended { code: ended, ours: false } => code = Some(ended),
                }
            }
            let Some(code) = code else { continue };
            drop(heard);
            match code {
                Code::Unauthenticated => yield StreamEvent::Refused("signed-out"),
                Code::PermissionDenied => yield StreamEvent::Refused("refused"),
                code => {
                    tracing::debug!(code = %code, "the watch of the alarm broke: trying again");
                    yield StreamEvent::Lost;
                }
            }
            sleep(RETRY_INTERVAL).await;
        }
    }
}

/// Everything that is open, as a watch begins with it: a snapshot, and what does not fit into one as changes.
async fn open_now(safety: &Safety, session: &Session) -> Result<Vec<Item>, Status> {
    let mut items = Vec::new();
    let mut page_token = String::new();
    for page in 0..MOST_PAGES {
        let answer = safety.list(session, ListConcernsRequest { outline: true, page_token, ..ListConcernsRequest::default() }).await?;
        match page {
            0 => items.push(Item::Snapshot(Snapshot { concerns: answer.concerns })),
            _ => items.extend(answer.concerns.into_iter().map(Item::Changed)),
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(items);
        }
    }
    Err(Status::resource_exhausted("more is open than a stream can begin with"))
}

fn item_event(item: &Item, drawing: &Drawing<'_>, chain: &mut Chain, until: i64) -> Option<Event> {
    match item {
        Item::Snapshot(snapshot) => {
            let items: Vec<Value> = snapshot.concerns.iter().map(|view| self::item(view, drawing)).collect();
            Some(event("snapshot", &json!({ "whole": items.len() < MAX_SNAPSHOT, "items": items })))
        }
        Item::Changed(view) => Some(event("changed", &self::item(view, drawing))),
        Item::Beat(Beat { bus, ladder, .. }) => {
            let changed = (chain.bus, chain.ladder) != (*bus, *ladder);
            (chain.bus, chain.ladder) = (*bus, *ladder);
            // A change is sent at once; otherwise with the next beat.
            changed.then(|| beat_event(chain, until))
        }
    }
}

/// One concern as the script expects it.
#[must_use]
pub fn item(view: &ConcernView, drawing: &Drawing<'_>) -> Value {
    let card = Card::of(view, &drawing.session.caller);
    json!({
        "id": card.id,
        "revision": card.revision,
        "open": card.state != ConcernState::Closed,
        "waiting": card.is_waiting(&drawing.session.caller),
        "imminent": card.grade == Grade::Imminent,
        "gravity": gravity(&card),
        "group": card.group(),
        "reference": card.reference,
        "at": card.raised_at.map(millis),
        "what": drawing.what(&card),
        "html": drawing.card(&card).into_string(),
        "strip": (card.grade == Grade::Imminent).then(|| strip::one(&card, drawing).into_string()),
    })
}

/// The lower, the graver.
const fn gravity(card: &Card) -> u8 {
    match card.grade {
        Grade::Imminent => 0,
        Grade::Concern | Grade::Unspecified => 1,
        Grade::Question => 2,
        Grade::Drill => 3,
    }
}

/// State of the chain, and when the session ends.
fn beat_event(chain: &Chain, until: i64) -> Event {
    let safety = chain.heard_at.is_some_and(|at| at.elapsed() < SILENCE_TIMEOUT);
    event("beat", &json!({ "safety": safety, "bus": chain.bus, "ladder": chain.ladder, "until": until }))
}

fn ended(why: &str) -> Event {
    event("ended", &json!({ "why": why }))
}

fn event(name: &str, data: &Value) -> Event {
    Event::default().event(name).data(data.to_string())
}
