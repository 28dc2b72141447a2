//! Actor of a transaction, for row security: without one, no row is seen and none is written.

use std::future::Future;

use sqlx::{AssertSqlSafe, Executor, PgConnection, PgPool, Postgres, Transaction};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::caller::Caller;

/// Scope of the service itself; no caller is ever given it.
const SERVICE: &str = "service";
/// Scope of another service, which calls under its own certificate.
const PEER: &str = "peer";

/// Actor, its scope and the present moment: what the policies of the database compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    subject: String,
    reach: &'static str,
    names: Vec<String>,
    at: Option<OffsetDateTime>,
}

impl Actor {
    /// The service itself: what it receives, publishes, seals and rings belongs to no caller.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self { subject: format!("service:{name}"), reach: SERVICE, names: Vec::new(), at: None }
    }

    /// Caller. The service names the scope of their rights in a word that its own policies know; another service is always a peer.
    #[must_use]
    pub fn caller(caller: &Caller, reach: &'static str) -> Self {
        Self::person(&caller.subject, if caller.is_any_service() { PEER } else { reach })
    }

    /// The same for a subject that the service has authorised already. An empty one sees nothing.
    #[must_use]
    pub fn person(subject: &str, reach: &'static str) -> Self {
        // The service's own scope cannot be given by mistake.
        let reach = if reach == SERVICE { "" } else { reach };
        Self { subject: plain(subject), reach, names: Vec::new(), at: None }
    }

    /// Further values that the policies may compare: offices, sites, inboxes.
    #[must_use]
    pub fn named(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names = names.into_iter().map(|name| plain(&name)).filter(|name| !name.is_empty()).collect();
        self
    }

    /// Moment that counts; without it, the database's own time.
    #[must_use]
    pub const fn at(mut self, at: OffsetDateTime) -> Self {
        self.at = Some(at);
        self
    }

    /// Subject, scope and names, for a statement that sets by itself what the policies read.
    #[must_use]
    pub fn parts(&self) -> (&str, &'static str, String) {
        (&self.subject, self.reach, self.names.join("\n"))
    }

    /// Statement that sets what the policies read, until the transaction ends. Values are sent as hexadecimal digits: nothing in them can
    /// be SQL. Values that a fresh transaction has empty anyway are left out.
    fn settings(&self, fresh: bool) -> String {
        let at = self.at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default();
        let names = self.names.join("\n");
        let all = [("actor.subject", self.subject.as_str()), ("actor.reach", self.reach), ("actor.names", &names), ("actor.at", &at)];
        let given = all.into_iter().enumerate().filter(|(place, (_, value))| !fresh || *place == 0 || !value.is_empty());
        let calls = given
            .map(|(_, (name, value))| format!("set_config('{name}', convert_from(decode('{}', 'hex'), 'UTF8'), true)", hex::encode(value)));
        format!("select {}", calls.collect::<Vec<_>>().join(", "))
    }
}

/// Text without control characters as it is, any other as empty: such a text is no identity.
fn plain(text: &str) -> String {
    if text.chars().any(char::is_control) { String::new() } else { text.to_owned() }
}

/// Begins a transaction for the actor, in the one round trip that a transaction takes anyway. A connection that turns out to be dead at
/// that moment has done nothing, so the next one is taken: after a restart of the server all idle ones are dead.
///
/// # Errors
/// No connection is free, or the statement failed.
pub async fn begin(pool: &PgPool, actor: &Actor) -> sqlx::Result<Transaction<'static, Postgres>> {
    let statement = format!("begin; {}", actor.settings(true));
    let beginning = async {
        for _ in 0..pool.options().get_max_connections() {
            match pool.begin_with(AssertSqlSafe(statement.clone())).await {
                Err(error) if is_dead(&error) => tracing::debug!("a connection to the database was dead: the next one is taken"),
                begun => return begun,
            }
        }
        pool.begin_with(AssertSqlSafe(statement.clone())).await
    };
    // A server that vanished sends no error at all.
    tokio::time::timeout(pool.options().get_acquire_timeout() * 2, beginning).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Repeats a statement where its connection turns out to be dead: for one that is a transaction by itself and is idempotent.
///
/// # Errors
/// No connection is free, or the statement failed.
pub async fn again_where_dead<T, F>(pool: &PgPool, statement: impl Fn() -> F) -> sqlx::Result<T>
where
    F: Future<Output = sqlx::Result<T>>,
{
    for _ in 0..pool.options().get_max_connections() {
        match statement().await {
            Err(error) if is_dead(&error) => tracing::debug!("a connection to the database was dead: the next one is taken"),
            ended => return ended,
        }
    }
    statement().await
}

/// Whether the connection broke, or the server ended it or is about to: the statement has not begun.
fn is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P") || code.starts_with("080")),
        _ => false,
    }
}

/// Changes the actor for the rest of the transaction: what a caller was allowed is now done by the service.
///
/// # Errors
/// The statement failed.
pub async fn act_as(tx: &mut PgConnection, actor: &Actor) -> sqlx::Result<()> {
    tx.execute(sqlx::raw_sql(AssertSqlSafe(actor.settings(false)))).await?;
    Ok(())
}

/// Settings of a connection for its whole life: for migrations and the outbox, which act only for the service.
pub fn for_life(name: &str) -> [(&'static str, String); 2] {
    [("actor.subject", format!("service:{name}")), ("actor.reach", SERVICE.to_owned())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_subject_and_no_name_becomes_sql() {
        for hostile in ["'; drop table x; --", "\\x41", "O'Neil", "$1", "\u{202e}"] {
            let sql = Actor::person(hostile, "unit").named([hostile.to_owned()]).settings(false);
            assert!(!sql.contains(hostile), "{sql}");
            assert_eq!(sql.matches('\'').count(), 4 * 8, "{sql}");
            assert_eq!(sql.matches(';').count(), 0, "{sql}");
        }
    }

    #[test]
    fn whoever_is_written_with_control_characters_is_nobody() {
        let (nobody, named) = (Actor::person("a\nb", "unit"), Actor::person("a", "unit").named(["x\ny".to_owned(), "z".to_owned()]));
        assert_eq!((nobody.subject.as_str(), named.names), ("", vec!["z".to_owned()]));
    }

    #[test]
    fn no_caller_is_ever_given_the_reach_of_the_service() {
        assert_eq!(Actor::person("someone", SERVICE).reach, "");
        assert_eq!(Actor::caller(&Caller::service("other"), SERVICE).reach, PEER);
        assert_eq!(Actor::caller(&Caller::service("other"), "unit").reach, PEER);
    }
}
