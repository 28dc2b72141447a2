//! Use cases of the catalogue of clauses, which whoever has a role reads [P1].

use audit_log::Act as Entry;
use base::{Caller, Error, Result};

use crate::{
    app::App,
    domain::{
        clause::{self, Clause, Use},
        protocol::act::Act,
        text,
    },
};

/// Object kind of a clause in the audit log.
const KIND: &str = "clause";

impl App {
    /// Returns the result of a call about a clause; one that is not found is written to the audit log first [IM1a].
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn watched_clause<T>(&self, caller: &Caller, clause: &str, ended: Result<T>) -> Result<T> {
        let object = text::beginning(&text::readable(clause), text::LINE);
        audit_log::watched(&self.pool, Entry::new(caller, Act::ReadClause.permission(), KIND, &object), self.clock.now(), ended).await
    }
}

/// Every clause.
#[must_use]
pub fn list_clauses() -> &'static [Clause] {
    clause::all()
}

/// A clause, and what names it.
///
/// # Errors
/// Not found.
pub fn get_clause(id: &str) -> Result<(Clause, Vec<Use>)> {
    let clause = clause::find(id).ok_or(Error::NotFound)?;
    Ok((clause, clause::uses(clause.id)))
}
