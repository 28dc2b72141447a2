//! Translates RPCs into use cases and back. Decides nothing.

mod encode;
mod watch;

use std::{pin::Pin, str::FromStr};

use chassis::{
    Caller, Context, Error, Refusal,
    audit::{self, Act},
    page,
};
use futures::Stream;
use proto::{
    id::{ConcernId, SiteCode},
    safety::v1::{self, safety_server::Safety},
};
use tonic::{Request, Response, Status};

use crate::{
    app::{
        Tools, accept_concern, close_concern, directory, raise_concern,
        read_concerns::{self, viewer},
        route_concern,
        watch::Hub,
    },
    domain::{concern::Audience, route::Holder},
};

/// The door of the alarm.
#[derive(Clone)]
pub struct Door {
    pub ctx: Context,
    pub tools: Tools,
    pub hub: Hub,
}

impl Door {
    /// Passes on how a call about a concern ended; a refusal stands in the audit log first [IM1a].
    async fn watched<T>(&self, caller: &Caller, action: &'static str, concern: &str, ended: chassis::Result<T>) -> chassis::Result<T> {
        let act = Act::new(caller, action, read_concerns::KIND, concern.trim());
        audit::watched(&self.ctx.pool, act, self.tools.clock.now(), ended).await
    }

    /// Commits what was done, or gives its connection back before the refusal is recorded: nobody waits holding one for another.
    async fn finish<T>(
        &self,
        tx: sqlx::Transaction<'_, sqlx::Postgres>,
        caller: &Caller,
        action: &'static str,
        concern: &str,
        ended: chassis::Result<T>,
    ) -> chassis::Result<T> {
        match ended {
            Ok(done) => tx.commit().await.map(|()| done).map_err(database),
            Err(error) => {
                tx.rollback().await?;
                self.watched(caller, action, concern, Err(error)).await
            }
        }
    }

    async fn read(&self, caller: &Caller, concern_ref: &str) -> chassis::Result<read_concerns::View> {
        let mut db = self.ctx.pool.acquire().await?;
        let viewer = viewer(&mut db, caller).await?;
        let view = read_concerns::get(&mut db, &self.tools.vault, &viewer, concern_ref).await?;
        read_concerns::note(&mut db, caller, "concern.read", std::slice::from_ref(&view), self.tools.clock.now()).await;
        Ok(view)
    }
}

type Answer<T> = Result<Response<T>, Status>;

fn database(error: sqlx::Error) -> Error {
    Error::Database(error)
}

fn concern_id(text: &str) -> Result<uuid::Uuid, Error> {
    ConcernId::from_str(text).map(ConcernId::uuid).map_err(|_| Error::NotFound)
}

#[tonic::async_trait]
impl Safety for Door {
    async fn raise_concern(&self, request: Request<v1::RaiseConcernRequest>) -> Answer<v1::RaiseConcernResponse> {
        let caller = Caller::of(&request)?;
        let concern = request.into_inner().concern.unwrap_or_default();
        let report = raise_concern::Report {
            concern,
            unreadable: false,
            raised_by: caller.subject,
            door: caller.sites.first().and_then(|s| SiteCode::from_str(s).ok()),
            fallback_id: self.tools.ids.uuid(),
        };
        let mut tx = self.ctx.pool.begin().await.map_err(database)?;
        let receipt = raise_concern::raise(&mut tx, &self.tools, report).await?;
        tx.commit().await.map_err(database)?;
        self.ctx.outbox.wake();
        Ok(Response::new(v1::RaiseConcernResponse { receipt: Some(encode::receipt(&receipt)) }))
    }

    async fn accept_concern(&self, request: Request<v1::AcceptConcernRequest>) -> Answer<v1::AcceptConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let audience = match request.audience() {
            v1::Audience::Nhq => Audience::Nhq,
            v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
            v1::Audience::Unspecified => return Err(audience_missing().into()),
        };
        let id = concern_id(&request.concern_id)?;
        let mut tx = self.ctx.pool.begin().await.map_err(database)?;
        let ended = accept_concern::accept(&mut tx, &self.tools, &caller, id, audience, request.note.trim()).await;
        let accepted = self.finish(tx, &caller, "concern.accept", &request.concern_id, ended).await?;
        self.ctx.outbox.wake();
        let status = accepted.view.audiences.iter().find(|a| a.audience == audience).map(|a| encode::audience(a, true));
        Ok(Response::new(v1::AcceptConcernResponse { status, already_accepted: accepted.already }))
    }

    async fn close_concern(&self, request: Request<v1::CloseConcernRequest>) -> Answer<v1::CloseConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = concern_id(&request.concern_id)?;
        let mut tx = self.ctx.pool.begin().await.map_err(database)?;
        let ended = close_concern::close(&mut tx, &self.tools, &caller, id, &request.outcome).await;
        self.finish(tx, &caller, "concern.close", &request.concern_id, ended).await?;
        self.ctx.outbox.wake();
        Ok(Response::new(v1::CloseConcernResponse {}))
    }

    async fn route_concern(&self, request: Request<v1::RouteConcernRequest>) -> Answer<v1::RouteConcernResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let id = concern_id(&request.concern_id)?;
        let site = SiteCode::from_str(&request.site).map_err(site_malformed)?;
        let mut tx = self.ctx.pool.begin().await.map_err(database)?;
        let ended = route_concern::route(&mut tx, &self.tools, &caller, id, &site).await;
        let view = self.finish(tx, &caller, "concern.route", &request.concern_id, ended).await?;
        self.ctx.outbox.wake();
        let status = view.audiences.iter().find(|a| a.audience == Audience::ResponsibleHead).map(|a| encode::audience(a, true));
        Ok(Response::new(v1::RouteConcernResponse { status }))
    }

    async fn list_concerns(&self, request: Request<v1::ListConcernsRequest>) -> Answer<v1::ListConcernsResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let after = page::decode(&request.page_token)?;
        let mut db = self.ctx.pool.acquire().await.map_err(database)?;
        let viewer = viewer(&mut db, &caller).await?;
        let limit = page::size(request.page_size, 100, 500);
        let (views, next) = read_concerns::list(&mut db, &self.tools.vault, &viewer, request.include_closed, after, limit).await?;
        read_concerns::note(&mut db, &caller, "concern.list", &views, self.tools.clock.now()).await;
        Ok(Response::new(v1::ListConcernsResponse {
            concerns: views.into_iter().map(encode::view).collect(),
            next_page_token: next.map(|p| page::encode(&p)).unwrap_or_default(),
        }))
    }

    async fn get_concern(&self, request: Request<v1::GetConcernRequest>) -> Answer<v1::GetConcernResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = self.read(&caller, &asked.concern_ref).await;
        let view = self.watched(&caller, "concern.read", &asked.concern_ref, ended).await?;
        Ok(Response::new(v1::GetConcernResponse { concern: Some(encode::view(view)) }))
    }

    type WatchConcernsStream = Pin<Box<dyn Stream<Item = Result<v1::WatchConcernsResponse, Status>> + Send>>;

    async fn watch_concerns(&self, request: Request<v1::WatchConcernsRequest>) -> Answer<Self::WatchConcernsStream> {
        let caller = Caller::of(&request)?;
        Ok(Response::new(watch::stream(self.clone(), caller)))
    }

    async fn get_concern_receipt(&self, request: Request<v1::GetConcernReceiptRequest>) -> Answer<v1::GetConcernReceiptResponse> {
        let caller = Caller::of(&request)?;
        let mut db = self.ctx.pool.acquire().await.map_err(database)?;
        let (receipt, state) = read_concerns::receipt(&mut db, &caller, &request.into_inner().concern_id).await?;
        let state = crate::app::envelope::state(state) as i32;
        Ok(Response::new(v1::GetConcernReceiptResponse { receipt: Some(encode::receipt(&receipt)), state }))
    }

    async fn list_sites(&self, _: Request<v1::ListSitesRequest>) -> Answer<v1::ListSitesResponse> {
        let mut db = self.ctx.pool.acquire().await.map_err(database)?;
        let sites = directory::sites(&mut db).await?;
        Ok(Response::new(v1::ListSitesResponse { sites: sites.into_iter().map(encode::site).collect() }))
    }

    async fn assign_office(&self, request: Request<v1::AssignOfficeRequest>) -> Answer<v1::AssignOfficeResponse> {
        let caller = Caller::of(&request)?;
        let holder = request.into_inner().holder.unwrap_or_default();
        let holder = Holder { office: holder.office, holder: holder.holder, rank: i16::try_from(holder.rank).unwrap_or(i16::MAX) };
        let mut tx = self.ctx.pool.begin().await.map_err(database)?;
        directory::assign(&mut tx, &self.tools, &caller, &holder).await?;
        tx.commit().await.map_err(database)?;
        Ok(Response::new(v1::AssignOfficeResponse {}))
    }

    async fn list_office_holders(&self, request: Request<v1::ListOfficeHoldersRequest>) -> Answer<v1::ListOfficeHoldersResponse> {
        let office = request.into_inner().office;
        let mut db = self.ctx.pool.acquire().await.map_err(database)?;
        let holders = directory::holders(&mut db, office).await?;
        Ok(Response::new(v1::ListOfficeHoldersResponse { holders: holders.into_iter().map(encode::holder).collect() }))
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
