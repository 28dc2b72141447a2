//! Entries lapse when their time has passed, or when it has come and they are on hold: whoever asked, whoever works on the case, the site and
//! the RJ Unit are told [R2a].

use base::Result;
use proto::{cases::v1::EntryNews, id::SiteCode};

use crate::{
    app::{
        App,
        gate::{
            entry::{revalidate::revalidate, tell::Telling},
            recheck::recheck,
        },
        transition::BY_ITSELF,
    },
    domain::entry::{
        Purpose, Said, Taken,
        machine::{self, By, Decided, Step},
    },
    store::{
        entry::{
            self, hold,
            standing::{self, Lapsing},
        },
        gate,
    },
};

/// Most entries in one pass; the next pass takes the rest.
const BATCH: i64 = 200;

/// One pass; returns how many lapsed. Any number of instances may run it: each entry lapses once, under the lock of its case.
///
/// # Errors
/// The database does not answer.
pub async fn lapse(app: &App) -> sqlx::Result<usize> {
    let mut tx = app.begin_itself().await?;
    let due = standing::lapsing(&mut tx, app.clock.now(), BATCH).await?;
    tx.commit().await?;
    let mut lapsed = 0;
    for one in due {
        match lapse_one(app, &one).await {
            Ok(did) => lapsed += usize::from(did),
            Err(error) => tracing::error!(case.id = %one.case, error = %error, "an entry whose time has passed stands: trying again"),
        }
    }
    Ok(lapsed)
}

async fn lapse_one(app: &App, due: &Lapsing) -> Result<bool> {
    let mut tx = app.begin_itself().await?;
    if gate::lock(&mut tx, due.case, app.clock.now()).await?.is_none() {
        return Ok(false);
    }
    let at = app.clock.now();
    revalidate(&mut tx, app, due.case, at).await?;
    let open = standing::open(&mut tx, due.case, at).await?;
    let held = hold::of_entries(&mut tx, &[due.id]).await?;
    let Some(one) = open.into_iter().find(|one| one.id == due.id) else { return Ok(false) };
    let came_on_hold = one.purpose != Purpose::Clearance && one.starts_at <= at && !held.is_empty();
    if one.ends_at > at && !came_on_hold {
        // What kept it is undone in the meantime.
        tx.commit().await?;
        return Ok(false);
    }
    let Decided::To(_) = machine::decide(one.state, Step::Lapse, By::Itself)? else { return Ok(false) };
    let step = app.ids.uuid();
    let taken = Taken { said: Said::plain(Step::Lapse), by: BY_ITSELF.to_owned(), at };
    entry::step(&mut tx, &app.vault, due.case, (step, one.id), &taken).await?;
    let telling = Telling { app, case: due.case, notice: step, at };
    telling.at_work(&mut tx, &one.asked_by, EntryNews::Lapsed).await?;
    telling.unit(&mut tx, EntryNews::Lapsed).await?;
    if let Ok(site) = one.site.parse::<SiteCode>() {
        telling.site(&mut tx, &site, EntryNews::Changed).await?;
    }
    recheck(&mut tx, app, due.case, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    tracing::warn!(case.id = %due.case, "an entry to a site has lapsed");
    Ok(true)
}
