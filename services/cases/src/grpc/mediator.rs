//! gRPC endpoints of the registry of mediators.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, AmendMediatorRequest, AmendMediatorResponse, EndEngagementRequest, EndEngagementResponse, EngageMediatorRequest,
    EngageMediatorResponse, EngagementEnd, EngagementKind, EngagementState, GetMediatorRequest, GetMediatorResponse, LiftConflictRequest,
    LiftConflictResponse, ListMediatorsRequest, ListMediatorsResponse, MatchMediatorsRequest, MatchMediatorsResponse, MediatorConflict,
    MediatorDetails, MediatorGap, MediatorMatch, MediatorReason, MediatorTraining, RecordConflictRequest, RecordConflictResponse,
    RecordTrainingRequest, RecordTrainingResponse, RenewMediatorRequest, RenewMediatorResponse, TrainingModule,
    mediator_service_server::MediatorService,
};
use time::Date;
use tonic::{Request, Response};

use crate::{
    app::mediator::{
        conflict::{self, lift_conflict, record_conflict},
        engagement::{self, Engagement},
        matching::match_mediators,
        read::{Whole, get_mediator, list_mediators},
        training::record_training,
    },
    domain::{
        access::decision::Verb,
        calendar::date_text,
        mediator::{
            act::Act,
            conflict::With,
            engagement::{End, Kind, State},
            entry::{Details, Given},
            fitness::{Match, standing},
            gap::Gap,
            training::{self, Catalogue, Training},
        },
    },
    error,
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl MediatorService for Server {
    async fn engage_mediator(&self, request: Request<EngageMediatorRequest>) -> Answer<EngageMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let details = asked.details.clone().unwrap_or_default();
        let engagement = Engagement {
            mediator: &asked.mediator,
            kind: parse_kind(asked.kind())?,
            first_day: &asked.first_day,
            last_day: &asked.last_day,
            details: given(&details),
            contract: &asked.contract,
            again: asked.again,
        };
        let ended = engagement::engage(&self.0, &caller, engagement).await;
        let last = self.0.watched_entry(&caller, Act::Engage, &asked.mediator, ended).await?;
        Ok(Response::new(EngageMediatorResponse { last_day: date_text(last) }))
    }

    async fn renew_mediator(&self, request: Request<RenewMediatorRequest>) -> Answer<RenewMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = engagement::renew(&self.0, &caller, &asked.mediator, &asked.last_day).await;
        let last = self.0.watched_entry(&caller, Act::Renew, &asked.mediator, ended).await?;
        Ok(Response::new(RenewMediatorResponse { last_day: date_text(last) }))
    }

    async fn end_engagement(&self, request: Request<EndEngagementRequest>) -> Answer<EndEngagementResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let why = parse_end(asked.why())?;
        let ended = engagement::end(&self.0, &caller, &asked.mediator, why).await;
        let assignments = self.0.watched_entry(&caller, Act::End, &asked.mediator, ended).await?;
        Ok(Response::new(EndEngagementResponse { assignments_ended: i32::try_from(assignments).unwrap_or(i32::MAX) }))
    }

    async fn amend_mediator(&self, request: Request<AmendMediatorRequest>) -> Answer<AmendMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let details = asked.details.unwrap_or_default();
        let ended = engagement::amend(&self.0, &caller, &asked.mediator, &given(&details)).await;
        self.0.watched_entry(&caller, Act::Amend, &asked.mediator, ended).await?;
        Ok(Response::new(AmendMediatorResponse {}))
    }

    async fn record_training(&self, request: Request<RecordTrainingRequest>) -> Answer<RecordTrainingResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let given = training::Given {
            modules: &asked.modules,
            completed_on: &asked.completed_on,
            expires_on: &asked.expires_on,
            evidence: &asked.evidence,
        };
        let ended = record_training(&self.0, &caller, &asked.mediator, &given).await;
        self.0.watched_entry(&caller, Act::Train, &asked.mediator, ended).await?;
        Ok(Response::new(RecordTrainingResponse {}))
    }

    async fn record_conflict(&self, request: Request<RecordConflictRequest>) -> Answer<RecordConflictResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let named = conflict::Named { site: &asked.site, case_ref: &asked.case_ref, participant: &asked.participant_id };
        let ended = record_conflict(&self.0, &caller, &asked.mediator, named).await;
        let id = self.0.watched_entry(&caller, Act::RecordConflict, &asked.mediator, ended).await?;
        Ok(Response::new(RecordConflictResponse { conflict_id: id.to_string() }))
    }

    async fn lift_conflict(&self, request: Request<LiftConflictRequest>) -> Answer<LiftConflictResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = lift_conflict(&self.0, &caller, &asked.mediator, &asked.conflict_id).await;
        self.0.watched_entry(&caller, Act::LiftConflict, &asked.mediator, ended).await?;
        Ok(Response::new(LiftConflictResponse {}))
    }

    async fn get_mediator(&self, request: Request<GetMediatorRequest>) -> Answer<GetMediatorResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = get_mediator(&self.0, &caller, &asked.mediator).await;
        let whole = self.0.watched_entry(&caller, Act::Read, &asked.mediator, ended).await?;
        let mediator = Some(encode(&self.0.training, whole));
        Ok(Response::new(GetMediatorResponse { mediator, modules: modules(&self.0.training) }))
    }

    async fn list_mediators(&self, request: Request<ListMediatorsRequest>) -> Answer<ListMediatorsResponse> {
        let caller = Caller::of(&request)?;
        let ended = list_mediators(&self.0, &caller).await;
        let all = self.0.watched_entry(&caller, Act::List, "", ended).await?;
        let mediators = all.into_iter().map(|whole| encode(&self.0.training, whole)).collect();
        Ok(Response::new(ListMediatorsResponse { mediators, modules: modules(&self.0.training) }))
    }

    async fn match_mediators(&self, request: Request<MatchMediatorsRequest>) -> Answer<MatchMediatorsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = match_mediators(&self.0, &caller, &asked.case_ref).await;
        let matches = self.0.watched(&caller, Verb::MatchMediators, &asked.case_ref, ended).await?;
        Ok(Response::new(MatchMediatorsResponse { matches: matches.into_iter().map(encode_match).collect() }))
    }
}

fn given(details: &MediatorDetails) -> Given<'_> {
    Given { region: &details.region, languages: &details.languages, specialties: &details.specialties, capacity: details.capacity }
}

fn parse_kind(stated: EngagementKind) -> Result<Kind, Refusal> {
    match stated {
        EngagementKind::Casual => Ok(Kind::Casual),
        EngagementKind::Contract => Ok(Kind::Contract),
        EngagementKind::Unspecified => Err(error::engagement_kind_unknown()),
    }
}

fn parse_end(stated: EngagementEnd) -> Result<End, Refusal> {
    match stated {
        EngagementEnd::OwnWish => Ok(End::OwnWish),
        EngagementEnd::NotRenewed => Ok(End::NotRenewed),
        EngagementEnd::ContractEnded => Ok(End::ContractEnded),
        EngagementEnd::ByTheProgramme => Ok(End::ByTheProgramme),
        EngagementEnd::Unspecified => Err(error::engagement_end_unknown()),
    }
}

const fn encode_end(end: End) -> EngagementEnd {
    match end {
        End::OwnWish => EngagementEnd::OwnWish,
        End::NotRenewed => EngagementEnd::NotRenewed,
        End::ContractEnded => EngagementEnd::ContractEnded,
        End::ByTheProgramme => EngagementEnd::ByTheProgramme,
    }
}

const fn encode_state(state: State) -> EngagementState {
    match state {
        State::Unknown => EngagementState::Unspecified,
        State::Engaged => EngagementState::Engaged,
        State::Renewed => EngagementState::Renewed,
        State::Over => EngagementState::Over,
        State::Ended => EngagementState::Ended,
    }
}

fn encode_details(details: Details) -> MediatorDetails {
    MediatorDetails {
        region: details.region.code().to_owned(),
        languages: details.languages.into_iter().collect(),
        specialties: details.specialties.into_iter().collect(),
        capacity: details.capacity,
    }
}

fn encode(catalogue: &Catalogue, whole: Whole) -> wire_cases::Mediator {
    let today = whole.at.date();
    let state = encode_state(whole.entry.state(today));
    let trainings = trainings(catalogue, &whole.record.trainings, today);
    let entry = whole.entry;
    let kind = match entry.kind {
        Kind::Casual => EngagementKind::Casual,
        Kind::Contract => EngagementKind::Contract,
    };
    let conflicts = whole.conflicts.into_iter().map(|conflict| MediatorConflict {
        conflict_id: conflict.id.to_string(),
        site: match conflict.with {
            With::Site(site) => site,
            // Neither who nor of which case: the registry shows no case to anybody.
            With::Person(..) => String::new(),
        },
        recorded_at: Some(wire::timestamp(conflict.recorded_at)),
    });
    wire_cases::Mediator {
        mediator: entry.subject,
        kind: kind.into(),
        state: state.into(),
        first_day: date_text(entry.first_day),
        last_day: date_text(entry.last_day),
        contract: entry.contract,
        details: Some(encode_details(entry.details)),
        open_cases: whole.record.open_cases,
        trainings,
        conflicts: conflicts.collect(),
        ended_at: entry.ended.map(|(at, _)| wire::timestamp(at)),
        why_ended: entry.ended.map_or(EngagementEnd::Unspecified, |(_, why)| encode_end(why)).into(),
        gaps: whole.gaps.iter().map(encode_gap).collect(),
    }
}

/// Every module of the catalogue as somebody has it, then what they completed of others.
fn trainings(catalogue: &Catalogue, completed: &[Training], today: Date) -> Vec<MediatorTraining> {
    let of_catalogue = catalogue.modules().iter().map(|module| match standing(completed, &module.code) {
        Some(training) => encode_training(training, today),
        None => MediatorTraining { module: module.code.clone(), ..MediatorTraining::default() },
    });
    let others = completed.iter().filter(|training| catalogue.find(&training.module).is_none());
    of_catalogue.chain(others.map(|training| encode_training(training, today))).collect()
}

fn encode_training(training: &Training, today: Date) -> MediatorTraining {
    MediatorTraining {
        module: training.module.clone(),
        completed_on: date_text(training.completed_on),
        expires_on: training.expires_on.map(date_text).unwrap_or_default(),
        evidence: training.evidence.clone(),
        counts: training.counts(today),
    }
}

fn modules(catalogue: &Catalogue) -> Vec<TrainingModule> {
    let encode = |module: &training::Module| TrainingModule {
        code: module.code.clone(),
        name_en: module.en.clone(),
        name_fr: module.fr.clone(),
        required: module.required,
        months: module.months.unwrap_or_default(),
    };
    catalogue.modules().iter().map(encode).collect()
}

/// A gap with its words and its remedy.
pub fn encode_gap(gap: &Gap) -> MediatorGap {
    let ((words_en, words_fr), (remedy_en, remedy_fr)) = (gap.words(), gap.remedy());
    MediatorGap {
        code: gap.code(),
        words_en,
        words_fr,
        remedy_en: remedy_en.to_owned(),
        remedy_fr: remedy_fr.to_owned(),
        refuses: gap.refuses(),
        clause: gap.clause().to_owned(),
    }
}

fn encode_match(found: Match) -> MediatorMatch {
    let fits = found.fits();
    let reason = |(code, words_en, words_fr): (&'static str, String, String)| MediatorReason { code: code.to_owned(), words_en, words_fr };
    MediatorMatch {
        fits,
        gaps: found.gaps.iter().map(encode_gap).collect(),
        reasons: found.reasons.into_iter().map(reason).collect(),
        open_cases: found.open_cases,
        capacity: found.entry.details.capacity,
        mediator: found.entry.subject,
    }
}
