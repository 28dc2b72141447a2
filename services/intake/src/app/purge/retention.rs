//! Use case: destroy closed referrals that never opened a case, when their retention after the last use is over [LPR4], unless a
//! concern about one is open [RM1].
//!
//! The service issues the order itself, under its own signature, so that it waits and can be stopped like any other destruction.

use std::sync::Arc;

use audit_log::Signer;
use base::database::{self, Actor};
use destruction::{Orders, Receiver, Signed};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::id::ReferralId;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::order;
use crate::{
    app::{App, NAME, concern},
    domain::concern::SAFETY_SILENT,
    store::purge::retention,
};

/// Most referrals in one pass.
const BATCH: i64 = 200;

/// Code: the referral was used in the meantime.
const NOT_OVER: &str = "retention-not-over";

/// Domain separation for the signature of such an order.
pub const KIND: &str = "referral-retention";

/// Executor of this service's own orders.
#[derive(Clone)]
pub struct Expired {
    pub app: App,
    /// Retention of a referral that opened no case after its last use, in months.
    pub months: u16,
}

/// Issuer of orders for expired referrals, which it executes once the time to stop them is over.
pub struct Expiry {
    pub orders: Orders<Expired>,
    pub signer: Arc<Signer>,
}

impl Expiry {
    #[must_use]
    pub fn new(app: App, signer: Arc<Signer>, months: u16, wait: time::Duration) -> Self {
        let (key, clock) = (Some(signer.public()), app.clock.clone());
        Self { orders: Orders { receiver: Expired { app, months }, key, clock, wait }, signer }
    }

    /// Orders what is due and executes the orders whose time to be stopped is over; whether the first failed or not, the second is done.
    ///
    /// # Errors
    /// The database failed, or an order was not accepted.
    pub async fn run(&self) -> base::Result<()> {
        let ordered = self.notice().await;
        self.orders.look(&self.app().pool, NAME).await?;
        ordered.map(drop)
    }

    /// Orders the destruction of expired referrals without an open concern; returns how many.
    ///
    /// # Errors
    /// The database failed, or an order was not accepted.
    pub async fn notice(&self) -> base::Result<usize> {
        let (mut ordered, mut after) = (0, None);
        loop {
            let page = self.over(after).await?;
            let Some(last) = page.last().copied() else { return Ok(ordered) };
            after = Some(last);
            for (_, referral) in page {
                match concern::kept_for(self.app(), &[referral]).await? {
                    None => ordered += usize::from(self.give(referral).await?),
                    Some(reason) => {
                        tracing::info!(referral.id = %referral, reason, "a referral whose retention is over is kept for now");
                        // Safety is silent: the others would get the same answer.
                        if reason == SAFETY_SILENT {
                            return Ok(ordered);
                        }
                    }
                }
            }
        }
    }

    async fn over(&self, after: Option<(OffsetDateTime, Uuid)>) -> base::Result<Vec<(OffsetDateTime, Uuid)>> {
        let (now, months) = (self.app().clock.now(), self.orders.receiver.months);
        let mut tx = database::begin(&self.app().pool, &Actor::service(NAME).at(now)).await?;
        let over = retention::over(&mut tx, (now, months), after, BATCH).await?;
        tx.commit().await?;
        Ok(over)
    }

    /// Orders the destruction of one referral; `false` where it was used in the meantime.
    async fn give(&self, referral: Uuid) -> base::Result<bool> {
        let message = self.order(referral);
        let mut tx = database::begin(&self.app().pool, &Actor::service(NAME).at(self.app().clock.now())).await?;
        let taken = match self.orders.read(&message).await {
            Ok(work) => self.orders.apply(&mut tx, &mut Fresh::default(), work, &message).await,
            Err(rejection) => Err(rejection),
        };
        match taken {
            Ok(()) => tx.commit().await?,
            Err(Rejection::Never { reason: NOT_OVER, .. }) => return Ok(false),
            Err(rejection) => return Err(base::Error::Internal(format!("an order to destroy was not taken: {rejection:?}"))),
        }
        Ok(true)
    }

    fn order(&self, referral: Uuid) -> Incoming {
        let id = referral.to_string();
        let signature = hex::encode(self.signer.sign_row(KIND, &[&id]));
        Incoming {
            event_id: id.clone(),
            subject: KIND.to_owned(),
            body: format!("{id} {signature}").into_bytes().into(),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        }
    }

    const fn app(&self) -> &App {
        &self.orders.receiver.app
    }
}

impl Receiver for Expired {
    type Order = ReferralId;
    const MAKER: &'static str = "intake";
    const KIND: &'static str = KIND;

    fn read(&self, body: &[u8]) -> Result<Signed<ReferralId>, Rejection> {
        let never = || Rejection::Never { reason: "malformed-message", detail: "this is no order about a referral".to_owned() };
        let (id, signature) = std::str::from_utf8(body).ok().and_then(|text| text.split_once(' ')).ok_or_else(never)?;
        let order: ReferralId = id.parse().map_err(|_| never())?;
        let signature = hex::decode(signature).map_err(|_| never())?;
        Ok(Signed { about: order.uuid(), values: vec![id.to_owned()], signature, order })
    }

    async fn forbids(&self, tx: &mut PgConnection, order: &ReferralId) -> base::Result<Option<&'static str>> {
        let now = self.app.clock.now();
        let over = retention::is_over(tx, (now, self.months), order.uuid()).await?;
        Ok((!over).then_some(NOT_OVER))
    }

    async fn keeps(&self, order: &ReferralId) -> base::Result<Option<&'static str>> {
        concern::kept_for(&self.app, &[order.uuid()]).await
    }

    async fn carry_out(&self, tx: &mut PgConnection, order: ReferralId) -> base::Result<()> {
        let done = order::destroy(tx, &self.app, order.uuid(), self.app.clock.now()).await?;
        tracing::warn!(referral.id = %order, keys = done.keys, "a referral that opened no case was destroyed: its retention is over");
        Ok(())
    }
}
