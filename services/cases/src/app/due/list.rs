//! Use case: what is due, of one case or of all that the caller answers for: the supervision queue [R3a, R4a].

use audit_log::Act;
use base::{Caller, Result, clock::micros, page};
use proto::role;
use time::OffsetDateTime;

use crate::{
    app::{
        App,
        access::need_to_know::{KIND, find, note},
    },
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::{Line, Scope},
        },
        due::Kind,
    },
    store::due::{self, Filter, Part, Waiting},
};

const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;
/// Things that are counted at most.
const MOST_COUNTED: i64 = 1_000;
/// Object kind of an entry of the registry of mediators in the audit log.
const REGISTRY: &str = "mediator";

/// What the caller asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Empty: every case that the caller answers for.
    pub case_ref: &'a str,
    pub kinds: &'a [Kind],
    pub mediator: &'a str,
    pub overdue: bool,
    pub page_size: i32,
    pub page_token: &'a str,
}

/// One page of due things.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub things: Vec<Waiting>,
    /// The moment of reading: what was due by then is overdue.
    pub at: OffsetDateTime,
    /// Empty on the last page.
    pub next: String,
    /// How many there are, up to a bound; on the first page only.
    pub total: usize,
}

/// Due things, what is overdue first.
///
/// # Errors
/// Not found, or a page token that the service did not make.
pub async fn list_due_things(app: &App, caller: &Caller, asked: Asked<'_>) -> Result<Page> {
    let size = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
    let after: Option<(i64, String, String)> = page::decode(asked.page_token)?;
    let after = after.map(|(micros, kind, object)| (instant(micros), kind, object));
    let (at, scope) = (app.clock.now(), Scope::of(caller));
    let mut tx = app.begin(caller).await?;
    let mut case = None;
    if asked.case_ref.trim().is_empty() {
        decision::allowed(tie(caller, &scope), Verb::ListDueThings, None)?;
    } else {
        let file = find(&mut tx, at, caller, Verb::ListDueThings, asked.case_ref).await?;
        note(&mut tx, caller, Verb::ListDueThings, &file, at).await?;
        case = Some(file.id);
    }
    let mediator = Some(asked.mediator.trim().to_owned()).filter(|mediator| !mediator.is_empty());
    let filter = Filter { case, kinds: asked.kinds.to_vec(), mediator, overdue: asked.overdue };
    let is_first = after.is_none();
    let mut things = due::list(&mut tx, &scope, &filter, Part { after, limit: size + 1 }, at).await?;
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = things.len() > full;
    things.truncate(full);
    if case.is_none() {
        note_read(&mut tx, caller, &things, at).await?;
    }
    let total = match (is_first, more) {
        (false, _) => 0,
        (true, false) => things.len(),
        (true, true) => usize::try_from(due::count(&mut tx, &scope, &filter, MOST_COUNTED, at).await?).unwrap_or_default(),
    };
    tx.commit().await?;
    let next = things.last().filter(|_| more).map(|last| page::encode(&(micros(last.at), last.object.kind.code(), &last.object.id)));
    Ok(Page { things, at, next: next.unwrap_or_default(), total })
}

/// What ties a caller to what they answer for.
pub(super) fn tie(caller: &Caller, scope: &Scope) -> Tie {
    if scope.is_unit() {
        Tie::Unit
    } else if caller.has_role(role::RJ_OFFICER) {
        Tie::Line(Line::Officer)
    } else {
        Tie::Line(Line::Mediator)
    }
}

/// Writes to the audit log of which cases, and of which entries of the registry, something was read [IM1a].
async fn note_read(tx: &mut sqlx::PgConnection, caller: &Caller, things: &[Waiting], at: OffsetDateTime) -> Result<()> {
    let mut read: Vec<(&str, String)> = things
        .iter()
        .map(|thing| match &thing.case {
            Some((case, _)) => (KIND, case.to_string()),
            None => (REGISTRY, thing.mediator.clone().unwrap_or_default()),
        })
        .collect();
    read.sort_unstable();
    read.dedup();
    let acts: Vec<Act<'_>> = read.iter().map(|(kind, object)| Act::new(caller, Verb::ListDueThings.permission(), kind, object)).collect();
    Ok(audit_log::granted_all(tx, &acts, at).await?)
}

fn instant(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
