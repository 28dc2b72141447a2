//! The RPCs of `ro.cases.v1.Cases`: each decodes, calls one use case, encodes.

mod document;
mod encode;
mod parse;

use chassis::{Caller, limits::MESSAGE, wire};
use proto::cases::v1::{
    AddParticipantRequest, AddParticipantResponse, AssignMediatorRequest, AssignMediatorResponse, AssignOfficerRequest,
    AssignOfficerResponse, BreakGlassRequest, BreakGlassResponse, ConfirmPurgeRequest, ConfirmPurgeResponse, CorrectSiteRequest,
    CorrectSiteResponse, DescribeModeRequest, DescribeModeResponse, EndAssignmentRequest, EndAssignmentResponse, EndGlassRequest,
    EndGlassResponse, EndOfficerRequest, EndOfficerResponse, FindCaseByReferralRequest, GetCaseRequest, GetCaseResponse,
    GetPurgeCertificateRequest, GetPurgeCertificateResponse, KeepDocumentRequest, KeepDocumentResponse, LeaveCaseRequest,
    LeaveCaseResponse, LiftHoldRequest, LiftHoldResponse, ListAccessRequest, ListAccessResponse, ListCasesRequest, ListCasesResponse,
    ListDocumentsRequest, ListDocumentsResponse, ListDueRequest, ListDueResponse, ListGlassRequest, ListGlassResponse, ListHoldsRequest,
    ListHoldsResponse, MoveCaseRequest, MoveCaseResponse, OrderPurgeRequest, OrderPurgeResponse, PlaceHoldRequest, PlaceHoldResponse,
    ReadDocumentRequest, ReadDocumentResponse, RecordAssessmentRequest, RecordAssessmentResponse, RecordConsentRequest,
    RecordConsentResponse, RecordPersonMoveRequest, RecordPersonMoveResponse, ReviewGlassRequest, ReviewGlassResponse, SayDirectRequest,
    SayDirectResponse,
    cases_server::{Cases, CasesServer},
};
use std::vec::IntoIter;

use tokio_stream::Iter;
use tonic::{Request, Response, Status, Streaming, service::Routes};
use uuid::Uuid;

use crate::{
    app::{
        App, add_participant, assign_mediator, assign_officer, break_glass, change_site, describe_mode, events::stage_code, holds,
        keep_document, leave_case, list_access, move_case, purge_case, purge_certificate, read_cases, read_cases::Which, read_documents,
        record_assessment, record_consent, review_glass,
    },
    domain::{assessment::Written, decision::Verb, site::How},
};

/// The door of the service.
#[derive(Clone)]
pub struct Door(App);

/// The routes that the process serves.
#[must_use]
pub fn routes(app: App) -> Routes {
    Routes::new(CasesServer::new(Door::new(app)).max_decoding_message_size(MESSAGE))
}

impl Door {
    #[must_use]
    pub const fn new(app: App) -> Self {
        Self(app)
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Cases for Door {
    async fn list_cases(&self, request: Request<ListCasesRequest>) -> Answer<ListCasesResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let which = if asked.without_officer { Which::WithoutOfficer } else { Which::All };
        let page = read_cases::list_cases(&self.0, &caller, which, asked.page_size, &asked.page_token).await?;
        let cases = page.cases.into_iter().map(encode::file).collect();
        Ok(Response::new(ListCasesResponse { cases, next_page_token: page.next }))
    }

    async fn get_case(&self, request: Request<GetCaseRequest>) -> Answer<GetCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read_cases::get_case(&self.0, &caller, &asked.case_ref).await;
        let whole = self.0.watched(&caller, Verb::Read, &asked.case_ref, ended).await?;
        Ok(Response::new(GetCaseResponse { case: Some(encode::whole(whole)) }))
    }

    async fn find_case_by_referral(&self, request: Request<FindCaseByReferralRequest>) -> Answer<GetCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read_cases::find_by_referral(&self.0, &caller, &asked.referral_id).await;
        let whole = self.0.watched(&caller, Verb::Find, &asked.referral_id, ended).await?;
        Ok(Response::new(GetCaseResponse { case: Some(encode::whole(whole)) }))
    }

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

    async fn assign_mediator(&self, request: Request<AssignMediatorRequest>) -> Answer<AssignMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let until = parse::until(asked.until.as_ref())?;
        let ended = assign_mediator::assign_mediator(&self.0, &caller, &asked.case_id, &asked.mediator, until).await;
        self.0.watched(&caller, Verb::AssignMediator, &asked.case_id, ended).await?;
        Ok(Response::new(AssignMediatorResponse {}))
    }

    async fn end_assignment(&self, request: Request<EndAssignmentRequest>) -> Answer<EndAssignmentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = assign_mediator::end_assignment(&self.0, &caller, &asked.case_id, &asked.mediator).await;
        self.0.watched(&caller, Verb::EndMediator, &asked.case_id, ended).await?;
        Ok(Response::new(EndAssignmentResponse {}))
    }

    async fn assign_officer(&self, request: Request<AssignOfficerRequest>) -> Answer<AssignOfficerResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let until = parse::until(asked.until.as_ref())?;
        let ended = assign_officer::assign_officer(&self.0, &caller, &asked.case_ref, &asked.officer, until).await;
        self.0.watched(&caller, Verb::AssignOfficer, &asked.case_ref, ended).await?;
        Ok(Response::new(AssignOfficerResponse {}))
    }

    async fn end_officer(&self, request: Request<EndOfficerRequest>) -> Answer<EndOfficerResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = assign_officer::end_officer(&self.0, &caller, &asked.case_ref, &asked.officer).await;
        self.0.watched(&caller, Verb::EndOfficer, &asked.case_ref, ended).await?;
        Ok(Response::new(EndOfficerResponse {}))
    }

    async fn break_glass(&self, request: Request<BreakGlassRequest>) -> Answer<BreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        // It records its own refusals: the audit log may be what does not work.
        let opened = break_glass::break_glass(&self.0, &caller, &asked.case_ref, &asked.reason).await?;
        let (glass_id, case_id) = (opened.glass.to_string(), opened.case.to_string());
        Ok(Response::new(BreakGlassResponse { glass_id, case_id, until: Some(wire::timestamp(opened.until)) }))
    }

    async fn end_glass(&self, request: Request<EndGlassRequest>) -> Answer<EndGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = review_glass::end_glass(&self.0, &caller, &asked.glass_id).await;
        self.0.watched(&caller, Verb::EndGlass, &asked.glass_id, ended).await?;
        Ok(Response::new(EndGlassResponse {}))
    }

    async fn list_glass(&self, request: Request<ListGlassRequest>) -> Answer<ListGlassResponse> {
        let caller = Caller::of(&request)?;
        let listed = review_glass::list_glass(&self.0, &caller, request.into_inner().open_only).await?;
        let glasses = listed.glasses.into_iter().map(|glass| encode::glass(glass, listed.today)).collect();
        Ok(Response::new(ListGlassResponse { glasses }))
    }

    async fn review_glass(&self, request: Request<ReviewGlassRequest>) -> Answer<ReviewGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let finding = parse::finding(asked.finding())?;
        let ended = review_glass::review_glass(&self.0, &caller, &asked.glass_id, finding, &asked.note).await;
        self.0.watched(&caller, Verb::ReviewGlass, &asked.glass_id, ended).await?;
        Ok(Response::new(ReviewGlassResponse {}))
    }

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

    async fn record_consent(&self, request: Request<RecordConsentRequest>) -> Answer<RecordConsentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = record_consent::Command {
            case_ref: &asked.case_id,
            participant: &asked.participant_id,
            mode: &asked.mode,
            described: &asked.described_mode_id,
            status: parse::status(asked.status())?,
            form_version: &asked.form_version,
            language: &asked.language,
            informed_and_voluntary: asked.informed_and_voluntary,
            ends_on: &asked.ends_on,
            // A moment that no calendar has is none: the use case then says what is missing.
            initiative: (parse::initiative(asked.initiative()), asked.initiative_at.as_ref().and_then(wire::instant)),
        };
        let ended = record_consent::record_consent(&self.0, &caller, command).await;
        self.0.watched(&caller, Verb::RecordConsent, &asked.case_id, ended).await?;
        Ok(Response::new(RecordConsentResponse {}))
    }

    async fn describe_mode(&self, request: Request<DescribeModeRequest>) -> Answer<DescribeModeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = describe_mode::describe_mode(&self.0, &caller, &asked.case_ref, &asked.description).await;
        let id = self.0.watched(&caller, Verb::DescribeMode, &asked.case_ref, ended).await?;
        Ok(Response::new(DescribeModeResponse { mode_id: id.to_string() }))
    }

    async fn say_direct(&self, request: Request<SayDirectRequest>) -> Answer<SayDirectResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = describe_mode::say_direct(&self.0, &caller, &asked.case_ref, &asked.mode_id, asked.direct).await;
        self.0.watched(&caller, Verb::SayDirect, &asked.case_ref, ended).await?;
        Ok(Response::new(SayDirectResponse {}))
    }

    async fn keep_document(&self, request: Request<Streaming<KeepDocumentRequest>>) -> Answer<KeepDocumentResponse> {
        let caller = Caller::of(&request)?;
        let document::Received { case_ref, offered } = document::receive(request.into_inner(), self.0.documents.largest).await?;
        let ended = keep_document::keep_document(&self.0, &caller, &case_ref, offered).await;
        let kept = self.0.watched(&caller, Verb::KeepDocument, &case_ref, ended).await?;
        Ok(Response::new(KeepDocumentResponse { document: Some(document::encode(&kept)) }))
    }

    async fn list_documents(&self, request: Request<ListDocumentsRequest>) -> Answer<ListDocumentsResponse> {
        let caller = Caller::of(&request)?;
        let case_ref = request.into_inner().case_ref;
        let ended = read_documents::list_documents(&self.0, &caller, &case_ref).await;
        let documents = self.0.watched(&caller, Verb::ListDocuments, &case_ref, ended).await?;
        Ok(Response::new(ListDocumentsResponse { documents: documents.iter().map(document::encode).collect() }))
    }

    type ReadDocumentStream = Iter<IntoIter<Result<ReadDocumentResponse, Status>>>;

    async fn read_document(&self, request: Request<ReadDocumentRequest>) -> Answer<Self::ReadDocumentStream> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner().document_id;
        // What is no id names nothing, and takes the road of an id that names nothing [T6].
        let id = Uuid::try_parse(asked.trim()).unwrap_or_default();
        let ended = read_documents::read_document(&self.0, &caller, id).await;
        let (read, bytes) = self.0.watched(&caller, Verb::ReadDocument, &asked, ended).await?;
        Ok(Response::new(tokio_stream::iter(document::pieces(&read, &bytes))))
    }

    async fn list_access(&self, request: Request<ListAccessRequest>) -> Answer<ListAccessResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_access::list_access(&self.0, &caller, &asked.case_ref).await;
        let lines = self.0.watched(&caller, Verb::WhoViewed, &asked.case_ref, ended).await?;
        Ok(Response::new(ListAccessResponse { accesses: lines.into_iter().map(encode::access).collect() }))
    }

    async fn place_hold(&self, request: Request<PlaceHoldRequest>) -> Answer<PlaceHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse::hold_kind(asked.kind())?;
        let ended = holds::place_hold(&self.0, &caller, &asked.case_ref, kind, &asked.reason).await;
        let id = self.0.watched(&caller, Verb::PlaceHold, &asked.case_ref, ended).await?;
        Ok(Response::new(PlaceHoldResponse { hold_id: id.to_string() }))
    }

    async fn lift_hold(&self, request: Request<LiftHoldRequest>) -> Answer<LiftHoldResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = holds::lift_hold(&self.0, &caller, &asked.case_ref, &asked.hold_id, &asked.reason).await;
        self.0.watched(&caller, Verb::LiftHold, &asked.case_ref, ended).await?;
        Ok(Response::new(LiftHoldResponse {}))
    }

    async fn list_holds(&self, request: Request<ListHoldsRequest>) -> Answer<ListHoldsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = holds::list_holds(&self.0, &caller, &asked.case_ref).await;
        let holds = self.0.watched(&caller, Verb::ListHolds, &asked.case_ref, ended).await?;
        Ok(Response::new(ListHoldsResponse { holds: holds.into_iter().map(encode::hold).collect() }))
    }

    async fn list_due(&self, request: Request<ListDueRequest>) -> Answer<ListDueResponse> {
        let caller = Caller::of(&request)?;
        let due = purge_case::list_due(&self.0, &caller).await?;
        Ok(Response::new(ListDueResponse { cases: due.into_iter().map(encode::due).collect() }))
    }

    async fn order_purge(&self, request: Request<OrderPurgeRequest>) -> Answer<OrderPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_case::order_purge(&self.0, &caller, &asked.case_ref).await;
        let order = self.0.watched(&caller, Verb::OrderPurge, &asked.case_ref, ended).await?;
        Ok(Response::new(OrderPurgeResponse { ordered_by: order.by, stands_until: Some(wire::timestamp(order.until)) }))
    }

    async fn confirm_purge(&self, request: Request<ConfirmPurgeRequest>) -> Answer<ConfirmPurgeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_case::confirm_purge(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ConfirmPurge, &asked.case_ref, ended).await?;
        let certificate = Some(purge_certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(ConfirmPurgeResponse { certificate }))
    }

    async fn get_purge_certificate(&self, request: Request<GetPurgeCertificateRequest>) -> Answer<GetPurgeCertificateResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = purge_certificate::read_certificate(&self.0, &caller, &asked.case_ref).await;
        let certificate = self.0.watched(&caller, Verb::ReadCertificate, &asked.case_ref, ended).await?;
        let certificate = Some(purge_certificate::certificate_on_the_wire(&certificate));
        Ok(Response::new(GetPurgeCertificateResponse { certificate }))
    }

    async fn correct_site(&self, request: Request<CorrectSiteRequest>) -> Answer<CorrectSiteResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = change_site::Command {
            case_ref: &asked.case_ref,
            how: How::Correction,
            site: &asked.site,
            moved_on: "",
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = change_site::change_site(&self.0, &caller, command).await;
        let stay = self.0.watched(&caller, Verb::CorrectSite, &asked.case_ref, ended).await?;
        Ok(Response::new(CorrectSiteResponse { stay: Some(encode::stay(stay)) }))
    }

    async fn record_person_move(&self, request: Request<RecordPersonMoveRequest>) -> Answer<RecordPersonMoveResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = change_site::Command {
            case_ref: &asked.case_ref,
            how: parse::person_move(asked.how())?,
            site: &asked.site,
            moved_on: &asked.moved_on,
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = change_site::change_site(&self.0, &caller, command).await;
        let stay = self.0.watched(&caller, Verb::RecordPersonMove, &asked.case_ref, ended).await?;
        Ok(Response::new(RecordPersonMoveResponse { stay: Some(encode::stay(stay)) }))
    }

    async fn move_case(&self, request: Request<MoveCaseRequest>) -> Answer<MoveCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let to = parse::stage(asked.to())?;
        let command = move_case::Command {
            case_ref: &asked.case_id,
            to,
            mode: &asked.mode,
            described: &asked.described_mode_id,
            reason: &asked.reason,
        };
        let ended = move_case::move_case(&self.0, &caller, command).await;
        let stage = self.0.watched(&caller, Verb::Move, &asked.case_id, ended).await?;
        Ok(Response::new(MoveCaseResponse { stage: stage_code(stage).into() }))
    }
}
