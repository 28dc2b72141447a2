//! The command `ro referral receipts`: what one submitted oneself, newest first; a lost number is found again [R6b].

use clap::Args;
use proto::intake::v1::{ListReceiptsRequest, ListReceiptsResponse};

use super::submit::submitters;
use crate::{
    client::{
        common::Common,
        failure::Failure,
        output, pages,
        session::Session,
        text::{Lang, Words},
    },
    print,
};

/// The receipts of what you submitted, newest first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro referral receipts --as staff-mission")]
pub struct Receipts {
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    #[command(flatten)]
    pub common: Common,
}

const NONE: Words = Words { en: "you have sent none under this name", fr: "vous n'en avez envoyé aucun sous ce nom" };
const NUMBER: Words = Words { en: "NUMBER", fr: "NUMÉRO" };
const SENT: Words = Words { en: "SENT", fr: "ENVOYÉ" };
const PLACE: Words = Words { en: "SITE OR REGION", fr: "SITE OU RÉGION" };
const KEY: Words = Words { en: "KEY", fr: "CLÉ" };

impl Receipts {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&submitters("mission"))?;
        let mut client = session.referrals(&who)?;
        let (receipts, next_page_token) = pages::up_to(self.limit, async |page_size, page_token| {
            let page = client.list_receipts(ListReceiptsRequest { page_size, page_token }).await?.into_inner();
            Ok((page.receipts, page.next_page_token))
        })
        .await?;
        let whole = ListReceiptsResponse { receipts, next_page_token };
        if session.json {
            output::print_json(&whole);
        } else {
            print::line(shown(&whole, session.lang));
        }
        Ok(())
    }
}

/// The receipts as a table.
fn shown(whole: &ListReceiptsResponse, lang: Lang) -> String {
    if whole.receipts.is_empty() {
        return NONE.of(lang).to_owned();
    }
    let row = |one: &proto::intake::v1::OwnReceipt| {
        let receipt = one.receipt.clone().unwrap_or_default();
        vec![receipt.number, output::instant(one.sent_at.as_ref()), one.place.clone(), receipt.idempotency_key]
    };
    let rows: Vec<Vec<String>> = whole.receipts.iter().map(row).collect();
    output::table(&[NUMBER, SENT, PLACE, KEY].map(|w| w.of(lang)), &rows)
}
