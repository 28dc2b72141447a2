//! gRPC endpoint of notification: comparing and restoring the concerns that it guards.

use base::Result;
use proto::safety::v1;
use uuid::Uuid;

use super::server::{AlarmServer, id_of};
use crate::{
    app::alarm::reconcile::{self, Standing},
    domain::alarm::concern::Audience,
};

impl AlarmServer {
    pub(super) async fn compare(&self, asked: v1::CompareConcernsRequest) -> Result<v1::CompareConcernsResponse> {
        let guarded: Vec<(Uuid, Audience)> = asked.guarded.iter().map(pair).collect();
        let standings = reconcile::compare(&self.transactions.pool, &self.app, &guarded, asked.whole).await?;
        self.transactions.outbox.wake();
        Ok(v1::CompareConcernsResponse { standings: standings.into_iter().map(|standing| encode(standing) as i32).collect() })
    }

    pub(super) async fn restore(&self, envelope: v1::Envelope) -> Result<v1::RestoreConcernResponse> {
        let restored = reconcile::restore_guarded(&self.transactions.pool, &self.app, envelope).await?;
        self.transactions.outbox.wake();
        Ok(v1::RestoreConcernResponse { restored })
    }
}

/// What is no id names an unknown concern.
fn pair(guarded: &v1::GuardedConcern) -> (Uuid, Audience) {
    let audience = match guarded.audience() {
        v1::Audience::ResponsibleHead => Audience::ResponsibleHead,
        v1::Audience::Nhq | v1::Audience::Unspecified => Audience::Nhq,
    };
    (id_of(&guarded.concern_id), audience)
}

const fn encode(standing: Standing) -> v1::Standing {
    match standing {
        Standing::Rings => v1::Standing::Rings,
        Standing::Settled => v1::Standing::Settled,
        Standing::Vanished => v1::Standing::Vanished,
        Standing::Closed => v1::Standing::Ended,
    }
}
