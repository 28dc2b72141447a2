//! The commands `ro grant` and `ro whoami`: roles, granted and revoked, by two persons where a role decides who is rung.

use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{
        ConfirmChangesRequest, Device, EndGrantRequest, ListGrantsRequest, ListProposalsRequest, Proposal, ProposeGrantsRequest, Proposed,
        RoleGrant, WhoAmIRequest, proposal::What,
    },
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    common::Common,
    device_key::unlock::ByDevice,
    failure::Failure,
    output,
    person::{self, Shown},
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub enum Command {
    Propose(Propose),
    Confirm(Confirm),
    Waiting(Waiting),
    End(End),
    List(List),
}

/// Give somebody a role; one that decides who is rung or who gives roles waits for a second administrator
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro grant propose mediator-3 --role mediator --until 2027-03-31T23:59:59Z\n  \
    ro grant propose head-of-kent --role institutional-head --site kent")]
pub struct Propose {
    /// Identity of the person or system, as its token names it
    subject: String,
    /// Role code
    #[arg(long)]
    role: String,
    /// Site the role is held for
    #[arg(long, conflicts_with = "region")]
    site: Option<String>,
    /// Region the role is held for
    #[arg(long)]
    region: Option<String>,
    /// In force from here, for example 2027-01-01T00:00:00Z; without it, from now
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    since: Option<OffsetDateTime>,
    /// In force before this; without it, until it is ended
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    until: Option<OffsetDateTime>,
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    common: Common,
}

/// Put in force what another administrator proposed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro grant confirm 0198c0de-0000-7000-8000-000000000001 --as directory-administrator-2")]
pub struct Confirm {
    /// Ids of the proposals: all of them, or none
    #[arg(required = true)]
    proposals: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// What waits for a second administrator
#[derive(Debug, Args)]
pub struct Waiting {
    #[command(flatten)]
    common: Common,
}

/// Take a role back, now; one without which the holder of an office could not accept waits for a second administrator
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro grant end 0198c0de-0000-7000-8000-000000000001")]
pub struct End {
    /// Id of the grant
    grant: String,
    #[command(flatten)]
    common: Common,
}

/// Every role that somebody holds or held
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro grant list mediator-1")]
pub struct List {
    /// Identity of the person or system
    subject: String,
    #[command(flatten)]
    common: Common,
}

/// Who you are here, and what you may do now
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro whoami --as mediator-1")]
pub struct Whoami {
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

/// Parser of an RFC 3339 instant; its error says how to write one.
pub(super) fn instant(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "write it as 2027-03-31T23:59:59Z".to_owned())
}

const IN_FORCE: Words = Words { en: "in force: grant {}", fr: "en vigueur : rôle {}" };
const AS_IT_IS: Words = Words { en: "already in force", fr: "déjà en vigueur" };
const LOSES: Words = Words { en: "loses {} {}", fr: "perd {} {}" };
const LEAVES: Words = Words { en: "leaves {}", fr: "quitte {}" };
const PROPOSED: Words = Words {
    en: "proposed: {}\n  another administrator puts it in force: ro grant confirm {}",
    fr: "proposé : {}\n  un autre administrateur le met en vigueur : ro grant confirm {}",
};
const CONFIRMED: Words = Words { en: "in force: {} changes", fr: "en vigueur : {} changements" };
const ENDED: Words = Words { en: "ended: grant {}", fr: "terminé : rôle {}" };
const NONE_WAITS: Words = Words { en: "nothing waits for a second administrator", fr: "rien n'attend un second administrateur" };
const NO_GRANT: Words = Words {
    en: "{} holds no role here; a safety concern can be raised all the same: ro concern raise",
    fr: "{} ne détient aucun rôle ici; un signalement de sécurité reste possible : ro concern raise",
};
const NEVER: Words = Words { en: "{} holds and held no role", fr: "{} ne détient et n'a détenu aucun rôle" };
const UNTIL: Words = Words { en: "{}, until {}", fr: "{}, jusqu'au {}" };
const DEVICE: Words = Words { en: "device {}, until {}", fr: "appareil {}, jusqu'au {}" };
const HEADINGS: [Words; 7] = [
    Words { en: "id", fr: "id" },
    Words { en: "role", fr: "rôle" },
    Words { en: "for", fr: "pour" },
    Words { en: "since", fr: "depuis" },
    Words { en: "until", fr: "jusqu'au" },
    Words { en: "given by", fr: "accordé par" },
    Words { en: "ended by", fr: "terminé par" },
];
const WAITING_HEADINGS: [Words; 5] = [
    Words { en: "id", fr: "id" },
    Words { en: "who", fr: "qui" },
    Words { en: "what", fr: "quoi" },
    Words { en: "proposed by", fr: "proposé par" },
    Words { en: "confirm before", fr: "à confirmer avant" },
];

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Propose(c) => &c.common,
            Self::Confirm(c) => &c.common,
            Self::Waiting(c) => &c.common,
            Self::End(c) => &c.common,
            Self::List(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?)?;
        match self {
            Self::Propose(c) => {
                c.shown.set(&mut client, &c.subject).await?;
                let answer = client.propose_grants(ProposeGrantsRequest { grants: vec![c.grant()] }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                }
                for outcome in answer.outcomes.iter().filter(|_| !session.json) {
                    print::line(outcome_in_words(outcome, session.lang));
                }
            }
            Self::Confirm(c) => {
                let answer = client.confirm_changes(ConfirmChangesRequest { proposal_ids: c.proposals.clone() }).await?.into_inner();
                output::answer(session, &answer, CONFIRMED.fill(session.lang, &[&c.proposals.len().to_string()]));
            }
            Self::Waiting(_) => {
                let answer = client.list_proposals(ListProposalsRequest {}).await?.into_inner();
                if session.json { output::print_json(&answer) } else { print::line(waiting(&answer.proposals, session.lang)) }
            }
            Self::End(c) => {
                let answer = client.end_grant(EndGrantRequest { grant_id: c.grant.clone() }).await?.into_inner();
                let waits = answer.outcome.as_ref().filter(|outcome| !outcome.in_force);
                let ended = || ENDED.fill(session.lang, &[&c.grant]);
                output::answer(session, &answer, waits.map_or_else(ended, |outcome| outcome_in_words(outcome, session.lang)));
            }
            Self::List(c) => {
                let answer = client.list_grants(ListGrantsRequest { subject: c.subject.clone() }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else {
                    person::names(&mut client).await.get(&c.subject).into_iter().for_each(|name| print::line(name.clone()));
                    print::line(table(&c.subject, &answer.grants, session.lang));
                }
            }
        }
        Ok(())
    }
}

impl Propose {
    fn grant(&self) -> RoleGrant {
        RoleGrant {
            subject: self.subject.clone(),
            role: self.role.clone(),
            site: self.site.clone().unwrap_or_default(),
            region: self.region.clone().unwrap_or_default(),
            since: self.since.map(base::wire::timestamp),
            until: self.until.map(base::wire::timestamp),
            ..RoleGrant::default()
        }
    }
}

impl Whoami {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let answer = session.directory(&who)?.who_am_i(WhoAmIRequest {}).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.grants.is_empty() {
            print::line(NO_GRANT.fill(session.lang, &[&answer.subject]));
        } else {
            let until = output::instant(answer.expires_at.as_ref());
            print::line(UNTIL.fill(session.lang, &[&answer.subject, &until]));
            let rows: Vec<Vec<String>> = answer.grants.iter().map(|g| vec![g.role.clone(), place(g)]).collect();
            print::line(output::table(&[HEADINGS[1].of(session.lang), HEADINGS[2].of(session.lang)], &rows));
        }
        Ok(())
    }
}

/// Result of a change of the directory.
pub(super) fn outcome_in_words(outcome: &Proposed, lang: Lang) -> String {
    if !outcome.in_force {
        return PROPOSED.fill(lang, &[&outcome.proposal_id, &outcome.proposal_id]);
    }
    if outcome.grant_id.is_empty() { AS_IT_IS.of(lang).to_owned() } else { IN_FORCE.fill(lang, &[&outcome.grant_id]) }
}

fn place(grant: &RoleGrant) -> String {
    output::or_dash(if grant.site.is_empty() { &grant.region } else { &grant.site }).to_owned()
}

fn device_in_words(device: &Device, lang: Lang) -> String {
    DEVICE.fill(lang, &[&device.device_id, &output::instant(device.until.as_ref())])
}

fn table(subject: &str, grants: &[RoleGrant], lang: Lang) -> String {
    if grants.is_empty() {
        return NEVER.fill(lang, &[subject]);
    }
    let row = |g: &RoleGrant| {
        let given = if g.confirmed_by.is_empty() { g.proposed_by.clone() } else { format!("{}, {}", g.proposed_by, g.confirmed_by) };
        let until = g.ended_at.as_ref().or(g.until.as_ref());
        vec![
            g.grant_id.clone(),
            g.role.clone(),
            place(g),
            output::instant(g.since.as_ref()),
            output::instant(until),
            given,
            output::or_dash(&g.ended_by).to_owned(),
        ]
    };
    output::table(&HEADINGS.map(|words| words.of(lang)), &grants.iter().map(row).collect::<Vec<_>>())
}

fn waiting(proposals: &[Proposal], lang: Lang) -> String {
    if proposals.is_empty() {
        return NONE_WAITS.of(lang).to_owned();
    }
    let row = |p: &Proposal| {
        let (who, what) = match &p.what {
            Some(What::Grant(grant)) => (grant.subject.clone(), format!("{} {}", grant.role, place(grant))),
            Some(What::Device(device)) => (device.person.clone(), device_in_words(device, lang)),
            Some(What::Leaving(holder)) => (holder.holder.clone(), LEAVES.fill(lang, &[&holder.office])),
            Some(What::Ending(grant)) => (grant.subject.clone(), LOSES.fill(lang, &[&grant.role, &place(grant)])),
            Some(What::Office(holder)) => (holder.holder.clone(), format!("{} #{}", holder.office, holder.rank)),
            None => Default::default(),
        };
        vec![p.proposal_id.clone(), who, what, p.proposed_by.clone(), output::instant(p.expires_at.as_ref())]
    };
    output::table(&WAITING_HEADINGS.map(|words| words.of(lang)), &proposals.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_says_who_gave_a_role_and_who_confirmed_it_in_both_languages() {
        let grant = RoleGrant {
            role: "institutional-head".into(),
            site: "kent".into(),
            proposed_by: "ada".into(),
            confirmed_by: "bob".into(),
            ..RoleGrant::default()
        };
        for (lang, given) in [(Lang::En, "given by"), (Lang::Fr, "accordé par")] {
            let text = table("someone", std::slice::from_ref(&grant), lang);
            assert!(text.contains(given) && text.contains("ada, bob") && text.contains("kent"), "{text}");
            assert!(table("someone", &[], lang).contains("someone"));
        }
    }

    #[test]
    fn an_instant_is_read_or_the_way_to_write_it_is_said() {
        assert!(instant("2027-03-31T23:59:59Z").is_ok());
        assert!(instant("31 March").unwrap_err().contains("2027"));
    }
}
