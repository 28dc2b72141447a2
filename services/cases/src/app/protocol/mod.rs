//! Use cases of the protocols: drafted by the National Manager, approved by the ACCE, followed at every step of a case [R1, X-785-1].

pub mod decide;
pub mod draft;
pub mod follow;
pub mod read;

use audit_log::Act as Entry;
use base::{Caller, Result};
use proto::role;
use sqlx::{Postgres, Transaction};
use time::OffsetDateTime;

use crate::{
    app::App,
    domain::protocol::{
        act::Act,
        machine::{self, Command, State},
    },
    error,
    store::protocol::version::{self as store, Done, Version},
};

/// Object kind of a version in the audit log.
const KIND: &str = "protocol";

impl App {
    /// Returns the result of a call about a version; a refusal is written to the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched_protocol<T>(&self, caller: &Caller, act: Act, number: i32, ended: Result<T>) -> Result<T> {
        let object = number.to_string();
        audit_log::watched(&self.pool, Entry::new(caller, act.permission(), KIND, &object), self.clock.now(), ended).await
    }

    /// Begins a transaction in which whoever approves sees drafts, and no case; for everybody else as [`App::begin`].
    async fn begin_for_protocols(&self, caller: &Caller) -> sqlx::Result<Transaction<'static, Postgres>> {
        if caller.has_role(role::ACCE) && !caller.has_any(&role::RJ_UNIT) {
            self.begin_as_approver(caller).await
        } else {
            self.begin(caller).await
        }
    }
}

/// A change of one version, which nobody else changes or decides until it ends.
struct Change {
    tx: Transaction<'static, Postgres>,
    version: Version,
    at: OffsetDateTime,
}

impl Change {
    /// Begins a change of the version that a caller names.
    async fn begin(app: &App, caller: &Caller, number: i32) -> Result<Self> {
        let mut tx = app.begin_for_protocols(caller).await?;
        store::queue(&mut tx).await?;
        let at = app.clock.now();
        let version = store::find(&mut tx, number).await?.ok_or_else(error::protocol_unknown)?;
        Ok(Self { tx, version, at })
    }

    /// The state after a command, if this one allows it.
    fn allowed(&self, command: Command) -> Result<State> {
        Ok(machine::next(self.version.state(self.at), command)?)
    }

    /// Records what was done; of a version that is drafted this comes before its parts change.
    async fn record(&mut self, caller: &Caller, command: Command, to: (State, Option<OffsetDateTime>), reason: &str) -> Result<()> {
        let done = Done { command, reason: reason.to_owned(), by: caller.subject.clone(), at: self.at };
        Ok(store::decide(&mut self.tx, self.version.number, to, &done).await?)
    }

    /// Writes it to the audit log, and commits.
    async fn finish(mut self, caller: &Caller, act: Act) -> Result<()> {
        let object = self.version.number.to_string();
        audit_log::granted(&mut self.tx, &Entry::new(caller, act.permission(), KIND, &object), self.at).await?;
        Ok(self.tx.commit().await?)
    }
}
