//! Benchmark of live streams: so many people at one dashboard, each with a stream of their own, and the time from a raise until the last of
//! them has it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use local::Description;
use proto::{
    role,
    safety::v1::{
        Concern, ConfirmChangesRequest, Grade, ProposeGrantsRequest, RaiseConcernRequest, RoleGrant,
        directory_service_client::DirectoryServiceClient,
    },
};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    browser::{Browser, Stream},
    machine,
    sample::Sample,
};
use crate::client::{
    failure::Failure,
    output,
    session::{Peer, Session, Wanted},
    text::Lang,
};

/// How many sign in at once.
const AT_ONCE: usize = 8;
/// Most grants of one proposal.
const TOGETHER: usize = 100;
/// Grants reach every service within this.
const SOON: Duration = Duration::from_secs(60);
/// Raises are this far apart: what follows one is over before the next.
const APART: Duration = Duration::from_millis(1500);
const SITE: &str = "mission";

/// What was measured.
pub struct Streams {
    streams: usize,
    /// From each raise until the first, the middle and the last stream had it.
    first: Sample,
    middle: Sample,
    last: Sample,
    /// Memory of a process before and with the streams, in MiB.
    memory: Vec<(String, f64, f64)>,
}

/// Measures `raises` raises with so many streams.
///
/// # Errors
/// A stream ended, or did not have a concern in time.
pub async fn measure(session: &Session, stack: &Description, streams: usize, raises: usize) -> anyhow::Result<Streams> {
    let people: Vec<String> = (1..=streams).map(local::identity::one_of_a_crowd).collect();
    crate::print::note(format!("roles for {streams} people"));
    grant(session, &people).await?;
    let dashboard = stack.services.get("dashboard").and_then(|service| service.http.clone()).context("the stack has no dashboard")?;
    crate::print::note("they sign in");
    let signing_in = stream::iter(people).map(|person| {
        let dashboard = dashboard.clone();
        async move { Browser::signed_in(&dashboard, &person).await.with_context(|| format!("{person} cannot sign in")) }
    });
    let mut browsers: Vec<Browser> = signing_in.buffer_unordered(AT_ONCE).try_collect().await?;
    let before = machine::idle(stack);
    crate::print::note("their streams begin");
    let (sender, mut seen) = mpsc::channel(streams * 4);
    let mut following = JoinSet::new();
    for browser in &mut browsers {
        let mut live = browser.stream().await?;
        ensure!(begins(&mut live).await?, "a live stream does not begin with what is open");
        following.spawn(follow(live, sender.clone()));
    }
    drop(sender);
    let with = machine::idle(stack);
    let memory = before.into_iter().zip(with).map(|(before, with)| (before.process, before.idle_mib, with.idle_mib)).collect();
    crate::print::note("raises");
    let mut raised: Vec<[Duration; 3]> = Vec::new();
    for _ in 0..raises {
        raised.push(raise(session, streams, &mut seen).await?);
        sleep(APART).await;
    }
    following.abort_all();
    let of = |which: usize| Sample::of(streams, raised.iter().filter_map(|times| times.get(which).copied()).collect());
    Ok(Streams { streams, first: of(0), middle: of(1), last: of(2), memory })
}

impl Streams {
    #[must_use]
    pub fn text(&self) -> String {
        let line = |name: &str, sample: &Sample| {
            let longest = sample.times.last().map_or(0.0, |time| time.as_secs_f64() * 1e3);
            let figures = sample.figures();
            vec![name.to_owned(), figures.count.to_string(), format!("{:.1}", figures.p50_ms), format!("{longest:.1}")]
        };
        let name = |which: &str| format!("raise until {which} of {} streams has it", self.streams);
        let times =
            [line(&name("the first"), &self.first), line(&name("the middle one"), &self.middle), line(&name("the last"), &self.last)];
        let memory: Vec<Vec<String>> = self
            .memory
            .iter()
            .map(|(process, before, with)| {
                let each = (with - before).max(0.0) * 1024.0 / self.streams.max(1) as f64;
                vec![process.clone(), format!("{before:.1}"), format!("{with:.1}"), format!("{each:.1}")]
            })
            .collect();
        format!(
            "{}\n\n{}",
            output::table(&["what", "raises", "p50 ms", "longest ms"], &times),
            output::table(&["memory, MiB", "before", "with streams", "KiB per stream"], &memory)
        )
    }
}

/// Gives everybody the role that follows the alarm in full; two administrators are needed for it.
async fn grant(session: &Session, people: &[String]) -> anyhow::Result<()> {
    let [proposer, confirmer] = ["directory-administrator-1", "directory-administrator-2"].map(|name| administrator(session, name));
    let (mut proposer, mut confirmer) = (proposer?, confirmer?);
    for people in people.chunks(TOGETHER) {
        let line = |person: &String| RoleGrant { subject: person.clone(), role: role::RJ_OFFICER.to_owned(), ..RoleGrant::default() };
        let request = ProposeGrantsRequest { grants: people.iter().map(line).collect() };
        let outcomes = proposer.propose_grants(request).await?.into_inner().outcomes;
        let proposal_ids = outcomes.into_iter().map(|outcome| outcome.proposal_id).filter(|id| !id.is_empty()).collect();
        confirmer.confirm_changes(ConfirmChangesRequest { proposal_ids }).await?;
    }
    Ok(())
}

fn administrator(session: &Session, name: &str) -> anyhow::Result<DirectoryServiceClient<Peer>> {
    let stack = session.stack.as_ref().context("no stack")?;
    let who = crate::client::who::Who::of(stack.identity(name)?);
    session.directory(&who).map_err(in_words)
}

async fn begins(live: &mut Stream) -> anyhow::Result<bool> {
    let (name, _) = timeout(SOON, live.next()).await.context("a live stream says nothing")??;
    Ok(name == "snapshot")
}

/// Tells of each concern when this stream first had it.
async fn follow(mut live: Stream, seen: mpsc::Sender<(String, Instant)>) {
    let mut last = String::new();
    while let Ok((name, data)) = live.next().await {
        let at = Instant::now();
        let id = data.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        if name == "changed" && id != last {
            id.clone_into(&mut last);
            if seen.send((last.clone(), at)).await.is_err() {
                return;
            }
        }
    }
}

/// Raises once, and waits until every stream has it: the time to the first, the middle and the last.
async fn raise(session: &Session, streams: usize, seen: &mut mpsc::Receiver<(String, Instant)>) -> anyhow::Result<[Duration; 3]> {
    let who = session.who(&[Wanted::at(role::STAFF, SITE)]).map_err(in_words)?;
    let mut raiser = session.alarm(&who).map_err(in_words)?;
    let concern_id = base::Ids::random().uuid().to_string();
    let concern = Concern {
        concern_id: concern_id.clone(),
        grade: Grade::Imminent.into(),
        site: SITE.to_owned(),
        text: "measured: Alex Exemple did not come back from the yard".to_owned(),
        ..Concern::default()
    };
    let begun = Instant::now();
    let raising = tokio::spawn(async move { raiser.raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.map(drop) });
    let mut times = Vec::with_capacity(streams);
    while times.len() < streams {
        let next = timeout(SOON, seen.recv()).await;
        let had = times.len();
        let (id, at) = next.ok().flatten().with_context(|| format!("{had} of {streams} streams had the concern within {SOON:?}"))?;
        if id == concern_id {
            times.push(at.duration_since(begun));
        }
    }
    raising.await??;
    times.sort_unstable();
    let at = |index: usize| times.get(index).copied().unwrap_or_default();
    Ok([at(0), at(streams / 2), at(streams - 1)])
}

pub(super) fn in_words(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!(failure.words(Lang::En).unwrap_or_default())
}
