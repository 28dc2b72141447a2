//! Use case: read cases, only those the caller may know of, with no trace of the others [R3c, TRAP-6].

use base::{Caller, Result, clock::micros, page};
use proto::id::{ParticipantId, ReferralId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{
        App,
        access::need_to_know::{find, note, note_all, seen},
        gate::facts,
    },
    domain::{
        access::{
            decision::{self, Verb},
            scope::Scope,
        },
        assessment::Assessment,
        case::{filter::Filter, reference::CaseRef},
        consent::Consent,
        gate::steps::{self, NextStep},
        mode::Description,
        participant::person::Participant,
        site::{self as sites, Stay},
    },
    store::{
        assessment,
        case::file::{self, CaseFile},
        consent,
        gate::Ground,
        mode, participant,
        sealed::Unopened,
        site,
    },
};

const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;
/// Cases that are counted at most.
const MOST_COUNTED: i64 = 1_000;

/// A case with everything on its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    pub file: CaseFile,
    pub participants: Vec<Participant>,
    pub consents: Vec<(ParticipantId, Consent)>,
    pub assessments: Vec<Assessment>,
    /// Described modes: those that are not on the list.
    pub modes: Vec<Description>,
    /// Sites of the person with their dates; the last one is the current site.
    pub stays: Vec<Stay>,
    /// Steps to other stages, each with what it still needs.
    pub next: Vec<NextStep>,
}

/// One page of cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub cases: Vec<CaseFile>,
    /// Empty on the last page.
    pub next: String,
    /// How many there are, up to a bound; on the first page only.
    pub total: i64,
}

/// The case a caller names by id or number.
///
/// # Errors
/// Not found: absent, or hidden from this caller.
pub async fn get_case(app: &App, caller: &Caller, case_ref: &str) -> Result<Whole> {
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let file = find(&mut tx, at, caller, Verb::Read, case_ref).await?;
    note(&mut tx, caller, Verb::Read, &file, at).await?;
    let whole = whole(&mut tx, app, file, at).await?;
    // Nothing is shown before its audit entry is committed.
    tx.commit().await?;
    Ok(whole)
}

/// The case a referral opened.
///
/// # Errors
/// Not found: absent, not opened yet, or hidden from this caller.
pub async fn find_by_referral(app: &App, caller: &Caller, referral: &str) -> Result<Whole> {
    // An invalid id takes the same path as one that names no referral [TRAP-6].
    let referral: ReferralId = referral.trim().parse().unwrap_or(ReferralId::new(Uuid::nil()));
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    let case_ref = CaseRef::Referral(referral);
    let file = seen(&mut tx, caller, Verb::Find, &case_ref, at).await?;
    note(&mut tx, caller, Verb::Find, &file, at).await?;
    let whole = whole(&mut tx, app, file, at).await?;
    tx.commit().await?;
    Ok(whole)
}

/// The cases the caller may know of that are as they ask, oldest first.
///
/// # Errors
/// A page token that the service did not make.
pub async fn list_cases(app: &App, caller: &Caller, filter: &Filter, page_size: i32, page_token: &str) -> Result<Page> {
    let size = page::size(page_size, DEFAULT_PAGE, MAX_PAGE);
    let after: Option<(i64, Uuid)> = page::decode(page_token)?;
    let after = after.map(|(micros, id)| (instant(micros), id));
    let at = app.clock.now();
    let mut tx = app.begin(caller).await?;
    // One more than requested, to know whether there is a next page.
    let scope = Scope::of(caller);
    let mut cases = file::visible_list(&mut tx, &scope, filter, after, size + 1, at).await?;
    let full = usize::try_from(size).unwrap_or(usize::MAX);
    let more = cases.len() > full;
    cases.truncate(full);
    for file in &cases {
        decision::allowed(file.tie, Verb::List, Some(file.standing.stage))?;
    }
    note_all(&mut tx, caller, Verb::List, &cases, at).await?;
    let total = if after.is_some() { 0 } else { file::count(&mut tx, &scope, filter, MOST_COUNTED, at).await? };
    tx.commit().await?;
    let next = cases.last().filter(|_| more).map(|last| page::encode(&(micros(last.opened_at), last.id.uuid())));
    Ok(Page { cases, next: next.unwrap_or_default(), total })
}

/// Everything on the file of a case that the caller has found.
///
/// # Errors
/// The database or the vault does not answer.
pub async fn whole(tx: &mut sqlx::PgConnection, app: &App, file: CaseFile, at: OffsetDateTime) -> Result<Whole> {
    let participants = participant::of_case(tx, &app.vault, file.id, Unopened::Refused).await?;
    let mut consents = consent::standing(tx, file.id, Some((&app.vault, Unopened::Refused))).await?;
    let assessments = assessment::of_case(tx, &app.vault, file.id, Unopened::Refused).await?;
    let facts = facts::of_file(tx, app, &Ground::of(&file), (&participants, &assessments, &consents), at).await?;
    // An expired consent is not shown as given.
    for (_, consent) in &mut consents {
        let stands = consent.stands(app.consents, at.date());
        *consent = Consent { status: stands, ..consent.clone() };
    }
    let modes = mode::of_case(tx, &app.vault, file.id, Unopened::Refused).await?;
    let changes = site::of_case(tx, &app.vault, file.id, Unopened::Refused).await?;
    let stays = sites::history(file.site.as_deref(), file.opened_at, changes);
    Ok(Whole { file, participants, consents, assessments, modes, stays, next: steps::next(&facts) })
}

fn instant(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
