//! gRPC endpoints of items that pass between participants.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, ListItemsRequest, ListItemsResponse, RegisterItemRequest, RegisterItemResponse, StepItemRequest, StepItemResponse,
    exchange_service_server::ExchangeService,
};
use tonic::{Request, Response};

use crate::{
    app::exchange::{
        list::{self, list_items},
        register::{self, register_item},
        step::{self, step_item},
    },
    domain::{
        access::decision::Verb,
        exchange::{
            Taken, Way, Written,
            machine::{self, State, Step},
        },
        mode::Mode,
    },
    error,
    grpc::{Answer, Server, case, mode},
};

#[tonic::async_trait]
impl ExchangeService for Server {
    async fn register_item(&self, request: Request<RegisterItemRequest>) -> Answer<RegisterItemResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = register::Command {
            case_ref: &asked.case_ref,
            from: &asked.from,
            to: &asked.to,
            mode: &asked.mode,
            described: &asked.described_mode_id,
            document: &asked.document_id,
            written: Written { words: &asked.words, held_at: &asked.held_at },
            replaces: &asked.replaces,
            key: &asked.idempotency_key,
        };
        let ended = register_item(&self.0, &caller, command).await;
        let id = self.0.watched(&caller, Verb::RegisterItem, &asked.case_ref, ended).await?;
        Ok(Response::new(RegisterItemResponse { item_id: id.to_string() }))
    }

    async fn step_item(&self, request: Request<StepItemRequest>) -> Answer<StepItemResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = step::Command {
            case_ref: &asked.case_ref,
            item: &asked.item_id,
            step: parse_step(asked.step())?,
            words: &asked.words,
            way: parse_way(asked.way())?,
        };
        let ended = step_item(&self.0, &caller, command).await;
        let state = self.0.watched(&caller, Verb::StepItem, &asked.case_ref, ended).await?;
        Ok(Response::new(StepItemResponse { state: encode_state(state).into() }))
    }

    async fn list_items(&self, request: Request<ListItemsRequest>) -> Answer<ListItemsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_items(&self.0, &caller, &asked.case_ref).await;
        let items = self.0.watched(&caller, Verb::ListItems, &asked.case_ref, ended).await?;
        Ok(Response::new(ListItemsResponse { items: items.into_iter().map(encode).collect() }))
    }
}

fn encode(from: list::Standing) -> wire_cases::Item {
    let state = from.item.state();
    let registered = from.item.registered;
    wire_cases::Item {
        item_id: from.item.id.to_string(),
        from: registered.from.to_string(),
        to: registered.to.to_string(),
        mode: Mode::code(registered.mode).to_owned(),
        described_mode_id: mode::described_id(Some(registered.mode)),
        document_id: registered.document.map(|id| id.to_string()).unwrap_or_default(),
        words: registered.words.into_inner(),
        held_at: registered.held_at.into_inner(),
        replaces: registered.replaces.map(|id| id.to_string()).unwrap_or_default(),
        registered_by: from.item.registered_by,
        registered_at: Some(wire::timestamp(from.item.registered_at)),
        state: encode_state(state).into(),
        next: machine::steps(state).iter().map(|step| encode_step(*step).into()).collect(),
        missing: from.missing.into_iter().map(case::encode_missing).collect(),
        blocked_since: from.blocked_since.map(wire::timestamp),
        steps: from.item.steps.into_iter().map(encode_taken).collect(),
    }
}

fn encode_taken(from: Taken) -> wire_cases::TakenStep {
    wire_cases::TakenStep {
        step: encode_step(from.step).into(),
        words: from.words.into_inner(),
        way: from.way.map_or(wire_cases::DeliveryWay::Unspecified, encode_way).into(),
        taken_by: from.by,
        taken_at: Some(wire::timestamp(from.at)),
    }
}

const fn encode_state(from: State) -> wire_cases::ItemState {
    match from {
        State::Received => wire_cases::ItemState::Received,
        State::InReview => wire_cases::ItemState::InReview,
        State::Returned => wire_cases::ItemState::Returned,
        State::Withheld => wire_cases::ItemState::Withheld,
        State::Released => wire_cases::ItemState::Released,
        State::Delivered => wire_cases::ItemState::Delivered,
        State::Acknowledged => wire_cases::ItemState::Acknowledged,
        State::Declined => wire_cases::ItemState::Declined,
        State::TakenBack => wire_cases::ItemState::TakenBack,
    }
}

const fn encode_step(from: Step) -> wire_cases::ItemStep {
    match from {
        Step::Review => wire_cases::ItemStep::Review,
        Step::Release => wire_cases::ItemStep::Release,
        Step::Return => wire_cases::ItemStep::Return,
        Step::Withhold => wire_cases::ItemStep::Withhold,
        Step::Deliver => wire_cases::ItemStep::Deliver,
        Step::Acknowledge => wire_cases::ItemStep::Acknowledge,
        Step::Decline => wire_cases::ItemStep::Decline,
        Step::TakeBack => wire_cases::ItemStep::TakeBack,
    }
}

const fn encode_way(from: Way) -> wire_cases::DeliveryWay {
    match from {
        Way::HandedOver => wire_cases::DeliveryWay::HandedOver,
        Way::ReadAloud => wire_cases::DeliveryWay::ReadAloud,
        Way::ByTelephone => wire_cases::DeliveryWay::ByTelephone,
        Way::ByVideoLink => wire_cases::DeliveryWay::ByVideoLink,
        Way::ThroughVictimServices => wire_cases::DeliveryWay::ThroughVictimServices,
    }
}

/// # Errors
/// No step is stated.
pub fn parse_step(stated: wire_cases::ItemStep) -> Result<Step, Refusal> {
    Ok(match stated {
        wire_cases::ItemStep::Review => Step::Review,
        wire_cases::ItemStep::Release => Step::Release,
        wire_cases::ItemStep::Return => Step::Return,
        wire_cases::ItemStep::Withhold => Step::Withhold,
        wire_cases::ItemStep::Deliver => Step::Deliver,
        wire_cases::ItemStep::Acknowledge => Step::Acknowledge,
        wire_cases::ItemStep::Decline => Step::Decline,
        wire_cases::ItemStep::TakeBack => Step::TakeBack,
        wire_cases::ItemStep::Unspecified => return Err(error::item_step_unknown()),
    })
}

/// The way of a delivery, where one is stated.
///
/// # Errors
/// The mail of an institution.
pub fn parse_way(stated: wire_cases::DeliveryWay) -> Result<Option<Way>, Refusal> {
    Ok(Some(match stated {
        wire_cases::DeliveryWay::HandedOver => Way::HandedOver,
        wire_cases::DeliveryWay::ReadAloud => Way::ReadAloud,
        wire_cases::DeliveryWay::ByTelephone => Way::ByTelephone,
        wire_cases::DeliveryWay::ByVideoLink => Way::ByVideoLink,
        wire_cases::DeliveryWay::ThroughVictimServices => Way::ThroughVictimServices,
        wire_cases::DeliveryWay::InstitutionalMail => return Err(error::institutional_mail_is_no_way()),
        wire_cases::DeliveryWay::Unspecified => return Ok(None),
    }))
}
