//! gRPC endpoints of participants: adding one and recording that one left.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, AddParticipantRequest, AddParticipantResponse, LeaveCaseRequest, LeaveCaseResponse,
    participant_service_server::ParticipantService,
};
use tonic::{Request, Response};

use crate::{
    app::participant::{add, leave},
    domain::{
        access::decision::Verb,
        language::Language,
        participant::{
            kind::Kind,
            leaving::{Leaving, Wish},
            person::Participant,
        },
    },
    error,
    grpc::{Answer, Server},
};

pub(crate) fn encode(from: Participant, consents: Vec<wire_cases::Consent>) -> wire_cases::Participant {
    wire_cases::Participant {
        participant_id: from.id.to_string(),
        kind: encode_kind(from.person.kind).into(),
        name: from.person.name.into_inner(),
        fps: from.person.fps.into_inner(),
        language: language_code(from.person.language),
        consents,
        left: from.left.map(encode_leaving),
        formerly: from.formerly.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn encode_leaving(from: Leaving) -> wire_cases::Leaving {
    wire_cases::Leaving {
        wish: encode_wish(from.wish).into(),
        reason: from.reason.into_inner(),
        recorded_by: from.recorded_by,
        left_at: Some(wire::timestamp(from.at)),
    }
}

const fn encode_wish(from: Wish) -> wire_cases::Wish {
    match from {
        Wish::Own => wire_cases::Wish::OwnWish,
        Wish::Unit => wire_cases::Wish::ByTheUnit,
        Wish::Mediator => wire_cases::Wish::ByTheMediator,
        Wish::Unable => wire_cases::Wish::Unable,
        Wish::Mistake => wire_cases::Wish::ByMistake,
    }
}

pub(crate) fn language_code(from: Option<Language>) -> String {
    from.map(Language::code).unwrap_or_default().to_owned()
}

const fn encode_kind(from: Kind) -> wire_cases::ParticipantKind {
    match from {
        Kind::Victim => wire_cases::ParticipantKind::Victim,
        Kind::Offender => wire_cases::ParticipantKind::Offender,
        Kind::CommunityMember => wire_cases::ParticipantKind::CommunityMember,
        Kind::SupportPerson => wire_cases::ParticipantKind::SupportPerson,
        Kind::Representative => wire_cases::ParticipantKind::Representative,
        Kind::Interpreter => wire_cases::ParticipantKind::Interpreter,
        Kind::Elder => wire_cases::ParticipantKind::Elder,
    }
}

/// # Errors
/// No kind is stated.
pub fn parse_kind(stated: wire_cases::ParticipantKind) -> Result<Kind, Refusal> {
    use wire_cases::ParticipantKind as Wire;
    Ok(match stated {
        Wire::Victim => Kind::Victim,
        Wire::Offender => Kind::Offender,
        Wire::CommunityMember => Kind::CommunityMember,
        Wire::SupportPerson => Kind::SupportPerson,
        Wire::Representative => Kind::Representative,
        Wire::Interpreter => Kind::Interpreter,
        Wire::Elder => Kind::Elder,
        Wire::Unspecified => return Err(error::participant_kind_unknown()),
    })
}

/// # Errors
/// No wish is stated.
pub fn parse_wish(stated: wire_cases::Wish) -> Result<Wish, Refusal> {
    Ok(match stated {
        wire_cases::Wish::OwnWish => Wish::Own,
        wire_cases::Wish::ByTheUnit => Wish::Unit,
        wire_cases::Wish::ByTheMediator => Wish::Mediator,
        wire_cases::Wish::Unable => Wish::Unable,
        wire_cases::Wish::ByMistake => Wish::Mistake,
        wire_cases::Wish::Unspecified => return Err(error::wish_unknown()),
    })
}

#[tonic::async_trait]
impl ParticipantService for Server {
    async fn add_participant(&self, request: Request<AddParticipantRequest>) -> Answer<AddParticipantResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse_kind(asked.kind())?;
        let command = add::Command {
            case_ref: &asked.case_id,
            kind,
            name: &asked.name,
            fps: &asked.fps,
            language: &asked.language,
            key: &asked.idempotency_key,
            is_another_person: asked.is_another_person,
        };
        let ended = add::add_participant(&self.0, &caller, command).await;
        let added = self.0.watched(&caller, Verb::AddParticipant, &asked.case_id, ended).await?;
        let formerly = added.formerly.map(|id| id.to_string()).unwrap_or_default();
        Ok(Response::new(AddParticipantResponse { participant_id: added.id.to_string(), formerly }))
    }

    async fn leave_case(&self, request: Request<LeaveCaseRequest>) -> Answer<LeaveCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let wish = parse_wish(asked.wish())?;
        let command = leave::Command { case_ref: &asked.case_ref, participant: &asked.participant_id, wish, reason: &asked.reason };
        let ended = leave::leave_case(&self.0, &caller, command).await;
        let at = self.0.watched(&caller, Verb::LeaveCase, &asked.case_ref, ended).await?;
        Ok(Response::new(LeaveCaseResponse { left_at: Some(wire::timestamp(at)) }))
    }
}
