//! Encoding of domain types of the alarm for the wire.

use base::wire::timestamp;
use proto::safety::v1;

use crate::{
    app::alarm::{
        envelope,
        read_concerns::{Shown, View},
    },
    domain::alarm::concern::AudienceStatus,
};

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
