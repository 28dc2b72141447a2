//! The command `ro drill`: drills of the alarm at a site, and how fast each audience accepted [R3e].

use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{BeginDrillRequest, Drill, DrillOffice, DrillResult, ListDrillsRequest},
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Session, Wanted},
    text::{Lang, Words},
};

super::session::service_client!(safety, drills: proto::safety::v1::drill_service_client::DrillServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Begin(Begin),
    List(List),
}

/// Begin a drill: NHQ and the head of the site are rung, by words that say that it is a drill
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro drill begin kent\n  ro drill begin kent --minutes 60\n\n\
    It ends when both have accepted, when its time is over, or when a real concern rings at the site.")]
pub struct Begin {
    /// Site code, as kent
    site: String,
    /// Minutes in which both are to accept, 5 to 240; otherwise as the operator has set it
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    minutes: i32,
    /// Your own id for it, a UUID: the same id twice is the same drill
    #[arg(long, default_value = "")]
    id: String,
    #[command(flatten)]
    common: Common,
}

/// The drills, newest first: who was reached, and how fast
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro drill list\n  ro drill list --site kent\n  ro drill list --json")]
pub struct List {
    /// Only those at this site
    #[arg(long, default_value = "")]
    site: String,
    /// At most this many
    #[arg(long, default_value_t = 50)]
    limit: i32,
    #[command(flatten)]
    common: Common,
}

const BEGUN: Words = Words {
    en: "{} rings now at {}: a drill. See how it goes: ro drill list",
    fr: "{} appelle maintenant, {} : un exercice. Pour en suivre le cours : ro drill list",
};
const KNOWN: Words =
    Words { en: "{} at {} was begun before: nothing is rung anew", fr: "{}, {}, avait déjà été lancé : rien n'est rappelé" };
const NONE: Words = Words { en: "no drill that you may see", fr: "aucun exercice que vous puissiez voir" };
const HEADINGS: [Words; 5] = [
    Words { en: "begun", fr: "lancé" },
    Words { en: "site", fr: "lieu" },
    Words { en: "reference", fr: "référence" },
    Words { en: "result", fr: "résultat" },
    Words { en: "offices", fr: "fonctions" },
];
const RUNS: Words = Words { en: "runs", fr: "en cours" };
const PASSED: Words = Words { en: "accepted by all", fr: "accepté par tous" };
const NOT_ACCEPTED: Words = Words { en: "NOT accepted in time", fr: "PAS accepté à temps" };
const INTERRUPTED: Words = Words { en: "ended by a real concern", fr: "interrompu par un vrai signalement" };
const OVERTAKEN: Words = Words { en: "became a real concern", fr: "devenu un vrai signalement" };
const ACCEPTED: Words = Words { en: "{}: accepted after {} s", fr: "{} : accepté après {} s" };
const REACHED: Words = Words { en: "{}: reached after {} s, not accepted", fr: "{} : joint après {} s, pas accepté" };
const NOT_REACHED: Words = Words { en: "{}: not reached", fr: "{} : pas joint" };
const UNHELD: Words = Words { en: "{}: nobody holds it", fr: "{} : personne ne l'occupe" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Begin(c) => &c.common,
            Self::List(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        match self {
            Self::Begin(Begin { site, minutes, id, .. }) => {
                let who = session.who(&[Wanted::role(role::RJ_SUPERVISOR), Wanted::role(role::NATIONAL_MANAGER)])?;
                let request = BeginDrillRequest { drill_id: id.clone(), site: site.clone(), minutes: *minutes };
                let answer = session.drills(&who)?.begin_drill(request).await?.into_inner();
                let said = if answer.already_known { KNOWN } else { BEGUN };
                let reference = answer.drill.as_ref().map_or("", |drill| drill.reference.as_str());
                let words = said.fill(session.lang, &[reference, site]);
                output::answer(session, &answer, words);
            }
            Self::List(List { site, limit, .. }) => {
                let who = session.who(&[Wanted::role(role::RJ_SUPERVISOR), Wanted::role(role::NATIONAL_MANAGER)])?;
                let request = ListDrillsRequest { page_size: *limit, page_token: String::new(), site: site.clone() };
                let answer = session.drills(&who)?.list_drills(request).await?.into_inner();
                let words = if answer.drills.is_empty() { NONE.of(session.lang).to_owned() } else { table(&answer.drills, session.lang) };
                output::answer(session, &answer, words);
            }
        }
        Ok(())
    }
}

fn table(drills: &[Drill], lang: Lang) -> String {
    let rows: Vec<Vec<String>> = drills
        .iter()
        .map(|drill| {
            let offices: Vec<String> = drill.offices.iter().map(|office| reached(office, drill, lang)).collect();
            let begun = output::instant(drill.begun_at.as_ref());
            vec![begun, drill.site.clone(), drill.reference.clone(), result(drill.result()).of(lang).to_owned(), offices.join("; ")]
        })
        .collect();
    output::table(&HEADINGS.map(|words| words.of(lang)), &rows)
}

const fn result(result: DrillResult) -> Words {
    match result {
        DrillResult::Unspecified => RUNS,
        DrillResult::Passed => PASSED,
        DrillResult::NotAccepted => NOT_ACCEPTED,
        DrillResult::Interrupted => INTERRUPTED,
        DrillResult::Overtaken => OVERTAKEN,
    }
}

fn reached(office: &DrillOffice, drill: &Drill, lang: Lang) -> String {
    let begun = drill.begun_at.as_ref().map_or(0, |at| at.seconds);
    let after = |at: &prost_types::Timestamp| (at.seconds - begun).max(0).to_string();
    match (&office.accepted_at, &office.delivered_at) {
        (Some(at), _) => ACCEPTED.fill(lang, &[&office.office, &after(at)]),
        (None, Some(at)) => REACHED.fill(lang, &[&office.office, &after(at)]),
        (None, None) if office.unheld => UNHELD.fill(lang, &[&office.office]),
        (None, None) => NOT_REACHED.fill(lang, &[&office.office]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drill_that_was_not_accepted_says_who_was_reached_and_who_was_not_in_both_languages() {
        let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
        let offices = vec![
            DrillOffice { office: "rj-unit".into(), delivered_at: at(102), accepted_at: at(160), ..DrillOffice::default() },
            DrillOffice { office: "institutional-head/kent".into(), unheld: true, ..DrillOffice::default() },
        ];
        let result = DrillResult::NotAccepted.into();
        let drill = Drill { begun_at: at(100), site: "kent".into(), offices, result, ..Drill::default() };
        let english = table(std::slice::from_ref(&drill), Lang::En);
        for said in ["NOT accepted in time", "rj-unit: accepted after 60 s", "institutional-head/kent: nobody holds it"] {
            assert!(english.contains(said), "{english}");
        }
        assert!(table(&[drill], Lang::Fr).contains("PAS accepté à temps"));
    }
}
