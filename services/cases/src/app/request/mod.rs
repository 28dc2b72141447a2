//! Use cases of requests for information: ask, withdraw, list, answer, decline, climb; and what is disclosed to a victim [R5c, R6c, R7c, X-784].

pub mod answer;
pub mod ask;
pub mod climb;
pub mod list;
mod tell;
pub mod withdraw;

/// Object kind of a request in the audit log.
const REQUEST: &str = "request";
