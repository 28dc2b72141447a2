//! Use case: read one referral with its content, for the RJ Unit and for the service that opens the case [R3c].

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Error, Result};
use proto::id::ReferralId;
use time::OffsetDateTime;

use crate::{
    access,
    app::{App, REFERRAL, tied},
    store::{
        likeness::{Alike, alike},
        queue::{
            history::{self, Event},
            read::{self, Full},
        },
    },
};

/// What an officer sees beside the content of a referral.
#[derive(Default)]
pub struct Beside {
    /// What happened to it, oldest first.
    pub history: Vec<Event>,
    /// Others that may be about the same persons.
    pub alike: Vec<Alike>,
    /// It was compared with the others since its last body came.
    pub is_compared: bool,
}

/// The referral with this id, and the officer who decided at `decided_at`, or last. Absent and hidden give the same answer, and an accepted
/// referral is hidden from an officer without a tie to its case [R3c].
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_referral(app: &App, caller: &Caller, id: &str, decided_at: Option<OffsetDateTime>) -> Result<(ReferralId, Full, Beside)> {
    if !access::may_read_referrals(caller) {
        return Err(Error::NotFound);
    }
    let id = ReferralId::from_str(id).map_err(|_| Error::NotFound)?;
    let mut tx = app.begin(caller, []).await?;
    let full = read::read(&mut tx, &app.vault, id.uuid(), tied(caller), decided_at).await?.ok_or(Error::NotFound)?;
    let beside = if access::is_rj_unit(caller) {
        let history = history::read(&mut tx, &app.vault, id.uuid()).await?;
        let (alike, is_compared) = alike(&mut tx, id.uuid(), tied(caller)).await?;
        Beside { history, alike, is_compared }
    } else {
        Beside::default()
    };
    // Nothing is shown before its audit entry is committed.
    audit_log::granted(&mut tx, &Act::new(caller, "referral.read", REFERRAL, &id.to_string()), app.clock.now()).await?;
    tx.commit().await?;
    Ok((id, full, beside))
}
