//! gRPC endpoints of case files: reading them, their stage and their site.

use chassis::Caller;
use proto::cases::v1::{
    CorrectSiteRequest, CorrectSiteResponse, FindCaseByReferralRequest, FindCaseByReferralResponse, GetCaseRequest, GetCaseResponse,
    ListCasesRequest, ListCasesResponse, MoveCaseRequest, MoveCaseResponse, RecordPersonMoveRequest, RecordPersonMoveResponse,
    case_service_server::CaseService,
};
use tonic::{Request, Response};

use super::{Answer, Server, encode, parse};
use crate::{
    app::{change_site, events::stage_code, move_case, read_cases, read_cases::Which},
    domain::{decision::Verb, site::How},
};

#[tonic::async_trait]
impl CaseService for Server {
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

    async fn find_case_by_referral(&self, request: Request<FindCaseByReferralRequest>) -> Answer<FindCaseByReferralResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read_cases::find_by_referral(&self.0, &caller, &asked.referral_id).await;
        let whole = self.0.watched(&caller, Verb::Find, &asked.referral_id, ended).await?;
        Ok(Response::new(FindCaseByReferralResponse { case: Some(encode::whole(whole)) }))
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
