//! gRPC endpoints of break-glass: open, end, list and review.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, BreakGlassRequest, BreakGlassResponse, EndBreakGlassRequest, EndBreakGlassResponse, ListBreakGlassRequest,
    ListBreakGlassResponse, ReviewBreakGlassRequest, ReviewBreakGlassResponse, break_glass_service_server::BreakGlassService,
};
use time::Date;
use tonic::{Request, Response};

use crate::{
    app::break_glass::{open, review},
    domain::{access::decision::Verb, break_glass::Finding, calendar},
    error,
    grpc::{Answer, Server},
    store::break_glass::Broken,
};

#[tonic::async_trait]
impl BreakGlassService for Server {
    async fn break_glass(&self, request: Request<BreakGlassRequest>) -> Answer<BreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        // The use case records its own refusals: the audit log may be what does not work.
        let opened = open::break_glass(&self.0, &caller, &asked.case_ref, &asked.reason).await?;
        let (break_glass_id, case_id) = (opened.break_glass.to_string(), opened.case.to_string());
        Ok(Response::new(BreakGlassResponse { break_glass_id, case_id, until: Some(wire::timestamp(opened.until)) }))
    }

    async fn end_break_glass(&self, request: Request<EndBreakGlassRequest>) -> Answer<EndBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = review::end_break_glass(&self.0, &caller, &asked.break_glass_id).await;
        self.0.watched(&caller, Verb::EndBreakGlass, &asked.break_glass_id, ended).await?;
        Ok(Response::new(EndBreakGlassResponse {}))
    }

    async fn list_break_glass(&self, request: Request<ListBreakGlassRequest>) -> Answer<ListBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let listed = review::list_break_glass(&self.0, &caller, request.into_inner().open_only).await?;
        let break_glasses = listed.break_glasses.into_iter().map(|break_glass| encode(break_glass, listed.today)).collect();
        Ok(Response::new(ListBreakGlassResponse { break_glasses }))
    }

    async fn review_break_glass(&self, request: Request<ReviewBreakGlassRequest>) -> Answer<ReviewBreakGlassResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let finding = parse_finding(asked.finding())?;
        let ended = review::review_break_glass(&self.0, &caller, &asked.break_glass_id, finding, &asked.note).await;
        self.0.watched(&caller, Verb::ReviewBreakGlass, &asked.break_glass_id, ended).await?;
        Ok(Response::new(ReviewBreakGlassResponse {}))
    }
}

/// A break-glass; a review due before today is overdue.
pub fn encode(broken: Broken, today: Date) -> wire_cases::BreakGlassUse {
    wire_cases::BreakGlassUse {
        break_glass_id: broken.id.to_string(),
        case_id: broken.case.to_string(),
        case_number: broken.number,
        broken_by: broken.subject,
        reason: broken.reason.into_inner(),
        broken_at: Some(wire::timestamp(broken.broken_at)),
        until: Some(wire::timestamp(broken.until)),
        ended_at: broken.ended_at.map(wire::timestamp),
        overdue: broken.finding.is_none() && broken.review_due < today,
        review_due: calendar::date_text(broken.review_due),
        finding: broken.finding.map_or(wire_cases::BreakGlassFinding::Unspecified, encode_finding).into(),
        note: broken.note.into_inner(),
        reviewed_by: broken.reviewed_by.unwrap_or_default(),
        reviewed_at: broken.reviewed_at.map(wire::timestamp),
        readings: i32::try_from(broken.readings).unwrap_or(i32::MAX),
    }
}

const fn encode_finding(from: Finding) -> wire_cases::BreakGlassFinding {
    match from {
        Finding::Justified => wire_cases::BreakGlassFinding::Justified,
        Finding::NotJustified => wire_cases::BreakGlassFinding::NotJustified,
    }
}

/// # Errors
/// No finding is stated.
pub fn parse_finding(stated: wire_cases::BreakGlassFinding) -> Result<Finding, Refusal> {
    Ok(match stated {
        wire_cases::BreakGlassFinding::Justified => Finding::Justified,
        wire_cases::BreakGlassFinding::NotJustified => Finding::NotJustified,
        wire_cases::BreakGlassFinding::Unspecified => return Err(error::finding_missing()),
    })
}
