//! Consumer of what other services destroyed of a purged case [LPR4]. The subject, which no other may publish on, identifies the sender.

use std::sync::Arc;

use audit_log::Signer;
use base::{Clock, clock::to_the_microsecond, wire};
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::Fresh,
};
use prost_types::Timestamp;
use proto::{id::CaseId, intake::v1::ReferralPurged, notification::v1::NoticesPurged, subject};
use sqlx::PgConnection;

use crate::app::purge::statement::{StatementReceived, record_statement};

/// Most tables named in one statement.
const MAX_TABLES: usize = 64;

/// Handler of the consumers `cases-purge-obeyed` and `cases-purge-notices`.
pub struct PurgeStatements {
    pub clock: Clock,
    pub signer: Option<Arc<Signer>>,
}

impl Handler for PurgeStatements {
    type Work = StatementReceived;

    async fn read(&self, message: &Incoming) -> Result<StatementReceived, Rejection> {
        let said = said(message)?;
        let case: CaseId = said.case_id.parse().map_err(|_| never("case-id-malformed", "the case id is not a UUID"))?;
        let at = said.at.as_ref().and_then(wire::instant).ok_or_else(|| never("statement-incomplete", "it has no time"))?;
        if said.rows.len() > MAX_TABLES {
            return Err(never("statement-too-long", "it names more tables than a service has"));
        }
        Ok(StatementReceived { case, service: said.service.to_owned(), at: to_the_microsecond(at), keys: said.keys, rows: said.rows })
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, work: StatementReceived, _: &Incoming) -> Result<(), Rejection> {
        Ok(record_statement(tx, self.signer.as_deref(), work, self.clock.now()).await?)
    }
}

/// The statement of either service, as received.
struct Said {
    service: &'static str,
    case_id: String,
    at: Option<Timestamp>,
    keys: i64,
    rows: Vec<(String, i64)>,
}

fn said(message: &Incoming) -> Result<Said, Rejection> {
    match message.subject.as_str() {
        subject::REFERRAL_PURGED => {
            let ReferralPurged { case_id, purged_at, keys, deleted } = message.decode()?;
            let rows = deleted.into_iter().map(|each| (each.table, each.rows)).collect();
            Ok(Said { service: "intake", case_id, at: purged_at, keys, rows })
        }
        subject::NOTICES_PURGED => {
            let NoticesPurged { case_id, purged_at, keys, deleted } = message.decode()?;
            let rows = deleted.into_iter().map(|each| (each.table, each.rows)).collect();
            Ok(Said { service: "notification", case_id, at: purged_at, keys, rows })
        }
        _ => Err(never("subject-unknown", "this consumer hears who obeyed a purge")),
    }
}

fn never(reason: &'static str, detail: &str) -> Rejection {
    Rejection::Never { reason, detail: detail.to_owned() }
}
