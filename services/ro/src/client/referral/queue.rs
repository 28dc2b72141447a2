//! The commands `ro referral queue` and `ro referral screen`: the RJ Unit's work on the national queue [GL1, R3a].

use clap::Args;
use proto::{
    intake::v1::{Disposition, ListCount, ListQueueRequest, ListQueueResponse, Origin, QueueEntry, QueueList, ScreenReferralRequest},
    role,
};

use crate::{
    client::{
        choices,
        common::Common,
        failure::Failure,
        labels, output, pages,
        session::{Session, Wanted},
        text::{Lang, Words},
        text_argument::text_argument,
    },
    print,
};

/// The national queue, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro referral queue\n  ro referral queue --list deferred --site mission --newest\n  \
    ro referral queue --number RO-7KDM-Q4XP\n  ro referral queue --all --json")]
pub struct Queue {
    /// Also those already decided
    #[arg(long, conflicts_with = "list")]
    all: bool,
    /// One list of the queue; without it, what waits for a decision
    #[arg(long, value_parser = choices::queue_list())]
    list: Option<QueueList>,
    /// Code of a site; may be given several times
    #[arg(long = "site", value_name = "SITE")]
    sites: Vec<String>,
    #[arg(long, value_parser = choices::origin())]
    origin: Option<Origin>,
    /// Newest first
    #[arg(long)]
    newest: bool,
    /// Also how many stand in each list
    #[arg(long)]
    counts: bool,
    /// The one with this receipt number, in whatever list it is
    #[arg(long, conflicts_with_all = ["all", "list", "sites", "origin", "newest", "counts"])]
    number: Option<String>,
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    #[command(flatten)]
    pub common: Common,
}

/// Record a screening decision
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro referral screen 0198c0de-0000-7000-8000-000000000001 --decision accepted --reason \"both sides asked\"\n  \
    ro referral screen ID --decision deferred-for-preparation --reason \"in treatment\" --review-on 2027-01-15")]
pub struct Screen {
    /// Referral id, as `ro referral queue` shows it
    referral_id: String,
    #[arg(long, value_parser = choices::disposition())]
    decision: Disposition,
    /// Why, in your own words
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
    /// For a deferral: when to look again, YYYY-MM-DD
    #[arg(long, default_value = "")]
    review_on: String,
    /// For a duplicate: the receipt number of the referral that it repeats; it goes with that one's case
    #[arg(long, value_name = "NUMBER", default_value = "")]
    duplicate_of: String,
    #[command(flatten)]
    pub common: Common,
}

const EMPTY: Words = Words { en: "the queue is empty", fr: "la file est vide" };
const RECEIVED: Words = Words { en: "RECEIVED", fr: "REÇU" };
const NUMBER: Words = Words { en: "NUMBER", fr: "NUMÉRO" };
const ORIGIN: Words = Words { en: "ORIGIN", fr: "ORIGINE" };
const SITE: Words = Words { en: "SITE", fr: "SITE" };
const STATE: Words = Words { en: "STATE", fr: "ÉTAT" };
const TO_ASK: Words = Words { en: "TO NOTE", fr: "À NOTER" };

impl Queue {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let mut client = session.referrals(&who)?;
        let mut counts = Vec::new();
        let (entries, next_page_token) = pages::up_to(self.limit, async |page_size, page_token| {
            let request = ListQueueRequest {
                include_screened: self.all,
                page_size,
                with_counts: self.counts && page_token.is_empty(),
                page_token,
                list: self.list.unwrap_or_default().into(),
                sites: self.sites.clone(),
                origin: self.origin.unwrap_or_default().into(),
                newest_first: self.newest,
                receipt_number: self.number.clone().unwrap_or_default(),
                ..ListQueueRequest::default()
            };
            let page = client.list_queue(request).await?.into_inner();
            counts.extend(page.counts);
            Ok((page.entries, page.next_page_token))
        })
        .await?;
        let whole = ListQueueResponse { entries, next_page_token, counts };
        if session.json {
            output::print_json(&whole);
        } else {
            if self.counts {
                print::line(counted(&whole.counts, session.lang));
            }
            print::line(shown(&whole.entries, session.lang));
        }
        Ok(())
    }
}

/// How many stand in each list.
fn counted(counts: &[ListCount], lang: Lang) -> String {
    let lines = counts.iter().map(|one| {
        let more = if one.is_more { "+" } else { "" };
        format!("{:>5}{more:1}  {}\n", one.count, labels::queue_list(one.list()).of(lang))
    });
    lines.collect()
}

/// The queue as a table.
#[must_use]
pub fn shown(entries: &[QueueEntry], lang: Lang) -> String {
    if entries.is_empty() {
        return EMPTY.of(lang).to_owned();
    }
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|e| {
            vec![
                output::instant(e.received_at.as_ref()),
                e.receipt_number.clone(),
                labels::origin(e.origin()).of(lang).to_owned(),
                e.site.clone(),
                labels::referral_state(e.state()).of(lang).to_owned(),
                e.referral_id.clone(),
                e.flags
                    .iter()
                    .map(String::as_str)
                    .chain(e.possible_duplicate.then_some("possible-duplicate"))
                    .collect::<Vec<_>>()
                    .join(", "),
            ]
        })
        .collect();
    let headings = [RECEIVED, NUMBER, ORIGIN, SITE, STATE, Words { en: "ID", fr: "ID" }, TO_ASK].map(|w| w.of(lang));
    output::table(&headings, &rows)
}

impl Screen {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let request = ScreenReferralRequest {
            referral_id: self.referral_id.clone(),
            disposition: self.decision as i32,
            reason: self.reason.clone(),
            review_on: self.review_on.clone(),
            duplicate_of: self.duplicate_of.clone(),
        };
        let answer = session.referrals(&who)?.screen_referral(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(labels::referral_state(answer.state()).of(session.lang));
        }
        Ok(())
    }
}
