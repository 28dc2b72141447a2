//! Server behind the gRPC service of the alarm: what it needs, and how a raise is recorded and a concern read.

use std::{str::FromStr, sync::Arc};

use auth::grants::Copy;
use base::{Caller, Error, Result, database};
use messaging::bus::Bus;
use proto::{id::ConcernId, safety::v1};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{encode, outlines::Outlines};
use crate::{
    app::{
        alarm::{
            App, raise_concern,
            raise_set::{self, Raises},
            read_concerns::{self, History, View, viewer},
            report::{Receipt, Report},
            watch::Hub,
        },
        row_security,
    },
    domain::alarm::concern::State,
    grpc::transactions::Transactions,
};

/// Server behind the gRPC service of the alarm.
#[derive(Clone)]
pub struct AlarmServer {
    pub transactions: Transactions,
    pub app: App,
    /// Queue of raises that wait to be written together.
    pub raises: Raises,
    pub hub: Hub,
    /// What all watchers of one capacity read alike.
    pub outlines: Outlines,
    /// This service's own copy of the grants: a watcher's are read again, and a raiser's site is looked up.
    pub grants: Copy,
    /// Whether it is connected is part of a watcher's heartbeat.
    pub bus: Bus,
    /// Ends the streams of watchers when the process stops.
    pub stop: CancellationToken,
}

impl AlarmServer {
    /// Concern as shown to its reader.
    pub(super) fn shown(&self, view: View) -> v1::ConcernView {
        encode::view(view, self.app.epoch.number())
    }

    /// Records a raise: in a batch where it can be decided from memory, and else by itself. It is written as the service, whoever raises:
    /// row security has no say in a raise.
    pub(super) async fn record(&self, caller: &Caller, report: Report) -> Result<Receipt> {
        // The device that signed for the caller is recorded in the same transaction.
        if caller.device.is_none()
            && let Some(prepared) = raise_set::prepare(&self.app, &report).await
            && let Some(receipt) = self.raises.write(Arc::new(prepared)).await
        {
            return Ok(receipt);
        }
        let mut tx = database::begin(&self.transactions.pool, &row_security::itself()).await?;
        let receipt = raise_concern::raise(&mut tx, &self.app, report).await?;
        raise_concern::note_device(&mut tx, &self.app, caller, &receipt).await;
        tx.commit().await.map_err(Error::from)?;
        self.transactions.outbox.wake();
        Ok(receipt)
    }

    pub(super) async fn receipt(&self, caller: &Caller, id: &str) -> Result<(Receipt, State)> {
        read_concerns::receipt(&mut *self.transactions.begin(caller).await?, caller, id).await
    }

    pub(super) async fn read(&self, caller: &Caller, concern_ref: &str, with_history: bool) -> Result<(View, History)> {
        let mut tx = self.transactions.begin(caller).await?;
        let viewer = viewer(&mut tx, &self.app, caller).await?;
        let view = read_concerns::get(&mut tx, &self.app.vault, &viewer, concern_ref).await?;
        let history = match with_history {
            true => read_concerns::history(&mut tx, &self.app.vault, &viewer, &view).await?,
            false => History::default(),
        };
        read_concerns::note(tx, caller, "concern.read", std::slice::from_ref(&view), self.app.clock.now()).await;
        Ok((view, history))
    }
}

/// Id of a text. What is no id names an unknown concern, and takes the same path [TRAP-6].
pub(super) fn id_of(text: &str) -> Uuid {
    ConcernId::from_str(text).map_or(Uuid::nil(), ConcernId::uuid)
}
