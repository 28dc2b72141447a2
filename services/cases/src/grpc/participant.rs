//! gRPC endpoints of participants: adding one and recording that one left.

use chassis::{Caller, wire};
use proto::cases::v1::{
    AddParticipantRequest, AddParticipantResponse, LeaveCaseRequest, LeaveCaseResponse, participant_service_server::ParticipantService,
};
use tonic::{Request, Response};

use super::{Answer, Server, parse};
use crate::{
    app::{add_participant, leave_case},
    domain::decision::Verb,
};

#[tonic::async_trait]
impl ParticipantService for Server {
    async fn add_participant(&self, request: Request<AddParticipantRequest>) -> Answer<AddParticipantResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse::kind(asked.kind())?;
        let command = add_participant::Command {
            case_ref: &asked.case_id,
            kind,
            name: &asked.name,
            fps: &asked.fps,
            language: &asked.language,
            key: &asked.idempotency_key,
            is_another_person: asked.is_another_person,
        };
        let ended = add_participant::add_participant(&self.0, &caller, command).await;
        let added = self.0.watched(&caller, Verb::AddParticipant, &asked.case_id, ended).await?;
        let formerly = added.formerly.map(|id| id.to_string()).unwrap_or_default();
        Ok(Response::new(AddParticipantResponse { participant_id: added.id.to_string(), formerly }))
    }

    async fn leave_case(&self, request: Request<LeaveCaseRequest>) -> Answer<LeaveCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let wish = parse::wish(asked.wish())?;
        let command = leave_case::Command { case_ref: &asked.case_ref, participant: &asked.participant_id, wish, reason: &asked.reason };
        let ended = leave_case::leave_case(&self.0, &caller, command).await;
        let at = self.0.watched(&caller, Verb::LeaveCase, &asked.case_ref, ended).await?;
        Ok(Response::new(LeaveCaseResponse { left_at: Some(wire::timestamp(at)) }))
    }
}
