//! gRPC endpoints of conditions, and of the advice to who drafts one.

use base::{Caller, Private, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, AdviseDrafterRequest, AdviseDrafterResponse, AmendConditionRequest, AmendConditionResponse, EndConditionRequest,
    EndConditionResponse, GetExceptionWordingRequest, GetExceptionWordingResponse, ListAdviceRequest, ListAdviceResponse,
    ListConditionsRequest, ListConditionsResponse, ReadAdviceRequest, ReadAdviceResponse, RecordConditionRequest, RecordConditionResponse,
    RecordVictimInformedRequest, RecordVictimInformedResponse, StateNoConditionRequest, StateNoConditionResponse,
    condition_service_server::ConditionService,
};
use tonic::{Request, Response};

use crate::{
    app::condition::{
        advise::{Command, advise_drafter},
        change::{Informed, Named, amend_condition, end_condition, record_informed},
        list::{Listed, exception_wording, list_conditions},
        read_advice::{list_advice, read_advice},
        record::{record_condition, state_no_condition},
    },
    domain::{
        access::decision::Verb,
        calendar,
        condition::{
            entry::{Kind, Written},
            state::State,
            step::{Done, End, Informing, Step},
            wording::Wording,
        },
    },
    error,
    grpc::{Answer, Server},
    store::condition::{advice::Given, register::Condition},
};

#[tonic::async_trait]
impl ConditionService for Server {
    async fn record_condition(&self, request: Request<RecordConditionRequest>) -> Answer<RecordConditionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse_kind(asked.kind())?;
        let written = Written {
            text: &asked.text,
            source: &asked.source,
            protects: &asked.participant_ids,
            since: &asked.since,
            until: &asked.until,
            has_exception_words: asked.has_exception_words,
        };
        let ended = record_condition(&self.0, &caller, &asked.case_ref, kind, written, &asked.idempotency_key).await;
        let id = self.0.watched(&caller, Verb::RecordCondition, &asked.case_ref, ended).await?;
        Ok(Response::new(RecordConditionResponse { condition_id: id.to_string() }))
    }

    async fn state_no_condition(&self, request: Request<StateNoConditionRequest>) -> Answer<StateNoConditionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = state_no_condition(&self.0, &caller, &asked.case_ref, &asked.reason).await;
        self.0.watched(&caller, Verb::StateNoCondition, &asked.case_ref, ended).await?;
        Ok(Response::new(StateNoConditionResponse {}))
    }

    async fn list_conditions(&self, request: Request<ListConditionsRequest>) -> Answer<ListConditionsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_conditions(&self.0, &caller, &asked.case_ref).await;
        let listed = self.0.watched(&caller, Verb::ListConditions, &asked.case_ref, ended).await?;
        let not_answered = listed.not_answered;
        Ok(Response::new(ListConditionsResponse { conditions: encode(listed), not_answered }))
    }

    async fn advise_drafter(&self, request: Request<AdviseDrafterRequest>) -> Answer<AdviseDrafterResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let named = Named { case_ref: &asked.case_ref, condition: &asked.condition_id };
        let command = Command {
            drafter: &asked.drafter,
            days: asked.days,
            offender: &asked.offender_id,
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = advise_drafter(&self.0, &caller, named, command).await;
        let given = self.0.watched(&caller, Verb::AdviseDrafter, &asked.case_ref, ended).await?;
        Ok(Response::new(AdviseDrafterResponse { advice_id: given.id.to_string(), until: Some(wire::timestamp(given.until)) }))
    }

    async fn record_victim_informed(&self, request: Request<RecordVictimInformedRequest>) -> Answer<RecordVictimInformedResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let named = Named { case_ref: &asked.case_ref, condition: &asked.condition_id };
        let said = Informed {
            participant: &asked.participant_id,
            how: parse_informing(asked.how())?,
            on: &asked.informed_on,
            by: &asked.informed_by,
            concerns: &asked.concerns,
        };
        let ended = record_informed(&self.0, &caller, named, said).await;
        self.0.watched(&caller, Verb::RecordVictimInformed, &asked.case_ref, ended).await?;
        Ok(Response::new(RecordVictimInformedResponse {}))
    }

    async fn amend_condition(&self, request: Request<AmendConditionRequest>) -> Answer<AmendConditionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let named = Named { case_ref: &asked.case_ref, condition: &asked.condition_id };
        let amended = (asked.text.as_str(), asked.amended_on.as_str(), asked.has_exception_words);
        let ended = amend_condition(&self.0, &caller, named, amended, &asked.without_informing).await;
        self.0.watched(&caller, Verb::AmendCondition, &asked.case_ref, ended).await?;
        Ok(Response::new(AmendConditionResponse {}))
    }

    async fn end_condition(&self, request: Request<EndConditionRequest>) -> Answer<EndConditionResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let named = Named { case_ref: &asked.case_ref, condition: &asked.condition_id };
        let how = parse_end(asked.how())?;
        let ended = end_condition(&self.0, &caller, named, (how, &asked.reason), &asked.without_informing).await;
        self.0.watched(&caller, Verb::EndCondition, &asked.case_ref, ended).await?;
        Ok(Response::new(EndConditionResponse {}))
    }

    async fn get_exception_wording(&self, request: Request<GetExceptionWordingRequest>) -> Answer<GetExceptionWordingResponse> {
        Caller::of(&request)?;
        Ok(Response::new(GetExceptionWordingResponse { wording: Some(encode_wording(exception_wording()?)) }))
    }

    async fn list_advice(&self, request: Request<ListAdviceRequest>) -> Answer<ListAdviceResponse> {
        let caller = Caller::of(&request)?;
        let given = list_advice(&self.0, &caller).await?;
        let in_force = |one: Given| wire_cases::AdviceInForce {
            advice_id: one.id.to_string(),
            advised_at: Some(wire::timestamp(one.at)),
            until: Some(wire::timestamp(one.until)),
        };
        Ok(Response::new(ListAdviceResponse { advice: given.into_iter().map(in_force).collect() }))
    }

    async fn read_advice(&self, request: Request<ReadAdviceRequest>) -> Answer<ReadAdviceResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read_advice(&self.0, &caller, &asked.advice_id).await;
        let (content, until) = self.0.watched(&caller, Verb::ReadAdvice, &asked.advice_id, ended).await?;
        Ok(Response::new(ReadAdviceResponse {
            offender_name: content.offender_name.into_inner(),
            offender_fps: content.offender_fps.into_inner(),
            kind: encode_kind(content.kind).into(),
            text: content.text.into_inner(),
            wording: Some(encode_wording(exception_wording()?)),
            until: Some(wire::timestamp(until)),
        }))
    }
}

fn encode(listed: Listed) -> Vec<wire_cases::Condition> {
    let Listed { conditions, steps, advice, today, .. } = listed;
    let mut encoded: Vec<wire_cases::Condition> = conditions
        .into_iter()
        .map(|one| {
            let forbids = one.forbids(today);
            encode_condition(one, forbids)
        })
        .collect();
    for step in steps {
        let id = step.condition.to_string();
        if let Some(of) = encoded.iter_mut().find(|one| one.condition_id == id) {
            add_step(of, step);
        }
    }
    for given in advice {
        let id = given.condition.to_string();
        if let Some(of) = encoded.iter_mut().find(|one| one.condition_id == id) {
            of.advice.push(encode_given(given));
        }
    }
    encoded
}

fn encode_condition(from: Condition, forbids_contact: bool) -> wire_cases::Condition {
    let day = |day: Option<time::Date>| day.map(calendar::date_text).unwrap_or_default();
    wire_cases::Condition {
        condition_id: from.id.to_string(),
        kind: encode_kind(from.said.kind).into(),
        text: from.said.text.into_inner(),
        source: from.said.source.into_inner(),
        participant_ids: from.said.protects.iter().map(ToString::to_string).collect(),
        since: day(from.said.days.since),
        until: day(from.said.days.until),
        has_exception_words: from.said.has_exception_words,
        state: encode_state(from.state).into(),
        forbids_contact,
        recorded_by: from.recorded_by,
        recorded_at: Some(wire::timestamp(from.recorded_at)),
        ..wire_cases::Condition::default()
    }
}

fn add_step(of: &mut wire_cases::Condition, step: Step) {
    let (recorded_by, recorded_at) = (step.by, Some(wire::timestamp(step.at)));
    let text = |text: Option<Private<String>>| text.map(Private::into_inner).unwrap_or_default();
    match step.done {
        Done::Informed { participant, how, on, by, concerns } => of.informed.push(wire_cases::VictimInformed {
            participant_id: participant.to_string(),
            how: encode_informing(how).into(),
            informed_on: calendar::date_text(on),
            informed_by: by.into_inner(),
            concerns: text(concerns),
            recorded_by,
            recorded_at,
        }),
        Done::Amended { on, text: words, without_informing } => {
            of.amendment = Some(wire_cases::Amendment {
                text: words.into_inner(),
                amended_on: calendar::date_text(on),
                without_informing: text(without_informing),
                recorded_by,
                recorded_at,
            });
        }
        Done::Ended { how, reason, without_informing } => {
            of.ending = Some(wire_cases::Ending {
                how: encode_end(how).into(),
                reason: reason.into_inner(),
                without_informing: text(without_informing),
                recorded_by,
                recorded_at,
            });
        }
    }
}

fn encode_given(from: Given) -> wire_cases::AdviceGiven {
    let until = from.ended_at.map_or(from.until, |ended| ended.min(from.until));
    wire_cases::AdviceGiven {
        advice_id: from.id.to_string(),
        drafter: from.drafter,
        advised_by: from.by,
        advised_at: Some(wire::timestamp(from.at)),
        until: Some(wire::timestamp(until)),
    }
}

fn encode_wording(from: Wording) -> wire_cases::ExceptionWording {
    wire_cases::ExceptionWording {
        english: from.english.to_owned(),
        french: from.french.to_owned(),
        french_is_official: from.french_is_official,
        clause: from.clause.to_owned(),
    }
}

const fn encode_kind(from: Kind) -> wire_cases::ConditionKind {
    match from {
        Kind::CourtOrder => wire_cases::ConditionKind::CourtOrder,
        Kind::ParoleBoard => wire_cases::ConditionKind::ParoleBoard,
        Kind::Other => wire_cases::ConditionKind::Other,
    }
}

const fn encode_state(from: State) -> wire_cases::ConditionState {
    match from {
        State::Recorded => wire_cases::ConditionState::Recorded,
        State::Advised => wire_cases::ConditionState::Advised,
        State::Amended => wire_cases::ConditionState::Amended,
        State::Ended => wire_cases::ConditionState::Ended,
    }
}

const fn encode_informing(from: Informing) -> wire_cases::InformedHow {
    match from {
        Informing::InPerson => wire_cases::InformedHow::InPerson,
        Informing::ByTelephone => wire_cases::InformedHow::ByTelephone,
        Informing::InWriting => wire_cases::InformedHow::InWriting,
        Informing::ByVideo => wire_cases::InformedHow::ByVideo,
        Informing::ThroughRepresentative => wire_cases::InformedHow::ThroughRepresentative,
    }
}

const fn encode_end(from: End) -> wire_cases::ConditionEnd {
    match from {
        End::Removed => wire_cases::ConditionEnd::Removed,
        End::RanOut => wire_cases::ConditionEnd::RanOut,
        End::ByMistake => wire_cases::ConditionEnd::ByMistake,
    }
}

/// # Errors
/// No kind is stated.
pub fn parse_kind(stated: wire_cases::ConditionKind) -> Result<Kind, Refusal> {
    Ok(match stated {
        wire_cases::ConditionKind::CourtOrder => Kind::CourtOrder,
        wire_cases::ConditionKind::ParoleBoard => Kind::ParoleBoard,
        wire_cases::ConditionKind::Other => Kind::Other,
        wire_cases::ConditionKind::Unspecified => return Err(error::condition_kind_unknown()),
    })
}

/// # Errors
/// It is not stated how.
pub fn parse_informing(stated: wire_cases::InformedHow) -> Result<Informing, Refusal> {
    Ok(match stated {
        wire_cases::InformedHow::InPerson => Informing::InPerson,
        wire_cases::InformedHow::ByTelephone => Informing::ByTelephone,
        wire_cases::InformedHow::InWriting => Informing::InWriting,
        wire_cases::InformedHow::ByVideo => Informing::ByVideo,
        wire_cases::InformedHow::ThroughRepresentative => Informing::ThroughRepresentative,
        wire_cases::InformedHow::Unspecified => return Err(error::informed_how_unknown()),
    })
}

/// # Errors
/// It is not stated how.
pub fn parse_end(stated: wire_cases::ConditionEnd) -> Result<End, Refusal> {
    Ok(match stated {
        wire_cases::ConditionEnd::Removed => End::Removed,
        wire_cases::ConditionEnd::RanOut => End::RanOut,
        wire_cases::ConditionEnd::ByMistake => End::ByMistake,
        wire_cases::ConditionEnd::Unspecified => return Err(error::condition_end_unknown()),
    })
}
