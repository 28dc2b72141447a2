//! Check of the open entries of a case after something changed: on hold where they are not valid, valid again by themselves where that is
//! undone; whoever works on the case and whoever answers for the site are told of both [R2a].

use base::Result;
use proto::{
    cases::v1::EntryNews,
    id::{CaseId, SiteCode},
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        gate::entry::{depends::Known, tell::Telling},
    },
    domain::entry::{Hold, machine::State},
    store::entry::{
        hold,
        standing::{self, Open},
    },
};

/// Checks a locked case in the transaction that changed a fact; `false` where there was nothing to tell.
///
/// # Errors
/// A statement failed.
pub(crate) async fn revalidate(tx: &mut PgConnection, app: &App, case: CaseId, at: OffsetDateTime) -> Result<bool> {
    let open = standing::open(tx, case, at).await?;
    let before = hold::of_case(tx, case).await?;
    if open.is_empty() && before.is_empty() {
        return Ok(false);
    }
    let known = Known::read(tx, case, at).await?;
    let mut told = false;
    for one in &open {
        let changes = known.changes(one);
        let news = match before.iter().find(|(entry, _)| *entry == one.id) {
            None if changes.is_empty() => None,
            None => {
                let placed = Hold { id: app.ids.uuid(), since: at, changes };
                hold::place(tx, case, one.id, &placed).await?;
                Some((placed.id, EntryNews::OnHold))
            }
            Some((_, held)) if changes.is_empty() => {
                hold::clear(tx, held.id, at).await?;
                Some((held.id, EntryNews::Clear))
            }
            Some((_, held)) if held.changes != changes => {
                hold::restate(tx, held.id, &changes).await?;
                None
            }
            Some(_) => None,
        };
        if let Some((notice, news)) = news {
            tell(tx, one, &Telling { app, case, notice, at }, news).await?;
            told = true;
        }
    }
    // What was declined, used or cancelled needs no hold, and nobody is told that it is clear.
    for (_, held) in before.iter().filter(|(entry, _)| open.iter().all(|one| one.id != *entry)) {
        hold::clear(tx, held.id, at).await?;
    }
    Ok(told)
}

async fn tell(tx: &mut PgConnection, one: &Open, telling: &Telling<'_>, news: EntryNews) -> Result<()> {
    telling.at_work(tx, &one.asked_by, news).await?;
    if news == EntryNews::OnHold {
        telling.unit(tx, news).await?;
    }
    // Whoever has not decided yet finds it on hold when they do.
    match one.site.parse::<SiteCode>() {
        Ok(site) if one.state == State::Approved => telling.site(tx, &site, EntryNews::Changed).await,
        _ => Ok(()),
    }
}
