//! Use case: the reviews of a case by the RJ Unit [RM1a].

use base::{Caller, Result};
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note},
    },
    domain::{access::decision::Verb, review::Review},
    store::{review, sealed::Unopened},
};

/// Every review of a case, in the order in which they opened, and the moment of reading.
///
/// # Errors
/// Not found.
pub async fn list_reviews(app: &App, caller: &Caller, case_ref: &str) -> Result<(Vec<Review>, OffsetDateTime)> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::ListReviews, case_ref).await?;
    note(&mut tx, caller, Verb::ListReviews, &file, at).await?;
    let reviews = review::of_case(&mut tx, &app.vault, file.id, Unopened::Refused).await?;
    tx.commit().await?;
    Ok((reviews, at))
}
