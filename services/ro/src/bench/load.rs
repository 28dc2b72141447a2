//! Background load beside which a raise is measured: an import without end, and reports one after the other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::ensure;
use proto::{
    reporting::v1::{GetReportRequest, Table, report_service_client::ReportServiceClient},
    role,
};
use tokio::task::JoinSet;

use super::intake::Intake;
use crate::client::{
    session::{Peer, Session, Wanted},
    text::Lang,
};

const IMPORTERS: usize = 4;
const READERS: usize = 2;
/// Timeout for the load to begin, before anything is measured beside it.
const BEGINS_WITHIN: Duration = Duration::from_secs(30);

/// Background work that runs until it is dropped.
pub struct Load {
    _tasks: JoinSet<()>,
    done: Arc<Done>,
    begun: Instant,
}

/// Answers so far: calls of an import, and reports.
#[derive(Default)]
struct Done {
    imports: AtomicU64,
    reports: AtomicU64,
}

impl Load {
    /// Starts, and waits until both kinds of work are under way.
    ///
    /// # Errors
    /// One of them does not get any answer.
    pub async fn begin(session: &Session, intake: &Arc<Intake>) -> anyhow::Result<Self> {
        let in_words = |f: crate::client::failure::Failure| anyhow::anyhow!(f.words(Lang::En).unwrap_or_default());
        let who = session.who(&[Wanted::role(role::STATISTICS_OFFICER), Wanted::role(role::RJ_OFFICER)]).map_err(in_words)?;
        let (mut tasks, done) = (JoinSet::new(), Arc::new(Done::default()));
        for importer in 0..IMPORTERS {
            let (intake, done) = (intake.clone(), done.clone());
            tasks.spawn(async move {
                // A call that fails is followed by the next: the load must not end before the measurement does.
                loop {
                    count(&done.imports, intake.import(importer).await.is_ok()).await;
                }
            });
        }
        for _ in 0..READERS {
            let (client, done) = (session.reports(&who).map_err(in_words)?, done.clone());
            tasks.spawn(async move {
                loop {
                    count(&done.reports, read(client.clone()).await.is_ok()).await;
                }
            });
        }
        let load = Self { _tasks: tasks, done, begun: Instant::now() };
        while load.counts().contains(&0) {
            ensure!(load.begun.elapsed() < BEGINS_WITHIN, "the load beside which a raise is measured does not begin");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(load)
    }

    fn counts(&self) -> [u64; 2] {
        [&self.done.imports, &self.done.reports].map(|count| count.load(Ordering::Relaxed))
    }

    /// Amount of the load, in words.
    #[must_use]
    pub fn summary(&self) -> String {
        let seconds = self.begun.elapsed().as_secs_f64().max(f64::EPSILON);
        let [imports, reports] = self.counts().map(|count| count as f64 / seconds);
        format!("beside the loaded raises: {:.0} referrals and {reports:.0} reports a second", imports * super::intake::BATCH as f64)
    }
}

async fn count(answers: &AtomicU64, answered: bool) {
    if answered {
        answers.fetch_add(1, Ordering::Relaxed);
    } else {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn read(mut client: ReportServiceClient<Peer>) -> anyhow::Result<()> {
    let request = GetReportRequest { table: Table::ReferralsByOrigin.into(), fiscal_year: 0, language: Lang::En.code().to_owned() };
    client.get_report(request).await?;
    Ok(())
}
