//! Concern that an assessment of imminent risk raises [RM1b, R4c].

use base::{Ids, Result, wire};
use messaging::outbox::{self, Outgoing};
use proto::{
    id::{CaseId, ConcernId, SiteCode},
    safety::v1::{Concern, Grade},
    subject,
};
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, review::call::call_for},
    domain::{
        assessment::{self as rules, NewAssessment},
        participant::person::Participant,
        review::Trigger,
        text,
    },
    store::{case::file::CaseFile, concern, sealed},
};

/// Imminent risk, as an assessor found it.
#[derive(Debug, Clone, Copy)]
pub struct Imminent<'a> {
    pub concern: ConcernId,
    pub case: CaseId,
    /// The site whose head is notified, where there is one.
    pub site: Option<&'a SiteCode>,
    pub person_at_risk: &'a str,
    pub notes: &'a str,
    pub for_the_head: &'a str,
}

/// A concern of the highest grade, resent until safety has it [RM1b, R4c]. With its own aggregate: no other message of the case delays it.
#[must_use]
fn message(ids: &Ids, imminent: &Imminent<'_>, at: OffsetDateTime) -> Outgoing {
    let message = Concern {
        concern_id: imminent.concern.to_string(),
        grade: Grade::Imminent.into(),
        site: imminent.site.map(ToString::to_string).unwrap_or_default(),
        text: text::beginning(imminent.notes, text::NARRATIVE),
        person_at_risk: imminent.person_at_risk.to_owned(),
        nature: text::beginning(imminent.for_the_head, text::NARRATIVE),
        case_id: imminent.case.to_string(),
        observed_at: Some(wire::timestamp(at)),
        ..Concern::default()
    };
    Outgoing::event(ids, imminent.concern.uuid(), subject::RAISE_BY_CASES, &message).until_confirmed()
}

/// Writes the concern to the outbox, and the freeze with it.
pub(crate) async fn raise(
    tx: &mut PgConnection,
    app: &App,
    file: &CaseFile,
    who: &Participant,
    said: &NewAssessment,
    at: OffsetDateTime,
) -> Result<ConcernId> {
    let concern = ConcernId::new(app.ids.uuid());
    let for_the_head = said.for_the_head.expose();
    let site: Option<SiteCode> = file.site.as_ref().and_then(|code| code.parse().ok());
    let for_the_site = rules::concerns_the_site(who.person.kind, for_the_head);
    let site = site.as_ref().filter(|_| for_the_site);
    let (name, notes) = (who.person.name.expose(), said.notes.expose());
    // The head of the offender's site receives the assessor's words on what to do, but not who else takes part: that is for NHQ. Where no
    // site is known yet the head receives the same words once it is.
    let (person_at_risk, notes) = if for_the_site && !rules::is_named_to_the_site(who.person.kind) {
        ("", format!("{name}\n{notes}"))
    } else {
        (name.as_str(), notes.clone())
    };
    let imminent = Imminent { concern, case: file.id, site, person_at_risk, notes: &notes, for_the_head };
    let outgoing = message(&app.ids, &imminent, at);
    let key = sealed::key(tx, &app.vault, file.id, who.person.kind.side(), at).await;
    let outgoing = outgoing.sealed_if(vault::or_clear(key, "outbox")?.as_ref()).map_err(sqlx::Error::from)?;
    outbox::enqueue(tx, &outgoing, at).await?;
    concern::raise(tx, file.id, (concern, for_the_site), outgoing.id, at).await?;
    call_for(tx, &app.ids, file.id, Trigger::Concern, concern.uuid(), at).await?;
    tracing::info!(case.id = %file.id, concern.id = %concern, "imminent risk: concern raised, contact frozen");
    Ok(concern)
}
