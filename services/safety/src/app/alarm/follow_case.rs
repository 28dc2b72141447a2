//! Use case: the site of a concern follows the case file. Cases reports where the person is now, whenever that changed or a concern came in
//! that names the case. The head there is rung, and the former heads until that head has accepted [R3e, TRAP-2].

use base::{Error, Result, database};
use proto::id::SiteCode;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{app::App, route_concern};
use crate::{
    app::row_security,
    domain::alarm::{concern::State, route},
    store,
};

/// Actor in the timeline and in the audit log.
const ACTOR: &str = "service:cases";

/// Report by cases of where the person of a concern is.
pub struct Word<'a> {
    pub concern: Uuid,
    /// Id of the report: each is applied once, and what NHQ routes by hand after it stands.
    pub id: Uuid,
    pub site: &'a SiteCode,
    /// Sites where the case file had the person before.
    pub former: &'a [SiteCode],
}

/// Applies a report of cases; returns whether the concern is at another site than before.
///
/// # Errors
/// `NotFound` where there is no such concern, or it is closed; a refusal where the directory does not know the site.
pub async fn follow(pool: &PgPool, app: &App, word: &Word<'_>) -> Result<bool> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    // The concern is unlocked before the caller is answered: the ladder skips locked rows.
    match take(&mut tx, app, word).await {
        Ok(moved) => {
            tx.commit().await?;
            Ok(moved)
        }
        Err(error) => {
            tx.rollback().await?;
            Err(error)
        }
    }
}

async fn take(tx: &mut PgConnection, app: &App, word: &Word<'_>) -> Result<bool> {
    let concern = store::alarm::concern::lock(tx, word.concern).await?.filter(|c| c.state != State::Closed).ok_or(Error::NotFound)?;
    if store::alarm::concern::case_site(tx, word.concern).await? == Some(word.id) {
        return Ok(false);
    }
    let kind = route_concern::kind_of(tx, word.site).await?;
    store::alarm::concern::set_case_site(tx, word.concern, word.id).await?;
    let former: Vec<&str> = word.former.iter().map(SiteCode::as_str).collect();
    if !route::follows(concern.site.as_deref(), word.site.as_str(), &former) {
        return Ok(false);
    }
    let routed = route_concern::to_site(tx, app, concern, (word.site, &kind), (ACTOR, None)).await?;
    if routed.is_none() {
        // A question rings no head; if it is repeated with a graver grade, it rings the head of that moment.
        store::alarm::concern::set_site(tx, word.concern, word.site.as_str()).await?;
    }
    Ok(true)
}
