//! The command `ro case site`: where the person of a case is, so that the head notified of a concern is the responsible one [R3e, TRAP-2].

use clap::{Args, Subcommand, ValueEnum};
use proto::cases::v1::{CorrectSiteRequest, GetCaseRequest, RecordPersonMoveRequest, SiteChange, SiteStay};

use super::{
    common::Common,
    failure::Failure,
    labels, output,
    session::Session,
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

#[derive(Debug, Subcommand)]
pub enum Command {
    Correct(Correct),
    Move(Move),
    History(History),
}

/// Correct the site of a case: the person was never where the file has them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case site correct RC-4TQM-9XKD --to kent --reason \"the referral named the sending office\"")]
pub struct Correct {
    /// Case number or id
    case: String,
    /// Site code, as kent
    #[arg(long)]
    to: String,
    /// How it is known where the person is
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// Your own key: the same key twice is one correction
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Record that the person has moved; open concerns ring the new head at once, and the former one until the new one accepts
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ro case site move RC-4TQM-9XKD --how transfer --to kent --on 2027-03-02 --reason \"told by Kent\"\n  \
    ro case site move RC-4TQM-9XKD --how release --to po-victoria --on 2027-03-02 --reason \"told by the parole officer\""
)]
pub struct Move {
    /// Case number or id
    case: String,
    #[arg(long)]
    how: How,
    /// Site code, as kent
    #[arg(long)]
    to: String,
    /// The day of the move, YYYY-MM-DD: today or before
    #[arg(long)]
    on: String,
    /// How it is known
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// Your own key: the same key twice is one move
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Where the person was, from when until when
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case site history RC-4TQM-9XKD")]
pub struct History {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum How {
    /// To another site, inside or outside
    Transfer,
    /// To supervision in the community
    Release,
}

const NOW_AT: Words = Words { en: "the case is at {} now", fr: "le dossier est maintenant rattaché à {}" };
const FROM: Words = Words { en: "from {}", fr: "à compter du {}" };
const UNTIL: Words = Words { en: "from {} until {}", fr: "du {} au {}" };
const RECORDED: Words = Words { en: "recorded {} by {}", fr: "consigné le {} par {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Correct(c) => &c.common,
            Self::Move(c) => &c.common,
            Self::History(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.cases(who)?;
        match self {
            Self::Correct(c) => {
                let (case_ref, site, reason) = (c.case.clone(), c.to.clone(), c.reason.clone());
                let request = CorrectSiteRequest { case_ref, site, reason, idempotency_key: key(c.key.as_ref()) };
                let answer = client.correct_site(request).await?.into_inner();
                output::answer(session, &answer, now_at(answer.stay.as_ref(), session.lang));
            }
            Self::Move(c) => {
                let how = match c.how {
                    How::Transfer => SiteChange::Transfer,
                    How::Release => SiteChange::Release,
                };
                let request = RecordPersonMoveRequest {
                    case_ref: c.case.clone(),
                    how: how.into(),
                    site: c.to.clone(),
                    moved_on: c.on.clone(),
                    reason: c.reason.clone(),
                    idempotency_key: key(c.key.as_ref()),
                };
                let answer = client.record_person_move(request).await?.into_inner();
                output::answer(session, &answer, now_at(answer.stay.as_ref(), session.lang));
            }
            Self::History(c) => {
                let answer = client.get_case(GetCaseRequest { case_ref: c.case.clone() }).await?.into_inner();
                let stays = answer.case.unwrap_or_default().sites;
                if session.json {
                    let stays = stays.iter().map(output::json).collect::<Vec<_>>();
                    print::json(&serde_json::json!({ "sites": stays }));
                } else {
                    stays.iter().for_each(|stay| print::line(whole(stay, session.lang)));
                }
            }
        }
        Ok(())
    }
}

fn key(given: Option<&String>) -> String {
    given.cloned().unwrap_or_else(|| base::Ids::random().uuid().to_string())
}

fn now_at(stay: Option<&SiteStay>, lang: Lang) -> String {
    NOW_AT.fill(lang, &[stay.map_or("-", |stay| output::or_dash(&stay.site))])
}

/// One line for a stay, as the card of a case shows it.
pub(super) fn line(stay: &SiteStay, lang: Lang) -> String {
    let when = if stay.until.is_empty() { FROM.fill(lang, &[&stay.from]) } else { UNTIL.fill(lang, &[&stay.from, &stay.until]) };
    format!("{}  {when}  {}", output::or_dash(&stay.site), labels::site_change(stay.how()).of(lang))
}

/// A stay with who recorded it, and why.
fn whole(stay: &SiteStay, lang: Lang) -> String {
    if stay.recorded_by.is_empty() {
        return line(stay, lang);
    }
    let recorded = RECORDED.fill(lang, &[&output::instant(stay.recorded_at.as_ref()), &stay.recorded_by]);
    format!("{}  {recorded}\n  {}", line(stay, lang), print::indented(&stay.reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_person_was_reads_in_both_languages_from_when_until_when_and_why() {
        let stay = SiteStay {
            site: "kent".into(),
            from: "2026-03-02".into(),
            until: "2026-04-01".into(),
            how: SiteChange::Transfer.into(),
            reason: "told by Kent".into(),
            recorded_by: "rj-officer-1".into(),
            ..SiteStay::default()
        };
        assert_eq!(line(&stay, Lang::En), "kent  from 2026-03-02 until 2026-04-01  transfer");
        assert_eq!(line(&stay, Lang::Fr), "kent  du 2026-03-02 au 2026-04-01  transfèrement");
        assert!(whole(&stay, Lang::Fr).contains("rj-officer-1") && whole(&stay, Lang::Fr).contains("told by Kent"));
        let unknown = SiteStay { from: "2026-03-02".into(), how: SiteChange::Opening.into(), ..SiteStay::default() };
        assert_eq!(whole(&unknown, Lang::En), "-  from 2026-03-02  as the referral said");
    }
}
