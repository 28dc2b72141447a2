//! Domain types onto the wire.

use chassis::wire::timestamp;
use proto::safety::v1;

use crate::{
    app::{envelope, raise_concern::Receipt, read_concerns::View},
    domain::{concern::AudienceStatus, route::Holder},
    store::directory::Site,
};

pub fn receipt(receipt: &Receipt) -> v1::ConcernReceipt {
    v1::ConcernReceipt {
        concern_id: receipt.id.to_string(),
        reference: receipt.reference.clone(),
        recorded_at: Some(timestamp(receipt.recorded_at)),
        already_known: receipt.already_known,
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
    }
}

pub fn view(view: View) -> v1::ConcernView {
    v1::ConcernView {
        concern_id: view.concern.id.to_string(),
        reference: view.concern.reference,
        grade: envelope::grade(view.concern.grade) as i32,
        state: envelope::state(view.concern.state) as i32,
        site: view.concern.site.unwrap_or_default(),
        raised_at: Some(timestamp(view.concern.raised_at)),
        audiences: view.audiences.iter().map(|a| audience(a, view.names)).collect(),
        envelope: view.envelope,
        revision: view.concern.revision,
    }
}

pub fn site(site: Site) -> v1::Site {
    v1::Site {
        code: site.code,
        name_en: site.name_en,
        name_fr: site.name_fr,
        kind: site.kind,
        region: site.region,
        verified: site.verified,
    }
}

pub fn holder(holder: Holder) -> v1::OfficeHolder {
    v1::OfficeHolder { office: holder.office, holder: holder.holder, rank: i32::from(holder.rank) }
}
