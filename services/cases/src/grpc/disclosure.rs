//! gRPC endpoint of the register of disclosures.

use base::{Caller, wire};
use proto::cases::v1::{
    self as wire_cases, DisclosureKind, ListDisclosuresRequest, ListDisclosuresResponse, disclosure_service_server::DisclosureService,
};
use tonic::{Request, Response};

use crate::{
    app::disclosure::list_disclosures,
    domain::{
        access::decision::Verb,
        disclosure::{Disclosure, Kind},
    },
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl DisclosureService for Server {
    async fn list_disclosures(&self, request: Request<ListDisclosuresRequest>) -> Answer<ListDisclosuresResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_disclosures(&self.0, &caller, &asked.case_ref, asked.page_size, &asked.page_token).await;
        let page = self.0.watched(&caller, Verb::ListDisclosures, &asked.case_ref, ended).await?;
        let disclosures = page.disclosures.into_iter().map(encode).collect();
        Ok(Response::new(ListDisclosuresResponse { disclosures, next_page_token: page.next }))
    }
}

fn encode(from: Disclosure) -> wire_cases::Disclosure {
    let kind = match from.kind {
        Kind::ConditionAdvice => DisclosureKind::ConditionAdvice,
        Kind::EntryRequest => DisclosureKind::EntryRequest,
        Kind::EntryManifest => DisclosureKind::EntryManifest,
        Kind::Request => DisclosureKind::Request,
        Kind::Answer => DisclosureKind::Answer,
        Kind::ToVictim => DisclosureKind::ToVictim,
    };
    wire_cases::Disclosure {
        disclosure_id: from.id.to_string(),
        case_id: from.case.to_string(),
        case_number: from.number,
        kind: kind.into(),
        recipient: from.recipient,
        reason: from.reason.into_inner(),
        authority: from.authority,
        disclosed_by: from.by,
        disclosed_at: Some(wire::timestamp(from.at)),
    }
}
