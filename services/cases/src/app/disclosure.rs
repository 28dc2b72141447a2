//! Use case: read the register of disclosures, of one case or of every case the caller answers for.

use audit_log::Act;
use base::{Caller, Result, clock::micros, page};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{KIND, find},
    },
    domain::{
        access::{
            decision::{self, Tie, Verb},
            scope::{Line, Scope},
        },
        disclosure::Disclosure,
    },
    store::disclosure,
};

const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;

/// One page of the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub disclosures: Vec<Disclosure>,
    /// Empty on the last page.
    pub next: String,
}

/// Disclosures, newest first. An empty reference means every case that the caller answers for.
///
/// # Errors
/// Not found, or a page token that the service did not make.
pub async fn list_disclosures(app: &App, caller: &Caller, case_ref: &str, page_size: i32, page_token: &str) -> Result<Page> {
    let size = page::size(page_size, DEFAULT_PAGE, MAX_PAGE);
    let before: Option<(i64, Uuid)> = page::decode(page_token)?;
    let before = before.map(|(micros, id)| (instant(micros), id));
    let (at, scope) = (app.clock.now(), Scope::of(caller));
    let mut tx = app.begin(caller).await?;
    let case = if case_ref.trim().is_empty() {
        let tie = if scope.is_unit() { Tie::Unit } else { Tie::Line(Line::Officer) };
        decision::allowed(tie, Verb::ListDisclosures, None)?;
        None
    } else {
        Some(find(&mut tx, at, caller, Verb::ListDisclosures, case_ref).await?.id)
    };
    let mut disclosures = disclosure::list(&mut tx, &app.vault, &scope, case, before, size + 1, at).await?;
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = disclosures.len() > full;
    disclosures.truncate(full);
    let mut read: Vec<String> = disclosures.iter().map(|one| one.case).chain(case).map(|case| case.to_string()).collect();
    read.sort_unstable();
    read.dedup();
    let acts: Vec<Act<'_>> = read.iter().map(|case| Act::new(caller, Verb::ListDisclosures.permission(), KIND, case)).collect();
    audit_log::granted_all(&mut tx, &acts, at).await?;
    tx.commit().await?;
    let next = disclosures.last().filter(|_| more).map(|last| page::encode(&(micros(last.at), last.id)));
    Ok(Page { disclosures, next: next.unwrap_or_default() })
}

fn instant(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
