//! The command `ro entry curfew`: hours in which an offender in the community must be somewhere [R7d].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{Curfew, CurfewKind, EndCurfewRequest, RecordCurfewRequest},
    zone,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    output,
    session::Session,
    text::{Lang, Words},
    who::Who,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    Record(Box<Record>),
    End(Box<End>),
}

/// Record a curfew or a time to report; meetings that clash are flagged at once
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro entry curfew record RC-4TQM-9XKD --of ID --kind curfew --begins 21:00 --ends 06:00 \\\n    \
    --zone America/Toronto --since 2027-01-01")]
pub struct Record {
    /// Case number or id
    case: String,
    /// Participant id of the offender
    #[arg(long = "of", value_name = "ID")]
    participant: String,
    #[arg(long, value_parser = choices::curfew_kind())]
    kind: CurfewKind,
    /// HH:MM, on the clock of the zone
    #[arg(long)]
    begins: String,
    /// HH:MM; before the beginning: on the next day
    #[arg(long)]
    ends: String,
    /// Zone by its name in the tz database
    #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(zone::ALL.map(|zone| zone.name)))]
    zone: String,
    /// First day, YYYY-MM-DD
    #[arg(long)]
    since: String,
    /// Last day, YYYY-MM-DD
    #[arg(long, default_value = "")]
    until: String,
    /// Day on which it begins, 1 for Monday to 7 for Sunday; given for each, and none for every day
    #[arg(long = "day", value_parser = clap::value_parser!(i32).range(1..=7))]
    days: Vec<i32>,
    /// Your own key: the same key twice records one
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Record that it is over
#[derive(Debug, Args)]
pub struct End {
    /// Case number or id
    case: String,
    /// Curfew id, as `ro entry list` shows it
    curfew: String,
    #[command(flatten)]
    common: Common,
}

const RECORDED: Words = Words { en: "recorded: {}", fr: "consigné : {}" };
const OVER: Words = Words { en: "it is over", fr: "c'est terminé" };
const CURFEW: Words = Words { en: "curfew", fr: "couvre-feu" };
const REPORTING: Words = Words { en: "time to report", fr: "présentation" };
const ENDED: Words = Words { en: "over since {}", fr: "terminé depuis le {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Record(c) => &c.common,
            Self::End(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        match self {
            Self::Record(c) => c.run(session, who).await,
            Self::End(c) => {
                let request = EndCurfewRequest { case_ref: c.case.clone(), curfew_id: c.curfew.clone() };
                let answer = session.entries(who)?.end_curfew(request).await?.into_inner();
                output::answer(session, &answer, OVER.of(session.lang).to_owned());
                Ok(())
            }
        }
    }
}

impl Record {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = RecordCurfewRequest {
            case_ref: self.case.clone(),
            participant_id: self.participant.clone(),
            kind: self.kind.into(),
            weekdays: self.days.clone(),
            begins: self.begins.clone(),
            ends: self.ends.clone(),
            zone: self.zone.clone(),
            since: self.since.clone(),
            until: self.until.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.entries(who)?.record_curfew(request).await?.into_inner();
        output::answer(session, &answer, RECORDED.fill(session.lang, &[&answer.curfew_id]));
        Ok(())
    }
}

/// A line of the list.
#[must_use]
pub fn line(of: &Curfew, lang: Lang) -> String {
    let kind = if of.kind() == CurfewKind::Reporting { REPORTING } else { CURFEW };
    let mut line = format!("{}  {}  {}-{} {}  {} {}", of.curfew_id, kind.of(lang), of.begins, of.ends, of.zone, of.since, of.until);
    if of.ended_at.is_some() {
        line += &format!("  {}", ENDED.fill(lang, &[&output::instant(of.ended_at.as_ref())]));
    }
    line
}
