//! Comparison of two calls that must be indistinguishable: every byte of the answer, and the statements that the database was asked.
//!
//! No time is measured here: other work on the machine would distort it.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use base::Caller;
use tonic::{Code, Request, Response, Status};
use tracing::{Dispatch, Event, Subscriber, field::Visit, instrument::WithSubscriber};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// A refusal as its caller sees it, and all database statements of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub code: Code,
    pub message: String,
    pub details: Vec<u8>,
    pub metadata: String,
    pub statements: Vec<String>,
}

/// The statements of one call, in order: those sent under its own subscriber, so that other tests are not recorded.
#[derive(Clone, Default)]
struct Statements(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut said = Said::default();
            event.record(&mut said);
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{} {}", said.summary, said.statement));
        }
    }
}

#[derive(Default)]
struct Said {
    summary: String,
    statement: String,
}

impl Visit for Said {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn fmt::Debug) {}
}

/// Makes a call that must be refused.
///
/// # Panics
/// It is answered: the test is wrong, or access control is.
pub async fn refused<T>(call: impl Future<Output = Result<Response<T>, Status>>) -> Seen {
    // With only one subscriber, an event first reached on another thread is checked against that thread's, which has none, and then stays
    // disabled: a second, unused subscriber prevents that.
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(tracing_subscriber::registry()));
    LazyLock::force(&SECOND);
    let statements = Statements::default();
    let ended = call.with_subscriber(tracing_subscriber::registry().with(statements.clone())).await;
    let Err(status) = ended else { crate::system::panic_with("the call was answered") };
    let statements = statements.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Seen {
        code: status.code(),
        message: status.message().to_owned(),
        details: status.details().to_vec(),
        metadata: format!("{:?}", status.metadata()),
        statements,
    }
}

/// A request as the server passes it to a handler.
pub fn asked<T>(caller: &Caller, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(caller.clone());
    request
}

/// Asserts that hidden, absent and malformed names cannot be told apart.
///
/// # Panics
/// They can be told apart.
pub fn same(rpc: &str, hidden: &Seen, absent: &Seen, malformed: &Seen) {
    assert_eq!(hidden.code, Code::NotFound, "{rpc}: {}", hidden.message);
    assert!(!hidden.statements.is_empty(), "{rpc}: no statement was heard, so none was compared");
    assert_eq!(hidden, absent, "{rpc}: hidden and absent differ");
    assert_eq!(absent, malformed, "{rpc}: absent and malformed differ");
}

/// Asserts that each RPC of a service is either compared, or states why nothing about an object can be learned from it.
///
/// # Panics
/// One is in neither list, or in both, or does not exist.
pub fn every_rpc_of(package: &str, compared: &[&str], others: &[(&str, &str)]) {
    let rpcs: BTreeSet<String> = proto::rpcs(package).map(|rpc| rpc.name().to_owned()).collect();
    let listed: Vec<String> = compared.iter().chain(others.iter().map(|(rpc, _)| rpc)).map(|rpc| (*rpc).to_owned()).collect();
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), unique.len(), "an RPC is listed twice");
    assert_eq!(unique, rpcs, "an RPC is neither compared nor explained");
}
