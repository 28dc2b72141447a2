//! gRPC service by which operations sees the state of a service, and has it try again what it set aside: counts, codes and times.

mod wire;

use audit_log::{Act, granted, watched};
use auth::access::Rule;
use base::{
    Caller,
    clock::micros,
    database::{self, Actor},
    page, programme,
    refusal::{self, Error},
    wire::timestamp,
};
use messaging::{
    BusHealth, Endpoint,
    state::{self, Quarantined, Replay, Waiting},
};
use sqlx::{PgConnection, Postgres, Transaction};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::limits::MESSAGE;
use wire::{
    GetStatusRequest, GetStatusResponse, ListQuarantineRequest, ListQuarantineResponse, QuarantinedMessage, ReplayQuarantinedRequest,
    ReplayQuarantinedResponse, ReplayState,
    operations_service_server::{OperationsService, OperationsServiceServer},
};

const DEFAULT_PAGE: i64 = 50;
const MAX_PAGE: i64 = 200;

const STATUS: &str = "operations.status";
const LIST: &str = "quarantine.list";
const REPLAY: &str = "quarantine.replay";
/// Kind of the objects of its entries in the audit log.
const KIND: &str = "quarantine";

/// Rule of each RPC: the programme says which roles operate, by which clause.
#[must_use]
pub fn rules() -> [Rule; 3] {
    let programme = programme::get();
    let rule = |method, permission| Rule { method, permission, clause: programme.operations_clause, allow: programme.operators };
    [
        rule("/ro.operations.v1.OperationsService/GetStatus", STATUS),
        rule("/ro.operations.v1.OperationsService/ListQuarantine", LIST),
        rule("/ro.operations.v1.OperationsService/ReplayQuarantined", REPLAY),
    ]
}

/// The gRPC service of a process that begins.
pub(crate) fn service(endpoint: Endpoint, bus_health: Option<BusHealth>) -> OperationsServiceServer<Operations> {
    let started_at = endpoint.clock.now();
    OperationsServiceServer::new(Operations { endpoint, bus_health, started_at }).max_decoding_message_size(MESSAGE)
}

pub(crate) struct Operations {
    endpoint: Endpoint,
    bus_health: Option<BusHealth>,
    started_at: OffsetDateTime,
}

#[tonic::async_trait]
impl OperationsService for Operations {
    async fn get_status(&self, _: Request<GetStatusRequest>) -> Result<Response<GetStatusResponse>, Status> {
        Ok(Response::new(self.status().await?))
    }

    async fn list_quarantine(&self, request: Request<ListQuarantineRequest>) -> Result<Response<ListQuarantineResponse>, Status> {
        let caller = Caller::of(&request)?;
        Ok(Response::new(self.list(&caller, request.get_ref()).await?))
    }

    async fn replay_quarantined(&self, request: Request<ReplayQuarantinedRequest>) -> Result<Response<ReplayQuarantinedResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = &request.get_ref().quarantine_id;
        let act = Act::new(&caller, REPLAY, KIND, asked);
        let replayed = watched(&self.endpoint.pool, act.clone(), self.endpoint.clock.now(), self.replay(&act, asked).await).await?;
        let state = match replayed {
            Replay::Asked => ReplayState::Asked,
            Replay::Applied => ReplayState::Applied,
        };
        Ok(Response::new(ReplayQuarantinedResponse { state: state.into() }))
    }
}

impl Operations {
    /// The tables are the service's own: no caller sees them but through this.
    async fn begin(&self) -> refusal::Result<Transaction<'static, Postgres>> {
        Ok(database::begin(&self.endpoint.pool, &Actor::service(self.endpoint.name)).await?)
    }

    async fn status(&self) -> refusal::Result<GetStatusResponse> {
        let mut tx = self.begin().await?;
        let outbox = state::outbox(&mut tx).await?;
        let (all, groups) = state::quarantine(&mut tx).await?;
        let schema_version = newest_migration(&mut tx).await?;
        tx.commit().await?;
        let bus = self.bus_health.as_ref();
        let group = |group: state::Group| wire::QuarantineGroup {
            subject: group.subject,
            reason: group.reason,
            count: group.waiting.count,
            oldest: oldest(group.waiting),
        };
        Ok(GetStatusResponse {
            service: self.endpoint.name.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: Some(timestamp(self.started_at)),
            as_of: Some(timestamp(self.endpoint.clock.now())),
            schema_version,
            bus_is_well: bus.is_none_or(|bus| bus.is_well(std::time::Instant::now())),
            bus_has_room: bus.is_none_or(BusHealth::has_room),
            late_work: self.endpoint.tasks.late().into_iter().map(str::to_owned).collect(),
            outbox: Some(wire::Outbox {
                to_carry: outbox.to_carry.count,
                oldest_to_carry: oldest(outbox.to_carry),
                to_confirm: outbox.to_confirm.count,
                oldest_to_confirm: oldest(outbox.to_confirm),
            }),
            quarantine: Some(wire::Quarantine { count: all.count, oldest: oldest(all), groups: groups.into_iter().map(group).collect() }),
        })
    }

    async fn list(&self, caller: &Caller, asked: &ListQuarantineRequest) -> refusal::Result<ListQuarantineResponse> {
        let limit = page::size(asked.page_size, DEFAULT_PAGE, MAX_PAGE);
        let after = page::decode(&asked.page_token)?.map(position).transpose()?;
        let only = if asked.quarantine_id.is_empty() { None } else { Some(id(&asked.quarantine_id)?) };
        let mut tx = self.begin().await?;
        let mut found = state::quarantined(&mut tx, only, after, limit.saturating_add(1)).await?;
        let object = only.map_or_else(|| "list".to_owned(), |id| id.to_string());
        granted(&mut tx, &Act::new(caller, LIST, KIND, &object), self.endpoint.clock.now()).await?;
        tx.commit().await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_last = found.len() <= shown;
        found.truncate(shown);
        let next = found.last().filter(|_| !is_last);
        let next_page_token = next.map_or_else(String::new, |last| page::encode(&(micros(last.received_at), last.id.to_string())));
        Ok(ListQuarantineResponse { messages: found.into_iter().map(message).collect(), next_page_token })
    }

    async fn replay(&self, act: &Act<'_>, asked: &str) -> refusal::Result<Replay> {
        let (id, now) = (id(asked)?, self.endpoint.clock.now());
        let mut tx = self.begin().await?;
        let replay = state::ask_replay(&mut tx, id, now).await?.ok_or(Error::NotFound)?;
        granted(&mut tx, act, now).await?;
        tx.commit().await?;
        tracing::info!(quarantine.id = %id, "a message that was set aside shall be tried again");
        Ok(replay)
    }
}

/// What is no id names nothing.
fn id(text: &str) -> refusal::Result<Uuid> {
    Uuid::try_parse(text).map_err(|_| Error::NotFound)
}

/// Position of a page: microseconds since 1970, and a message.
fn position((at, message): (i64, String)) -> refusal::Result<(OffsetDateTime, Uuid)> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000).map_err(|_| Error::NotFound)?;
    Ok((at, id(&message)?))
}

fn oldest(waiting: Waiting) -> Option<prost_types::Timestamp> {
    waiting.oldest.map(timestamp)
}

fn message(kept: Quarantined) -> QuarantinedMessage {
    QuarantinedMessage {
        quarantine_id: kept.id.to_string(),
        consumer: kept.consumer,
        subject: kept.subject,
        reason: kept.reason,
        detail: kept.detail,
        received_at: Some(timestamp(kept.received_at)),
        size: kept.size,
        digest: kept.digest,
        tries: kept.tries,
        replay_asked_at: kept.replay_asked_at.map(timestamp),
    }
}

async fn newest_migration(db: &mut PgConnection) -> sqlx::Result<i64> {
    let newest: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations where success").fetch_one(db).await?;
    Ok(newest.unwrap_or_default())
}
