//! gRPC server of safety: translates RPCs into use cases and back, without decisions of its own.

mod directory;
mod encode;
mod office;
mod reconcile;
mod ties;
mod watch;

use std::{pin::Pin, str::FromStr, sync::Arc};

use chassis::{
    Caller, Context, Error, Refusal,
    audit::{self, Act},
    database::begin,
    page,
};
use futures::Stream;
use proto::{
    id::{ConcernId, SiteCode},
    safety::v1::{self, alarm_service_server::AlarmService},
};
use sqlx::{Postgres, Transaction};
use tonic::{Request, Response, Status};

use crate::{
    app::{
        App,
        alarm::{
            accept_concern, close_concern, raise_concern,
            raise_set::{self, Raises},
            read_concerns::{self, viewer},
            route_concern, signed,
            watch::Hub,
        },
        directory::grants,
        row_security,
    },
    domain::alarm::concern::{Audience, State},
};

/// Server behind the gRPC services of safety.
#[derive(Clone)]
pub struct Server {
    pub ctx: Context,
    pub app: App,
    /// Queue of raises that wait to be written together.
    pub raises: Raises,
    pub hub: Hub,
    pub grants: chassis::grants::Copy,
    /// How long a proposed change may wait for a second administrator.
    pub proposals_last: time::Duration,
}

impl Server {
    /// Transaction under row security in which the caller sees only what they may know of.
    async fn begin(&self, caller: &Caller) -> chassis::Result<Transaction<'static, Postgres>> {
        Ok(begin(&self.ctx.pool, &row_security::actor(caller)).await?)
    }

    /// Concern as shown to its reader.
    fn shown(&self, view: read_concerns::View) -> v1::ConcernView {
        encode::view(view, self.app.epoch.number())
    }

    /// Commits and wakes the outbox, or releases the connection before the refusal is recorded [IM1a]: no caller waits for a second
    /// connection while holding one.
    async fn settle<T>(&self, tx: Transaction<'_, Postgres>, act: Act<'_>, ended: chassis::Result<T>) -> chassis::Result<T> {
        match ended {
            Ok(done) => {
                tx.commit().await.map_err(database)?;
                self.ctx.outbox.wake();
                Ok(done)
            }
            Err(error) => {
                tx.rollback().await?;
                audit::watched(&self.ctx.pool, act, self.app.clock.now(), Err(error)).await
            }
        }
    }

    /// Records a raise: in a batch where it can be decided from memory, and else by itself. It is written as the service, whoever raises:
    /// row security has no say in a raise.
    async fn record(&self, caller: &Caller, report: raise_concern::Report) -> chassis::Result<raise_concern::Receipt> {
        // The device that signed for the caller is recorded in the same transaction.
        if caller.device.is_none()
            && let Some(prepared) = raise_set::prepare(&self.app, &report).await
            && let Some(receipt) = self.raises.write(Arc::new(prepared)).await
        {
            return Ok(receipt);
        }
        let mut tx = begin(&self.ctx.pool, &row_security::itself()).await.map_err(database)?;
        let receipt = raise_concern::raise(&mut tx, &self.app, report).await?;
        raise_concern::note_device(&mut tx, &self.app, caller, &receipt).await;
        tx.commit().await.map_err(database)?;
        self.ctx.outbox.wake();
        Ok(receipt)
    }

    async fn receipt(&self, caller: &Caller, id: &str) -> chassis::Result<(raise_concern::Receipt, State)> {
        read_concerns::receipt(&mut *self.begin(caller).await?, caller, id).await
    }

    async fn read(&self, caller: &Caller, concern_ref: &str) -> chassis::Result<read_concerns::View> {
        let mut tx = self.begin(caller).await?;
        let viewer = viewer(&mut tx, &self.app, caller).await?;
        let view = read_concerns::get(&mut tx, &self.app.vault, &viewer, concern_ref).await?;
        read_concerns::note(tx, caller, "concern.read", std::slice::from_ref(&view), self.app.clock.now()).await;
        Ok(view)
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn database(error: sqlx::Error) -> Error {
    Error::Database(error)
}

/// Id of a text. What is no id becomes one that names nothing, and takes the same path [TRAP-6].
fn concern_id(text: &str) -> uuid::Uuid {
    ConcernId::from_str(text).map_or(uuid::Uuid::nil(), ConcernId::uuid)
}

#[tonic::async_trait]
impl AlarmService for Server {
    async fn raise_concern(&self, request: Request<v1::RaiseConcernRequest>) -> Answer<v1::RaiseConcernResponse> {
        let caller = Caller::of(&request)?;
        let concern = request.into_inner().concern.unwrap_or_default();
        let report = raise_concern::Report {
            // Where the concern names a site that the directory knows, the raiser's own is not looked up.
            door: match self.app.directory.known().is_some_and(|known| known.has_site(&concern.site)) {
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
        let audience = match request.audience() {
            v1::Audience::Nhq => Audience::Nhq,
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Unspecified => return Err(audience_missing().into()),
        };
        let id = concern_id(&request.concern_id);
        let mut tx = self.begin(&caller).await?;
        let knowing = u32::try_from(request.knowing).unwrap_or_default();
        let asked = accept_concern::Asked { audience, note: request.note.trim(), knowing };
        let ended = accept_concern::accept(&mut tx, &self.app, &caller, id, asked).await;
        let accepted = self.settle(tx, Act::new(&caller, "concern.accept", read_concerns::KIND, request.concern_id.trim()), ended).await?;
        let status = Some(encode::audience(&accepted.status, true));
        Ok(Response::new(v1::AcceptConcernResponse { status, already_accepted: accepted.already }))
    }

    async fn close_concern(&self, request: Request<v1::CloseConcernRequest>) -> Answer<v1::CloseConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = concern_id(&request.concern_id);
        let mut tx = self.begin(&caller).await?;
        let ended = close_concern::close(&mut tx, &self.app, &caller, id, &request.outcome).await;
        self.settle(tx, Act::new(&caller, "concern.close", read_concerns::KIND, request.concern_id.trim()), ended).await?;
        Ok(Response::new(v1::CloseConcernResponse {}))
    }

    async fn route_concern(&self, request: Request<v1::RouteConcernRequest>) -> Answer<v1::RouteConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = concern_id(&request.concern_id);
        let site = SiteCode::from_str(&request.site).map_err(site_malformed)?;
        let mut tx = self.begin(&caller).await?;
        let ended = route_concern::route(&mut tx, &self.app, &caller, id, &site).await;
        let status = self.settle(tx, Act::new(&caller, "concern.route", read_concerns::KIND, request.concern_id.trim()), ended).await?;
        Ok(Response::new(v1::RouteConcernResponse { status: Some(encode::audience(&status, true)) }))
    }

    async fn list_concerns(&self, request: Request<v1::ListConcernsRequest>) -> Answer<v1::ListConcernsResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let after = page::decode(&request.page_token)?;
        let mut tx = self.begin(&caller).await?;
        let viewer = viewer(&mut tx, &self.app, &caller).await?;
        let limit = page::size(request.page_size, 100, 500);
        let (views, next) = read_concerns::list(&mut tx, &self.app.vault, &viewer, request.include_closed, after, limit).await?;
        read_concerns::note(tx, &caller, "concern.list", &views, self.app.clock.now()).await;
        Ok(Response::new(v1::ListConcernsResponse {
            concerns: views.into_iter().map(|view| self.shown(view)).collect(),
            next_page_token: next.map(|p| page::encode(&p)).unwrap_or_default(),
        }))
    }

    async fn get_concern(&self, request: Request<v1::GetConcernRequest>) -> Answer<v1::GetConcernResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = self.read(&caller, &asked.concern_ref).await;
        let act = Act::new(&caller, "concern.read", read_concerns::KIND, asked.concern_ref.trim());
        let view = audit::watched(&self.ctx.pool, act, self.app.clock.now(), ended).await?;
        Ok(Response::new(v1::GetConcernResponse { concern: Some(self.shown(view)) }))
    }

    type WatchConcernsStream = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

    async fn watch_concerns(&self, request: Request<v1::WatchConcernsRequest>) -> Answer<Self::WatchConcernsStream> {
        let caller = Caller::of(&request)?;
        Ok(Response::new(watch::stream(self.clone(), caller)))
    }

    async fn get_concern_receipt(&self, request: Request<v1::GetConcernReceiptRequest>) -> Answer<v1::GetConcernReceiptResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = self.receipt(&caller, &asked.concern_id).await;
        let act = Act::new(&caller, "concern.receipt", read_concerns::KIND, asked.concern_id.trim());
        let (receipt, state) = audit::watched(&self.ctx.pool, act, self.app.clock.now(), ended).await?;
        let state = crate::app::alarm::envelope::state(state) as i32;
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

fn audience_missing() -> Refusal {
    Refusal::invalid(
        "audience-missing",
        "R3e",
        "audience",
        "say whether you accept as NHQ or as the responsible head",
        "dites si vous acceptez pour l'AC ou comme directeur responsable",
    )
}

fn site_malformed(_: proto::id::Malformed) -> Error {
    Refusal::invalid(
        "site-malformed",
        "R3e",
        "site",
        "a site code is lower-case letters, digits and dashes",
        "un code d'établissement est formé de minuscules, de chiffres et de tirets",
    )
    .into()
}
