//! gRPC endpoints of holds.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, LiftHoldRequest, LiftHoldResponse, ListHoldsRequest, ListHoldsResponse, PlaceHoldRequest, PlaceHoldResponse,
    hold_service_server::HoldService,
};
use tonic::{Request, Response};

use crate::{
    app::hold,
    domain::{access::decision::Verb, hold::HoldKind},
    error,
    grpc::{Answer, Server},
    store::hold::Hold,
};

/// A hold; the fields of its lifting are empty while it stands.
pub fn encode(hold: Hold) -> wire_cases::Hold {
    let (lifted_by, lifted_at, lifted_because) = match hold.lifted {
        Some(lifted) => (lifted.by, Some(wire::timestamp(lifted.at)), lifted.because.into_inner()),
        None => (String::new(), None, String::new()),
    };
    wire_cases::Hold {
        hold_id: hold.id.to_string(),
        kind: encode_kind(hold.kind).into(),
        reason: hold.reason.into_inner(),
        placed_by: hold.placed_by,
        placed_at: Some(wire::timestamp(hold.placed_at)),
        lifted_by,
        lifted_at,
        lifted_because,
    }
}

const fn encode_kind(from: HoldKind) -> wire_cases::HoldKind {
    match from {
        HoldKind::AccessRequest => wire_cases::HoldKind::AccessRequest,
        HoldKind::Legal => wire_cases::HoldKind::Legal,
        HoldKind::Other => wire_cases::HoldKind::Other,
    }
}

#[tonic::async_trait]
impl HoldService for Server {
    async fn place_hold(&self, request: Request<PlaceHoldRequest>) -> Answer<PlaceHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse_kind(asked.kind())?;
        let ended = hold::place_hold(&self.0, &caller, &asked.case_ref, kind, &asked.reason).await;
        let id = self.0.watched(&caller, Verb::PlaceHold, &asked.case_ref, ended).await?;
        Ok(Response::new(PlaceHoldResponse { hold_id: id.to_string() }))
    }

    async fn lift_hold(&self, request: Request<LiftHoldRequest>) -> Answer<LiftHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = hold::lift_hold(&self.0, &caller, &asked.case_ref, &asked.hold_id, &asked.reason).await;
        self.0.watched(&caller, Verb::LiftHold, &asked.case_ref, ended).await?;
        Ok(Response::new(LiftHoldResponse {}))
    }

    async fn list_holds(&self, request: Request<ListHoldsRequest>) -> Answer<ListHoldsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = hold::list_holds(&self.0, &caller, &asked.case_ref).await;
        let holds = self.0.watched(&caller, Verb::ListHolds, &asked.case_ref, ended).await?;
        Ok(Response::new(ListHoldsResponse { holds: holds.into_iter().map(encode).collect() }))
    }
}

/// # Errors
/// No kind is stated.
pub fn parse_kind(stated: wire_cases::HoldKind) -> Result<HoldKind, Refusal> {
    Ok(match stated {
        wire_cases::HoldKind::AccessRequest => HoldKind::AccessRequest,
        wire_cases::HoldKind::Legal => HoldKind::Legal,
        wire_cases::HoldKind::Other => HoldKind::Other,
        wire_cases::HoldKind::Unspecified => return Err(error::hold_kind_unknown()),
    })
}
