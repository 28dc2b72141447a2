//! Break-glass by gRPC: opened, ended, listed and reviewed.

use chassis::{Caller, wire};
use proto::cases::v1::{
    BreakGlassRequest, BreakGlassResponse, EndGlassRequest, EndGlassResponse, ListGlassRequest, ListGlassResponse, ReviewGlassRequest,
    ReviewGlassResponse, break_glass_service_server::BreakGlassService,
};
use tonic::{Request, Response};

use super::{Answer, Server, encode, parse};
use crate::{
    app::{break_glass, review_glass},
    domain::decision::Verb,
};

#[tonic::async_trait]
impl BreakGlassService for Server {
    async fn break_glass(&self, request: Request<BreakGlassRequest>) -> Answer<BreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        // It records its own refusals: the audit log may be what does not work.
        let opened = break_glass::break_glass(&self.0, &caller, &asked.case_ref, &asked.reason).await?;
        let (glass_id, case_id) = (opened.glass.to_string(), opened.case.to_string());
        Ok(Response::new(BreakGlassResponse { glass_id, case_id, until: Some(wire::timestamp(opened.until)) }))
    }

    async fn end_glass(&self, request: Request<EndGlassRequest>) -> Answer<EndGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = review_glass::end_glass(&self.0, &caller, &asked.glass_id).await;
        self.0.watched(&caller, Verb::EndGlass, &asked.glass_id, ended).await?;
        Ok(Response::new(EndGlassResponse {}))
    }

    async fn list_glass(&self, request: Request<ListGlassRequest>) -> Answer<ListGlassResponse> {
        let caller = Caller::of(&request)?;
        let listed = review_glass::list_glass(&self.0, &caller, request.into_inner().open_only).await?;
        let glasses = listed.glasses.into_iter().map(|glass| encode::glass(glass, listed.today)).collect();
        Ok(Response::new(ListGlassResponse { glasses }))
    }

    async fn review_glass(&self, request: Request<ReviewGlassRequest>) -> Answer<ReviewGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let finding = parse::finding(asked.finding())?;
        let ended = review_glass::review_glass(&self.0, &caller, &asked.glass_id, finding, &asked.note).await;
        self.0.watched(&caller, Verb::ReviewGlass, &asked.glass_id, ended).await?;
        Ok(Response::new(ReviewGlassResponse {}))
    }
}
