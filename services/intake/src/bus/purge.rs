//! Consumer of orders to destroy the referral of a purged case: decoded here, accepted where cases signed them, and delayed by
//! [`destruction`] [LPR4].

use base::wire::instant;
use destruction::{Receiver, Signed};
use messaging::inbox::Rejection;
use prost::Message;
use proto::{cases::v1::CasePurged, id::ReferralId, purge};
use sqlx::PgConnection;

use crate::{
    app::{App, purge::order},
    domain::purge::Purged,
};

/// Executor of purge orders.
#[derive(Clone)]
pub struct Purges(pub App);

impl Receiver for Purges {
    type Order = Purged;
    const MAKER: &'static str = "cases";
    const KIND: &'static str = purge::ORDER;

    fn read(&self, body: &[u8]) -> Result<Signed<Purged>, Rejection> {
        let told = CasePurged::decode(body).map_err(|_| never("malformed-message", "the body is not the fact that a case was purged"))?;
        let id = |text: &String| text.parse::<ReferralId>().map_err(|_| never("id-malformed", "an id of the purge is not a UUID"));
        let order = Purged {
            case: told.case_id.parse().map_err(|_| never("id-malformed", "the id of the case is not a UUID"))?,
            referral: id(&told.referral_id)?,
            others: told.referral_ids.iter().map(id).collect::<Result<_, Rejection>>()?,
            purged_at: told.purged_at.as_ref().and_then(instant),
            last_used_at: told.last_used_at.as_ref().and_then(instant),
        };
        Ok(Signed { about: order.case.uuid(), values: purge::order(&told), signature: told.signature, order })
    }

    async fn forbids(&self, tx: &mut PgConnection, order: &Purged) -> base::Result<Option<&'static str>> {
        order::forbids(tx, &self.0, order).await
    }

    async fn keeps(&self, order: &Purged) -> base::Result<Option<&'static str>> {
        order::kept_for(&self.0, order).await
    }

    async fn carry_out(&self, tx: &mut PgConnection, order: Purged) -> base::Result<()> {
        order::purge_referrals(tx, &self.0, &order).await
    }
}

fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}
