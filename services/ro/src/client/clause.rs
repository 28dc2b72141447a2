//! The command `ro clause`: the clauses behind rules and refusals [P1].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{Clause, GetClauseRequest, ListClausesRequest},
    role,
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

super::session::service_client!(cases, clauses: proto::cases::v1::clause_service_client::ClauseServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Show(Show),
}

/// Every clause that a rule or a refusal may name
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro clause list")]
pub struct List {
    #[command(flatten)]
    common: Common,
}

/// One clause, and which refusals and permissions name it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro clause show R3c\n  ro clause show GL2c/2d --lang fr")]
pub struct Show {
    /// The clause, as a refusal names it
    clause: String,
    #[command(flatten)]
    common: Common,
}

const HEADINGS: [Words; 2] = [Words { en: "clause", fr: "disposition" }, Words { en: "what it is about", fr: "ce dont il s’agit" }];
const SUMMARY: Words = Words { en: "{}: {} (a summary, not the official text)", fr: "{} : {} (un résumé, et non le texte officiel)" };
const REFUSAL: Words = Words { en: "refusal {}: {}", fr: "refus {} : {}" };
const PERMISSION: Words = Words { en: "permission {} of {}", fr: "autorisation {} de {}" };

const fn subject(one: &Clause, lang: Lang) -> &String {
    match lang {
        Lang::En => &one.subject_en,
        Lang::Fr => &one.subject_fr,
    }
}

fn card(one: &Clause, lang: Lang) -> String {
    let mut lines = vec![SUMMARY.fill(lang, &[&one.clause_id, subject(one, lang)])];
    lines.extend(one.refusals.iter().map(|refusal| {
        let words = match lang {
            Lang::En => &refusal.words_en,
            Lang::Fr => &refusal.words_fr,
        };
        REFUSAL.fill(lang, &[&refusal.reason, &words.replace("{}", "…")])
    }));
    lines.extend(one.permissions.iter().map(|ruled| PERMISSION.fill(lang, &[&ruled.permission, &ruled.service])));
    lines.join("\n")
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Show(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let (mut client, lang) = (session.clauses(&who)?, session.lang);
        match self {
            Self::List(_) => {
                let answer = client.list_clauses(ListClausesRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else {
                    let row = |one: &Clause| vec![one.clause_id.clone(), subject(one, lang).clone()];
                    let rows = answer.clauses.iter().map(row).collect::<Vec<_>>();
                    print::line(output::table(&HEADINGS.map(|words| words.of(lang)), &rows));
                }
            }
            Self::Show(c) => {
                let answer = client.get_clause(GetClauseRequest { clause_id: c.clause.clone() }).await?.into_inner();
                let one = answer.clause.clone().unwrap_or_default();
                output::answer(session, &answer, card(&one, lang));
            }
        }
        Ok(())
    }
}
