//! The command `ro seed`: gives the development identities their roles, offices and language, and with `--years` plays a fictional
//! caseload. May run any number of times.

mod caseload;
mod play;
pub mod run;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use local::{Description, description::Identity};
use proto::{
    cases::v1::{
        EngageMediatorRequest, EngagementKind, EngagementState, ListCasesRequest, ListMediatorsRequest, Mediator, MediatorDetails,
        RecordTrainingRequest,
    },
    id::Region,
    intake::v1::GetReceiptRequest,
    notification::v1::{GetPreferencesRequest, Preferences, SetPreferencesRequest},
    reporting::v1::GetReportRequest,
    role,
    safety::v1::{AssignOfficeRequest, ConfirmChangesRequest, OfficeHolder, ProposeGrantsRequest, Proposed, RoleGrant},
};
use tonic::Status;
use tonic_types::StatusExt;

use super::{
    common::Common,
    failure::Failure,
    session::{Session, Wanted},
    text::Lang,
    who::Who,
};
use crate::print;

/// Grant the development identities their roles, name the office-holders and their preferences, and play a caseload
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cargo ro seed\n  cargo ro seed --years 5 --seed 1\n\n\
    A caseload is fictional: 150 requests a year, and shares that are invented. It goes through the same calls as people's work, so\n\
    everything in it happened today. The same number again adds nothing.")]
pub struct Seed {
    /// Also play a caseload of so many years
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=50))]
    years: Option<u32>,
    /// Number of the caseload: another number is another caseload
    #[arg(long, default_value_t = 1, requires = "years", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    seed: u64,
    #[command(flatten)]
    common: Common,
}

/// Timeout of a call of a caseload, and for which it is retried where a service asks for that.
const CASELOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// Open cases that a development mediator takes: as many as anybody does.
const CAPACITY: i32 = 100;

/// Timeout for every service to receive what was granted.
const HEARD_TIMEOUT: Duration = Duration::from_secs(120);
/// Timeout of one call: a machine that has just started everything is busy.
const TIMEOUT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The grants an identity should have.
fn grants(identity: &Identity) -> Vec<RoleGrant> {
    let mut grants = Vec::new();
    for role in &identity.roles {
        let line = |site: &str, region: &str| RoleGrant {
            subject: identity.subject.clone(),
            role: role.clone(),
            site: site.to_owned(),
            region: region.to_owned(),
            ..RoleGrant::default()
        };
        grants.extend(identity.sites.iter().map(|site| line(site, "")));
        grants.extend(identity.regions.iter().map(|region| line("", region)));
        if identity.sites.is_empty() && identity.regions.is_empty() {
            grants.push(line("", ""));
        }
    }
    grants
}

/// An office that a role holds, and at which rank.
fn offices(identity: &Identity) -> Vec<(String, i32)> {
    let has = |role: &str| identity.roles.iter().any(|r| r == role);
    let mut offices = Vec::new();
    if has(role::RJ_OFFICER) {
        offices.push(("rj-unit".to_owned(), 0));
    } else if has(role::RJ_SUPERVISOR) || has(role::NATIONAL_MANAGER) {
        offices.push(("rj-unit".to_owned(), 1));
    }
    if has(role::NMC_SUPERVISOR) {
        offices.push(("nmc".to_owned(), 0));
    }
    for head in role::RESPONSIBLE_HEADS.into_iter().filter(|head| has(head)) {
        offices.extend(identity.sites.iter().map(|site| (format!("{head}/{site}"), 0)));
    }
    offices
}

/// The people who are notified: office-holders and mediators; every second one in French.
#[must_use]
pub fn readers(stack: &Description) -> Vec<(&Identity, Lang)> {
    let is_mediator = |identity: &Identity| identity.roles.iter().any(|r| r == role::MEDIATOR);
    let people = stack.identities.iter().filter(|i| is_mediator(i) || !offices(i).is_empty());
    people.zip([Lang::En, Lang::Fr].into_iter().cycle()).collect()
}

/// The address of a development identity.
#[must_use]
pub fn address(identity: &Identity) -> String {
    local::identity::address(&identity.subject)
}

impl Seed {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self) -> Result<(), Failure> {
        let session = Session::open(&self.common)?.with_min_timeout(TIMEOUT);
        let stack = session.stack.as_ref().ok_or_else(|| Failure::Usage("name the stack: --stack FILE".to_owned()))?;
        let granted: Vec<RoleGrant> = stack.identities.iter().flat_map(grants).collect();
        let (one, other) = administrators(&session, stack)?;
        let mut safety = session.directory(&one)?;
        let mut outcomes = safety.propose_grants(ProposeGrantsRequest { grants: granted.clone() }).await?.into_inner().outcomes;
        let mut assigned = 0;
        for identity in &stack.identities {
            for (office, rank) in offices(identity) {
                let holder = OfficeHolder { office, holder: identity.subject.clone(), rank, ..OfficeHolder::default() };
                outcomes.extend(safety.assign_office(AssignOfficeRequest { holder: Some(holder) }).await?.into_inner().outcome);
                assigned += 1;
            }
        }
        confirm(&session, &other, outcomes).await?;
        await_grants(&session, stack).await?;
        let engaged = engage_mediators(&session, stack).await?;
        let readers = readers(stack);
        for (identity, lang) in &readers {
            let preferences = Preferences { language: lang.code().to_owned(), email: address(identity), ..Preferences::default() };
            let request = SetPreferencesRequest { preferences: Some(preferences) };
            session.preferences(&Who::of(identity))?.set_preferences(request).await?;
        }
        print::note(format!(
            "{} roles granted, {assigned} offices held, {engaged} mediators engaged, {} people with a language and an address",
            granted.len(),
            readers.len()
        ));
        match self.years {
            None => Ok(()),
            Some(years) => {
                let session = Session::open(&self.common)?.with_min_timeout(CASELOAD_TIMEOUT);
                run::caseload(&session, stack, (years, self.seed), usize::MAX).await
            }
        }
    }
}

/// Enters the development mediators into the registry, for a year and with every required training; who is engaged and trained stays so.
async fn engage_mediators(session: &Session, stack: &Description) -> Result<usize, Failure> {
    let mut mediators = stack.identities.iter().filter(|identity| identity.roles.iter().any(|role| role == role::MEDIATOR)).peekable();
    if mediators.peek().is_none() || !stack.services.contains_key("cases") {
        return Ok(0);
    }
    let mut registry = session.mediators(&session.who(&[Wanted::role(role::NATIONAL_MANAGER)])?)?;
    let known = registry.list_mediators(ListMediatorsRequest {}).await?.into_inner();
    let modules: Vec<String> = known.modules.iter().filter(|module| module.required).map(|module| module.code.clone()).collect();
    let mut engaged = 0;
    for identity in mediators {
        let mediator = identity.subject.clone();
        let entry = known.mediators.iter().find(|entry| entry.mediator == mediator);
        let is_live = |entry: &Mediator| matches!(entry.state(), EngagementState::Engaged | EngagementState::Renewed);
        if !entry.is_some_and(is_live) {
            let details = MediatorDetails {
                region: Region::Ontario.code().to_owned(),
                languages: [Lang::En, Lang::Fr].map(|lang| lang.code().to_owned()).into(),
                specialties: Vec::new(),
                capacity: CAPACITY,
            };
            let request = EngageMediatorRequest {
                mediator: mediator.clone(),
                kind: EngagementKind::Casual.into(),
                details: Some(details),
                again: true,
                ..EngageMediatorRequest::default()
            };
            registry.engage_mediator(request).await?;
        }
        if entry.is_none_or(|entry| !entry.gaps.is_empty()) {
            let request = RecordTrainingRequest { mediator, modules: modules.clone(), ..RecordTrainingRequest::default() };
            registry.record_training(request).await?;
        }
        engaged += 1;
    }
    Ok(engaged)
}

/// Two directory administrators: a change of who is rung takes both.
fn administrators(session: &Session, stack: &Description) -> Result<(Who, Who), Failure> {
    let keeps = |identity: &&Identity| identity.roles.iter().any(|role| role == role::DIRECTORY_ADMINISTRATOR);
    let one = session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?;
    let other = stack.identities.iter().filter(keeps).map(Who::of).find(|who| who.name != one.name);
    Ok((one, other.context("the stack has no second directory administrator")?))
}

async fn confirm(session: &Session, who: &Who, outcomes: Vec<Proposed>) -> Result<(), Failure> {
    let proposal_ids: Vec<String> = outcomes.into_iter().map(|outcome| outcome.proposal_id).filter(|id| !id.is_empty()).collect();
    if proposal_ids.is_empty() {
        return Ok(());
    }
    session.directory(who)?.confirm_changes(ConfirmChangesRequest { proposal_ids }).await?;
    Ok(())
}

/// Waits until every service has the grants of every identity it will serve.
async fn await_grants(session: &Session, stack: &Description) -> Result<(), Failure> {
    let begun = Instant::now();
    for identity in &stack.identities {
        for service in local::SERVICES.iter().filter(|service| stack.services.contains_key(**service)) {
            while !knows(session, service, identity).await? {
                if begun.elapsed() > HEARD_TIMEOUT {
                    return Err(Failure::Unreachable(format!("{service} has not heard yet what {} may do", identity.name)));
                }
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
    }
    Ok(())
}

/// Whether a service has a grant of the identity: a call that the identity may make is not refused by authorization.
async fn knows(session: &Session, service: &str, identity: &Identity) -> Result<bool, Failure> {
    let who = Who::of(identity);
    let has = |roles: &[&str]| identity.roles.iter().any(|role| roles.contains(&role.as_str()));
    let answer = match service {
        "intake" => session.referrals(&who)?.get_receipt(GetReceiptRequest::default()).await.map(drop),
        "cases" if has(&role::RJ_UNIT) || has(&[role::MEDIATOR]) => {
            let ask = ListCasesRequest { page_size: 1, ..ListCasesRequest::default() };
            session.cases(&who)?.list_cases(ask).await.map(drop)
        }
        "notification" => session.preferences(&who)?.get_preferences(GetPreferencesRequest {}).await.map(drop),
        "reporting" if has(&role::RJ_UNIT) || has(&[role::ACCE, role::STATISTICS_OFFICER]) => {
            session.reports(&who)?.get_report(GetReportRequest::default()).await.map(drop)
        }
        // The directory itself has it at once; the other services refuse this identity with and without a grant.
        _ => Ok(()),
    };
    Ok(answer.as_ref().map_or_else(|status| !is_unknown(status), |()| true))
}

fn is_unknown(status: &Status) -> bool {
    status.get_details_error_info().is_some_and(|info| info.reason == "no-grant")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(role: &str, sites: &[&str]) -> Identity {
        Identity {
            name: role.into(),
            subject: role.into(),
            roles: vec![role.into()],
            sites: sites.iter().map(|s| (*s).to_owned()).collect(),
            regions: Vec::new(),
            token: String::new(),
            nats_seed_file: None,
            nats_inbox_prefix: None,
        }
    }

    #[test]
    fn heads_hold_the_office_of_their_own_sites_and_staff_hold_none() {
        assert_eq!(offices(&identity(role::INSTITUTIONAL_HEAD, &["mission"])), [("institutional-head/mission".to_owned(), 0)]);
        assert_eq!(offices(&identity(role::RJ_OFFICER, &[])), [("rj-unit".to_owned(), 0)]);
        assert!(offices(&identity(role::STAFF, &["mission"])).is_empty());
    }
}
