//! `ro seed`: the development identities take their offices and say their language. May run any number of times.

use clap::Args;
use local::{Description, description::Identity};
use proto::{
    notification::v1::{Preferences, SetPreferencesRequest},
    role,
    safety::v1::{AssignOfficeRequest, OfficeHolder},
};

use super::{
    common::Common,
    failure::Failure,
    session::{Session, Wanted, Who},
    text::Lang,
};
use crate::print;

/// Name the office-holders of the development identities, and their preferences
#[derive(Debug, Args)]
pub struct Seed {
    #[command(flatten)]
    common: Common,
}

/// Domain of the staff addresses of the development identities; their mail never leaves the machine.
const STAFF_DOMAIN: &str = "csc-scc.gc.ca";

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

/// The people who are told something: office-holders and mediators; every second one in French.
#[must_use]
pub fn readers(stack: &Description) -> Vec<(&Identity, Lang)> {
    let is_mediator = |identity: &Identity| identity.roles.iter().any(|r| r == role::MEDIATOR);
    let people = stack.identities.iter().filter(|i| is_mediator(i) || !offices(i).is_empty());
    people.zip([Lang::En, Lang::Fr].into_iter().cycle()).collect()
}

/// The address of a development identity.
#[must_use]
pub fn address(identity: &Identity) -> String {
    format!("{}@{STAFF_DOMAIN}", identity.name)
}

impl Seed {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self) -> Result<(), Failure> {
        let session = Session::open(&self.common)?;
        let stack = session.stack.as_ref().ok_or_else(|| Failure::Usage("name the stack: --stack FILE".to_owned()))?;
        let administrator = session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?;
        let mut safety = session.safety(&administrator)?;
        let mut assigned = 0;
        for identity in &stack.identities {
            for (office, rank) in offices(identity) {
                let holder = OfficeHolder { office, holder: identity.subject.clone(), rank };
                safety.assign_office(AssignOfficeRequest { holder: Some(holder) }).await?;
                assigned += 1;
            }
        }
        let readers = readers(stack);
        for (identity, lang) in &readers {
            let preferences = Preferences { language: lang.code().to_owned(), email: address(identity) };
            let request = SetPreferencesRequest { preferences: Some(preferences) };
            session.notification(&Who::of(identity))?.set_preferences(request).await?;
        }
        print::note(format!("{assigned} offices held, {} people with a language and an address", readers.len()));
        Ok(())
    }
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
