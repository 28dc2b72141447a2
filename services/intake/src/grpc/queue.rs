//! gRPC endpoints of the RJ Unit: the queue, one referral, and the decision on it.

use base::{
    Caller, Error, Private,
    wire::{instant, timestamp},
};
use proto::intake::v1::{
    AlikeReferral, GetReferralRequest, GetReferralResponse, ListQueueRequest, ListQueueResponse, QueueEntry, Referral, ReferralEvent,
    ReferralEventKind, ScreenReferralRequest, ScreenReferralResponse,
};
use tonic::{Request, Status};

use crate::{
    app::{
        App,
        queue::{
            get::get_referral,
            list::{count_queue, find_in_queue, list_queue},
            screen::{Screening, screen_referral},
        },
    },
    domain::queue::list::List,
    store::{
        likeness::Alike,
        queue::{
            history::{Event, What},
            list::{Count, Entry},
        },
    },
    wire,
};

pub async fn list(app: &App, request: Request<ListQueueRequest>) -> Result<ListQueueResponse, Status> {
    let caller = Caller::of(&request)?;
    let asked = request.into_inner();
    if !asked.receipt_number.is_empty() {
        let ended = find_in_queue(app, &caller, &asked.receipt_number).await;
        let found = app.watched(&caller, "referral.queue", "", ended).await?;
        return Ok(ListQueueResponse { entries: found.into_iter().map(entry).collect(), ..ListQueueResponse::default() });
    }
    let ended = page(app, &caller, &asked).await;
    let (entries, next_page_token, counts) = app.watched(&caller, "referral.queue", "", ended).await?;
    let counts = counts.into_iter().map(|(list, count)| wire::count(list, count.n, count.is_more));
    Ok(ListQueueResponse { entries: entries.into_iter().map(entry).collect(), next_page_token, counts: counts.collect() })
}

async fn page(app: &App, caller: &Caller, request: &ListQueueRequest) -> base::Result<(Vec<Entry>, String, Vec<(List, Count)>)> {
    let asked = wire::asked(request)?;
    let (entries, next) = list_queue(app, caller, &asked, request.page_size, &request.page_token).await?;
    let counts = if request.with_counts { count_queue(app, caller, &asked).await? } else { Vec::new() };
    Ok((entries, next, counts))
}

pub async fn get(app: &App, request: Request<GetReferralRequest>) -> Result<GetReferralResponse, Status> {
    let caller = Caller::of(&request)?;
    let asked = request.into_inner();
    let decided_at = asked.decided_at.as_ref().and_then(instant);
    let ended = get_referral(app, &caller, &asked.referral_id, decided_at).await;
    let (id, full, beside) = app.watched(&caller, "referral.read", &asked.referral_id, ended).await?;
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
        history: beside.history.into_iter().map(event).collect(),
        possible_duplicates: beside.alike.into_iter().map(alike).collect(),
        is_compared: beside.is_compared,
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
        possible_duplicate: entry.has_alike,
    }
}

fn event(event: Event) -> ReferralEvent {
    let plain = |kind: ReferralEventKind| ReferralEvent { kind: kind.into(), ..ReferralEvent::default() };
    let told = match event.what {
        What::Received => plain(ReferralEventKind::Received),
        What::Completed => plain(ReferralEventKind::Completed),
        What::Decided(decided) => ReferralEvent {
            role: decided.role,
            disposition: wire::disposition_code(decided.disposition).into(),
            reason: decided.reason.map(Private::into_inner).unwrap_or_default(),
            review_on: decided.review_on.map(|day| day.to_string()).unwrap_or_default(),
            clause: decided.disposition.clause().to_owned(),
            ..plain(ReferralEventKind::Decided)
        },
    };
    ReferralEvent { at: Some(timestamp(event.at)), by: event.by, ..told }
}

fn alike(alike: Alike) -> AlikeReferral {
    AlikeReferral {
        referral_id: alike.id.to_string(),
        receipt_number: alike.receipt_number,
        site: alike.site,
        state: wire::state_code(alike.state).into(),
        received_at: Some(timestamp(alike.received_at)),
        likenesses: alike.kinds,
    }
}

fn unreadable() -> Error {
    Error::Internal("a kept referral cannot be read back".into())
}
