//! Use case: a concern is raised. Nothing is refused for a missing field [RM1c]; no answer before the commit.
//!
//! This is the general path: it reads the tables, and takes every concern. [`super::raise_set`] is the fast path: it takes what is new and
//! can be decided from memory.

use audit_log::Act;
use base::{Caller, refusal::store_error};
use sqlx::{Connection as _, PgConnection};
use vault::DataKey;

use super::{
    app::App,
    change::KIND,
    report::{Receipt, Report, audiences, draw_reference, locate, new_concern, raised},
    ring,
    say_again::{is_known, say_again},
};
use crate::{
    domain::{
        alarm::{
            concern::{Audience, State},
            duty, route,
        },
        id_of,
    },
    store::{
        self,
        alarm::{
            change::Trail,
            concern::{Concern, Entry},
        },
    },
};

/// Reference numbers drawn before the source is reported as faulty.
const MAX_DRAWS: usize = 8;
/// Ids tried beside the one that was given before one is drawn.
const MAX_OTHER_IDS: usize = 8;
/// Timeline entry of a concern that was raised.
pub(in crate::app) const RAISED: &str = "raised";

/// Records the concern, its audiences and their first rings. The caller commits, and only then answers.
///
/// # Errors
/// A statement failed: nothing is recorded and the raiser must not be told otherwise.
pub async fn raise(tx: &mut PgConnection, app: &App, report: Report) -> base::Result<Receipt> {
    let now = app.clock.now();
    let site = locate(tx, &report.concern.site, report.origin_site.as_ref()).await?;
    let mut concern = new_concern(app, &report, site.as_ref(), now);
    let id = concern.id;
    // Where the id is another raiser's, that concern rings by itself: it may be accepted and silent by now, and is none of this raiser's
    // business (THREAT-4, THREAT-6). A concern that was restored after it vanished rings too: it may lack grade, site and words. So do new
    // words under the id of a closed concern: that one is done, these are not. Sent again it is found under the next id; the last one is
    // never found taken.
    let mut free = id;
    for last in 0..=MAX_OTHER_IDS {
        concern.id = if last == MAX_OTHER_IDS { app.ids.uuid() } else { free };
        concern.reference.clear();
        let key = store::alarm::sealed::key(tx, &app.vault, concern.id, now).await?;
        match record_new(tx, app, &mut concern, key.as_ref(), site.clone(), RAISED).await? {
            None => return Ok(Receipt { id: concern.id, reference: concern.reference, recorded_at: now, already_known: false }),
            Some(known) if known.raised_by == concern.raised_by => {
                if known.state != State::Closed || is_known(tx, app, &known, &concern).await? {
                    return say_again(tx, app, key.as_ref(), known, &concern).await;
                }
            }
            Some(_) => {}
        }
        free = id_of(&[b"beside", concern.raised_by.as_bytes(), free.as_bytes()]);
    }
    Err(base::Error::Internal("no free id was drawn".to_owned()))
}

/// Records a concern and rings both audiences; under its reference number, or the first free one that is drawn. Where the id was recorded
/// before, returns the concern as it stands, locked if it is this raiser's.
///
/// # Errors
/// A statement failed.
pub(in crate::app) async fn record_new(
    tx: &mut PgConnection,
    app: &App,
    concern: &mut Concern,
    key: Option<&DataKey>,
    site: Option<(String, String)>,
    what: &'static str,
) -> base::Result<Option<Concern>> {
    for _ in 0..MAX_DRAWS {
        if concern.reference.is_empty() {
            concern.reference = draw_reference(app);
        }
        if store::alarm::concern::insert(tx, key, concern).await? {
            let site = site.as_ref().map(|(code, kind)| (code.as_str(), kind.as_str()));
            ring_first(tx, app, concern, site, what).await?;
            return Ok(None);
        }
        if let Some(known) = store::alarm::concern::find(tx, concern.id).await? {
            // Another raiser's concern is not locked: repeated raises under its id must not keep the ladder from it.
            if known.raised_by != concern.raised_by {
                return Ok(Some(known));
            }
            if let Some(held) = store::alarm::concern::lock(tx, concern.id).await? {
                return Ok(Some(held));
            }
        }
        concern.reference.clear();
    }
    Err(base::Error::Internal("no free reference number was drawn".to_owned()))
}

/// Records in the audit log which device a person raised it with; a raise with a token is recorded by the concern itself. The concern
/// stands where that fails: nobody may come to harm because a log is full.
pub async fn note_device(tx: &mut PgConnection, app: &App, caller: &Caller, receipt: &Receipt) {
    if caller.device.is_none() {
        return;
    }
    let noted = async {
        let mut apart = tx.begin().await?;
        let act = Act::new(caller, "concern.raise", KIND, &receipt.id.to_string());
        audit_log::granted(&mut apart, &act, app.clock.now()).await?;
        apart.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(error = store_error(&error), "a concern was raised with a device and that could not be noted");
    }
}

async fn ring_first(
    tx: &mut PgConnection,
    app: &App,
    concern: &Concern,
    site: Option<(&str, &str)>,
    what: &'static str,
) -> sqlx::Result<()> {
    let mut statuses = Vec::new();
    duty::complete(&mut statuses, audiences(concern), &route::office(Audience::ResponsibleHead, site), concern.raised_at);
    ring::attend(tx, app, concern, &mut statuses).await?;
    let entry = Entry {
        concern: concern.id,
        revision: concern.revision,
        what,
        audience: None,
        level: None,
        actor: &concern.raised_by,
        at: concern.raised_at,
    };
    store::alarm::change::record(tx, &Trail { entry, act: None, event: &raised(app, concern) }).await
}
