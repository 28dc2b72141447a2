//! Report of a concern as received, its receipt, and what a new concern is made of.

use std::str::FromStr;

use messaging::outbox::Outgoing;
use prost::Message;
use proto::{
    id::{ConcernId, SiteCode},
    reference,
    safety::v1,
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{app::App, envelope};
use crate::{
    domain::{
        alarm::concern::{Audience, Grade, Said, State},
        id_of,
    },
    store::{
        self,
        alarm::concern::{Concern, Content},
    },
};

/// Count of statements of a concern about which nothing more was said.
pub(in crate::app) const ONCE: Said = Said { count: 1, gravest: 1 };

/// Concern as received, from any endpoint.
#[derive(Clone)]
pub struct Report {
    pub concern: v1::Concern,
    /// The message could not be decoded; only where and when it came in is known.
    pub unreadable: bool,
    /// Identity of the raiser, or the site token of the subject.
    pub raised_by: String,
    /// Site of the endpoint it was received at: used where the concern itself names none that is known.
    pub origin_site: Option<SiteCode>,
    /// Id for a concern that brings none.
    pub fallback_id: Uuid,
}

/// Receipt for the raiser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub id: Uuid,
    pub reference: String,
    pub recorded_at: OffsetDateTime,
    pub already_known: bool,
}

/// Fact that a concern was raised, without its content.
pub(in crate::app) fn raised(app: &App, concern: &Concern) -> Outgoing {
    let event = v1::ConcernRaised {
        concern_id: concern.id.to_string(),
        reference: concern.reference.clone(),
        grade: envelope::grade(concern.grade) as i32,
        site: concern.site.clone().unwrap_or_default(),
        raised_at: Some(base::wire::timestamp(concern.raised_at)),
        revision: concern.revision,
        epoch: app.epoch.number(),
    };
    Outgoing::event(&app.ids, concern.id, subject::CONCERN_RAISED, &event)
}

/// New concern without its reference number; with the site and kind where they are known.
pub(in crate::app) fn new_concern(app: &App, report: &Report, site: Option<&(String, String)>, now: OffsetDateTime) -> Concern {
    Concern {
        id: identify(report),
        reference: String::new(),
        grade: grade(report.concern.grade, report.unreadable),
        site: site.map(|(code, _)| code.clone()),
        content: Content::Clear(report.concern.encode_to_vec()),
        more: Vec::new(),
        said: ONCE,
        unreadable: report.unreadable,
        raised_by: report.raised_by.clone(),
        raised_at: now,
        state: State::Ringing,
        revision: 1,
        ladder_version: app.ladders.version,
    }
}

/// Random reference number for the telephone; it may be taken already.
pub(in crate::app) fn draw_reference(app: &App) -> String {
    reference::make("RS", app.ids.number())
}

/// Id that the raiser made. One that is not a UUID is mapped so that the same text gives the same concern.
fn identify(report: &Report) -> Uuid {
    match report.concern.concern_id.as_str() {
        "" => report.fallback_id,
        given => ConcernId::from_str(given).map_or_else(|_| id_of(&[report.raised_by.as_bytes(), given.as_bytes()]), ConcernId::uuid),
    }
}

/// Audiences that must accept it: both where it is unreadable, for it may be the gravest of all.
pub(in crate::app) const fn audiences(concern: &Concern) -> &'static [Audience] {
    if concern.unreadable { Grade::Imminent.audiences() } else { concern.grade.audiences() }
}

/// Grade of a number: one that is missing or unknown to this version is a concern, never nothing.
pub(crate) fn grade(number: i32, unreadable: bool) -> Grade {
    match v1::Grade::try_from(number) {
        _ if unreadable => Grade::Concern,
        Ok(v1::Grade::Imminent) => Grade::Imminent,
        Ok(v1::Grade::Question) => Grade::Question,
        // Nobody makes a drill of what they raise: a drill is begun as one.
        Ok(v1::Grade::Concern | v1::Grade::Unspecified | v1::Grade::Drill) | Err(_) => Grade::Concern,
    }
}

/// Site and kind: those of the site the concern names, else of the endpoint's, where the directory knows it.
pub(in crate::app) async fn locate(
    tx: &mut PgConnection,
    named: &str,
    origin_site: Option<&SiteCode>,
) -> sqlx::Result<Option<(String, String)>> {
    let named = SiteCode::from_str(named.trim()).ok();
    for code in [named.as_ref(), origin_site].into_iter().flatten() {
        if let Some(kind) = store::directory::office::kind_of(tx, code.as_str()).await? {
            return Ok(Some((code.as_str().to_owned(), kind)));
        }
    }
    Ok(None)
}
