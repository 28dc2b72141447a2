//! gRPC endpoints of break-glass: open, end, list and review.

use chassis::{Caller, wire};
use proto::cases::v1::{
    BreakGlassRequest, BreakGlassResponse, EndBreakGlassRequest, EndBreakGlassResponse, ListBreakGlassRequest, ListBreakGlassResponse,
    ReviewBreakGlassRequest, ReviewBreakGlassResponse, break_glass_service_server::BreakGlassService,
};
use tonic::{Request, Response};

use super::{Answer, Server, encode, parse};
use crate::{
    app::{break_glass, review_break_glass},
    domain::decision::Verb,
};

#[tonic::async_trait]
impl BreakGlassService for Server {
    async fn break_glass(&self, request: Request<BreakGlassRequest>) -> Answer<BreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        // The use case records its own refusals: the audit log may be what does not work.
        let opened = break_glass::break_glass(&self.0, &caller, &asked.case_ref, &asked.reason).await?;
        let (break_glass_id, case_id) = (opened.break_glass.to_string(), opened.case.to_string());
        Ok(Response::new(BreakGlassResponse { break_glass_id, case_id, until: Some(wire::timestamp(opened.until)) }))
    }

    async fn end_break_glass(&self, request: Request<EndBreakGlassRequest>) -> Answer<EndBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = review_break_glass::end_break_glass(&self.0, &caller, &asked.break_glass_id).await;
        self.0.watched(&caller, Verb::EndBreakGlass, &asked.break_glass_id, ended).await?;
        Ok(Response::new(EndBreakGlassResponse {}))
    }

    async fn list_break_glass(&self, request: Request<ListBreakGlassRequest>) -> Answer<ListBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let listed = review_break_glass::list_break_glass(&self.0, &caller, request.into_inner().open_only).await?;
        let break_glasses = listed.break_glasses.into_iter().map(|break_glass| encode::break_glass(break_glass, listed.today)).collect();
        Ok(Response::new(ListBreakGlassResponse { break_glasses }))
    }

    async fn review_break_glass(&self, request: Request<ReviewBreakGlassRequest>) -> Answer<ReviewBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let finding = parse::finding(asked.finding())?;
        let ended = review_break_glass::review_break_glass(&self.0, &caller, &asked.break_glass_id, finding, &asked.note).await;
        self.0.watched(&caller, Verb::ReviewBreakGlass, &asked.break_glass_id, ended).await?;
        Ok(Response::new(ReviewBreakGlassResponse {}))
    }
}
