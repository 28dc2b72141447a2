//! A stand-in for the safety service: stores concerns, lets the first of an audience accept, notifies every watcher.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{Stream, StreamExt, stream};
use proto::safety::v1::{
    AcceptConcernRequest, AcceptConcernResponse, AddConcernNoteRequest, AddConcernNoteResponse, AssignOfficeRequest, AssignOfficeResponse,
    Audience, AudienceStatus, Beat, CloseConcernRequest, CloseConcernResponse, CompareConcernsRequest, CompareConcernsResponse, Concern,
    ConcernReceipt, ConcernState, ConcernView, ConfirmChangesRequest, ConfirmChangesResponse, EndDeviceRequest, EndDeviceResponse,
    EndGrantRequest, EndGrantResponse, EndOfficeRequest, EndOfficeResponse, Envelope, FollowCaseRequest, FollowCaseResponse,
    GetConcernReceiptRequest, GetConcernReceiptResponse, GetConcernRequest, GetConcernResponse, Grade, HandOverConcernRequest,
    HandOverConcernResponse, ListConcernTiesRequest, ListConcernTiesResponse, ListConcernsRequest, ListConcernsResponse,
    ListDevicesRequest, ListDevicesResponse, ListGrantsRequest, ListGrantsResponse, ListOfficeHoldersRequest, ListOfficeHoldersResponse,
    ListPeopleRequest, ListPeopleResponse, ListProposalsRequest, ListProposalsResponse, ListSitesRequest, ListSitesResponse,
    NamePersonRequest, NamePersonResponse, ProposeDeviceRequest, ProposeDeviceResponse, ProposeGrantsRequest, ProposeGrantsResponse,
    RaiseConcernRequest, RaiseConcernResponse, RestoreConcernRequest, RestoreConcernResponse, RoleGrant, RouteConcernRequest,
    RouteConcernResponse, SetSiteZoneRequest, SetSiteZoneResponse, Site, Snapshot, WatchConcernsRequest, WatchConcernsResponse,
    WhoAmIRequest, WhoAmIResponse, alarm_service_server::AlarmService, directory_service_server::DirectoryService,
    watch_concerns_response::Item,
};
use time::OffsetDateTime;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tonic::{Request, Response, Status};

#[derive(Clone)]
pub struct StandIn {
    pub concerns: Arc<Mutex<BTreeMap<String, ConcernView>>>,
    pub raised: Arc<Mutex<Vec<Concern>>>,
    /// Subjects by token.
    pub callers: Arc<Mutex<BTreeMap<String, String>>>,
    /// Tokens that are not known prove whom they name.
    pub believes_tokens: Arc<AtomicBool>,
    /// Grants by subject.
    pub grants: Arc<Mutex<BTreeMap<String, Vec<RoleGrant>>>>,
    pub items: broadcast::Sender<Item>,
    /// Who opened watches, one entry for each.
    pub watched: Arc<Mutex<Vec<String>>>,
    /// Everything is answered with this, where it is set.
    pub refuse: Arc<Mutex<Option<Status>>>,
    pub now: OffsetDateTime,
}

/// Whom a token names, unchecked.
pub fn subject(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims["sub"].as_str().map(str::to_owned)
}

impl StandIn {
    pub fn new(now: OffsetDateTime) -> Self {
        Self {
            concerns: Arc::default(),
            raised: Arc::default(),
            callers: Arc::default(),
            believes_tokens: Arc::default(),
            grants: Arc::default(),
            items: broadcast::channel(1024).0,
            watched: Arc::default(),
            refuse: Arc::default(),
            now,
        }
    }

    /// Puts a concern there and tells the watchers.
    pub fn put(&self, view: ConcernView) {
        self.concerns.lock().unwrap().insert(view.concern_id.clone(), view.clone());
        let _ = self.items.send(Item::Changed(view));
    }

    fn caller<T>(&self, request: &Request<T>) -> Result<String, Status> {
        if let Some(status) = self.refuse.lock().unwrap().clone() {
            return Err(status);
        }
        let header = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let named = || self.believes_tokens.load(Ordering::SeqCst).then(|| subject(token)).flatten();
        let known = self.callers.lock().unwrap().get(token).cloned();
        known.or_else(named).ok_or_else(|| Status::unauthenticated(""))
    }

    /// The concern as it stands now.
    pub fn view_of(&self, id: &str) -> ConcernView {
        self.view(id).unwrap()
    }

    fn view(&self, id: &str) -> Result<ConcernView, Status> {
        self.concerns.lock().unwrap().get(id).cloned().ok_or_else(|| Status::not_found("not found"))
    }
}

/// A concern that rings both audiences.
pub fn ringing(id: &str, grade: Grade, minutes: i64, now: OffsetDateTime) -> ConcernView {
    let raised_at = now - time::Duration::minutes(minutes);
    let told = |audience: Audience, office: &str| AudienceStatus {
        audience: audience.into(),
        office: office.into(),
        level: 1,
        rings: 3,
        delivered_at: Some(base::wire::timestamp(raised_at + time::Duration::seconds(2))),
        next_ring_at: Some(base::wire::timestamp(now + time::Duration::seconds(95))),
        ..AudienceStatus::default()
    };
    ConcernView {
        concern_id: format!("00000000-0000-7000-8000-0000000000{id}"),
        reference: format!("RS-7KDM-Q4{id}"),
        grade: grade.into(),
        state: ConcernState::Ringing.into(),
        site: "mission".into(),
        raised_at: Some(base::wire::timestamp(raised_at)),
        audiences: vec![told(Audience::Nhq, "rj-unit"), told(Audience::ResponsibleHead, "institutional-head/mission")],
        envelope: Some(Envelope {
            content: Some(Concern {
                text: "A fictional worry,\nin two lines & <b>no markup</b>".into(),
                person_at_risk: "Fictional Person".into(),
                place: "Unit 3".into(),
                ..Concern::default()
            }),
            ..Envelope::default()
        }),
        revision: 1,
        epoch: 0,
        said: 1,
    }
}

#[tonic::async_trait]
impl AlarmService for StandIn {
    async fn raise_concern(&self, request: Request<RaiseConcernRequest>) -> Result<Response<RaiseConcernResponse>, Status> {
        self.caller(&request)?;
        let concern = request.into_inner().concern.unwrap_or_default();
        let concern_id = concern.concern_id.clone();
        self.raised.lock().unwrap().push(concern);
        let receipt = ConcernReceipt { concern_id, reference: "RS-4TQM-9XKD".into(), ..ConcernReceipt::default() };
        Ok(Response::new(RaiseConcernResponse { receipt: Some(receipt) }))
    }

    async fn accept_concern(&self, request: Request<AcceptConcernRequest>) -> Result<Response<AcceptConcernResponse>, Status> {
        let caller = self.caller(&request)?;
        let request = request.into_inner();
        let mut view = self.view(&request.concern_id)?;
        let status = view.audiences.iter_mut().find(|a| a.audience == request.audience).ok_or_else(|| Status::not_found(""))?;
        let already_accepted = status.accepted_at.is_some();
        if !already_accepted {
            status.accepted_at = Some(base::wire::timestamp(self.now));
            status.accepted_by = caller;
            status.next_ring_at = None;
        }
        let answer = AcceptConcernResponse { status: Some(status.clone()), already_accepted };
        if !already_accepted {
            if view.audiences.iter().all(|a| a.accepted_at.is_some()) {
                view.state = ConcernState::Accepted.into();
            }
            view.revision += 1;
            self.put(view);
        }
        Ok(Response::new(answer))
    }

    async fn list_concerns(&self, request: Request<ListConcernsRequest>) -> Result<Response<ListConcernsResponse>, Status> {
        self.caller(&request)?;
        let wanted = request.into_inner();
        let fits = |view: &&ConcernView| {
            (wanted.include_closed || view.state() != ConcernState::Closed)
                && (wanted.grade() == Grade::Unspecified || wanted.grade() == view.grade())
                && (wanted.state() == ConcernState::Unspecified || wanted.state() == view.state())
                && (wanted.site.is_empty() || wanted.site == view.site)
        };
        let mut concerns: Vec<ConcernView> = self.concerns.lock().unwrap().values().filter(fits).cloned().collect();
        if wanted.outline {
            concerns.iter_mut().for_each(|view| view.envelope = None);
        }
        Ok(Response::new(ListConcernsResponse { concerns, next_page_token: String::new() }))
    }

    async fn get_concern(&self, request: Request<GetConcernRequest>) -> Result<Response<GetConcernResponse>, Status> {
        self.caller(&request)?;
        let asked = &request.get_ref().concern_ref;
        let known = self.concerns.lock().unwrap().values().find(|view| view.reference == *asked).cloned();
        let concern = known.map_or_else(|| self.view(asked), Ok)?;
        Ok(Response::new(GetConcernResponse { concern: Some(concern), ..GetConcernResponse::default() }))
    }

    type WatchConcernsStream = Pin<Box<dyn Stream<Item = Result<WatchConcernsResponse, Status>> + Send>>;

    async fn watch_concerns(&self, request: Request<WatchConcernsRequest>) -> Result<Response<Self::WatchConcernsStream>, Status> {
        let caller = self.caller(&request)?;
        assert!(request.get_ref().outline, "a page shows nothing of what was said, and asks for it");
        self.watched.lock().unwrap().push(caller);
        let changes = BroadcastStream::new(self.items.subscribe()).filter_map(|item| async { item.ok() });
        let open = self.concerns.lock().unwrap().values().filter(|v| v.state() != ConcernState::Closed).cloned().collect();
        let period = tokio::time::interval(std::time::Duration::from_secs(1));
        let beats = stream::unfold(period, move |mut period| async move {
            period.tick().await;
            Some((Item::Beat(Beat { at: None, bus: true, ladder: true }), period))
        });
        let first = stream::iter([Item::Snapshot(Snapshot { concerns: open })]);
        let all = first.chain(stream::select(changes, beats)).map(|item| Ok(WatchConcernsResponse { item: Some(item) }));
        Ok(Response::new(Box::pin(all)))
    }

    async fn get_concern_receipt(&self, request: Request<GetConcernReceiptRequest>) -> Result<Response<GetConcernReceiptResponse>, Status> {
        self.caller(&request)?;
        let concern_id = request.into_inner().concern_id;
        if !self.raised.lock().unwrap().iter().any(|c| c.concern_id == concern_id) {
            return Err(Status::not_found(""));
        }
        let recorded_at = Some(base::wire::timestamp(self.now));
        let receipt = ConcernReceipt { concern_id, reference: "RS-4TQM-9XKD".into(), recorded_at, ..ConcernReceipt::default() };
        Ok(Response::new(GetConcernReceiptResponse { receipt: Some(receipt), state: ConcernState::Ringing.into() }))
    }

    async fn compare_concerns(&self, _: Request<CompareConcernsRequest>) -> Result<Response<CompareConcernsResponse>, Status> {
        Err(Status::unimplemented("the dashboard guards nothing"))
    }

    async fn restore_concern(&self, _: Request<RestoreConcernRequest>) -> Result<Response<RestoreConcernResponse>, Status> {
        Err(Status::unimplemented("the dashboard guards nothing"))
    }

    async fn list_concern_ties(&self, _: Request<ListConcernTiesRequest>) -> Result<Response<ListConcernTiesResponse>, Status> {
        Err(Status::unimplemented("the dashboard freezes nothing"))
    }

    async fn follow_case(&self, _: Request<FollowCaseRequest>) -> Result<Response<FollowCaseResponse>, Status> {
        Err(Status::unimplemented("the dashboard knows of no case"))
    }

    async fn hand_over_concern(&self, _: Request<HandOverConcernRequest>) -> Result<Response<HandOverConcernResponse>, Status> {
        Err(Status::unimplemented("the dashboard hands nothing over"))
    }

    async fn add_concern_note(&self, _: Request<AddConcernNoteRequest>) -> Result<Response<AddConcernNoteResponse>, Status> {
        Err(Status::unimplemented("the dashboard notes nothing"))
    }

    async fn close_concern(&self, _: Request<CloseConcernRequest>) -> Result<Response<CloseConcernResponse>, Status> {
        Err(Status::unimplemented("the dashboard does not close concerns"))
    }

    async fn route_concern(&self, _: Request<RouteConcernRequest>) -> Result<Response<RouteConcernResponse>, Status> {
        Err(Status::unimplemented("the dashboard routes no concerns"))
    }
}

#[tonic::async_trait]
impl DirectoryService for StandIn {
    async fn list_sites(&self, request: Request<ListSitesRequest>) -> Result<Response<ListSitesResponse>, Status> {
        self.caller(&request)?;
        let site = |code: &str, en: &str, fr: &str| Site { code: code.into(), name_en: en.into(), name_fr: fr.into(), ..Site::default() };
        let sites = vec![
            site("mission", "Mission Institution", "Établissement de Mission"),
            site("kent", "Kent Institution", "Établissement de Kent"),
        ];
        Ok(Response::new(ListSitesResponse { sites }))
    }

    async fn who_am_i(&self, request: Request<WhoAmIRequest>) -> Result<Response<WhoAmIResponse>, Status> {
        let subject = self.caller(&request)?;
        let grants = self.grants.lock().unwrap().get(&subject).cloned().unwrap_or_default();
        Ok(Response::new(WhoAmIResponse { subject, grants, ..WhoAmIResponse::default() }))
    }

    async fn set_site_zone(&self, _: Request<SetSiteZoneRequest>) -> Result<Response<SetSiteZoneResponse>, Status> {
        Err(Status::unimplemented("the dashboard sets no zone"))
    }

    async fn list_people(&self, _: Request<ListPeopleRequest>) -> Result<Response<ListPeopleResponse>, Status> {
        Ok(Response::new(ListPeopleResponse::default()))
    }

    async fn name_person(&self, _: Request<NamePersonRequest>) -> Result<Response<NamePersonResponse>, Status> {
        Err(Status::unimplemented("the dashboard names nobody"))
    }

    async fn propose_grants(&self, _: Request<ProposeGrantsRequest>) -> Result<Response<ProposeGrantsResponse>, Status> {
        Err(Status::unimplemented("the dashboard gives no roles"))
    }

    async fn confirm_changes(&self, _: Request<ConfirmChangesRequest>) -> Result<Response<ConfirmChangesResponse>, Status> {
        Err(Status::unimplemented("the dashboard confirms nothing"))
    }

    async fn list_proposals(&self, _: Request<ListProposalsRequest>) -> Result<Response<ListProposalsResponse>, Status> {
        Err(Status::unimplemented("the dashboard lists no proposals"))
    }

    async fn end_grant(&self, _: Request<EndGrantRequest>) -> Result<Response<EndGrantResponse>, Status> {
        Err(Status::unimplemented("the dashboard takes no role back"))
    }

    async fn list_grants(&self, _: Request<ListGrantsRequest>) -> Result<Response<ListGrantsResponse>, Status> {
        Err(Status::unimplemented("the dashboard lists no grants"))
    }

    async fn propose_device(&self, _: Request<ProposeDeviceRequest>) -> Result<Response<ProposeDeviceResponse>, Status> {
        Err(Status::unimplemented("the dashboard enrols no devices"))
    }

    async fn list_devices(&self, _: Request<ListDevicesRequest>) -> Result<Response<ListDevicesResponse>, Status> {
        Err(Status::unimplemented("the dashboard lists no devices"))
    }

    async fn end_device(&self, _: Request<EndDeviceRequest>) -> Result<Response<EndDeviceResponse>, Status> {
        Err(Status::unimplemented("the dashboard ends no devices"))
    }

    async fn assign_office(&self, _: Request<AssignOfficeRequest>) -> Result<Response<AssignOfficeResponse>, Status> {
        Err(Status::unimplemented("the dashboard names no office-holders"))
    }

    async fn end_office(&self, _: Request<EndOfficeRequest>) -> Result<Response<EndOfficeResponse>, Status> {
        Err(Status::unimplemented("the dashboard releases no office-holders"))
    }

    async fn list_office_holders(&self, _: Request<ListOfficeHoldersRequest>) -> Result<Response<ListOfficeHoldersResponse>, Status> {
        Err(Status::unimplemented("the dashboard lists no office-holders"))
    }
}
