//! The command `ro office`: who is rung for a site and at National Headquarters, named and released by two persons [R3e].

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{AssignOfficeRequest, EndOfficeRequest, ListOfficeHoldersRequest, OfficeHolder, Proposed},
};

use super::{
    common::Common,
    failure::Failure,
    grant::outcome_in_words,
    output,
    person::{self, Shown},
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(safety, directory: proto::safety::v1::directory_service_client::DirectoryServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Name(Name),
    End(End),
}

/// Who is in an office, in the order they are rung
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro office list institutional-head/kent\n  ro office list rj-unit")]
pub struct List {
    #[command(flatten)]
    office: Office,
    #[command(flatten)]
    common: Common,
}

/// Propose somebody for an office: a second administrator puts them in it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro office name institutional-head/kent head-of-kent\n  \
    ro office name institutional-head/kent deputy-of-kent --rank 1\n  \
    ro office name institutional-head/kent head-of-kent --name \"Ada Exemple\" --telephone \"604-555-0142\"")]
pub struct Name {
    #[command(flatten)]
    office: Office,
    /// Identity of the person, as their token names it
    holder: String,
    /// 0 the holder, 1 a deputy or duty manager, 2 the regional duty
    #[arg(long, default_value_t = 0)]
    rank: i32,
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    common: Common,
}

/// Propose that somebody leaves an office: a second administrator puts it in force
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro office end institutional-head/kent head-of-kent\n\n\
    Where nobody is left, NHQ and the National Monitoring Centre are rung in place of the office.")]
pub struct End {
    #[command(flatten)]
    office: Office,
    /// Identity of the person who leaves it
    holder: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Office {
    /// rj-unit, nmc, institutional-head/SITE or district-director/SITE
    office: String,
}

const HEADINGS: [Words; 4] =
    [Words { en: "who", fr: "qui" }, Words { en: "name", fr: "nom" }, Words { en: "rank", fr: "rang" }, Words { en: "rung", fr: "alerté" }];
const RUNG: Words = Words { en: "yes", fr: "oui" };
const CANNOT_ACCEPT: Words =
    Words { en: "no: they hold no role to accept with (ro grant propose)", fr: "non : aucun rôle pour accepter (ro grant propose)" };
const RANKS: [Words; 3] = [
    Words { en: "0 holder", fr: "0 titulaire" },
    Words { en: "1 deputy or duty manager", fr: "1 adjoint ou gestionnaire de service" },
    Words { en: "2 regional duty", fr: "2 permanence régionale" },
];
const NOBODY: Words = Words {
    en: "nobody is in {}: NHQ and the National Monitoring Centre are rung in its place",
    fr: "personne n'occupe {} : l'AC et le Centre national de surveillance sont alertés à sa place",
};

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Name(c) => &c.common,
            Self::End(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?)?;
        match self {
            Self::List(List { office: Office { office }, .. }) => {
                let answer = client.list_office_holders(ListOfficeHoldersRequest { office: office.clone() }).await?.into_inner();
                let names = person::names(&mut client).await;
                output::answer(session, &answer, holders(office, &answer.holders, &names, session.lang));
            }
            Self::Name(Name { office: Office { office }, holder, rank, shown, .. }) => {
                shown.set(&mut client, holder).await?;
                let holder = OfficeHolder { office: office.clone(), holder: holder.clone(), rank: *rank, ..OfficeHolder::default() };
                let answer = client.assign_office(AssignOfficeRequest { holder: Some(holder) }).await?.into_inner();
                print_outcome(session, &answer, answer.outcome.as_ref());
            }
            Self::End(End { office: Office { office }, holder, .. }) => {
                let answer = client.end_office(EndOfficeRequest { office: office.clone(), holder: holder.clone() }).await?.into_inner();
                print_outcome(session, &answer, answer.outcome.as_ref());
            }
        }
        Ok(())
    }
}

fn print_outcome<T: prost_reflect::ReflectMessage>(session: &Session, answer: &T, outcome: Option<&Proposed>) {
    if session.json {
        output::print_json(answer);
    }
    for outcome in outcome.iter().filter(|_| !session.json) {
        print::line(outcome_in_words(outcome, session.lang));
    }
}

fn holders(office: &str, holders: &[OfficeHolder], names: &BTreeMap<String, String>, lang: Lang) -> String {
    if holders.is_empty() {
        return NOBODY.fill(lang, &[office]);
    }
    let rank =
        |rank: i32| usize::try_from(rank).ok().and_then(|rank| RANKS.get(rank)).map_or_else(|| rank.to_string(), |w| w.of(lang).to_owned());
    let rung = |holder: &OfficeHolder| if holder.cannot_accept { CANNOT_ACCEPT.of(lang).to_owned() } else { RUNG.of(lang).to_owned() };
    let rows: Vec<Vec<String>> = holders
        .iter()
        .map(|holder| {
            vec![
                holder.holder.clone(),
                output::or_dash(names.get(&holder.holder).map_or("", String::as_str)).to_owned(),
                rank(holder.rank),
                rung(holder),
            ]
        })
        .collect();
    let table = output::table(&HEADINGS.map(|words| words.of(lang)), &rows);
    if holders.iter().all(|holder| holder.cannot_accept) { format!("{table}\n{}", NOBODY.fill(lang, &[office])) } else { table }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_that_nobody_is_in_says_who_is_rung_in_its_place_in_both_languages() {
        for (lang, name) in [(Lang::En, "National Monitoring Centre"), (Lang::Fr, "Centre national de surveillance")] {
            let text = holders("institutional-head/kent", &[], &BTreeMap::new(), lang);
            assert!(text.contains(name) && text.contains("institutional-head/kent"), "{text}");
        }
        let holder = OfficeHolder { office: "nmc".into(), holder: "nmc-1".into(), rank: 1, cannot_accept: false };
        let names = BTreeMap::from([("nmc-1".to_owned(), "Ada Exemple".to_owned())]);
        let text = holders("nmc", &[holder], &names, Lang::Fr);
        assert!(text.contains("1 adjoint") && text.contains("Ada Exemple"), "{text}");
    }
}
