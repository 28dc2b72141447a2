//! gRPC endpoints of the catalogue of clauses.

use base::Caller;
use proto::cases::v1::{
    self as wire_cases, ClausePermission, ClauseRefusal, ClauseSource, GetClauseRequest, GetClauseResponse, ListClausesRequest,
    ListClausesResponse, clause_service_server::ClauseService,
};
use tonic::{Request, Response};

use crate::{
    app::clause,
    domain::clause::{Clause, Source, Use},
    grpc::{Answer, Server},
};

#[tonic::async_trait]
impl ClauseService for Server {
    async fn list_clauses(&self, request: Request<ListClausesRequest>) -> Answer<ListClausesResponse> {
        Caller::of(&request)?;
        let clauses = clause::list_clauses().iter().map(|clause| encode(*clause, &[])).collect();
        Ok(Response::new(ListClausesResponse { clauses }))
    }

    async fn get_clause(&self, request: Request<GetClauseRequest>) -> Answer<GetClauseResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = clause::get_clause(&asked.clause_id);
        let (clause, uses) = self.0.watched_clause(&caller, &asked.clause_id, ended).await?;
        Ok(Response::new(GetClauseResponse { clause: Some(encode(clause, &uses)) }))
    }
}

const fn encode_source(source: Source) -> ClauseSource {
    match source {
        Source::Directive => ClauseSource::Directive,
        Source::Guidelines => ClauseSource::Guidelines,
        Source::Reference => ClauseSource::Reference,
        Source::Law => ClauseSource::Law,
        Source::Programme => ClauseSource::Programme,
        Source::Latent => ClauseSource::Latent,
    }
}

fn encode(clause: Clause, uses: &[Use]) -> wire_cases::Clause {
    let permission = |one: &Use| match one {
        Use::Permission { service, permission } => {
            Some(ClausePermission { service: (*service).to_owned(), permission: (*permission).to_owned() })
        }
        Use::Refusal { .. } => None,
    };
    let refusal = |one: &Use| match one {
        Use::Permission { .. } => None,
        Use::Refusal { service, reason, en, fr } => Some(ClauseRefusal {
            service: (*service).to_owned(),
            reason: (*reason).to_owned(),
            words_en: (*en).to_owned(),
            words_fr: (*fr).to_owned(),
        }),
    };
    wire_cases::Clause {
        clause_id: clause.id.to_owned(),
        source: encode_source(clause.source).into(),
        subject_en: clause.en.to_owned(),
        subject_fr: clause.fr.to_owned(),
        permissions: uses.iter().filter_map(permission).collect(),
        refusals: uses.iter().filter_map(refusal).collect(),
    }
}
