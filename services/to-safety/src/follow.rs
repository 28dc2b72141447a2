//! Report of cases to safety: where the person of an open concern is [TRAP-2].

use proto::safety::v1::FollowCaseRequest;
use tonic::Code;

use crate::ask::{ANSWER, AskSafety, OverGrpc};

/// Result of a report on where the person of a concern is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// The concern is at another site than before.
    Moved,
    /// It is there already, stays elsewhere for another reason, or is closed by now.
    Stays,
    /// It cannot be at that site.
    Refused,
}

/// Safety, as a client of cases calls it. `None` is no answer.
#[tonic::async_trait]
pub trait TellSafety: AskSafety {
    /// Reports where the person of an open concern is.
    async fn follow(&self, word: FollowCaseRequest) -> Option<Followed>;
}

#[tonic::async_trait]
impl TellSafety for OverGrpc {
    async fn follow(&self, word: FollowCaseRequest) -> Option<Followed> {
        match tokio::time::timeout(ANSWER, self.0.clone().follow_case(word)).await {
            Ok(Ok(answer)) => Some(if answer.into_inner().moved { Followed::Moved } else { Followed::Stays }),
            Ok(Err(status)) => match status.code() {
                // Closed meanwhile.
                Code::NotFound => Some(Followed::Stays),
                Code::InvalidArgument | Code::FailedPrecondition => Some(Followed::Refused),
                code => {
                    tracing::warn!(code = %code, "safety does not take where the person of a concern is: it is told again");
                    None
                }
            },
            Err(_) => {
                tracing::warn!("safety does not take in time where the person of a concern is: it is told again");
                None
            }
        }
    }
}
