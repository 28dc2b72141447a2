//! gRPC endpoints of reviews by the RJ Unit.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, FinishReviewRequest, FinishReviewResponse, ListReviewsRequest, ListReviewsResponse, SignOffReviewRequest,
    SignOffReviewResponse, review_service_server::ReviewService,
};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::review::{finish::finish_review, list::list_reviews, sign_off::sign_off_review},
    domain::{
        access::decision::Verb,
        review::{Finding, Review, Trigger, machine::State},
    },
    error,
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl ReviewService for Server {
    async fn list_reviews(&self, request: Request<ListReviewsRequest>) -> Answer<ListReviewsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_reviews(&self.0, &caller, &asked.case_ref).await;
        let (reviews, at) = self.0.watched(&caller, Verb::ListReviews, &asked.case_ref, ended).await?;
        Ok(Response::new(ListReviewsResponse { reviews: reviews.into_iter().map(|review| encode(review, at)).collect() }))
    }

    async fn finish_review(&self, request: Request<FinishReviewRequest>) -> Answer<FinishReviewResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let finding = parse_finding(asked.finding())?;
        let ended = finish_review(&self.0, &caller, &asked.case_ref, &asked.review_id, finding, &asked.note).await;
        let state = self.0.watched(&caller, Verb::FinishReview, &asked.case_ref, ended).await?;
        Ok(Response::new(FinishReviewResponse { state: encode_state(state).into() }))
    }

    async fn sign_off_review(&self, request: Request<SignOffReviewRequest>) -> Answer<SignOffReviewResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = sign_off_review(&self.0, &caller, &asked.case_ref, &asked.review_id).await;
        let state = self.0.watched(&caller, Verb::SignOffReview, &asked.case_ref, ended).await?;
        Ok(Response::new(SignOffReviewResponse { state: encode_state(state).into() }))
    }
}

fn encode(from: Review, at: OffsetDateTime) -> wire_cases::Review {
    let (state, blocks) = (from.state(), from.blocks(at));
    let mut review = wire_cases::Review {
        review_id: from.id.to_string(),
        trigger: encode_trigger(from.trigger).into(),
        state: encode_state(state).into(),
        opened_at: Some(wire::timestamp(from.opened_at)),
        events: from.events.into_iter().map(wire::timestamp).collect(),
        due_at: from.due_at.map(wire::timestamp),
        blocks,
        ..wire_cases::Review::default()
    };
    if let Some(found) = from.found {
        review.finding = encode_finding(found.finding).into();
        review.note = found.note.into_inner();
        review.finished_by = found.by;
        review.finished_at = Some(wire::timestamp(found.at));
    }
    if let Some((by, at)) = from.signed {
        review.signed_off_by = by;
        review.signed_off_at = Some(wire::timestamp(at));
    }
    review
}

const fn encode_trigger(from: Trigger) -> wire_cases::ReviewTrigger {
    match from {
        Trigger::Transfer => wire_cases::ReviewTrigger::Transfer,
        Trigger::Release => wire_cases::ReviewTrigger::Release,
        Trigger::Condition => wire_cases::ReviewTrigger::Condition,
        Trigger::Concern => wire_cases::ReviewTrigger::Concern,
        Trigger::Withdrawal => wire_cases::ReviewTrigger::Withdrawal,
        Trigger::Schedule => wire_cases::ReviewTrigger::Schedule,
    }
}

const fn encode_state(from: State) -> wire_cases::ReviewState {
    match from {
        State::Open => wire_cases::ReviewState::Open,
        State::Done => wire_cases::ReviewState::Done,
        State::SignedOff => wire_cases::ReviewState::SignedOff,
    }
}

const fn encode_finding(from: Finding) -> wire_cases::ReviewFinding {
    match from {
        Finding::GoesOn => wire_cases::ReviewFinding::GoesOn,
        Finding::GoesOnWithMeasures => wire_cases::ReviewFinding::GoesOnWithMeasures,
    }
}

fn parse_finding(stated: wire_cases::ReviewFinding) -> Result<Finding, Refusal> {
    match stated {
        wire_cases::ReviewFinding::GoesOn => Ok(Finding::GoesOn),
        wire_cases::ReviewFinding::GoesOnWithMeasures => Ok(Finding::GoesOnWithMeasures),
        wire_cases::ReviewFinding::Unspecified => Err(error::review_finding_missing()),
    }
}
