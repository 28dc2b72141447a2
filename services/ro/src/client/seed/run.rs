//! Run of a fictional caseload: its requests, some at one time, with a progress bar, and what became of them.

use std::io::{self, IsTerminal as _};

use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use local::Description;
use proto::{role, safety::v1::ListSitesRequest};

use super::{
    caseload::{Site, plan},
    play::{Play, Played, Staff},
};
use crate::{
    client::{
        failure::Failure,
        session::{Session, Wanted},
        who::Who,
    },
    print,
};

/// Requests that are played at one time.
const AT_ONCE: usize = 6;

/// Plays so many years by a number, or the first requests of them.
///
/// # Errors
/// A request did not go as planned: the first of them; the others are named.
pub async fn caseload(session: &Session, stack: &Description, (years, seed): (u32, u64), most: usize) -> Result<(), Failure> {
    let staff = staff(stack);
    let sites = sites(session, &staff).await?;
    let mut requests = plan(years, seed, &sites);
    requests.truncate(most);
    let bar = progress(requests.len());
    let (staff, now) = (&staff, base::Clock::system().now());
    let mut played = futures::stream::iter(&requests)
        .map(|request| async move { (request.number, Box::pin(Play { session, staff, request, seed, now }.play()).await) })
        .buffer_unordered(AT_ONCE);
    let (mut known, mut waits, mut decided, mut cases, mut broken) = (0, 0, 0, 0, Vec::new());
    while let Some((number, ended)) = played.next().await {
        bar.inc(1);
        match ended {
            Ok(Played::Known) => known += 1,
            Ok(Played::Waits) => waits += 1,
            Ok(Played::Decided) => decided += 1,
            Ok(Played::Case) => cases += 1,
            Err(failure) => broken.push((number, failure)),
        }
    }
    bar.finish_and_clear();
    print::note(format!(
        "{} requests: {cases} became cases, {decided} were decided otherwise, {waits} wait for a decision, {known} were there before",
        requests.len()
    ));
    for (number, failure) in &broken {
        let said = failure.words(session.lang).unwrap_or_default();
        print::note(format!("request {number} did not go as planned: {}", print::one_line(&said)));
    }
    broken.into_iter().next().map_or(Ok(()), |(_, failure)| Err(failure))
}

/// Who works a caseload.
fn staff(stack: &Description) -> Staff {
    let all = |role: &str| stack.identities.iter().filter(|one| one.roles.iter().any(|held| held == role)).collect::<Vec<_>>();
    let people = |role: &str| all(role).into_iter().map(Who::of).collect();
    let heads = all(role::INSTITUTIONAL_HEAD).into_iter().flat_map(|head| head.sites.iter().map(|site| (site.clone(), Who::of(head))));
    Staff { officers: people(role::RJ_OFFICER), mediators: people(role::MEDIATOR), heads: heads.collect() }
}

/// The sites that a request can come from.
async fn sites(session: &Session, staff: &Staff) -> Result<Vec<Site>, Failure> {
    let officer = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
    let known = session.directory(&officer)?.list_sites(ListSitesRequest {}).await?.into_inner().sites;
    let site = |site: proto::safety::v1::Site| Site {
        has_a_head: staff.heads.iter().any(|(of, _)| *of == site.code),
        code: site.code,
        kind: site.kind,
        region: site.region,
    };
    Ok(known.into_iter().map(site).collect())
}

/// Progress bar in requests; drawn only on a terminal.
fn progress(requests: usize) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(requests as u64);
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {pos}/{len} requests  {eta}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
