//! Use cases of the registry of mediators [D-mediator, R3d].

pub mod assign;
pub mod conflict;
pub mod engagement;
pub mod matching;
pub mod read;
pub mod training;

use audit_log::Act as Entry;
use base::{Caller, Refusal, Result};
use sqlx::{PgConnection, Postgres, Transaction};
use time::{Date, OffsetDateTime};

use crate::{
    app::App,
    domain::{
        mediator::{
            act::Act,
            engagement::{self as machine, Command, State},
            entry,
        },
        text,
    },
    error,
    store::mediator::entry as store,
};

/// Object kind of an entry of the registry in the audit log.
const KIND: &str = "mediator";

impl App {
    /// Returns the result of a call about an entry of the registry; a refusal is written to the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched_entry<T>(&self, caller: &Caller, act: Act, mediator: &str, ended: Result<T>) -> Result<T> {
        let object = text::beginning(&text::readable(mediator), text::LINE);
        audit_log::watched(&self.pool, Entry::new(caller, act.permission(), KIND, &object), self.clock.now(), ended).await
    }
}

/// Writes to the audit log, in this transaction, what the caller does to an entry.
async fn note(tx: &mut PgConnection, caller: &Caller, act: Act, mediator: &str, at: OffsetDateTime) -> sqlx::Result<()> {
    audit_log::granted(tx, &Entry::new(caller, act.permission(), KIND, mediator), at).await
}

/// The identity that a caller names.
fn named(mediator: &str) -> std::result::Result<String, Refusal> {
    text::given(mediator, text::LINE, "mediator", error::mediator_missing())
}

/// A change of one entry, which nobody else changes until it ends.
struct Change {
    tx: Transaction<'static, Postgres>,
    subject: String,
    /// The entry before it, if there is one.
    entry: Option<entry::Entry>,
    at: OffsetDateTime,
}

impl Change {
    /// Begins a change of the entry that a caller names.
    async fn begin(app: &App, caller: &Caller, mediator: &str) -> Result<Self> {
        let subject = named(mediator)?;
        let mut tx = app.begin(caller).await?;
        store::queue(&mut tx, &subject).await?;
        let at = app.clock.now();
        let entry = store::find(&mut tx, &subject).await?;
        Ok(Self { tx, subject, entry, at })
    }

    fn today(&self) -> Date {
        self.at.date()
    }

    /// The entry, if its state allows the command.
    fn allowed(&self, command: Command) -> std::result::Result<entry::Entry, Refusal> {
        let state = self.entry.as_ref().map_or(State::Unknown, |entry| entry.state(self.today()));
        machine::next(state, command)?;
        self.entry.clone().ok_or_else(error::mediator_not_registered)
    }

    /// Records the step, writes it to the audit log, and commits.
    async fn finish(mut self, caller: &Caller, act: Act, step: Option<(Command, Date)>) -> Result<()> {
        if let Some((command, last_day)) = step {
            store::record_step(&mut self.tx, &self.subject, command, last_day, &caller.subject, self.at).await?;
        }
        note(&mut self.tx, caller, act, &self.subject, self.at).await?;
        Ok(self.tx.commit().await?)
    }
}
