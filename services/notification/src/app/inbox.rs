//! Use cases of the caller's own inbox: theirs by name and by the offices they hold. Other items do not exist for them [R3c].

use base::{Caller, Error, Result};
use uuid::Uuid;

use super::{App, PERSON};
use crate::{
    domain::{
        inbox::{Position, StoredItem},
        office,
    },
    store,
};

/// Page of the caller's items, unread alarms first, then newest first; and where the next page begins.
///
/// # Errors
/// The database did not answer.
pub async fn list(
    app: &App,
    caller: &Caller,
    unread_only: bool,
    after: Option<Position>,
    limit: i64,
) -> Result<(Vec<StoredItem>, Option<Position>)> {
    let names = names(caller);
    let mut tx = app.begin_for(caller, PERSON, names.clone()).await?;
    let page = store::inbox::list(&mut tx, &app.vault, &names, unread_only, after, limit).await?;
    tx.commit().await?;
    Ok(page)
}

/// Marks an item as read; an office's item for the whole office.
///
/// # Errors
/// [`Error::NotFound`] where there is no such item, or where it is another's.
pub async fn mark_read(app: &App, caller: &Caller, item_id: Uuid) -> Result<()> {
    let names = names(caller);
    let mut tx = app.begin_for(caller, PERSON, names.clone()).await?;
    let found = store::inbox::mark_read(&mut tx, item_id, &names, &caller.subject, app.clock.now()).await?;
    tx.commit().await?;
    if found { Ok(()) } else { Err(Error::NotFound) }
}

fn names(caller: &Caller) -> Vec<String> {
    let mut names = office::held(caller);
    if !office::is_office(&caller.subject) {
        names.push(caller.subject.clone());
    }
    names
}
