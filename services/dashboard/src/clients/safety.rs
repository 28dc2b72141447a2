//! Client for the safety service, called with the token of the person signed in: what they may see is decided there, never extended here.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use base::{
    Caller, Private,
    caller::{Grant, Proof},
    wire,
};
use proto::{
    role,
    safety::v1::{
        AcceptConcernRequest, AcceptConcernResponse, Audience, Beat, Concern, ConcernReceipt, ConcernState, ConcernView,
        GetConcernReceiptRequest, GetConcernReceiptResponse, GetConcernRequest, GetConcernResponse, Grade, ListConcernsRequest,
        ListConcernsResponse, ListPeopleRequest, ListSitesRequest, NamePersonRequest, Person, RaiseConcernRequest, Site,
        WatchConcernsRequest, WatchConcernsResponse, WhoAmIRequest, alarm_service_client::AlarmServiceClient,
        directory_service_client::DirectoryServiceClient, watch_concerns_response::Item,
    },
};
use server::client::{self, Peer};
use time::OffsetDateTime;
use tonic::{Code, Request, Status, Streaming};

use crate::session::Session;

/// Concerns on one page.
const PAGE: i32 = 500;
/// Imminent concerns of which a strip knows.
const IMMINENT: i32 = 50;
/// Lifetime of the cached directory of sites.
const SITES_LAST: time::Duration = time::Duration::minutes(10);
/// Lifetime of the cached names of people, and how long a page waits for them.
const PEOPLE_LAST: time::Duration = time::Duration::seconds(10);
const PEOPLE_WITHIN: Duration = Duration::from_millis(1_500);
/// Time limit for a stream to begin.
const STREAM_BEGINS: Duration = Duration::from_secs(4);

/// What is known of people, by identity.
pub type People = Arc<BTreeMap<String, Person>>;

/// Names of the sites in both languages, by code.
pub type Sites = Arc<BTreeMap<String, Site>>;

/// Client for the safety service. Cheap to clone.
#[derive(Clone)]
pub struct Safety {
    alarm: AlarmServiceClient<Peer>,
    streams: AlarmServiceClient<Peer>,
    directory: DirectoryServiceClient<Peer>,
    sites: Arc<Mutex<Option<(OffsetDateTime, Sites)>>>,
    people: Arc<Mutex<Option<(OffsetDateTime, People)>>>,
}

impl Safety {
    /// # Errors
    /// The address or the authority's certificate is malformed.
    pub fn connect(url: &str, authority: Option<&[u8]>) -> anyhow::Result<Self> {
        let calls = client::connect(url, authority, None, Some(client::DEADLINE))?;
        let streams = client::connect(url, authority, None, None)?;
        Ok(Self {
            alarm: AlarmServiceClient::new(calls.clone()),
            streams: AlarmServiceClient::new(streams),
            directory: DirectoryServiceClient::new(calls),
            sites: Arc::default(),
            people: Arc::default(),
        })
    }

    /// # Errors
    /// What the safety service answers.
    pub async fn list(&self, session: &Session, wanted: ListConcernsRequest) -> Result<ListConcernsResponse, Status> {
        let request = ListConcernsRequest { page_size: PAGE, ..wanted };
        Ok(self.alarm.clone().list_concerns(signed(session, request)?).await?.into_inner())
    }

    /// Imminent concerns that ring, oldest first, without what was said.
    ///
    /// # Errors
    /// What the safety service answers.
    pub async fn imminent(&self, session: &Session) -> Result<Vec<ConcernView>, Status> {
        let (grade, state) = (Grade::Imminent.into(), ConcernState::Ringing.into());
        let request = ListConcernsRequest { outline: true, grade, state, page_size: IMMINENT, ..ListConcernsRequest::default() };
        Ok(self.alarm.clone().list_concerns(signed(session, request)?).await?.into_inner().concerns)
    }

    /// # Errors
    /// What the safety service answers; a concern that is hidden is not found.
    pub async fn get(&self, session: &Session, concern: &str) -> Result<ConcernView, Status> {
        let request = GetConcernRequest { concern_ref: concern.to_owned(), with_history: false };
        let answer = self.alarm.clone().get_concern(signed(session, request)?).await?.into_inner();
        answer.concern.ok_or_else(|| Status::not_found(""))
    }

    /// The same with what happened to it.
    ///
    /// # Errors
    /// What the safety service answers.
    pub async fn whole(&self, session: &Session, concern: &str) -> Result<(ConcernView, GetConcernResponse), Status> {
        let request = GetConcernRequest { concern_ref: concern.to_owned(), with_history: true };
        let mut answer = self.alarm.clone().get_concern(signed(session, request)?).await?.into_inner();
        let concern = answer.concern.take().ok_or_else(|| Status::not_found(""))?;
        Ok((concern, answer))
    }

    /// # Errors
    /// What the safety service answers.
    pub async fn accept(
        &self,
        session: &Session,
        concern: &str,
        audience: Audience,
        (knowing, note): (i32, &str),
    ) -> Result<AcceptConcernResponse, Status> {
        let request = AcceptConcernRequest { concern_id: concern.to_owned(), audience: audience.into(), note: note.to_owned(), knowing };
        Ok(self.alarm.clone().accept_concern(signed(session, request)?).await?.into_inner())
    }

    /// # Errors
    /// What the safety service answers.
    pub async fn raise(&self, session: &Session, concern: Concern) -> Result<ConcernReceipt, Status> {
        let request = RaiseConcernRequest { concern: Some(concern) };
        let answer = self.alarm.clone().raise_concern(signed(session, request)?).await?.into_inner();
        answer.receipt.ok_or_else(|| Status::unavailable("no receipt"))
    }

    /// # Errors
    /// What the safety service answers.
    pub async fn receipt(&self, session: &Session, concern: &str) -> Result<GetConcernReceiptResponse, Status> {
        let request = GetConcernReceiptRequest { concern_id: concern.to_owned() };
        Ok(self.alarm.clone().get_concern_receipt(signed(session, request)?).await?.into_inner())
    }

    /// Current grants of the bearer of a token.
    ///
    /// # Errors
    /// What the safety service answers.
    pub async fn who(&self, proof: Proof, token: &Private<String>) -> Result<Caller, Status> {
        let answer = self.directory.clone().who_am_i(with(token, WhoAmIRequest {})?).await?.into_inner();
        let place = |text: String| Some(text).filter(|text| !text.is_empty());
        let grants = answer.grants.into_iter().map(|g| Grant { role: g.role, site: place(g.site), region: place(g.region) });
        let until = answer.expires_at.as_ref().and_then(wire::instant);
        Ok(Caller::new(proof, grants.collect(), until))
    }

    /// Stream of a snapshot, then every change and beat, without what was said.
    ///
    /// # Errors
    /// What the safety service answers; or the time limit passed.
    pub async fn watch(&self, session: &Session) -> Result<Streaming<WatchConcernsResponse>, Status> {
        let mut client = self.streams.clone();
        let begun = client.watch_concerns(signed(session, WatchConcernsRequest { outline: true })?);
        match tokio::time::timeout(STREAM_BEGINS, begun).await {
            Ok(answer) => Ok(answer?.into_inner()),
            Err(_) => Err(Status::unavailable("the stream does not begin")),
        }
    }

    /// The state of the alarm as it reports it with each beat: the first beat that comes in time.
    ///
    /// # Errors
    /// What the safety service answers; or no beat came in time.
    pub async fn beat(&self, session: &Session) -> Result<Beat, Status> {
        let mut stream = self.watch(session).await?;
        let beat = async {
            while let Some(message) = stream.message().await? {
                if let Some(Item::Beat(beat)) = message.item {
                    return Ok(beat);
                }
            }
            Err(Status::unavailable("the stream ended"))
        };
        tokio::time::timeout(STREAM_BEGINS, beat).await.unwrap_or_else(|_| Err(Status::unavailable("no beat came")))
    }

    /// Forgets the directory of sites: it was changed a moment ago.
    pub fn forget_sites(&self) {
        *self.sites.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The directory of sites as last read, without a call.
    #[must_use]
    pub fn known_sites(&self) -> Sites {
        let known = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(_, sites)| sites.clone()).unwrap_or_default()
    }

    /// Names of people, cached for whoever may read them. Where they cannot be read at once, pages show those read before, or identities.
    pub async fn people(&self, session: &Session, now: OffsetDateTime) -> People {
        if !session.caller.has_any(&role::NAME_READERS) {
            return People::default();
        }
        let known = self.people.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, people)) = &known
            && now - *at < PEOPLE_LAST
        {
            return people.clone();
        }
        let former = known.map(|(_, people)| people).unwrap_or_default();
        let Ok(request) = signed(session, ListPeopleRequest {}) else { return former };
        let people = match tokio::time::timeout(PEOPLE_WITHIN, self.directory.clone().list_people(request)).await {
            Ok(Ok(answer)) => Arc::new(answer.into_inner().people.into_iter().map(|person| (person.subject.clone(), person)).collect()),
            Ok(Err(status)) if matches!(status.code(), Code::PermissionDenied | Code::Unauthenticated) => return People::default(),
            Ok(Err(status)) => {
                tracing::warn!(code = %status.code(), "the names of people cannot be read");
                former
            }
            Err(_) => {
                tracing::warn!("the names of people cannot be read in time");
                former
            }
        };
        *self.people.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, people.clone()));
        people
    }

    /// Sets what is shown for an identity.
    ///
    /// # Errors
    /// What the safety service answers.
    pub async fn show_name(&self, session: &Session, request: NamePersonRequest) -> Result<(), Status> {
        self.directory.clone().name_person(signed(session, request)?).await?;
        // Read anew for the next page.
        *self.people.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// The directory of sites, cached. Where it cannot be read, pages show codes instead of names.
    pub async fn sites(&self, session: &Session, now: OffsetDateTime) -> Sites {
        let known = self.sites.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, sites)) = &known
            && now - *at < SITES_LAST
        {
            return sites.clone();
        }
        let Ok(request) = signed(session, ListSitesRequest {}) else { return Sites::default() };
        match self.directory.clone().list_sites(request).await {
            Ok(answer) => {
                let sites: Sites = Arc::new(answer.into_inner().sites.into_iter().map(|s| (s.code.clone(), s)).collect());
                *self.sites.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, sites.clone()));
                sites
            }
            Err(status) => {
                tracing::debug!(code = %status.code(), "the directory of sites cannot be read");
                known.map(|(_, sites)| sites).unwrap_or_default()
            }
        }
    }
}

fn signed<T>(session: &Session, message: T) -> Result<Request<T>, Status> {
    with(&session.token, message)
}

fn with<T>(token: &Private<String>, message: T) -> Result<Request<T>, Status> {
    let mut request = Request::new(message);
    let mut bearer: tonic::metadata::MetadataValue<_> =
        format!("Bearer {}", token.expose()).parse().map_err(|_| Status::unauthenticated(""))?;
    bearer.set_sensitive(true);
    request.metadata_mut().insert("authorization", bearer);
    Ok(request)
}
