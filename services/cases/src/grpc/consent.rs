//! gRPC endpoint of consents.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{self as wire_cases, RecordConsentRequest, RecordConsentResponse, consent_service_server::ConsentService};
use tonic::{Request, Response};

use crate::{
    app::consent,
    domain::{
        access::decision::Verb,
        calendar,
        consent::{Consent, How, Status, Understanding, WrittenGiving},
        mode::Mode,
    },
    error,
    grpc::{Answer, Server, mode, participant},
};

#[tonic::async_trait]
impl ConsentService for Server {
    async fn record_consent(&self, request: Request<RecordConsentRequest>) -> Answer<RecordConsentResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let understanding: Vec<_> = asked.understanding().filter_map(parse_understanding).collect();
        let command = consent::Command {
            case_ref: &asked.case_id,
            participant: &asked.participant_id,
            mode: &asked.mode,
            described: &asked.described_mode_id,
            status: parse_status(asked.status())?,
            form_version: &asked.form_version,
            language: &asked.language,
            informed_and_voluntary: asked.informed_and_voluntary,
            ends_on: &asked.ends_on,
            // A moment outside the calendar counts as none: the use case then says what is missing.
            initiative: (parse_initiative(asked.initiative()), asked.initiative_at.as_ref().and_then(wire::instant)),
            giving: WrittenGiving {
                how: parse_initiative(asked.how()),
                understanding: &understanding,
                note: &asked.understanding_note,
                witness: &asked.witness,
                scan: &asked.scan_document_id,
            },
        };
        let ended = consent::record_consent(&self.0, &caller, command).await;
        self.0.watched(&caller, Verb::RecordConsent, &asked.case_id, ended).await?;
        Ok(Response::new(RecordConsentResponse {}))
    }
}

pub(crate) fn encode(from: &Consent) -> wire_cases::Consent {
    wire_cases::Consent {
        mode: Mode::code(from.mode).to_owned(),
        status: encode_status(from.status).into(),
        form_version: from.form_version.clone(),
        language: participant::language_code(from.language),
        recorded_at: Some(wire::timestamp(from.recorded_at)),
        ends_on: from.ends_on.map(calendar::date_text).unwrap_or_default(),
        initiative: from.initiative.map_or(wire_cases::Initiative::Unspecified, |initiative| encode_initiative(initiative.how)).into(),
        described_mode_id: mode::described_id(Some(from.mode)),
        initiative_at: from.initiative.map(|initiative| wire::timestamp(initiative.at)),
        how: from.giving.how.map_or(wire_cases::Initiative::Unspecified, encode_initiative).into(),
        understanding: from.giving.understanding.iter().map(|checked| encode_understanding(*checked).into()).collect(),
        understanding_note: from.giving.note.expose().clone(),
        witness: from.giving.witness.expose().clone(),
        scan_document_id: from.giving.scan.map(|id| id.to_string()).unwrap_or_default(),
    }
}

const fn encode_initiative(from: How) -> wire_cases::Initiative {
    match from {
        How::InPerson => wire_cases::Initiative::InPerson,
        How::ByTelephone => wire_cases::Initiative::ByTelephone,
        How::InWriting => wire_cases::Initiative::InWriting,
        How::ByVideo => wire_cases::Initiative::ByVideo,
        How::ThroughRepresentative => wire_cases::Initiative::ThroughRepresentative,
    }
}

const fn encode_understanding(from: Understanding) -> wire_cases::Understanding {
    match from {
        Understanding::OwnWords => wire_cases::Understanding::OwnWords,
        Understanding::FreeToRefuse => wire_cases::Understanding::FreeToRefuse,
        Understanding::MayWithdraw => wire_cases::Understanding::MayWithdraw,
        Understanding::WhoReads => wire_cases::Understanding::WhoReads,
        Understanding::QuestionsAnswered => wire_cases::Understanding::QuestionsAnswered,
    }
}

const fn parse_understanding(stated: wire_cases::Understanding) -> Option<Understanding> {
    match stated {
        wire_cases::Understanding::OwnWords => Some(Understanding::OwnWords),
        wire_cases::Understanding::FreeToRefuse => Some(Understanding::FreeToRefuse),
        wire_cases::Understanding::MayWithdraw => Some(Understanding::MayWithdraw),
        wire_cases::Understanding::WhoReads => Some(Understanding::WhoReads),
        wire_cases::Understanding::QuestionsAnswered => Some(Understanding::QuestionsAnswered),
        wire_cases::Understanding::Unspecified => None,
    }
}

const fn encode_status(from: Status) -> wire_cases::ConsentStatus {
    match from {
        Status::Offered => wire_cases::ConsentStatus::Offered,
        Status::Given => wire_cases::ConsentStatus::Given,
        Status::Withdrawn => wire_cases::ConsentStatus::Withdrawn,
        Status::Expired => wire_cases::ConsentStatus::Expired,
    }
}

/// # Errors
/// No status is stated.
pub fn parse_status(stated: wire_cases::ConsentStatus) -> Result<Status, Refusal> {
    Ok(match stated {
        wire_cases::ConsentStatus::Offered => Status::Offered,
        wire_cases::ConsentStatus::Given => Status::Given,
        wire_cases::ConsentStatus::Withdrawn => Status::Withdrawn,
        wire_cases::ConsentStatus::Expired => Status::Expired,
        wire_cases::ConsentStatus::Unspecified => return Err(error::consent_status_unknown()),
    })
}

/// How a participant said that they consent, or that they want to go on, where that is stated.
pub const fn parse_initiative(stated: wire_cases::Initiative) -> Option<How> {
    match stated {
        wire_cases::Initiative::InPerson => Some(How::InPerson),
        wire_cases::Initiative::ByTelephone => Some(How::ByTelephone),
        wire_cases::Initiative::InWriting => Some(How::InWriting),
        wire_cases::Initiative::ByVideo => Some(How::ByVideo),
        wire_cases::Initiative::ThroughRepresentative => Some(How::ThroughRepresentative),
        wire_cases::Initiative::Unspecified => None,
    }
}
