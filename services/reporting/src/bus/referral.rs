//! Facts of intake.

use messaging::inbox::Rejection;
use proto::intake::v1::{self as intake, ReferralReceived, ReferralScreened, ReferralsReceived};

use super::field::{id, instant, never, place};
use crate::domain::{
    code::{Disposition, Origin},
    fact::{self, Fact},
};

pub(super) fn received(event: ReferralsReceived) -> Result<Vec<Fact>, Rejection> {
    event.referrals.iter().map(received_one).collect()
}

fn received_one(event: &ReferralReceived) -> Result<Fact, Rejection> {
    let origin = match event.counted_origin() {
        intake::Origin::Unspecified => event.origin(),
        counted => counted,
    };
    let origin = match origin {
        intake::Origin::Victim => Origin::Victim,
        intake::Origin::Institutional => Origin::Institutional,
        intake::Origin::Community => Origin::Community,
        intake::Origin::AnyCommunication => Origin::AnyCommunication,
        intake::Origin::Unspecified => return Err(never("origin-unknown", "the referral has no known origin")),
    };
    let (site, region) = place(&event.site);
    Ok(Fact::Referral(fact::referral::Fact::Received {
        referral: id(&event.referral_id)?,
        origin,
        at: instant(event.received_at.as_ref())?,
        site,
        region,
    }))
}

pub(super) fn screened(event: ReferralScreened) -> Result<Fact, Rejection> {
    let disposition = match event.disposition() {
        intake::Disposition::Accepted => Disposition::Accepted,
        intake::Disposition::IndirectOnly => Disposition::IndirectOnly,
        intake::Disposition::DeferredForPreparation => Disposition::DeferredForPreparation,
        intake::Disposition::OtherPartyInaccessible => Disposition::OtherPartyInaccessible,
        intake::Disposition::OtherPartyUnwilling => Disposition::OtherPartyUnwilling,
        intake::Disposition::MotivationNotAppropriate => Disposition::MotivationNotAppropriate,
        intake::Disposition::NoContactPermitted => Disposition::NoContactPermitted,
        intake::Disposition::Withdrawn => Disposition::Withdrawn,
        intake::Disposition::OutOfJurisdiction => Disposition::OutOfJurisdiction,
        intake::Disposition::Duplicate => Disposition::Duplicate,
        intake::Disposition::Unspecified => return Err(never("disposition-unknown", "the decision is not a known one")),
    };
    Ok(Fact::Referral(fact::referral::Fact::Screened {
        referral: id(&event.referral_id)?,
        disposition,
        at: instant(event.screened_at.as_ref())?,
    }))
}
