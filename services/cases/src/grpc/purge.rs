//! gRPC endpoints of purges and their certificates.

use base::{Caller, wire};
use proto::cases::v1::{
    self as wire_cases, ConfirmPurgeRequest, ConfirmPurgeResponse, GetPurgeCertificateRequest, GetPurgeCertificateResponse, ListDueRequest,
    ListDueResponse, OrderPurgeRequest, OrderPurgeResponse, purge_service_server::PurgeService,
};
use tonic::{Request, Response};

use crate::{
    app::purge::{
        certificate,
        due::{self, Due},
        order,
    },
    domain::access::decision::Verb,
    grpc::{Answer, Server},
};

/// A case whose retention is over.
pub fn encode_due(due: Due) -> wire_cases::DueCase {
    let (ordered_by, ordered_at) = due.closed.order.map(|order| (order.by, wire::timestamp(order.at))).unzip();
    wire_cases::DueCase {
        case_id: due.closed.case.to_string(),
        case_number: due.closed.number,
        last_used_at: Some(wire::timestamp(due.closed.facts.last_use)),
        retention_over_at: Some(wire::timestamp(due.over_at)),
        kept_by: due.kept_by.unwrap_or_default().to_owned(),
        ordered_by: ordered_by.unwrap_or_default(),
        ordered_at,
    }
}

#[tonic::async_trait]
impl PurgeService for Server {
    async fn list_due(&self, request: Request<ListDueRequest>) -> Answer<ListDueResponse> {
        let caller = Caller::of(&request)?;
        let due = due::list_due(&self.0, &caller).await?;
        Ok(Response::new(ListDueResponse { cases: due.into_iter().map(encode_due).collect() }))
    }

    async fn order_purge(&self, request: Request<OrderPurgeRequest>) -> Answer<OrderPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = order::order_purge(&self.0, &caller, &asked.case_ref).await;
        let order = self.0.watched(&caller, Verb::OrderPurge, &asked.case_ref, ended).await?;
        Ok(Response::new(OrderPurgeResponse { ordered_by: order.by, stands_until: Some(wire::timestamp(order.until)) }))
    }

    async fn confirm_purge(&self, request: Request<ConfirmPurgeRequest>) -> Answer<ConfirmPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = order::confirm_purge(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ConfirmPurge, &asked.case_ref, ended).await?;
        let certificate = Some(certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(ConfirmPurgeResponse { certificate }))
    }

    async fn get_purge_certificate(&self, request: Request<GetPurgeCertificateRequest>) -> Answer<GetPurgeCertificateResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = certificate::read_certificate(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ReadCertificate, &asked.case_ref, ended).await?;
        let certificate = Some(certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(GetPurgeCertificateResponse { certificate }))
    }
}
