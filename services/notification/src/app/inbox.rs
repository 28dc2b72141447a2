//! The caller's own inbox: theirs by name and by the offices they hold. What is not theirs does not exist [R3c].

use chassis::{Caller, Error, Result, refusal::store_error};
use sqlx::PgConnection;
use uuid::Uuid;

use super::App;
use crate::{
    domain::{inbox::Standing, office},
    store,
};

/// The items that are the caller's, unread alarms first, then newest first.
///
/// # Errors
/// The database did not answer.
pub async fn list(app: &App, caller: &Caller, unread_only: bool, limit: i64) -> Result<Vec<Standing>> {
    let mut db = app.pool.acquire().await?;
    if let Err(error) = note_offices(&mut db, app, caller).await {
        // An inbox is read whatever else fails.
        tracing::warn!(error = store_error(&error), "who holds an office could not be noted");
    }
    Ok(store::inbox::list(&mut db, &names(caller), unread_only, limit).await?)
}

/// Notes whether the caller holds the office whose holders are written to one by one: nobody else tells this service who they are.
pub(super) async fn note_offices(db: &mut PgConnection, app: &App, caller: &Caller) -> sqlx::Result<()> {
    let holds = office::held(&caller.roles, &caller.sites).iter().any(|office| office == office::RJ_SUPERVISORS);
    store::office_holder::note(db, office::RJ_SUPERVISORS, &caller.subject, holds, app.clock.now()).await
}

/// Marks an item as read, for the office as a whole where it is an office's.
///
/// # Errors
/// [`Error::NotFound`] where there is no such item, or where it is somebody else's.
pub async fn mark_read(app: &App, caller: &Caller, item_id: Uuid) -> Result<()> {
    let mut db = app.pool.acquire().await?;
    let found = store::inbox::mark_read(&mut db, item_id, &names(caller), &caller.subject, app.clock.now()).await?;
    if found { Ok(()) } else { Err(Error::NotFound) }
}

fn names(caller: &Caller) -> Vec<String> {
    let mut names = office::held(&caller.roles, &caller.sites);
    if !office::is_office(&caller.subject) {
        names.push(caller.subject.clone());
    }
    names
}
