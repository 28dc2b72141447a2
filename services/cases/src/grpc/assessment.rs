//! gRPC endpoint of assessments.

use chassis::Caller;
use proto::cases::v1::{RecordAssessmentRequest, RecordAssessmentResponse, assessment_service_server::AssessmentService};
use tonic::{Request, Response};

use super::{Answer, Server, parse};
use crate::{
    app::record_assessment,
    domain::{assessment::Written, decision::Verb},
};

#[tonic::async_trait]
impl AssessmentService for Server {
    async fn record_assessment(&self, request: Request<RecordAssessmentRequest>) -> Answer<RecordAssessmentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let risk = parse::risk(asked.risk())?;
        let written = Written {
            notes: &asked.notes,
            for_the_head: &asked.what_the_head_must_know,
            next_review_on: &asked.next_review_on,
            key: &asked.idempotency_key,
        };
        let command = record_assessment::Command { case_ref: &asked.case_id, participant: &asked.participant_id, risk, written };
        let ended = record_assessment::record_assessment(&self.0, &caller, command).await;
        let answer = self.0.watched(&caller, Verb::RecordAssessment, &asked.case_id, ended).await?;
        Ok(Response::new(RecordAssessmentResponse {
            assessment_id: answer.assessment.to_string(),
            concern_id: answer.concern.map(|id| id.to_string()).unwrap_or_default(),
        }))
    }
}
