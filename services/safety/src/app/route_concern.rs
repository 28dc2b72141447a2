//! The person is, or has moved to, another site: its head is rung at once, the former one until somebody accepts [T2].

use chassis::{Caller, Error, Refusal, Result, database::act_as};
use proto::id::SiteCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Change, Tools, fence, record, ring};
use crate::{
    domain::{
        concern::{Audience, AudienceStatus, State, state_after},
        route,
    },
    store,
};

/// Routes the concern to the head of `site`; how that audience stands then. An acceptance by the former head does not stand for the new one.
///
/// # Errors
/// `NotFound`, or a refusal where the directory does not know the site or the concern has no such audience.
pub async fn route(tx: &mut PgConnection, tools: &Tools, caller: &Caller, id: Uuid, site: &SiteCode) -> Result<AudienceStatus> {
    let mut concern = store::concern::hold(tx, id).await?.filter(|c| c.state != State::Closed).ok_or(Error::NotFound)?;
    let kind = store::directory::kind_of(tx, site.as_str()).await?.ok_or_else(|| {
        Refusal::invalid(
            "site-unknown",
            "R3e",
            "site",
            "the directory does not know this site",
            "le répertoire ne connaît pas cet établissement",
        )
    })?;
    let mut audiences = store::concern::audiences(tx, id).await?;
    let Some(status) = audiences.iter_mut().find(|a| a.audience == Audience::ResponsibleHead) else {
        return Err(Refusal::precondition(
            "no-head-for-a-question",
            "RM1c",
            "a question goes to the RJ Unit alone",
            "une question s'adresse à l'Unité de la justice réparatrice seulement",
        )
        .into());
    };
    act_as(tx, &fence::itself()).await?;
    store::concern::set_site(tx, id, site.as_str()).await?;
    concern.site = Some(site.as_str().to_owned());
    let office = route::office(Audience::ResponsibleHead, Some((site.as_str(), &kind)));
    if office != status.office {
        let former = status.accepted.is_none().then(|| status.office.clone());
        *status = ring::unrung(Audience::ResponsibleHead, office, tools.clock.now());
        status.former_office = former;
        let key = store::sealed::key(tx, &tools.vault, id, tools.clock.now()).await?;
        let concern = store::concern::opened(tx, &tools.vault, concern).await?;
        ring::ring(tx, tools, &concern, key.as_ref(), status, 0).await?;
    }
    let routed = status.clone();
    let state = state_after(State::Ringing, &audiences);
    let revision = store::concern::advance(tx, id, state).await?;
    let change = Change {
        concern: id,
        revision,
        state,
        what: "routed",
        audience: Some(Audience::ResponsibleHead),
        level: Some(0),
        actor: &caller.subject,
        device: caller.device.as_deref(),
    };
    record(tx, tools, &change).await?;
    Ok(routed)
}
