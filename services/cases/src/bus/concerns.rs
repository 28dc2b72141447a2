//! Hears what safety says of concerns; those that a case raised freeze contact until they are closed [RM1].

use chassis::{
    Clock,
    inbox::{Handler, Incoming, Rejection},
};
use proto::{
    id::ConcernId,
    safety::v1::{ConcernChanged, ConcernRaised, ConcernState},
    subject,
};
use sqlx::PgConnection;

use crate::app::follow_concern::{News, follow_concern};

/// What safety calls the change that closes a concern.
const CLOSED: &str = "closed";

/// Handler of the consumer `cases-concerns`.
pub struct Concerns {
    pub clock: Clock,
}

impl Handler for Concerns {
    type Work = News;

    async fn read(&self, message: &Incoming) -> Result<News, Rejection> {
        match message.subject.as_str() {
            subject::CONCERN_RAISED => {
                let raised: ConcernRaised = message.decode()?;
                news(&raised.concern_id, raised.revision, false)
            }
            subject::CONCERN_CHANGED => {
                let changed: ConcernChanged = message.decode()?;
                // A ring that was delivered after the closing tells of a closed concern too.
                let closed = changed.what == CLOSED || changed.state() == ConcernState::Closed;
                news(&changed.concern_id, changed.revision, closed)
            }
            _ => Err(Rejection::Never { reason: "subject-unknown", detail: "this consumer hears concerns only".to_owned() }),
        }
    }

    async fn apply(&self, tx: &mut PgConnection, work: News, _: &Incoming) -> Result<(), Rejection> {
        Ok(follow_concern(tx, work, self.clock.now()).await?)
    }
}

fn news(concern: &str, revision: i64, closed: bool) -> Result<News, Rejection> {
    let concern: ConcernId = concern
        .parse()
        .map_err(|_| Rejection::Never { reason: "concern-id-malformed", detail: "the concern id is not a UUID".to_owned() })?;
    Ok(News { concern, revision, closed })
}
