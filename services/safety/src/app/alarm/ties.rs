//! Ties of concerns for cases and intake: which concerns are open, and which cases and referrals they name. While one is open, contact is
//! frozen and no referral is destroyed [RM1].
//!
//! This holds for every raiser and endpoint: the number may stand in its own field or in any line of what was said, at first or later.

use std::collections::BTreeSet;

use base::{Result, database};
use prost::Message;
use proto::safety::v1;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{app::App, signed};
use crate::{
    app::row_security,
    domain::alarm::{concern::State, ties::named_in},
    error,
    store::alarm::ties::{self as store, Open, Said},
};

/// Largest number of concerns in one call.
pub const MAX_TIES: usize = 200;
/// Open concerns listed in one call.
pub const PAGE: usize = 2_000;

/// What a concern names, and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ties {
    pub id: Uuid,
    /// `None`: unknown concern.
    pub state: Option<State>,
    pub said_at: Option<OffsetDateTime>,
    pub names: BTreeSet<String>,
    pub unread: bool,
}

/// The open concerns after an id, and whether there are more.
///
/// # Errors
/// A statement failed.
pub async fn open(pool: &PgPool, after: Uuid) -> Result<(Vec<Open>, bool)> {
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let mut open = store::open(&mut tx, after, i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1)).await?;
    let more = open.len() > PAGE;
    open.truncate(PAGE);
    Ok((open, more))
}

/// State of each of these and what it names, in their order.
///
/// # Errors
/// Refused where there are too many; or a statement failed.
pub async fn ties(pool: &PgPool, app: &App, ids: &[Uuid]) -> Result<Vec<Ties>> {
    if ids.len() > MAX_TIES {
        return Err(error::too_many_asked().into());
    }
    let mut tx = database::begin(pool, &row_security::itself()).await?;
    let said = store::said(&mut tx, &app.vault, ids).await?;
    Ok(ids.iter().map(|id| told(app, *id, said.iter().find(|said| said.id == *id))).collect())
}

fn told(app: &App, id: Uuid, said: Option<&Said>) -> Ties {
    let Some(said) = said else {
        return Ties { id, state: None, said_at: None, names: BTreeSet::new(), unread: false };
    };
    // A closing that this service did not sign releases nothing.
    let closed = said.closing.as_ref().is_some_and(|closing| signed::is_closed(app, id, closing));
    let state = if said.state == State::Closed && !closed { State::Ringing } else { said.state };
    Ties {
        id,
        state: Some(state),
        said_at: Some(said.said_at),
        names: said.texts.iter().flat_map(|text| names(text)).collect(),
        unread: said.unread,
    }
}

fn names(text: &[u8]) -> BTreeSet<String> {
    // What is no valid message is read as plain text.
    let Ok(concern) = v1::Concern::decode(text) else { return named_in(&String::from_utf8_lossy(text)) };
    let v1::Concern { text, person_at_risk, nature, place, advice, case_id, call_back, .. } = &concern;
    [case_id, text, person_at_risk, nature, place, advice, call_back].into_iter().flat_map(|line| named_in(line)).collect()
}
