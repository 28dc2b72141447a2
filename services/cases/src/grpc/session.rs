//! gRPC endpoints of sessions.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, ListSessionsRequest, ListSessionsResponse, PlanSessionRequest, PlanSessionResponse, StepSessionRequest,
    StepSessionResponse, session_service_server::SessionService,
};
use tonic::{Request, Response};

use crate::{
    app::session::{
        list::{self, list_sessions},
        plan::{self, plan_session},
        step::{self, step_session},
    },
    domain::{
        access::decision::Verb,
        calendar,
        mode::Mode,
        participant::kind::Side,
        session::{
            Asked, Outcome, Taken, Written,
            machine::{self, State, Step},
        },
    },
    error,
    grpc::{Answer, Server, case, mode},
};

#[tonic::async_trait]
impl SessionService for Server {
    async fn plan_session(&self, request: Request<PlanSessionRequest>) -> Answer<PlanSessionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = plan::Command {
            case_ref: &asked.case_ref,
            mode: &asked.mode,
            described: &asked.described_mode_id,
            // A moment outside the calendar counts as none.
            starts_at: asked.starts_at.as_ref().and_then(wire::instant),
            participants: &asked.participant_ids,
            written: Written { place: &asked.place, needs: &asked.needs, co_mediator: &asked.co_mediator },
            key: &asked.idempotency_key,
        };
        let ended = plan_session(&self.0, &caller, command).await;
        let id = self.0.watched(&caller, Verb::PlanSession, &asked.case_ref, ended).await?;
        Ok(Response::new(PlanSessionResponse { session_id: id.to_string() }))
    }

    async fn step_session(&self, request: Request<StepSessionRequest>) -> Answer<StepSessionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let said =
            Asked { words: &asked.words, outcome: parse_outcome(asked.outcome()), side: parse_side(asked.side()), next_on: &asked.next_on };
        let command = step::Command { case_ref: &asked.case_ref, session: &asked.session_id, step: parse_step(asked.step())?, asked: said };
        let ended = step_session(&self.0, &caller, command).await;
        let state = self.0.watched(&caller, Verb::StepSession, &asked.case_ref, ended).await?;
        Ok(Response::new(StepSessionResponse { state: encode_state(state).into() }))
    }

    async fn list_sessions(&self, request: Request<ListSessionsRequest>) -> Answer<ListSessionsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_sessions(&self.0, &caller, &asked.case_ref).await;
        let sessions = self.0.watched(&caller, Verb::ListSessions, &asked.case_ref, ended).await?;
        Ok(Response::new(ListSessionsResponse { sessions: sessions.into_iter().map(encode).collect() }))
    }
}

fn encode(from: list::Standing) -> wire_cases::Session {
    let state = from.session.state();
    let planned = from.session.planned;
    wire_cases::Session {
        session_id: from.session.id.to_string(),
        mode: Mode::code(planned.mode).to_owned(),
        described_mode_id: mode::described_id(Some(planned.mode)),
        starts_at: Some(wire::timestamp(planned.starts_at)),
        participant_ids: planned.participants.iter().map(ToString::to_string).collect(),
        place: planned.place.into_inner(),
        needs: planned.needs.into_inner(),
        co_mediator: planned.co_mediator.unwrap_or_default(),
        planned_by: from.session.planned_by,
        planned_at: Some(wire::timestamp(from.session.planned_at)),
        state: encode_state(state).into(),
        next: machine::steps(state).iter().map(|step| encode_step(*step).into()).collect(),
        missing: from.missing.into_iter().map(case::encode_missing).collect(),
        blocked_since: from.blocked_since.map(wire::timestamp),
        steps: from.session.steps.into_iter().map(encode_taken).collect(),
    }
}

fn encode_taken(from: Taken) -> wire_cases::TakenSessionStep {
    wire_cases::TakenSessionStep {
        step: encode_step(from.said.step).into(),
        words: from.said.words.into_inner(),
        outcome: from.said.outcome.map_or(wire_cases::SessionOutcome::Unspecified, encode_outcome).into(),
        side: from.said.side.map_or(wire_cases::DocumentSide::Unspecified, encode_side).into(),
        next_on: from.said.next_on.map(calendar::date_text).unwrap_or_default(),
        taken_by: from.by,
        taken_at: Some(wire::timestamp(from.at)),
    }
}

const fn encode_state(from: State) -> wire_cases::SessionState {
    match from {
        State::Planned => wire_cases::SessionState::Planned,
        State::Confirmed => wire_cases::SessionState::Confirmed,
        State::UnderWay => wire_cases::SessionState::UnderWay,
        State::Held => wire_cases::SessionState::Held,
        State::Done => wire_cases::SessionState::Done,
        State::Cancelled => wire_cases::SessionState::Cancelled,
    }
}

const fn encode_step(from: Step) -> wire_cases::SessionStep {
    match from {
        Step::Confirm => wire_cases::SessionStep::Confirm,
        Step::Cancel => wire_cases::SessionStep::Cancel,
        Step::Begin => wire_cases::SessionStep::Begin,
        Step::End => wire_cases::SessionStep::End,
        Step::Debrief => wire_cases::SessionStep::Debrief,
        Step::FollowUp => wire_cases::SessionStep::FollowUp,
        Step::Finish => wire_cases::SessionStep::Finish,
    }
}

const fn encode_outcome(from: Outcome) -> wire_cases::SessionOutcome {
    match from {
        Outcome::Completed => wire_cases::SessionOutcome::Completed,
        Outcome::StoppedByParticipant => wire_cases::SessionOutcome::StoppedByParticipant,
        Outcome::StoppedByMediator => wire_cases::SessionOutcome::StoppedByMediator,
        Outcome::StoppedForSafety => wire_cases::SessionOutcome::StoppedForSafety,
        Outcome::SomeoneDidNotCome => wire_cases::SessionOutcome::SomeoneDidNotCome,
    }
}

const fn encode_side(from: Side) -> wire_cases::DocumentSide {
    match from {
        Side::Victim => wire_cases::DocumentSide::Victim,
        Side::Offender => wire_cases::DocumentSide::Offender,
    }
}

/// # Errors
/// No step is stated.
pub fn parse_step(stated: wire_cases::SessionStep) -> Result<Step, Refusal> {
    Ok(match stated {
        wire_cases::SessionStep::Confirm => Step::Confirm,
        wire_cases::SessionStep::Cancel => Step::Cancel,
        wire_cases::SessionStep::Begin => Step::Begin,
        wire_cases::SessionStep::End => Step::End,
        wire_cases::SessionStep::Debrief => Step::Debrief,
        wire_cases::SessionStep::FollowUp => Step::FollowUp,
        wire_cases::SessionStep::Finish => Step::Finish,
        wire_cases::SessionStep::Unspecified => return Err(error::session_step_unknown()),
    })
}

const fn parse_outcome(stated: wire_cases::SessionOutcome) -> Option<Outcome> {
    match stated {
        wire_cases::SessionOutcome::Completed => Some(Outcome::Completed),
        wire_cases::SessionOutcome::StoppedByParticipant => Some(Outcome::StoppedByParticipant),
        wire_cases::SessionOutcome::StoppedByMediator => Some(Outcome::StoppedByMediator),
        wire_cases::SessionOutcome::StoppedForSafety => Some(Outcome::StoppedForSafety),
        wire_cases::SessionOutcome::SomeoneDidNotCome => Some(Outcome::SomeoneDidNotCome),
        wire_cases::SessionOutcome::Unspecified => None,
    }
}

const fn parse_side(stated: wire_cases::DocumentSide) -> Option<Side> {
    match stated {
        wire_cases::DocumentSide::Victim => Some(Side::Victim),
        wire_cases::DocumentSide::Offender => Some(Side::Offender),
        wire_cases::DocumentSide::File | wire_cases::DocumentSide::Unspecified => None,
    }
}
