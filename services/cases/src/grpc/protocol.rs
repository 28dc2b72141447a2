//! gRPC endpoints of the protocols.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, ApproveProtocolRequest, ApproveProtocolResponse, CaseStep, ComparedPart, DraftProtocolRequest,
    DraftProtocolResponse, GetProtocolRequest, GetProtocolResponse, ListProtocolsRequest, ListProtocolsResponse, ListStepsRequest,
    ListStepsResponse, PartChange, PartKind, ProtocolAct, ProtocolPart, ProtocolState, PutPartRequest, PutPartResponse, RemovePartRequest,
    RemovePartResponse, ReturnProtocolRequest, ReturnProtocolResponse, SubmitProtocolRequest, SubmitProtocolResponse,
    protocol_service_server::ProtocolService,
};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::{
        protocol::{
            decide::{approve, send_back},
            draft::{amend_draft, begin_draft, put_part, remove_part, submit},
            read::{get_protocol, list_protocols},
        },
        step::list_steps,
    },
    domain::{
        access::decision::Verb,
        calendar::date_text,
        protocol::{
            act::Act,
            compare::Compared,
            machine::State,
            part::{Given, Kind, Part},
            rule::{self, Requirement},
        },
    },
    error,
    grpc::{Answer, Server},
    store::protocol::{
        step::Taken,
        version::{Done, Version},
    },
};

#[tonic::async_trait]
impl ProtocolService for Server {
    async fn draft_protocol(&self, request: Request<DraftProtocolRequest>) -> Answer<DraftProtocolResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = match asked.number {
            0 => begin_draft(&self.0, &caller, &asked.title, &asked.effective_on).await,
            number => amend_draft(&self.0, &caller, number, &asked.title, &asked.effective_on).await.map(|()| number),
        };
        let number = self.0.watched_protocol(&caller, Act::Draft, asked.number, ended).await?;
        Ok(Response::new(DraftProtocolResponse { number }))
    }

    async fn put_part(&self, request: Request<PutPartRequest>) -> Answer<PutPartResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let part = asked.part.unwrap_or_default();
        let ended = match parse_kind(part.kind()) {
            Ok(kind) => put_part(&self.0, &caller, asked.number, &given(kind, &part)).await,
            Err(refusal) => Err(refusal.into()),
        };
        self.0.watched_protocol(&caller, Act::PutPart, asked.number, ended).await?;
        Ok(Response::new(PutPartResponse {}))
    }

    async fn remove_part(&self, request: Request<RemovePartRequest>) -> Answer<RemovePartResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = match parse_kind(asked.kind()) {
            Ok(kind) => remove_part(&self.0, &caller, asked.number, kind, &asked.part_key).await,
            Err(refusal) => Err(refusal.into()),
        };
        self.0.watched_protocol(&caller, Act::RemovePart, asked.number, ended).await?;
        Ok(Response::new(RemovePartResponse {}))
    }

    async fn submit_protocol(&self, request: Request<SubmitProtocolRequest>) -> Answer<SubmitProtocolResponse> {
        let caller = Caller::of(&request)?;
        let number = request.into_inner().number;
        let ended = submit(&self.0, &caller, number).await;
        let state = self.0.watched_protocol(&caller, Act::Submit, number, ended).await?;
        Ok(Response::new(SubmitProtocolResponse { state: encode_state(state).into() }))
    }

    async fn approve_protocol(&self, request: Request<ApproveProtocolRequest>) -> Answer<ApproveProtocolResponse> {
        let caller = Caller::of(&request)?;
        let number = request.into_inner().number;
        let ended = approve(&self.0, &caller, number).await;
        let (state, moment) = self.0.watched_protocol(&caller, Act::Approve, number, ended).await?;
        Ok(Response::new(ApproveProtocolResponse { state: encode_state(state).into(), effective_at: Some(wire::timestamp(moment)) }))
    }

    async fn return_protocol(&self, request: Request<ReturnProtocolRequest>) -> Answer<ReturnProtocolResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = send_back(&self.0, &caller, asked.number, &asked.reason).await;
        let state = self.0.watched_protocol(&caller, Act::Return, asked.number, ended).await?;
        Ok(Response::new(ReturnProtocolResponse { state: encode_state(state).into() }))
    }

    async fn get_protocol(&self, request: Request<GetProtocolRequest>) -> Answer<GetProtocolResponse> {
        let caller = Caller::of(&request)?;
        let number = request.into_inner().number;
        let ended = get_protocol(&self.0, &caller, number).await;
        let whole = self.0.watched_protocol(&caller, Act::Read, number, ended).await?;
        Ok(Response::new(GetProtocolResponse {
            protocol: Some(encode(whole.version, whole.at)),
            parts: whole.parts.into_iter().map(encode_compared).collect(),
            acts: whole.acts.into_iter().map(encode_act).collect(),
            steps: Verb::ALL.iter().filter(|verb| rule::may_bind(**verb)).map(|verb| verb.permission().to_owned()).collect(),
        }))
    }

    async fn list_protocols(&self, request: Request<ListProtocolsRequest>) -> Answer<ListProtocolsResponse> {
        let caller = Caller::of(&request)?;
        let ended = list_protocols(&self.0, &caller).await;
        let (all, in_force, at) = self.0.watched_protocol(&caller, Act::List, 0, ended).await?;
        let protocols = all.into_iter().map(|version| encode(version, at)).collect();
        Ok(Response::new(ListProtocolsResponse { protocols, in_force: in_force.unwrap_or_default() }))
    }

    async fn list_steps(&self, request: Request<ListStepsRequest>) -> Answer<ListStepsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_steps(&self.0, &caller, &asked.case_ref).await;
        let steps = self.0.watched(&caller, Verb::ListSteps, &asked.case_ref, ended).await?;
        let encode = |taken: Taken| CaseStep {
            step: taken.step.permission().to_owned(),
            taken_at: Some(wire::timestamp(taken.at)),
            taken_by: taken.by,
            protocol: taken.protocol.unwrap_or_default(),
        };
        Ok(Response::new(ListStepsResponse { steps: steps.into_iter().map(encode).collect() }))
    }
}

fn parse_kind(stated: PartKind) -> Result<Kind, Refusal> {
    match stated {
        PartKind::Rule => Ok(Kind::Rule),
        PartKind::Checklist => Ok(Kind::Checklist),
        PartKind::Wording => Ok(Kind::Wording),
        PartKind::Unspecified => Err(error::part_kind_unknown()),
    }
}

fn given(kind: Kind, part: &ProtocolPart) -> Given<'_> {
    let requirement = match part.requirement() {
        wire_cases::Requirement::NotTaken => Some(Requirement::NotTaken),
        wire_cases::Requirement::BySupervisor => Some(Requirement::BySupervisor),
        wire_cases::Requirement::Unspecified => None,
    };
    Given { kind, key: &part.part_key, clause: &part.clause, en: &part.text_en, fr: &part.text_fr, step: &part.step, requirement }
}

const fn encode_state(state: State) -> ProtocolState {
    match state {
        State::Draft => ProtocolState::Draft,
        State::Submitted => ProtocolState::Submitted,
        State::Returned => ProtocolState::Returned,
        State::Approved => ProtocolState::Approved,
        State::InForce => ProtocolState::InForce,
        State::Superseded => ProtocolState::Superseded,
    }
}

fn encode(version: Version, at: OffsetDateTime) -> wire_cases::Protocol {
    let state = version.state(at);
    let superseded = version.superseded_at.filter(|_| state == State::Superseded);
    wire_cases::Protocol {
        number: version.number,
        title: version.title,
        state: encode_state(state).into(),
        effective_on: version.effective_on.map(date_text).unwrap_or_default(),
        effective_at: version.effective_at.map(wire::timestamp),
        superseded_at: superseded.map(wire::timestamp),
    }
}

fn encode_part(part: Part) -> ProtocolPart {
    let kind = match part.kind {
        Kind::Rule => PartKind::Rule,
        Kind::Checklist => PartKind::Checklist,
        Kind::Wording => PartKind::Wording,
    };
    let requirement = match part.check {
        Some((_, Requirement::NotTaken)) => wire_cases::Requirement::NotTaken,
        Some((_, Requirement::BySupervisor)) => wire_cases::Requirement::BySupervisor,
        None => wire_cases::Requirement::Unspecified,
    };
    ProtocolPart {
        kind: kind.into(),
        part_key: part.key,
        clause: part.clause.to_owned(),
        text_en: part.en,
        text_fr: part.fr,
        step: part.check.map(|(step, _)| step.permission().to_owned()).unwrap_or_default(),
        requirement: requirement.into(),
    }
}

fn encode_compared(compared: Compared) -> ComparedPart {
    let (change, part, before) = match compared {
        Compared::Same(part) => (PartChange::Same, part, None),
        Compared::Added(part) => (PartChange::Added, part, None),
        Compared::Changed { now, before } => (PartChange::Changed, now, Some(before)),
        Compared::Removed(part) => (PartChange::Removed, part, None),
    };
    ComparedPart { change: change.into(), part: Some(encode_part(part)), before: before.map(encode_part) }
}

fn encode_act(done: Done) -> ProtocolAct {
    ProtocolAct {
        command: done.command.code().to_owned(),
        reason: done.reason,
        taken_by: done.by,
        taken_at: Some(wire::timestamp(done.at)),
    }
}
