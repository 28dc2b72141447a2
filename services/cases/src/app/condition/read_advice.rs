//! Use cases of the one staff member who drafts a condition: the advice in force that is addressed to them [GL2c/2d, X-701].

use audit_log::Act;
use base::{Caller, Error, Result};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::App,
    domain::access::decision::{self, Tie, Verb},
    store::condition::advice::{self, Content, Given},
};

/// Object kind of an advice in the audit log.
const ADVICE: &str = "advice";

/// The advice in force that is addressed to the caller, newest first, without its content.
///
/// # Errors
/// The database does not answer.
pub async fn list_advice(app: &App, caller: &Caller) -> Result<Vec<Given>> {
    decision::allowed(Tie::Addressee, Verb::ListAdvice, None)?;
    let at = app.clock.now();
    let mut tx = app.begin_as_addressee(caller).await?;
    let given = advice::of_drafter(&mut tx, &caller.subject, at).await?;
    let acts: Vec<Act<'_>> = given.iter().map(|one| Act::new(caller, Verb::ListAdvice.permission(), ADVICE, &one.id.to_string())).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    Ok(given)
}

/// One advice, with until when it may be read.
///
/// # Errors
/// Not found: absent, addressed to somebody else, or no longer in force.
pub async fn read_advice(app: &App, caller: &Caller, id: &str) -> Result<(Content, OffsetDateTime)> {
    // An id that is none takes the same path as one that names no advice [TRAP-6].
    let id = Uuid::try_parse(id.trim()).unwrap_or(Uuid::nil());
    let at = app.clock.now();
    let mut tx = app.begin_as_addressee(caller).await?;
    let found = advice::content(&mut tx, &app.vault, (id, &caller.subject), at).await?;
    let tie = if found.is_some() { Tie::Addressee } else { Tie::Stranger };
    decision::allowed(tie, Verb::ReadAdvice, None)?;
    audit_log::granted(&mut tx, &Act::new(caller, Verb::ReadAdvice.permission(), ADVICE, &id.to_string()), at).await?;
    tx.commit().await?;
    found.ok_or(Error::NotFound)
}
