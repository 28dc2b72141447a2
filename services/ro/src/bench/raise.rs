//! Benchmark of a raise: from the gRPC call until NHQ and the head of the site both have the concern, as a watcher sees it. The same calls
//! also give the time until the receipt, and until safety had confirmation that both inboxes hold it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use base::{Clock, Ids};
use proto::{
    role,
    safety::v1::{
        AcceptConcernRequest, Audience, CloseConcernRequest, Concern, ConcernView, GetConcernRequest, Grade, RaiseConcernRequest,
        WatchConcernsRequest, alarm_service_client::AlarmServiceClient, watch_concerns_response::Item,
    },
};
use time::OffsetDateTime;
use tokio::sync::oneshot;

use super::sample::{Sample, closed_loop};
use crate::client::session::{Peer, Session, Wanted};

/// Timeout within which both audiences must have the concern.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Concerns per round: fewer than a watcher's snapshot holds, so that no snapshot leaves one out.
const OPEN_AT_ONCE: usize = 384;
const SITE: &str = "mission";

/// The raisers, the watcher, and the clients that clean up between rounds.
pub struct Raise {
    raisers: Vec<AlarmServiceClient<Peer>>,
    nhq: AlarmServiceClient<Peer>,
    head: AlarmServiceClient<Peer>,
    waiting: Waiting,
    ids: Ids,
}

#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<HashMap<String, oneshot::Sender<OffsetDateTime>>>>);

/// Times of the same concerns to three points.
pub struct Raised {
    pub receipt: Sample,
    pub both_known: Sample,
    pub watched: Sample,
}

#[derive(Clone, Default)]
struct Times(Arc<Mutex<Vec<(Duration, Duration)>>>);

impl Waiting {
    fn expect(&self, concern_id: &str) -> oneshot::Receiver<OffsetDateTime> {
        let (sender, seen) = oneshot::channel();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(concern_id.to_owned(), sender);
        seen
    }

    fn note(&self, concern: &ConcernView) {
        let Some(at) = both_have_it(concern) else { return };
        let waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&concern.concern_id);
        if let Some(waiting) = waiting {
            let _gone = waiting.send(at);
        }
    }
}

/// Time at which the later of the two audiences had it.
fn both_have_it(concern: &ConcernView) -> Option<OffsetDateTime> {
    let delivered = |audience| {
        let status = concern.audiences.iter().find(|a| a.audience() == audience);
        status.and_then(|a| a.delivered_at.as_ref()).and_then(base::wire::instant)
    };
    Some(delivered(Audience::Nhq)?.max(delivered(Audience::ResponsibleHead)?))
}

impl Raise {
    /// Connects the raisers and the watcher.
    ///
    /// # Errors
    /// Safety does not answer.
    pub async fn open(session: &Session, clients: usize) -> anyhow::Result<Self> {
        let who = |wanted: Wanted<'_>| session.who(&[wanted]).map_err(in_words);
        let staff = who(Wanted::at(role::STAFF, SITE))?;
        let officer = who(Wanted::role(role::RJ_OFFICER))?;
        let head = who(Wanted::at(role::INSTITUTIONAL_HEAD, SITE))?;
        let raisers = (0..clients).map(|_| session.alarm(&staff).map_err(in_words)).collect::<anyhow::Result<Vec<_>>>()?;
        let waiting = Waiting::default();
        let mut watcher = session.alarm_stream(&officer).map_err(in_words)?;
        let mut stream = watcher.watch_concerns(WatchConcernsRequest::default()).await?.into_inner();
        let seen = waiting.clone();
        tokio::spawn(async move {
            while let Ok(Some(message)) = stream.message().await {
                match message.item {
                    Some(Item::Snapshot(all)) => all.concerns.iter().for_each(|concern| seen.note(concern)),
                    Some(Item::Changed(concern)) => seen.note(&concern),
                    Some(Item::Beat(_)) | None => {}
                }
            }
        });
        let (nhq, head) = (session.alarm(&officer).map_err(in_words)?, session.alarm(&head).map_err(in_words)?);
        Ok(Self { raisers, nhq, head, waiting, ids: Ids::random() })
    }

    /// Measures in rounds small enough that the watcher misses no concern; what was raised is closed after each.
    ///
    /// # Errors
    /// A concern did not reach both.
    pub async fn measure(&self, clients: usize, count: usize) -> anyhow::Result<Raised> {
        let times = Times::default();
        let mut rounds = Vec::new();
        let mut left = count;
        while left > 0 {
            let this = left.min(OPEN_AT_ONCE).max(clients);
            rounds.push(self.round(clients, this / clients, &times).await?);
            left = left.saturating_sub(this);
        }
        let watched = Sample::together(rounds);
        let times = std::mem::take(&mut *times.0.lock().unwrap_or_else(PoisonError::into_inner));
        let (receipts, known): (Vec<Duration>, Vec<Duration>) = times.into_iter().unzip();
        Ok(Raised { receipt: watched.with_times(receipts), both_known: watched.with_times(known), watched })
    }

    async fn round(&self, clients: usize, each: usize, times: &Times) -> anyhow::Result<Sample> {
        let raised: Arc<Mutex<Vec<String>>> = Arc::default();
        let times = times.clone();
        let (raisers, nhq, waiting, ids, list) =
            (self.raisers.clone(), self.nhq.clone(), self.waiting.clone(), self.ids.clone(), raised.clone());
        let sample = closed_loop(clients, each, move |client, _| {
            let (raiser, nhq, waiting, times) = (raisers.get(client).cloned(), nhq.clone(), waiting.clone(), times.clone());
            let id = ids.uuid().to_string();
            list.lock().unwrap_or_else(PoisonError::into_inner).push(id.clone());
            async move {
                let took = raise(raiser.context("too few raisers")?, nhq, waiting, id).await?;
                times.0.lock().unwrap_or_else(PoisonError::into_inner).push(took);
                Ok(())
            }
        })
        .await?;
        let raised = std::mem::take(&mut *raised.lock().unwrap_or_else(PoisonError::into_inner));
        self.close(raised).await?;
        Ok(sample)
    }

    /// Accepts and closes what a round raised.
    async fn close(&self, raised: Vec<String>) -> anyhow::Result<()> {
        let (nhq, head) = (self.nhq.clone(), self.head.clone());
        let share = raised.len().div_ceil(8).max(1);
        let shares: Vec<Vec<String>> = raised.chunks(share).map(<[String]>::to_vec).collect();
        closed_loop(shares.len(), 1, move |share, _| {
            let (mut nhq, mut head, ids) = (nhq.clone(), head.clone(), shares.get(share).cloned().unwrap_or_default());
            async move {
                for concern_id in ids {
                    let accept = |audience: Audience| AcceptConcernRequest {
                        concern_id: concern_id.clone(),
                        audience: audience as i32,
                        ..AcceptConcernRequest::default()
                    };
                    nhq.accept_concern(accept(Audience::Nhq)).await?;
                    head.accept_concern(accept(Audience::ResponsibleHead)).await?;
                    let outcome = "measured".to_owned();
                    nhq.close_concern(CloseConcernRequest { concern_id, outcome }).await?;
                }
                Ok(())
            }
        })
        .await?;
        Ok(())
    }
}

/// Time to the receipt, and until safety knew that both have it.
async fn raise(
    mut raiser: AlarmServiceClient<Peer>,
    mut nhq: AlarmServiceClient<Peer>,
    waiting: Waiting,
    id: String,
) -> anyhow::Result<(Duration, Duration)> {
    let seen = waiting.expect(&id);
    let concern = Concern {
        concern_id: id.clone(),
        grade: Grade::Concern as i32,
        site: SITE.to_owned(),
        text: "measured: Alex Exemple did not come back from the yard".to_owned(),
        ..Concern::default()
    };
    let (asked, asked_at) = (Instant::now(), Clock::system().now());
    raiser.raise_concern(RaiseConcernRequest { concern: Some(concern) }).await?;
    let receipt = asked.elapsed();
    if let Ok(Ok(at)) = tokio::time::timeout(TIMEOUT, seen).await {
        return Ok((receipt, (at - asked_at).unsigned_abs()));
    }
    let request = GetConcernRequest { concern_ref: id, with_history: false };
    let seen = nhq.get_concern(request).await?.into_inner().concern.unwrap_or_default();
    if both_have_it(&seen).is_some() {
        bail!("a concern reached both audiences, and the watcher was not seen within {TIMEOUT:?}");
    }
    bail!("a concern did not reach both audiences within {TIMEOUT:?}");
}

fn in_words(failure: crate::client::failure::Failure) -> anyhow::Error {
    anyhow::anyhow!(failure.words(crate::client::text::Lang::En).unwrap_or_default())
}
