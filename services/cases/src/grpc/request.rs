//! gRPC endpoints of requests for information. What the addressee reads is cut by the class of each field.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, AnswerRequestRequest, AnswerRequestResponse, AskRequestRequest, AskRequestResponse, DeclineRequestRequest,
    DeclineRequestResponse, InformationRequest, ListAddressedRequestsRequest, ListAddressedRequestsResponse, ListRequestsRequest,
    ListRequestsResponse, RecordDisclosureToVictimRequest, RecordDisclosureToVictimResponse, RequestFile, RequestItemKind, RequestOutcome,
    RequestState, WithdrawRequestRequest, WithdrawRequestResponse, request_service_server::RequestService,
};
use proto::{class::cut, wire::v1::Class};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::request::{
        answer::{self, Told, answer_request, decline_request, record_disclosure_to_victim},
        ask::{self, ask_request},
        list::{list_addressed_requests, list_requests},
        withdraw::withdraw_request,
    },
    domain::{
        access::decision::Verb,
        request::{self, File, Item, ItemKind, Outcome, Written, machine::State},
    },
    error,
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl RequestService for Server {
    async fn ask_request(&self, request: Request<AskRequestRequest>) -> Answer<AskRequestResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let file = parse_file(asked.file())?;
        let items =
            asked.items.iter().map(|item| Ok((parse_kind(item.kind())?, item.words.as_str()))).collect::<Result<Vec<_>, Refusal>>()?;
        let written = Written {
            participant: &asked.participant_id,
            reference: &asked.reference,
            office: &asked.office,
            place: &asked.place,
            person: &asked.person,
            items: &items,
            reason: &asked.reason,
        };
        let command = ask::Command { case_ref: &asked.case_ref, file, written, key: &asked.idempotency_key };
        let ended = ask_request(&self.0, &caller, command).await;
        let id = self.0.watched(&caller, Verb::AskRequest, &asked.case_ref, ended).await?;
        Ok(Response::new(AskRequestResponse { request_id: id.to_string() }))
    }

    async fn withdraw_request(&self, request: Request<WithdrawRequestRequest>) -> Answer<WithdrawRequestResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = withdraw_request(&self.0, &caller, &asked.case_ref, &asked.request_id).await;
        let state = self.0.watched(&caller, Verb::WithdrawRequest, &asked.case_ref, ended).await?;
        Ok(Response::new(WithdrawRequestResponse { state: encode_state(state).into() }))
    }

    async fn list_requests(&self, request: Request<ListRequestsRequest>) -> Answer<ListRequestsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_requests(&self.0, &caller, &asked.case_ref).await;
        let (requests, at) = self.0.watched(&caller, Verb::ListRequests, &asked.case_ref, ended).await?;
        Ok(Response::new(ListRequestsResponse { requests: requests.into_iter().map(|one| encode(one, at)).collect() }))
    }

    async fn list_addressed_requests(&self, request: Request<ListAddressedRequestsRequest>) -> Answer<ListAddressedRequestsResponse> {
        let caller = Caller::of(&request)?;
        let (requests, at) = list_addressed_requests(&self.0, &caller).await?;
        let requests = requests.into_iter().map(|one| cut(&encode(one, at), Class::NeedToKnow)).collect();
        Ok(Response::new(ListAddressedRequestsResponse { requests }))
    }

    async fn answer_request(&self, request: Request<AnswerRequestRequest>) -> Answer<AnswerRequestResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let answers = asked.answers.iter();
        let answers = answers
            .map(|one| Ok((one.item_id.as_str(), parse_outcome(one.outcome())?, one.words.as_str())))
            .collect::<Result<Vec<_>, Refusal>>()?;
        let command = answer::Command { request: &asked.request_id, answers: &answers, last_day: &asked.last_day };
        let ended = answer_request(&self.0, &caller, command).await;
        let state = self.0.watched(&caller, Verb::AnswerRequest, &asked.request_id, ended).await?;
        Ok(Response::new(AnswerRequestResponse { state: encode_state(state).into() }))
    }

    async fn decline_request(&self, request: Request<DeclineRequestRequest>) -> Answer<DeclineRequestResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = decline_request(&self.0, &caller, &asked.request_id, &asked.reason).await;
        let state = self.0.watched(&caller, Verb::DeclineRequest, &asked.request_id, ended).await?;
        Ok(Response::new(DeclineRequestResponse { state: encode_state(state).into() }))
    }

    async fn record_disclosure_to_victim(
        &self,
        request: Request<RecordDisclosureToVictimRequest>,
    ) -> Answer<RecordDisclosureToVictimResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let told = Told { case_ref: &asked.case_ref, request: &asked.request_id, item: &asked.item_id, words: &asked.words };
        let ended = record_disclosure_to_victim(&self.0, &caller, told).await;
        let object = if asked.case_ref.is_empty() { &asked.request_id } else { &asked.case_ref };
        let state = self.0.watched(&caller, Verb::RecordDisclosureToVictim, object, ended).await?;
        Ok(Response::new(RecordDisclosureToVictimResponse { state: encode_state(state).into() }))
    }
}

fn encode(from: request::Request, at: OffsetDateTime) -> InformationRequest {
    let state = if from.is_expired(at) { RequestState::Expired } else { encode_state(from.state) };
    InformationRequest {
        request_id: from.id.to_string(),
        file: encode_file(from.file).into(),
        participant_id: from.participant.to_string(),
        about: from.about.into_inner(),
        number: from.number.into_inner(),
        reason: from.reason.into_inner(),
        items: from.items.into_iter().map(encode_item).collect(),
        state: state.into(),
        offices: from.offices,
        person: from.person.unwrap_or_default(),
        due_at: Some(wire::timestamp(from.due_at)),
        asked_by: from.asked_by,
        asked_at: Some(wire::timestamp(from.asked_at)),
        declined_because: from.declined_because.into_inner(),
    }
}

fn encode_item(from: Item) -> wire_cases::RequestItem {
    let mut item = wire_cases::RequestItem {
        item_id: from.id.to_string(),
        kind: encode_kind(from.kind).into(),
        words: from.words.into_inner(),
        ..wire_cases::RequestItem::default()
    };
    if let Some(answer) = from.answer {
        item.outcome = encode_outcome(answer.outcome).into();
        item.is_open = answer.words.is_some();
        item.answer = answer.words.map(base::Private::into_inner).unwrap_or_default();
        item.until = Some(wire::timestamp(answer.until));
        item.answered_by = answer.by;
        item.answered_at = Some(wire::timestamp(answer.at));
    }
    item
}

const fn encode_state(from: State) -> RequestState {
    match from {
        State::Asked => RequestState::Asked,
        State::Answered => RequestState::Answered,
        State::Declined => RequestState::Declined,
        State::Withdrawn => RequestState::Withdrawn,
    }
}

const fn encode_file(from: File) -> RequestFile {
    match from {
        File::Offender => RequestFile::Offender,
        File::Victim => RequestFile::Victim,
    }
}

const fn encode_kind(from: ItemKind) -> RequestItemKind {
    match from {
        ItemKind::Summary => RequestItemKind::Summary,
        ItemKind::Plan => RequestItemKind::Plan,
        ItemKind::Conduct => RequestItemKind::Conduct,
        ItemKind::Safety => RequestItemKind::Safety,
        ItemKind::Needs => RequestItemKind::Needs,
        ItemKind::Other => RequestItemKind::Other,
        ItemKind::TellVictim => RequestItemKind::TellVictim,
    }
}

const fn encode_outcome(from: Outcome) -> RequestOutcome {
    match from {
        Outcome::Given => RequestOutcome::Given,
        Outcome::Declined => RequestOutcome::Declined,
        Outcome::NotHeld => RequestOutcome::NotHeld,
    }
}

/// # Errors
/// No file is stated.
pub fn parse_file(stated: RequestFile) -> Result<File, Refusal> {
    Ok(match stated {
        RequestFile::Offender => File::Offender,
        RequestFile::Victim => File::Victim,
        RequestFile::Unspecified => return Err(error::request_file_unknown()),
    })
}

/// # Errors
/// No kind is stated.
pub fn parse_kind(stated: RequestItemKind) -> Result<ItemKind, Refusal> {
    Ok(match stated {
        RequestItemKind::Summary => ItemKind::Summary,
        RequestItemKind::Plan => ItemKind::Plan,
        RequestItemKind::Conduct => ItemKind::Conduct,
        RequestItemKind::Safety => ItemKind::Safety,
        RequestItemKind::Needs => ItemKind::Needs,
        RequestItemKind::Other => ItemKind::Other,
        RequestItemKind::TellVictim => ItemKind::TellVictim,
        RequestItemKind::Unspecified => return Err(error::request_item_kind_unknown()),
    })
}

/// # Errors
/// No outcome is stated.
pub fn parse_outcome(stated: RequestOutcome) -> Result<Outcome, Refusal> {
    Ok(match stated {
        RequestOutcome::Given => Outcome::Given,
        RequestOutcome::Declined => Outcome::Declined,
        RequestOutcome::NotHeld => Outcome::NotHeld,
        RequestOutcome::Unspecified => return Err(error::request_outcome_unknown()),
    })
}
