//! gRPC endpoints of extracts of OMS.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, ListExtractsRequest, ListExtractsResponse, PullExtractRequest, PullExtractResponse,
    extract_service_server::ExtractService,
};
use tonic::{Request, Response};

use crate::{
    app::extract::{
        list::list_extracts,
        pull::{self, pull_extract},
    },
    domain::{
        access::decision::Verb,
        extract::{Extract, Purpose},
    },
    error,
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl ExtractService for Server {
    async fn pull_extract(&self, request: Request<PullExtractRequest>) -> Answer<PullExtractResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = pull::Command {
            case_ref: &asked.case_ref,
            participant: &asked.participant_id,
            purpose: parse_purpose(asked.purpose())?,
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = pull_extract(&self.0, &caller, command).await;
        let extract = self.0.watched(&caller, Verb::PullExtract, &asked.case_ref, ended).await?;
        Ok(Response::new(PullExtractResponse { extract: Some(encode(extract)) }))
    }

    async fn list_extracts(&self, request: Request<ListExtractsRequest>) -> Answer<ListExtractsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_extracts(&self.0, &caller, &asked.case_ref).await;
        let extracts = self.0.watched(&caller, Verb::ListExtracts, &asked.case_ref, ended).await?;
        Ok(Response::new(ListExtractsResponse { extracts: extracts.into_iter().map(encode).collect() }))
    }
}

fn encode(from: Extract) -> wire_cases::Extract {
    wire_cases::Extract {
        extract_id: from.id.to_string(),
        participant_id: from.asked.participant.to_string(),
        purpose: encode_purpose(from.asked.purpose).into(),
        reason: from.asked.reason.into_inner(),
        site: from.said.site.into_inner(),
        status: from.said.status.into_inner(),
        contact_conditions: from.said.contact_conditions.into_inner(),
        read_at: Some(wire::timestamp(from.read_at)),
        pulled_by: from.pulled_by,
    }
}

const fn encode_purpose(from: Purpose) -> wire_cases::ExtractPurpose {
    match from {
        Purpose::Referral => wire_cases::ExtractPurpose::Referral,
        Purpose::Assessment => wire_cases::ExtractPurpose::Assessment,
        Purpose::Preparation => wire_cases::ExtractPurpose::Preparation,
    }
}

fn parse_purpose(stated: wire_cases::ExtractPurpose) -> Result<Purpose, Refusal> {
    match stated {
        wire_cases::ExtractPurpose::Referral => Ok(Purpose::Referral),
        wire_cases::ExtractPurpose::Assessment => Ok(Purpose::Assessment),
        wire_cases::ExtractPurpose::Preparation => Ok(Purpose::Preparation),
        wire_cases::ExtractPurpose::Unspecified => Err(error::extract_purpose_missing()),
    }
}
