//! Use case: read one referral with its content, for the RJ Unit and for the service that opens the case [R3c].

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, Error, Result};
use proto::id::ReferralId;
use time::OffsetDateTime;

use crate::{
    access,
    app::{App, REFERRAL, tied},
    store::queue::read::{self, Full},
};

/// The referral with this id, and the officer who decided at `decided_at`, or last. Absent and hidden give the same answer, and an accepted
/// referral is hidden from an officer without a tie to its case [R3c].
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_referral(app: &App, caller: &Caller, id: &str, decided_at: Option<OffsetDateTime>) -> Result<(ReferralId, Full)> {
    if !access::may_read_referrals(caller) {
        return Err(Error::NotFound);
    }
    let id = ReferralId::from_str(id).map_err(|_| Error::NotFound)?;
    let mut tx = app.begin(caller, []).await?;
    let full = read::read(&mut tx, &app.vault, id.uuid(), tied(caller), decided_at).await?.ok_or(Error::NotFound)?;
    // Nothing is shown before its audit entry is committed.
    audit_log::granted(&mut tx, &Act::new(caller, "referral.read", REFERRAL, &id.to_string()), app.clock.now()).await?;
    tx.commit().await?;
    Ok((id, full))
}
