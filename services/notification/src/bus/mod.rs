//! Consumers of the bus: decode, call the use case.

mod concern;
mod fact;
mod purge;
mod rejection;
mod ring;
mod stop;

use proto::{intake::v1::contact_service_client::ContactServiceClient, subject};
use server::{Context, client::Peer};

use crate::app::App;

pub use concern::Concerns;
pub use fact::{FactMessage, Facts};
pub use purge::Purges;
pub use ring::Rings;
pub use stop::Stops;

/// Consumes rings, changes of concerns, facts and purges until the process stops; an ordered deletion can be stopped for `wait`.
///
/// # Errors
/// The public audit key of cases cannot be read.
pub fn listen(ctx: &Context, app: &App, intake: &ContactServiceClient<Peer>, wait: time::Duration) -> anyhow::Result<()> {
    ctx.consume(subject::NOTIFICATION_RINGS, Rings { app: app.clone() });
    ctx.consume(subject::NOTIFICATION_CONCERNS, Concerns { app: app.clone() });
    ctx.consume(subject::NOTIFICATION_STOPS, Stops { app: app.clone() });
    for facts in [
        subject::NOTIFICATION_FACTS,
        subject::NOTIFICATION_CASE_FACTS,
        subject::NOTIFICATION_ACCESS,
        subject::NOTIFICATION_ADVICE,
        subject::NOTIFICATION_MEDIATORS,
        subject::NOTIFICATION_DUE,
    ] {
        ctx.consume(facts, Facts { app: app.clone(), intake: intake.clone() });
    }
    let peers = ctx.settings().audit_peers.as_deref();
    destruction::receive(ctx, subject::NOTIFICATION_PURGES, wait, peers, Purges { app: app.clone() })
}
