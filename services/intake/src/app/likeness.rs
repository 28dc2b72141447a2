//! Use case: compare referrals that came in with all others, and keep by what they may be about the same persons [R3a].

use base::{
    Private, Result,
    database::{self, Actor},
};

use super::{App, NAME};
use crate::{
    domain::likeness::{Likeness, marks},
    store::{likeness, purge},
    wire,
};

/// Most referrals in one pass.
const BATCH: i64 = 50;

/// Compares the next ones; returns whether there may be more.
///
/// # Errors
/// The database failed, or there is no key now.
pub async fn compare_next(app: &App) -> Result<bool> {
    let at = app.clock.now();
    let mut tx = database::begin(&app.pool, &Actor::service(NAME).at(at)).await?;
    let next = likeness::lock_next(&mut tx, BATCH).await?;
    for (id, _) in &next {
        let bodies = match purge::lock_bodies(&mut tx, &app.vault, *id).await {
            Ok(bodies) => bodies.map(|(_, bodies)| bodies).unwrap_or_default(),
            Err(error) if base::refusal::is_passing(&error) => return Err(error.into()),
            // It is left out of the comparison, and keeps no other from it.
            Err(error) => {
                tracing::error!(error = %error, referral.id = %id, "a referral cannot be opened: it is compared with none");
                Vec::new()
            }
        };
        likeness::keep(&mut tx, &app.vault, *id, &marks_of(&bodies), at).await?;
    }
    tx.commit().await?;
    Ok(i64::try_from(next.len()).is_ok_and(|n| n == BATCH))
}

/// The marks of all bodies under a key.
fn marks_of(bodies: &[Vec<u8>]) -> Vec<(Likeness, Private<String>)> {
    let told = bodies.iter().filter_map(|body| wire::kept_referral(body, "")).map(|kept| wire::referral(kept).0);
    told.flat_map(|told| marks(&told)).map(|(kind, text)| (kind, text.into())).collect()
}
