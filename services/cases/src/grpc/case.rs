//! gRPC endpoints of case files: reading them, their stage and their site.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, CorrectSiteRequest, CorrectSiteResponse, FindCaseByReferralRequest, FindCaseByReferralResponse, GetCaseRequest,
    GetCaseResponse, ListCasesRequest, ListCasesResponse, MoveCaseRequest, MoveCaseResponse, RecordPersonMoveRequest,
    RecordPersonMoveResponse, ReplayCaseRequest, ReplayCaseResponse, case_service_server::CaseService,
};
use tonic::{Request, Response};

use crate::{
    app::{
        case::{
            move_case,
            read::{self, Whole},
            replay::replay_case,
        },
        site::change,
        transition::stage_code,
    },
    domain::{
        access::decision::Verb,
        case::{
            filter::{Filter, Wait},
            stage::Stage,
        },
        gate::{missing::Missing, steps::NextStep},
        mode::Mode,
        site::How,
    },
    error,
    grpc::{Answer, Server, assessment, consent, mode, participant, site},
    store::case::file::CaseFile,
};

#[tonic::async_trait]
impl CaseService for Server {
    async fn list_cases(&self, request: Request<ListCasesRequest>) -> Answer<ListCasesResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let page = read::list_cases(&self.0, &caller, &filter(&asked)?, asked.page_size, &asked.page_token).await?;
        let total = i32::try_from(page.total).unwrap_or(i32::MAX);
        let cases = page.cases.into_iter().map(encode_file).collect();
        Ok(Response::new(ListCasesResponse { cases, next_page_token: page.next, total }))
    }

    async fn get_case(&self, request: Request<GetCaseRequest>) -> Answer<GetCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read::get_case(&self.0, &caller, &asked.case_ref).await;
        let whole = self.0.watched(&caller, Verb::Read, &asked.case_ref, ended).await?;
        Ok(Response::new(GetCaseResponse { case: Some(encode_whole(whole)) }))
    }

    async fn replay_case(&self, request: Request<ReplayCaseRequest>) -> Answer<ReplayCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let then = asked.at.as_ref().and_then(wire::instant);
        let ended = replay_case(&self.0, &caller, &asked.case_ref, then).await;
        let whole = self.0.watched(&caller, Verb::Replay, &asked.case_ref, ended).await?;
        Ok(Response::new(ReplayCaseResponse { case: Some(encode_whole(whole)) }))
    }

    async fn find_case_by_referral(&self, request: Request<FindCaseByReferralRequest>) -> Answer<FindCaseByReferralResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = read::find_by_referral(&self.0, &caller, &asked.referral_id).await;
        let whole = self.0.watched(&caller, Verb::Find, &asked.referral_id, ended).await?;
        Ok(Response::new(FindCaseByReferralResponse { case: Some(encode_whole(whole)) }))
    }

    async fn correct_site(&self, request: Request<CorrectSiteRequest>) -> Answer<CorrectSiteResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = change::Command {
            case_ref: &asked.case_ref,
            how: How::Correction,
            site: &asked.site,
            moved_on: "",
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = change::change_site(&self.0, &caller, command).await;
        let stay = self.0.watched(&caller, Verb::CorrectSite, &asked.case_ref, ended).await?;
        Ok(Response::new(CorrectSiteResponse { stay: Some(site::encode_stay(stay)) }))
    }

    async fn record_person_move(&self, request: Request<RecordPersonMoveRequest>) -> Answer<RecordPersonMoveResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let command = change::Command {
            case_ref: &asked.case_ref,
            how: site::parse_move(asked.how())?,
            site: &asked.site,
            moved_on: &asked.moved_on,
            reason: &asked.reason,
            key: &asked.idempotency_key,
        };
        let ended = change::change_site(&self.0, &caller, command).await;
        let stay = self.0.watched(&caller, Verb::RecordPersonMove, &asked.case_ref, ended).await?;
        Ok(Response::new(RecordPersonMoveResponse { stay: Some(site::encode_stay(stay)) }))
    }

    async fn move_case(&self, request: Request<MoveCaseRequest>) -> Answer<MoveCaseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let to = parse_stage(asked.to())?;
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

/// A case without participants and assessments.
pub fn encode_file(file: CaseFile) -> wire_cases::Case {
    wire_cases::Case {
        case_id: file.id.to_string(),
        case_number: file.number,
        referral_id: file.referral.to_string(),
        stage: stage_code(file.standing.stage).into(),
        site: file.site.unwrap_or_default(),
        mediator: file.mediator.unwrap_or_default(),
        officers: file.officers,
        indirect_only: file.indirect_only,
        opened_at: Some(wire::timestamp(file.opened_at)),
        contact_frozen: file.contact_frozen,
        mode: file.standing.mode.map(Mode::code).unwrap_or_default().to_owned(),
        described_mode_id: mode::described_id(file.standing.mode),
        ..wire_cases::Case::default()
    }
}

/// A case with its whole file.
pub fn encode_whole(whole: Whole) -> wire_cases::Case {
    let Whole { file: own, participants, consents, assessments, modes, stays, next } = whole;
    let participants = participants
        .into_iter()
        .map(|person| {
            let own = consents.iter().filter(|(who, _)| *who == person.id).map(|(_, c)| consent::encode(c)).collect();
            participant::encode(person, own)
        })
        .collect();
    wire_cases::Case {
        participants,
        assessments: assessments.into_iter().map(assessment::encode).collect(),
        described_modes: modes.into_iter().map(mode::encode).collect(),
        next_steps: next.iter().map(encode_step).collect(),
        sites: stays.into_iter().map(site::encode_stay).collect(),
        ..encode_file(own)
    }
}

fn encode_step(step: &NextStep) -> wire_cases::NextStep {
    wire_cases::NextStep {
        to: stage_code(step.to).into(),
        mode: step.mode.map(Mode::code).unwrap_or_default().to_owned(),
        described_mode_id: mode::described_id(step.mode),
        missing: step.missing.iter().map(|missing| encode_missing(*missing)).collect(),
    }
}

pub(crate) fn encode_missing(missing: Missing) -> wire_cases::MissingCondition {
    let ((needed_en, needed_fr), (remedy_en, remedy_fr)) = (missing.words(), missing.remedy());
    wire_cases::MissingCondition {
        code: missing.code(),
        clause: missing.clause().to_owned(),
        needed_en,
        needed_fr,
        remedy_en: remedy_en.to_owned(),
        remedy_fr: remedy_fr.to_owned(),
        verbatim_en: missing.verbatim().unwrap_or_default().to_owned(),
    }
}

/// # Errors
/// No stage is stated.
/// What a list is filtered by. What is not known is refused: it would show more than was asked for.
fn filter(asked: &ListCasesRequest) -> Result<Filter, Refusal> {
    let stage = |number: &i32| wire_cases::Stage::try_from(*number).map_err(|_| error::filter_unknown("stages")).and_then(parse_stage);
    let waits_for = match wire_cases::Wait::try_from(asked.waits_for).map_err(|_| error::filter_unknown("waits_for"))? {
        wire_cases::Wait::Unspecified => asked.without_officer.then_some(Wait::Officer),
        wire_cases::Wait::Officer => Some(Wait::Officer),
        wire_cases::Wait::Mediator => Some(Wait::Mediator),
        wire_cases::Wait::EndOfConcern => Some(Wait::EndOfConcern),
    };
    let (site, region) = (asked.site.trim(), asked.region.trim());
    Ok(Filter {
        stages: asked.stages.iter().map(stage).collect::<Result<_, _>>()?,
        site: if site.is_empty() { None } else { Some(site.parse().map_err(|_| error::filter_unknown("site"))?) },
        region: if region.is_empty() { None } else { Some(region.parse().map_err(|_| error::filter_unknown("region"))?) },
        mediator: Some(asked.mediator.trim().to_owned()).filter(|mediator| !mediator.is_empty()),
        waits_for,
    })
}

pub fn parse_stage(stated: wire_cases::Stage) -> Result<Stage, Refusal> {
    Ok(match stated {
        wire_cases::Stage::Assessment => Stage::Assessment,
        wire_cases::Stage::Preparation => Stage::Preparation,
        wire_cases::Stage::Mediation => Stage::Mediation,
        wire_cases::Stage::FollowUp => Stage::FollowUp,
        wire_cases::Stage::Paused => Stage::Paused,
        wire_cases::Stage::Closed => Stage::Closed,
        wire_cases::Stage::Unspecified => return Err(error::stage_unknown()),
    })
}
