//! RPCs of the alarm.

use std::{pin::Pin, str::FromStr};

use audit_log::Act;
use base::{Caller, page};
use futures::Stream;
use proto::{
    id::SiteCode,
    safety::v1::{self, alarm_service_server::AlarmService},
};
use tonic::{Request, Response, Status};

use super::{
    encode,
    server::{AlarmServer, id_of},
    watch,
};
use crate::{
    app::{
        alarm::{
            accept_concern,
            change::KIND,
            close_concern, envelope, hand_over, note_concern,
            read_concerns::{self, Depth, viewer},
            report::Report,
            route_concern, signed,
        },
        directory::grants,
    },
    error,
    grpc::transactions::Answer,
};

#[tonic::async_trait]
impl AlarmService for AlarmServer {
    async fn raise_concern(&self, request: Request<v1::RaiseConcernRequest>) -> Answer<v1::RaiseConcernResponse> {
        let caller = Caller::of(&request)?;
        let concern = request.into_inner().concern.unwrap_or_default();
        let report = Report {
            // Where the concern names a site that the directory knows, the raiser's own is not looked up.
            origin_site: match self.app.directory.cache.known().is_some_and(|known| known.has_site(&concern.site)) {
                true => None,
                false => grants::a_site_of(&self.grants, &caller, self.app.clock.now()).await,
            },
            unreadable: false,
            raised_by: caller.subject.clone(),
            fallback_id: self.app.ids.uuid(),
            concern,
        };
        let receipt = self.record(&caller, report).await?;
        Ok(Response::new(v1::RaiseConcernResponse { receipt: Some(signed::receipt(&self.app, &receipt)) }))
    }

    async fn accept_concern(&self, request: Request<v1::AcceptConcernRequest>) -> Answer<v1::AcceptConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let audience = encode::asked_audience(request.audience())?;
        let id = id_of(&request.concern_id);
        let mut tx = self.transactions.begin(&caller).await?;
        let knowing = u32::try_from(request.knowing).unwrap_or_default();
        let asked = accept_concern::Asked { audience, note: request.note.trim(), knowing };
        let ended = accept_concern::accept(&mut tx, &self.app, &caller, id, asked).await;
        let accepted = self.transactions.settle(tx, Act::new(&caller, "concern.accept", KIND, request.concern_id.trim()), ended).await?;
        let status = Some(encode::audience(&accepted.status, true));
        Ok(Response::new(v1::AcceptConcernResponse { status, already_accepted: accepted.already }))
    }

    async fn hand_over_concern(&self, request: Request<v1::HandOverConcernRequest>) -> Answer<v1::HandOverConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let audience = encode::asked_audience(request.audience())?;
        let to = Some(request.to.trim()).filter(|to| !to.is_empty());
        let id = id_of(&request.concern_id);
        let mut tx = self.transactions.begin(&caller).await?;
        let asked = hand_over::Asked { audience, to, note: request.note.trim() };
        let ended = hand_over::hand_over(&mut tx, &self.app, &caller, id, asked).await;
        let act = Act::new(&caller, "concern.hand-over", KIND, request.concern_id.trim());
        let status = self.transactions.settle(tx, act, ended).await?;
        Ok(Response::new(v1::HandOverConcernResponse { status: Some(encode::audience(&status, true)) }))
    }

    async fn add_concern_note(&self, request: Request<v1::AddConcernNoteRequest>) -> Answer<v1::AddConcernNoteResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = id_of(&request.concern_id);
        let note_id = request.note_id.trim().parse().unwrap_or_else(|_| self.app.ids.uuid());
        let mut tx = self.transactions.begin(&caller).await?;
        let ended = note_concern::note(&mut tx, &self.app, &caller, id, (note_id, &request.text)).await;
        let act = Act::new(&caller, "concern.note", KIND, request.concern_id.trim());
        let is_new = self.transactions.settle(tx, act, ended).await?;
        Ok(Response::new(v1::AddConcernNoteResponse { already_known: !is_new }))
    }

    async fn close_concern(&self, request: Request<v1::CloseConcernRequest>) -> Answer<v1::CloseConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = id_of(&request.concern_id);
        let mut tx = self.transactions.begin(&caller).await?;
        let ended = close_concern::close(&mut tx, &self.app, &caller, id, &request.outcome).await;
        self.transactions.settle(tx, Act::new(&caller, "concern.close", KIND, request.concern_id.trim()), ended).await?;
        Ok(Response::new(v1::CloseConcernResponse {}))
    }

    async fn route_concern(&self, request: Request<v1::RouteConcernRequest>) -> Answer<v1::RouteConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = id_of(&request.concern_id);
        let site = SiteCode::from_str(&request.site).map_err(|_| error::site_malformed())?;
        let mut tx = self.transactions.begin(&caller).await?;
        let ended = route_concern::route(&mut tx, &self.app, &caller, id, &site).await;
        let status = self.transactions.settle(tx, Act::new(&caller, "concern.route", KIND, request.concern_id.trim()), ended).await?;
        Ok(Response::new(v1::RouteConcernResponse { status: Some(encode::audience(&status, true)) }))
    }

    async fn list_concerns(&self, request: Request<v1::ListConcernsRequest>) -> Answer<v1::ListConcernsResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let after = page::decode(&request.page_token)?;
        let mut tx = self.transactions.begin(&caller).await?;
        let viewer = viewer(&mut tx, &self.app, &caller).await?;
        let limit = page::size(request.page_size, 100, 500);
        let depth = if request.outline { Depth::Outline } else { Depth::Said };
        let wanted = encode::wanted(&request);
        let (views, next) = read_concerns::list(&mut tx, &self.app.vault, &viewer, (&wanted, depth), after, limit).await?;
        read_concerns::note(tx, &caller, "concern.list", &views, self.app.clock.now()).await;
        Ok(Response::new(v1::ListConcernsResponse {
            concerns: views.into_iter().map(|view| self.shown(view)).collect(),
            next_page_token: next.map(|p| page::encode(&p)).unwrap_or_default(),
        }))
    }

    async fn get_concern(&self, request: Request<v1::GetConcernRequest>) -> Answer<v1::GetConcernResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = self.read(&caller, &asked.concern_ref, asked.with_history).await;
        let act = Act::new(&caller, "concern.read", KIND, asked.concern_ref.trim());
        let (view, history) = self.transactions.watched(act, ended).await?;
        Ok(Response::new(encode::history(self.shown(view), history)))
    }

    type WatchConcernsStream = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

    async fn watch_concerns(&self, request: Request<v1::WatchConcernsRequest>) -> Answer<Self::WatchConcernsStream> {
        let caller = Caller::of(&request)?;
        let depth = if request.get_ref().outline { Depth::Outline } else { Depth::Said };
        Ok(Response::new(watch::stream(self.clone(), caller, depth)))
    }

    async fn get_concern_receipt(&self, request: Request<v1::GetConcernReceiptRequest>) -> Answer<v1::GetConcernReceiptResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = self.receipt(&caller, &asked.concern_id).await;
        let act = Act::new(&caller, "concern.receipt", KIND, asked.concern_id.trim());
        let (receipt, state) = self.transactions.watched(act, ended).await?;
        let state = envelope::state(state) as i32;
        Ok(Response::new(v1::GetConcernReceiptResponse { receipt: Some(signed::receipt(&self.app, &receipt)), state }))
    }

    async fn compare_concerns(&self, request: Request<v1::CompareConcernsRequest>) -> Answer<v1::CompareConcernsResponse> {
        Ok(Response::new(self.compare(request.into_inner()).await?))
    }

    async fn restore_concern(&self, request: Request<v1::RestoreConcernRequest>) -> Answer<v1::RestoreConcernResponse> {
        Ok(Response::new(self.restore(request.into_inner().envelope.unwrap_or_default()).await?))
    }

    async fn list_concern_ties(&self, request: Request<v1::ListConcernTiesRequest>) -> Answer<v1::ListConcernTiesResponse> {
        Ok(Response::new(self.ties(request.into_inner()).await?))
    }

    async fn follow_case(&self, request: Request<v1::FollowCaseRequest>) -> Answer<v1::FollowCaseResponse> {
        Ok(Response::new(self.follow(request.into_inner()).await?))
    }
}
