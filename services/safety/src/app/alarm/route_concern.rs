//! Use case: the person is, or has moved to, another site. Its head is rung at once, and the former heads until that head has accepted
//! [TRAP-2].

use base::{Caller, Error, Result, database::act_as};
use proto::id::SiteCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    app::App,
    change::{Change, record},
    ring, signed,
};
use crate::{
    app::row_security,
    domain::alarm::{
        concern::{Audience, AudienceStatus, State},
        core, duty, route,
    },
    error,
    store::{self, alarm::concern::Concern},
};

/// Routes the concern to the head of `site`, as NHQ decided; returns the state of that audience. An acceptance by the former head does not
/// count for the new one.
///
/// # Errors
/// `NotFound`, or a refusal where the directory does not know the site or the concern has no such audience.
pub async fn route(tx: &mut PgConnection, app: &App, caller: &Caller, id: Uuid, site: &SiteCode) -> Result<AudienceStatus> {
    let concern = store::alarm::concern::lock(tx, id).await?.filter(|c| c.state != State::Closed).ok_or(Error::NotFound)?;
    let kind = kind_of(tx, site).await?;
    let to = (site, kind.as_str());
    let by = (caller.subject.as_str(), caller.device.as_deref());
    let routed = to_site(tx, app, concern, to, by).await?;
    Ok(routed.ok_or_else(error::no_head_for_a_question)?)
}

/// Kind of a site in the directory.
///
/// # Errors
/// A refusal where it does not know the site.
pub(in crate::app) async fn kind_of(tx: &mut PgConnection, site: &SiteCode) -> Result<String> {
    Ok(store::directory::office::kind_of(tx, site.as_str()).await?.ok_or_else(error::site_unknown)?)
}

/// Moves an open, locked concern to this site: its head rings, and the former heads until that head has accepted. `by` is who reported it,
/// and the device that signed for them. `None`, and nothing written, where the concern is a question: it has no head.
///
/// # Errors
/// A statement failed.
pub(in crate::app) async fn to_site(
    tx: &mut PgConnection,
    app: &App,
    mut concern: Concern,
    (site, kind): (&SiteCode, &str),
    (actor, device): (&str, Option<&str>),
) -> Result<Option<AudienceStatus>> {
    let id = concern.id;
    let mut statuses = signed::believed(app, id, store::alarm::audience::of(tx, id).await?);
    let present = |status: &AudienceStatus| status.audience == Audience::ResponsibleHead && !status.former;
    if !statuses.iter().any(present) {
        return Ok(None);
    }
    act_as(tx, &row_security::itself()).await?;
    store::alarm::concern::set_site(tx, id, site.as_str()).await?;
    concern.site = Some(site.as_str().to_owned());
    let office = route::office(Audience::ResponsibleHead, Some((site.as_str(), kind)));
    let (before, now) = (statuses.clone(), app.clock.now());
    duty::routed(&mut statuses, &office, now);
    for former in statuses.iter().filter(|status| status.former && !before.contains(status)) {
        store::alarm::audience::put(tx, id, former, now).await?;
    }
    ring::attend(tx, app, &concern, &mut statuses).await?;
    let routed = statuses.iter().find(|status| present(status)).cloned().ok_or(Error::NotFound)?;
    let state = core::state_after(State::Ringing, &statuses, concern.said);
    let revision = store::alarm::concern::advance(tx, id, state).await?;
    let change = Change {
        concern: id,
        revision,
        state,
        what: "routed",
        audience: Some(Audience::ResponsibleHead),
        level: Some(0),
        graver: None,
        actor,
        device,
    };
    record(tx, app, &change).await?;
    Ok(Some(routed))
}
