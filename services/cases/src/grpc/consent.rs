//! gRPC endpoint of consents.

use chassis::{Caller, wire};
use proto::cases::v1::{RecordConsentRequest, RecordConsentResponse, consent_service_server::ConsentService};
use tonic::{Request, Response};

use super::{Answer, Server, parse};
use crate::{app::record_consent, domain::decision::Verb};

#[tonic::async_trait]
impl ConsentService for Server {
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
            // A moment outside the calendar counts as none: the use case then says what is missing.
            initiative: (parse::initiative(asked.initiative()), asked.initiative_at.as_ref().and_then(wire::instant)),
        };
        let ended = record_consent::record_consent(&self.0, &caller, command).await;
        self.0.watched(&caller, Verb::RecordConsent, &asked.case_id, ended).await?;
        Ok(Response::new(RecordConsentResponse {}))
    }
}
