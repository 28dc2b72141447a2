//! Consumer of the ties of officers to the case of a referral [R3c].

use base::wire::instant;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use proto::cases::v1::{CaseTie, CaseTies};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{app::tie::record_ties, domain::tie::Ties};

/// Handler of ties.
pub struct TiesOfCases;

impl Handler for TiesOfCases {
    type Work = Ties;

    async fn read(&self, message: &Incoming) -> Result<Ties, Rejection> {
        let told: CaseTies = message.decode()?;
        let never = |reason, detail: &str| Rejection::Never { reason, detail: detail.to_owned() };
        let malformed = || never("id-malformed", "an id of the ties is not a UUID");
        let told_at = told.told_at.as_ref().and_then(instant).ok_or_else(|| never("ties-undated", "the ties have no time"))?;
        let (readers, officers): (Vec<CaseTie>, Vec<CaseTie>) = told.ties.into_iter().partition(|tie| tie.reads_only);
        Ok(Ties {
            referral: told.referral_id.parse().map_err(|_| malformed())?,
            case: told.case_id.parse().map_err(|_| malformed())?,
            revision: told.revision,
            told_at,
            officers: officers.into_iter().map(|tie| tied(tie, told_at)).collect(),
            readers: readers.into_iter().map(|tie| tied(tie, told_at)).collect(),
        })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: Ties, _: &Incoming) -> Result<(), Rejection> {
        Ok(record_ties(tx, &work).await?)
    }
}

/// An unreadable end counts as past: a tie never lasts longer than was meant.
fn tied(tie: CaseTie, told_at: OffsetDateTime) -> (String, Option<OffsetDateTime>) {
    (tie.person, tie.until.as_ref().map(|until| instant(until).unwrap_or(told_at)))
}
