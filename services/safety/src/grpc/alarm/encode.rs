//! Encoding of domain types of the alarm for the wire.

use base::wire::{instant, timestamp};
use proto::safety::v1;

use crate::{
    app::alarm::{
        envelope,
        read_concerns::{History, Shown, View},
        report,
    },
    domain::alarm::{
        concern::{Audience, AudienceStatus, Grade, State},
        route,
    },
    error,
    store::alarm::{
        history::{Happened, Rung},
        list::Wanted,
        note::Note,
    },
};

/// Which concerns a request asks for.
pub fn wanted(request: &v1::ListConcernsRequest) -> Wanted<'_> {
    let state = match request.state() {
        v1::ConcernState::Unspecified => None,
        v1::ConcernState::Ringing => Some(State::Ringing),
        v1::ConcernState::Accepted => Some(State::Accepted),
        v1::ConcernState::Closed => Some(State::Closed),
    };
    Wanted {
        closed: request.include_closed || state == Some(State::Closed),
        grade: match request.grade() {
            v1::Grade::Unspecified => None,
            v1::Grade::Drill => Some(Grade::Drill),
            _ => Some(report::grade(request.grade, false)),
        },
        state,
        site: Some(request.site.trim()).filter(|site| !site.is_empty()),
        raised_from: request.raised_from.as_ref().and_then(instant),
        raised_before: request.raised_before.as_ref().and_then(instant),
    }
}

fn kind(code: &str) -> i32 {
    code.parse::<Audience>().map_or(v1::Audience::Unspecified, envelope::audience) as i32
}

fn happening(entry: Happened) -> v1::ConcernHappening {
    v1::ConcernHappening {
        revision: entry.revision,
        what: entry.what,
        audience: entry.audience.as_deref().map(kind).unwrap_or_default(),
        level: entry.level.unwrap_or_default(),
        actor: entry.actor,
        at: Some(timestamp(entry.at)),
    }
}

fn ring(ring: Rung) -> v1::ConcernRing {
    v1::ConcernRing {
        audience: kind(&ring.audience),
        office: ring.office.unwrap_or_default(),
        step: ring.step,
        rung_at: Some(timestamp(ring.rung_at)),
        delivered_at: ring.delivered_at.map(timestamp),
    }
}

fn note(note: Note) -> v1::ConcernNote {
    v1::ConcernNote {
        note_id: note.id.to_string(),
        audience: kind(&note.audience),
        by: note.by,
        at: Some(timestamp(note.at)),
        text: note.text,
    }
}

/// Audience that a request names.
///
/// # Errors
/// It names none.
pub fn asked_audience(audience: v1::Audience) -> base::Result<Audience> {
    match audience {
        v1::Audience::Nhq => Ok(Audience::Nhq),
        v1::Audience::ResponsibleHead => Ok(Audience::ResponsibleHead),
        v1::Audience::Unspecified => Err(error::audience_missing().into()),
    }
}

/// A concern with its history.
pub fn history(concern: v1::ConcernView, history: History) -> v1::GetConcernResponse {
    let ended = history.ended;
    v1::GetConcernResponse {
        concern: Some(concern),
        happenings: history.timeline.into_iter().map(happening).collect(),
        rings: history.rings.into_iter().map(ring).collect(),
        notes: history.notes.into_iter().map(note).collect(),
        closed_at: ended.as_ref().map(|ended| timestamp(ended.at)),
        closed_by: ended.as_ref().map(|ended| ended.by.clone()).unwrap_or_default(),
        outcome: ended.map(|ended| ended.outcome).unwrap_or_default(),
    }
}

/// `names`: whether the reader may know who accepted.
pub fn audience(status: &AudienceStatus, names: bool) -> v1::AudienceStatus {
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    v1::AudienceStatus {
        audience: envelope::audience(status.audience) as i32,
        office: status.office.clone(),
        level: signed(status.level),
        rings: signed(status.rings),
        delivered_at: status.delivered_at.map(timestamp),
        accepted_at: status.accepted.as_ref().map(|a| timestamp(a.at)),
        accepted_by: status.accepted.as_ref().filter(|_| names).map(|a| a.by.clone()).unwrap_or_default(),
        next_ring_at: status.next_ring_at.map(timestamp),
        may_accept: false,
        also_rung: Vec::new(),
        handed_over_by: status.handed.as_ref().filter(|_| names).map(|handed| handed.by.clone()).unwrap_or_default(),
        handed_over_at: status.handed.as_ref().map(|handed| timestamp(handed.at)),
        held_as: route::held_as(&status.office).to_owned(),
    }
}

fn shown(shown: Shown, names: bool) -> v1::AudienceStatus {
    v1::AudienceStatus { may_accept: shown.may_accept, also_rung: shown.also_rung, ..audience(&shown.status, names) }
}

pub fn view(view: View, epoch: i64) -> v1::ConcernView {
    v1::ConcernView {
        concern_id: view.concern.id.to_string(),
        reference: view.concern.reference,
        grade: envelope::grade(view.concern.grade) as i32,
        state: envelope::state(view.concern.state) as i32,
        site: view.concern.site.unwrap_or_default(),
        raised_at: Some(timestamp(view.concern.raised_at)),
        audiences: view.audiences.into_iter().map(|audience| shown(audience, view.names)).collect(),
        said: i32::try_from(view.concern.said.count).unwrap_or(i32::MAX),
        envelope: view.envelope,
        revision: view.concern.revision,
        epoch,
    }
}
