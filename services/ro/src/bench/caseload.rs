//! Benchmark of reads beside a caseload: the pages that people wait for, with hardly anything in the system and with years of work in it.

use std::time::{Duration, Instant};

use anyhow::Context as _;
use local::Description;
use proto::{
    cases::v1::{GetCaseRequest, GetWorkloadRequest, ListCasesRequest, ListDueThingsRequest},
    intake::v1::{ListQueueRequest, QueueList},
    role,
};

use super::{sample::Sample, streams::in_words};
use crate::client::{
    output,
    seed::run,
    session::{Session, Wanted},
    who::Who,
};

/// Requests of the hardly used system: pages of ten are full.
const FEW: usize = 60;
/// Rows of a page, in both.
const PAGE: i32 = 10;
/// Number of the caseload.
const SEED: u64 = 1;

/// A read, and its times with few requests and with many.
pub struct Read {
    name: &'static str,
    few: Sample,
    many: Sample,
}

/// Measures each read so many times before and after so many years.
///
/// # Errors
/// A read fails, or the caseload does not go as planned.
pub async fn measure(session: &Session, stack: &Description, years: u32, times: usize) -> anyhow::Result<Vec<Read>> {
    crate::print::note(format!("{FEW} requests"));
    run::caseload(session, stack, (years, SEED), FEW).await.map_err(in_words)?;
    let few = reads(session, times).await?;
    crate::print::note(format!("{years} years"));
    run::caseload(session, stack, (years, SEED), usize::MAX).await.map_err(in_words)?;
    let many = reads(session, times).await?;
    Ok(few.into_iter().zip(many).map(|((name, few), (_, many))| Read { name, few, many }).collect())
}

/// The table of all reads.
#[must_use]
pub fn text(reads: &[Read]) -> String {
    let row = |read: &Read| {
        let (few, many) = (read.few.figures(), read.many.figures());
        let figures = [few.p50_ms, many.p50_ms, few.p99_ms, many.p99_ms].map(|ms| format!("{ms:.2}"));
        let ratio = format!("{:.2}x", many.p50_ms / few.p50_ms.max(f64::EPSILON));
        std::iter::once(read.name.to_owned()).chain(figures).chain([ratio]).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = reads.iter().map(row).collect();
    output::table(&["read", "few: p50 ms", "many: p50 ms", "few: p99 ms", "many: p99 ms", "p50"], &rows)
}

type Times = (&'static str, Sample);

async fn reads(session: &Session, times: usize) -> anyhow::Result<Vec<Times>> {
    let person = |role: &str| session.who(&[Wanted::role(role)]).map_err(in_words);
    let (officer, supervisor, mediator) = (person(role::RJ_OFFICER)?, person(role::RJ_SUPERVISOR)?, person(role::MEDIATOR)?);
    let mut all = vec![
        ("national queue, with its counts", queue(session, &officer, times).await?),
        ("cases of the unit", cases(session, &supervisor, times).await?),
        ("cases of a mediator", cases(session, &mediator, times).await?),
    ];
    all.push(("a case", one_case(session, &officer, times).await?));
    all.push(("supervision queue", due(session, &supervisor, times).await?));
    all.push(("workload", workload(session, &supervisor, times).await?));
    Ok(all)
}

/// Times one call after the other.
macro_rules! timed {
    ($times:expr, $call:expr) => {{
        let mut taken: Vec<Duration> = Vec::new();
        for _ in 0..$times {
            let begun = Instant::now();
            $call.await?;
            taken.push(begun.elapsed());
        }
        anyhow::Ok(Sample::of(1, taken))
    }};
}

async fn queue(session: &Session, who: &Who, times: usize) -> anyhow::Result<Sample> {
    let mut client = session.referrals(who).map_err(in_words)?;
    let request = ListQueueRequest {
        list: QueueList::Waiting.into(),
        include_screened: true,
        page_size: PAGE,
        with_counts: true,
        newest_first: true,
        ..ListQueueRequest::default()
    };
    timed!(times, client.list_queue(request.clone()))
}

async fn cases(session: &Session, who: &Who, times: usize) -> anyhow::Result<Sample> {
    let mut client = session.cases(who).map_err(in_words)?;
    timed!(times, client.list_cases(ListCasesRequest { page_size: PAGE, ..ListCasesRequest::default() }))
}

async fn one_case(session: &Session, who: &Who, times: usize) -> anyhow::Result<Sample> {
    let mut client = session.cases(who).map_err(in_words)?;
    let first = client.list_cases(ListCasesRequest { page_size: 1, ..ListCasesRequest::default() }).await?.into_inner().cases.pop();
    let case_ref = first.context("the officer has no case")?.case_id;
    timed!(times, client.get_case(GetCaseRequest { case_ref: case_ref.clone() }))
}

async fn due(session: &Session, who: &Who, times: usize) -> anyhow::Result<Sample> {
    let mut client = session.due_things(who).map_err(in_words)?;
    timed!(times, client.list_due_things(ListDueThingsRequest { page_size: PAGE, ..ListDueThingsRequest::default() }))
}

async fn workload(session: &Session, who: &Who, times: usize) -> anyhow::Result<Sample> {
    let mut client = session.due_things(who).map_err(in_words)?;
    timed!(times, client.get_workload(GetWorkloadRequest {}))
}
