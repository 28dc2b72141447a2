//! gRPC endpoints of the RJ Unit: the queue, one referral, and the decision on it.

use base::{
    Caller, Error,
    wire::{instant, timestamp},
};
use proto::intake::v1::{
    GetReferralRequest, GetReferralResponse, ListQueueRequest, ListQueueResponse, QueueEntry, Referral, ScreenReferralRequest,
    ScreenReferralResponse,
};
use tonic::{Request, Status};

use crate::{
    app::{
        App,
        queue::{
            get::get_referral,
            list::{Scope, list_queue},
            screen::{Screening, screen_referral},
        },
    },
    store::queue::list::Entry,
    wire,
};

pub async fn list(app: &App, request: Request<ListQueueRequest>) -> Result<ListQueueResponse, Status> {
    let caller = Caller::of(&request)?;
    let asked = request.into_inner();
    let scope = if asked.include_screened { Scope::All } else { Scope::Waiting };
    let ended = list_queue(app, &caller, scope, asked.page_size, &asked.page_token).await;
    let (entries, next_page_token) = app.watched(&caller, "referral.queue", "", ended).await?;
    Ok(ListQueueResponse { entries: entries.into_iter().map(entry).collect(), next_page_token })
}

pub async fn get(app: &App, request: Request<GetReferralRequest>) -> Result<GetReferralResponse, Status> {
    let caller = Caller::of(&request)?;
    let asked = request.into_inner();
    let decided_at = asked.decided_at.as_ref().and_then(instant);
    let ended = get_referral(app, &caller, &asked.referral_id, decided_at).await;
    let (id, full) = app.watched(&caller, "referral.read", &asked.referral_id, ended).await?;
    let variants: Option<Vec<Referral>> = full.variants.iter().map(|content| wire::kept_referral(content, &full.key)).collect();
    Ok(GetReferralResponse {
        referral_id: id.to_string(),
        receipt_number: full.receipt_number,
        referral: Some(wire::kept_referral(&full.content, &full.key).ok_or_else(unreadable)?),
        state: wire::state_code(full.state).into(),
        received_at: Some(timestamp(full.received_at)),
        flags: full.flags.codes(),
        variants: variants.ok_or_else(unreadable)?,
        disposition: full.disposition.map(|d| wire::disposition_code(d).into()).unwrap_or_default(),
        counted_origin: wire::origin_code(full.counted_origin).into(),
        screened_by: full.screened_by.unwrap_or_default(),
    })
}

pub async fn screen(app: &App, request: Request<ScreenReferralRequest>) -> Result<ScreenReferralResponse, Status> {
    let caller = Caller::of(&request)?;
    let asked = request.into_inner();
    let screening = Screening {
        referral_id: &asked.referral_id,
        disposition: wire::disposition(asked.disposition),
        reason: asked.reason.into(),
        review_on: &asked.review_on,
        duplicate_of: &asked.duplicate_of,
    };
    let ended = screen_referral(app, &caller, screening).await;
    let state = app.watched(&caller, "referral.screen", &asked.referral_id, ended).await?;
    Ok(ScreenReferralResponse { state: wire::state_code(state).into() })
}

fn entry(entry: Entry) -> QueueEntry {
    QueueEntry {
        referral_id: entry.id.to_string(),
        receipt_number: entry.receipt_number,
        origin: wire::origin_code(entry.origin).into(),
        site: entry.site,
        state: wire::state_code(entry.state).into(),
        received_at: Some(timestamp(entry.received_at)),
        flags: entry.flags.codes(),
        variants: i32::try_from(entry.variants).unwrap_or(i32::MAX),
    }
}

fn unreadable() -> Error {
    Error::Internal("a kept referral cannot be read back".into())
}
