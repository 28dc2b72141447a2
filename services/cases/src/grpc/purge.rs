//! gRPC endpoints of purges and their certificates.

use chassis::{Caller, wire};
use proto::cases::v1::{
    ConfirmPurgeRequest, ConfirmPurgeResponse, GetPurgeCertificateRequest, GetPurgeCertificateResponse, ListDueRequest, ListDueResponse,
    OrderPurgeRequest, OrderPurgeResponse, purge_service_server::PurgeService,
};
use tonic::{Request, Response};

use super::{Answer, Server, encode};
use crate::{
    app::{purge_case, purge_certificate},
    domain::decision::Verb,
};

#[tonic::async_trait]
impl PurgeService for Server {
    async fn list_due(&self, request: Request<ListDueRequest>) -> Answer<ListDueResponse> {
        let caller = Caller::of(&request)?;
        let due = purge_case::list_due(&self.0, &caller).await?;
        Ok(Response::new(ListDueResponse { cases: due.into_iter().map(encode::due).collect() }))
    }

    async fn order_purge(&self, request: Request<OrderPurgeRequest>) -> Answer<OrderPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_case::order_purge(&self.0, &caller, &asked.case_ref).await;
        let order = self.0.watched(&caller, Verb::OrderPurge, &asked.case_ref, ended).await?;
        Ok(Response::new(OrderPurgeResponse { ordered_by: order.by, stands_until: Some(wire::timestamp(order.until)) }))
    }

    async fn confirm_purge(&self, request: Request<ConfirmPurgeRequest>) -> Answer<ConfirmPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_case::confirm_purge(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ConfirmPurge, &asked.case_ref, ended).await?;
        let certificate = Some(purge_certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(ConfirmPurgeResponse { certificate }))
    }

    async fn get_purge_certificate(&self, request: Request<GetPurgeCertificateRequest>) -> Answer<GetPurgeCertificateResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_certificate::read_certificate(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ReadCertificate, &asked.case_ref, ended).await?;
        let certificate = Some(purge_certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(GetPurgeCertificateResponse { certificate }))
    }
}
