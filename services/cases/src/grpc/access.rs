//! gRPC endpoints of case access: mediators, officers, and who read or changed a case.

use audit_log::log::Row;
use base::{Caller, Refusal, wire};
use prost_types::Timestamp;
use proto::cases::v1::{
    self as wire_cases, AssignMediatorRequest, AssignMediatorResponse, AssignOfficerRequest, AssignOfficerResponse, EndAssignmentRequest,
    EndAssignmentResponse, EndOfficerRequest, EndOfficerResponse, ListAccessRequest, ListAccessResponse,
    access_service_server::AccessService,
};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::{
        access::{assign_officer, list_access},
        mediator::assign,
    },
    domain::access::decision::Verb,
    error,
    grpc::{Answer, Server, mediator::encode_gap},
};

#[tonic::async_trait]
impl AccessService for Server {
    async fn assign_mediator(&self, request: Request<AssignMediatorRequest>) -> Answer<AssignMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let until = parse_until(asked.until.as_ref())?;
        let ended = assign::assign_mediator(&self.0, &caller, &asked.case_id, &asked.mediator, until).await;
        let warnings = self.0.watched(&caller, Verb::AssignMediator, &asked.case_id, ended).await?;
        Ok(Response::new(AssignMediatorResponse { warnings: warnings.iter().map(encode_gap).collect() }))
    }

    async fn end_assignment(&self, request: Request<EndAssignmentRequest>) -> Answer<EndAssignmentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = assign::end_assignment(&self.0, &caller, &asked.case_id, &asked.mediator).await;
        self.0.watched(&caller, Verb::EndMediator, &asked.case_id, ended).await?;
        Ok(Response::new(EndAssignmentResponse {}))
    }

    async fn assign_officer(&self, request: Request<AssignOfficerRequest>) -> Answer<AssignOfficerResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let until = parse_until(asked.until.as_ref())?;
        let ended = assign_officer::assign_officer(&self.0, &caller, &asked.case_ref, &asked.officer, until).await;
        self.0.watched(&caller, Verb::AssignOfficer, &asked.case_ref, ended).await?;
        Ok(Response::new(AssignOfficerResponse {}))
    }

    async fn end_officer(&self, request: Request<EndOfficerRequest>) -> Answer<EndOfficerResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = assign_officer::end_officer(&self.0, &caller, &asked.case_ref, &asked.officer).await;
        self.0.watched(&caller, Verb::EndOfficer, &asked.case_ref, ended).await?;
        Ok(Response::new(EndOfficerResponse {}))
    }

    async fn list_access(&self, request: Request<ListAccessRequest>) -> Answer<ListAccessResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_access::list_access(&self.0, &caller, &asked.case_ref).await;
        let lines = self.0.watched(&caller, Verb::WhoViewed, &asked.case_ref, ended).await?;
        Ok(Response::new(ListAccessResponse { accesses: lines.into_iter().map(encode_line).collect() }))
    }
}

/// A line of the audit log.
pub fn encode_line(line: Row) -> wire_cases::Access {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(line.at) * 1_000).ok().map(wire::timestamp);
    wire_cases::Access { at, actor: line.actor, action: line.action, outcome: line.outcome, reason: line.reason }
}

/// # Errors
/// An instant outside the calendar.
pub fn parse_until(stated: Option<&Timestamp>) -> Result<Option<OffsetDateTime>, Refusal> {
    let impossible = || error::until_impossible();
    stated.map(|stamp| wire::instant(stamp).ok_or_else(impossible)).transpose()
}
