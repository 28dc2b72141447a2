//! Orders to delete the notices of a purged case: decoded here, believed if cases signed them, and delayed as in [`destruction`]
//! [LPR4].

use base::wire::instant;
use destruction::{Receiver, Signed};
use messaging::inbox::Rejection;
use prost::Message;
use proto::{cases::v1::CasePurged, id::ReferralId, purge};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rejection::{malformed, never};
use crate::{
    app::{
        App,
        purge::{forbids, purge_notices},
    },
    domain::purge::Purged,
};

/// Receiver of purge orders.
#[derive(Clone)]
pub struct Purges {
    pub app: App,
}

impl Receiver for Purges {
    type Order = Purged;
    const MAKER: &'static str = "cases";
    const KIND: &'static str = purge::ORDER;

    fn read(&self, body: &[u8]) -> Result<Signed<Purged>, Rejection> {
        let event = CasePurged::decode(body).map_err(|_| never("malformed-message", "the body is not the fact that a case was purged"))?;
        let case = event.case_id.parse().map_err(malformed)?;
        let referrals = std::iter::once(&event.referral_id).chain(&event.referral_ids).map(|id| id.parse().map_err(malformed));
        let referrals = referrals.collect::<Result<Vec<ReferralId>, Rejection>>()?;
        let uuid = |id: &String| {
            Uuid::try_parse(id).map_err(|_| never("id-malformed", "the id of a break-glass, a block or a notice is not a UUID"))
        };
        let break_glasses = event.break_glass_ids.iter().map(uuid).collect::<Result<_, Rejection>>()?;
        let blocks = event.block_ids.iter().map(uuid).collect::<Result<_, Rejection>>()?;
        let due_notices = event.due_notice_ids.iter().map(uuid).collect::<Result<_, Rejection>>()?;
        let entry_notices = event.entry_notice_ids.iter().map(uuid).collect::<Result<_, Rejection>>()?;
        let request_notices = event.request_notice_ids.iter().map(uuid).collect::<Result<_, Rejection>>()?;
        let (purged_at, last_used_at) = (event.purged_at.as_ref().and_then(instant), event.last_used_at.as_ref().and_then(instant));
        let order = Purged { case, referrals, break_glasses, blocks, due_notices, entry_notices, request_notices, purged_at, last_used_at };
        Ok(Signed { about: case.uuid(), values: purge::order(&event), signature: event.signature, order })
    }

    async fn forbids(&self, tx: &mut PgConnection, order: &Purged) -> base::Result<Option<&'static str>> {
        Ok(forbids(tx, &self.app, order).await?)
    }

    async fn carry_out(&self, tx: &mut PgConnection, order: Purged) -> base::Result<()> {
        Ok(purge_notices(tx, &self.app, &order).await?)
    }
}
