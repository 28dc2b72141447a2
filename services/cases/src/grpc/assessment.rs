//! gRPC endpoint of assessments.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, RecordAssessmentRequest, RecordAssessmentResponse, assessment_service_server::AssessmentService,
};
use tonic::{Request, Response};

use crate::{
    app::assessment::record,
    domain::{
        access::decision::Verb,
        assessment::{Assessment, Risk, Written},
        calendar,
    },
    error,
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl AssessmentService for Server {
    async fn record_assessment(&self, request: Request<RecordAssessmentRequest>) -> Answer<RecordAssessmentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let risk = parse_risk(asked.risk())?;
        let written = Written {
            notes: &asked.notes,
            for_the_head: &asked.what_the_head_must_know,
            next_review_on: &asked.next_review_on,
            key: &asked.idempotency_key,
        };
        let command = record::Command { case_ref: &asked.case_id, participant: &asked.participant_id, risk, written };
        let ended = record::record_assessment(&self.0, &caller, command).await;
        let answer = self.0.watched(&caller, Verb::RecordAssessment, &asked.case_id, ended).await?;
        Ok(Response::new(RecordAssessmentResponse {
            assessment_id: answer.assessment.to_string(),
            concern_id: answer.concern.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }
}

pub(crate) fn encode(from: Assessment) -> wire_cases::Assessment {
    wire_cases::Assessment {
        assessment_id: from.id.to_string(),
        participant_id: from.said.participant.to_string(),
        risk: encode_risk(from.said.risk).into(),
        notes: from.said.notes.into_inner(),
        recorded_by: from.recorded_by,
        recorded_at: Some(wire::timestamp(from.recorded_at)),
        next_review_on: from.said.next_review_on.map(calendar::date_text).unwrap_or_default(),
    }
}

const fn encode_risk(from: Risk) -> wire_cases::RiskLevel {
    match from {
        Risk::Low => wire_cases::RiskLevel::Low,
        Risk::Moderate => wire_cases::RiskLevel::Moderate,
        Risk::High => wire_cases::RiskLevel::High,
        Risk::Imminent => wire_cases::RiskLevel::Imminent,
    }
}

/// # Errors
/// No risk is stated.
pub fn parse_risk(stated: wire_cases::RiskLevel) -> Result<Risk, Refusal> {
    Ok(match stated {
        wire_cases::RiskLevel::Low => Risk::Low,
        wire_cases::RiskLevel::Moderate => Risk::Moderate,
        wire_cases::RiskLevel::High => Risk::High,
        wire_cases::RiskLevel::Imminent => Risk::Imminent,
        wire_cases::RiskLevel::Unspecified => return Err(error::risk_unknown()),
    })
}
