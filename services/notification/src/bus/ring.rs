//! Consumer of rings on the bus, the first delivery path: `ro.safety.ring.due`.

use messaging::{
    inbox::{Handler, Incoming, ReadMessage, Rejection},
    outbox::Fresh,
};
use proto::safety::v1 as wire;
use sqlx::PgConnection;
use tracing::Span;

use crate::{
    app::{
        App,
        ring::{
            deliver::{ReceivedRing, deliver},
            read::read,
        },
    },
    domain::ring::Ring,
};

/// Consumer of rings.
pub struct Rings {
    pub app: App,
}

impl Handler for Rings {
    type Work = Ring;
    const ONLY_FRESH: bool = true;

    /// A ring is recognised by its id, and stored in one statement.
    const IDEMPOTENT: bool = true;

    async fn read(&self, message: &Incoming) -> Result<Ring, Rejection> {
        let ring: wire::Ring = message.decode()?;
        read(ring).map_err(|refusal| base::Error::from(refusal).into())
    }

    async fn apply(&self, tx: &mut PgConnection, fresh: &mut Fresh, ring: Ring, _message: &Incoming) -> Result<(), Rejection> {
        deliver(tx, fresh, &self.app, &[ReceivedRing { ring, span: Span::current() }]).await?;
        Ok(())
    }

    async fn apply_set(&self, tx: &mut PgConnection, fresh: &mut Fresh, set: Vec<ReadMessage<'_, Ring>>) -> Result<(), Rejection> {
        let came: Vec<ReceivedRing> = set.into_iter().map(|heard| ReceivedRing { ring: heard.work, span: heard.span }).collect();
        deliver(tx, fresh, &self.app, &came).await?;
        Ok(())
    }
}
