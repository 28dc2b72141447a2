//! Client of safety, under the calling service's own identity: which concerns are open, the state of one, and what it names [RM1].
//!
//! A fact on the bus freezes and releases nothing by itself; only safety's answer does.

use std::{collections::BTreeMap, time::Duration};

use base::wire;
use proto::{
    id::ConcernId,
    named::Named,
    safety::v1::{
        ConcernState, ConcernTies, ListConcernTiesRequest, ListConcernTiesResponse, OpenConcern, alarm_service_client::AlarmServiceClient,
    },
};
use server::client::Peer;
use time::OffsetDateTime;
use uuid::Uuid;

/// Timeout of an answer.
pub(crate) const ANSWER: Duration = Duration::from_secs(3);
/// Concerns per call; safety takes no more than 200.
const BATCH: usize = 100;
/// Pages of open concerns, of 2,000 each. A longer list counts as no answer.
const MAX_PAGES: usize = 500;

/// State of a concern, as safety answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Open,
    /// Closed, with safety's signature.
    Closed,
    /// Unknown to safety: it has not arrived yet, or was lost there.
    Unknown,
}

/// Answer of safety about one concern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConcernAnswer {
    pub concern: ConcernId,
    pub stands: Stands,
    /// Time of the last statement under its id.
    pub said_at: Option<OffsetDateTime>,
    pub names: Vec<Named>,
    /// The content could not be opened: it may name more.
    pub unread: bool,
}

/// What an open concern names, and the time of its last statement.
pub type Known = BTreeMap<ConcernId, (OffsetDateTime, Vec<Named>)>;

/// Open concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    pub concern: ConcernId,
    /// Time of the last statement under its id.
    pub said_at: OffsetDateTime,
    /// Last report of cases on where the person is that safety applied.
    pub case_site: Option<Uuid>,
}

/// Safety, as a client calls it. `None` is no answer.
#[tonic::async_trait]
pub trait AskSafety: Send + Sync {
    /// Every open concern.
    async fn open(&self) -> Option<Vec<Open>>;
    /// Its answers about these, in their order.
    async fn told(&self, concerns: &[ConcernId]) -> Option<Vec<ConcernAnswer>>;
}

/// Safety over gRPC.
pub struct OverGrpc(pub AlarmServiceClient<Peer>);

impl OverGrpc {
    async fn ask(&self, request: ListConcernTiesRequest) -> Option<ListConcernTiesResponse> {
        match tokio::time::timeout(ANSWER, self.0.clone().list_concern_ties(request)).await {
            Ok(Ok(answer)) => Some(answer.into_inner()),
            Ok(Err(status)) => {
                tracing::warn!(code = %status.code(), "safety does not say which concerns are open");
                None
            }
            Err(_) => {
                tracing::warn!("safety does not say in time which concerns are open");
                None
            }
        }
    }
}

#[tonic::async_trait]
impl AskSafety for OverGrpc {
    async fn open(&self) -> Option<Vec<Open>> {
        let (mut open, mut after) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let page = self.ask(ListConcernTiesRequest { open: true, after, ..ListConcernTiesRequest::default() }).await?;
            for one in &page.open {
                open.push(listed(one)?);
            }
            let Some(last) = page.open.last().filter(|_| page.more) else { return Some(open) };
            after = last.concern_id.clone();
        }
        tracing::error!("more concerns are open than can be compared: nothing is released and no mediation begins");
        None
    }

    async fn told(&self, concerns: &[ConcernId]) -> Option<Vec<ConcernAnswer>> {
        let mut told = Vec::with_capacity(concerns.len());
        for batch in concerns.chunks(BATCH) {
            let concern_ids = batch.iter().map(ToString::to_string).collect();
            let answer = self.ask(ListConcernTiesRequest { concern_ids, ..ListConcernTiesRequest::default() }).await?;
            let answered: Vec<ConcernAnswer> = answer.ties.into_iter().map(read).collect::<Option<_>>()?;
            // An answer about something else counts as none.
            if !answered.iter().map(|one| one.concern).eq(batch.iter().copied()) {
                return None;
            }
            told.extend(answered);
        }
        Some(told)
    }
}

fn listed(one: &OpenConcern) -> Option<Open> {
    Some(Open {
        concern: one.concern_id.parse().ok()?,
        said_at: one.said_at.as_ref().and_then(wire::instant)?,
        case_site: Uuid::try_parse(&one.case_site).ok(),
    })
}

/// What the open concerns name: from `known`, and asked anew where something was said since. `false` beside it where one could not be read:
/// it may name more. `None` is no answer.
pub async fn learn(safety: &dyn AskSafety, mut known: Known, open: &[Open]) -> Option<(Known, bool)> {
    let current: BTreeMap<ConcernId, OffsetDateTime> = open.iter().map(|one| (one.concern, one.said_at)).collect();
    known.retain(|id, (said_at, _)| current.get(id) == Some(said_at));
    let news: Vec<ConcernId> = current.keys().filter(|id| !known.contains_key(id)).copied().collect();
    let mut whole = true;
    for told in safety.told(&news).await? {
        // Closed since the list was made: it freezes nothing any more.
        let (Some(said_at), Stands::Open) = (told.said_at, told.stands) else { continue };
        whole &= !told.unread;
        // One that could not be read holds what it is known to name, and is asked for again.
        let said_at = if told.unread { OffsetDateTime::UNIX_EPOCH } else { said_at };
        known.insert(told.concern, (said_at, told.names));
    }
    Some((known, whole))
}

fn read(ties: ConcernTies) -> Option<ConcernAnswer> {
    let stands = match ties.state() {
        ConcernState::Unspecified => Stands::Unknown,
        ConcernState::Closed => Stands::Closed,
        ConcernState::Ringing | ConcernState::Accepted => Stands::Open,
    };
    Some(ConcernAnswer {
        concern: ties.concern_id.parse().ok()?,
        stands,
        said_at: ties.said_at.as_ref().and_then(wire::instant),
        names: ties.names.iter().filter_map(|name| Named::parse(name)).collect(),
        unread: ties.unread,
    })
}
