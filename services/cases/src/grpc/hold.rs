//! gRPC endpoints of holds.

use chassis::Caller;
use proto::cases::v1::{
    LiftHoldRequest, LiftHoldResponse, ListHoldsRequest, ListHoldsResponse, PlaceHoldRequest, PlaceHoldResponse,
    hold_service_server::HoldService,
};
use tonic::{Request, Response};

use super::{Answer, Server, encode, parse};
use crate::{app::holds, domain::decision::Verb};

#[tonic::async_trait]
impl HoldService for Server {
    async fn place_hold(&self, request: Request<PlaceHoldRequest>) -> Answer<PlaceHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse::hold_kind(asked.kind())?;
        let ended = holds::place_hold(&self.0, &caller, &asked.case_ref, kind, &asked.reason).await;
        let id = self.0.watched(&caller, Verb::PlaceHold, &asked.case_ref, ended).await?;
        Ok(Response::new(PlaceHoldResponse { hold_id: id.to_string() }))
    }

    async fn lift_hold(&self, request: Request<LiftHoldRequest>) -> Answer<LiftHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = holds::lift_hold(&self.0, &caller, &asked.case_ref, &asked.hold_id, &asked.reason).await;
        self.0.watched(&caller, Verb::LiftHold, &asked.case_ref, ended).await?;
        Ok(Response::new(LiftHoldResponse {}))
    }

    async fn list_holds(&self, request: Request<ListHoldsRequest>) -> Answer<ListHoldsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = holds::list_holds(&self.0, &caller, &asked.case_ref).await;
        let holds = self.0.watched(&caller, Verb::ListHolds, &asked.case_ref, ended).await?;
        Ok(Response::new(ListHoldsResponse { holds: holds.into_iter().map(encode::hold).collect() }))
    }
}
