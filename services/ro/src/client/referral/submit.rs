//! The commands `ro referral submit` and `ro referral status`.

use clap::{ArgGroup, Args};
use proto::{
    intake::v1::{GetReceiptRequest, Known, Language, Mode, Origin, Receipt, Referral, SubmitReferralRequest},
    reference, role,
    safety::v1::ConcernReceipt,
};

use referral_file::concerns as alarms;

use super::keys::Keys;
use crate::{
    client::{
        choices,
        common::Common,
        concern::deliver::{self, Phone},
        failure::Failure,
        output,
        session::{Session, Wanted},
        text::{Lang, Words},
        text_argument::text_argument,
        who::Who,
    },
    print,
};

/// Submit one referral: an origin, your site, and one of the request, the victim or the offender
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("told").required(true).multiple(true).args(["request", "offender_name", "victim_name"]),
    after_help = "Examples:\n  \
        ro referral submit --origin any-communication --site mission --request \"wants to send an apology letter\"\n  \
        ro referral submit --origin institutional --site mission --offender-name \"Alex Exemple\" --offender-asked yes\n\n\
        Each submission is a referral of its own; one that got no answer is sent again with its --key, and is recorded once."
)]
pub struct Submit {
    /// Where the referral comes from
    #[arg(long, value_parser = choices::origin())]
    origin: Origin,
    /// Code of your site, for example mission
    #[arg(long)]
    site: String,
    /// What is asked for, in your own words
    #[arg(long, value_parser = text_argument)]
    request: Option<String>,
    #[arg(long, value_parser = text_argument)]
    offender_name: Option<String>,
    /// Finger Print Section number
    #[arg(long, value_parser = text_argument)]
    offender_fps: Option<String>,
    #[arg(long, value_parser = text_argument)]
    victim_name: Option<String>,
    /// Who speaks for the victim
    #[arg(long, value_parser = text_argument)]
    representative_name: Option<String>,
    /// By what relation, for example relative
    #[arg(long, value_parser = text_argument)]
    representative_relation: Option<String>,
    #[arg(long, value_parser = choices::known())]
    victim_registered: Option<Known>,
    /// Whether the offender asked for this themselves
    #[arg(long, value_parser = choices::known())]
    offender_asked: Option<Known>,
    #[arg(long, value_parser = choices::known())]
    offender_in_custody: Option<Known>,
    /// Whether a court order or condition forbids contact
    #[arg(long, value_parser = choices::known())]
    no_contact_condition: Option<Known>,
    /// A way to communicate; may be given several times
    #[arg(long = "mode", value_parser = choices::mode())]
    modes: Vec<Mode>,
    /// Language the person asked for
    #[arg(long, value_parser = choices::language())]
    language: Option<Language>,
    /// A safety concern that travels with the referral; it is raised at once
    #[arg(long, value_parser = text_argument)]
    safety_concern: Option<String>,
    /// Your own key for this referral; without it, one is made
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    phone: Phone,
    #[command(flatten)]
    pub common: Common,
}

/// What you may know of a referral you submitted: that it was received, and when
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro referral status RO-7KDM-Q4XP --as staff-mission")]
pub struct ReceiptStatus {
    /// The receipt number; case, spaces and dashes do not matter
    number: String,
    #[command(flatten)]
    pub common: Common,
}

const RECORDED: Words = Words { en: "{}  recorded {}", fr: "{}  consigné le {}" };
const KNOWN: Words = Words { en: "{}  already known since {}", fr: "{}  déjà connu depuis le {}" };
const VARIANT: Words = Words {
    en: "{}  known since {} with other content: both are kept for the RJ Unit to compare",
    fr: "{}  connu depuis le {} avec un autre contenu : les deux sont conservés pour l'Unité de la JR",
};
const AGAIN: Words = Words {
    en: "nobody answered: send the same words again with --key {}, and they are recorded once",
    fr: "aucune réponse : renvoyez les mêmes mots avec --key {}, et ils ne seront consignés qu'une fois",
};
const RAISED: Words = Words {
    en: "{}  the safety concern in it was raised all the same",
    fr: "{}  la préoccupation de sécurité qu'il contient a tout de même été signalée",
};
const BAD_NUMBER: Words = Words {
    en: "{} is not a receipt number: a character was misread or is missing",
    fr: "{} n'est pas un numéro de reçu : un caractère a été mal lu ou manque",
};

/// A receipt in one line.
#[must_use]
pub fn receipt_line(receipt: &Receipt, lang: Lang) -> String {
    let words = match (receipt.variant_kept, receipt.already_known) {
        (true, _) => VARIANT,
        (_, true) => KNOWN,
        _ => RECORDED,
    };
    words.fill(lang, &[&receipt.number, &output::instant(receipt.received_at.as_ref())])
}

/// The roles that submit for a site when no identity is named.
#[must_use]
pub fn submitters(site: &str) -> Vec<Wanted<'_>> {
    let at_the_site = [
        role::STAFF,
        role::MANAGER_ASSESSMENT_INTERVENTIONS,
        role::PAROLE_OFFICER,
        role::PAROLE_OFFICER_SUPERVISOR,
        role::PUBLISHING_SYSTEM,
    ];
    let mut wanted: Vec<_> = at_the_site.into_iter().map(|role| Wanted::at(role, site)).collect();
    if let Some(region) = site.strip_prefix("rhq-") {
        wanted.push(Wanted::of(role::VICTIM_SERVICES_OFFICER, region));
    }
    wanted.push(Wanted::role(role::RJ_OFFICER));
    wanted
}

impl Submit {
    fn referral(&self) -> Referral {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let known = |value: Option<Known>| value.unwrap_or_default() as i32;
        Referral {
            idempotency_key: self.key.clone().unwrap_or_else(new_key),
            origin: self.origin as i32,
            site: self.site.clone(),
            request: text(&self.request),
            offender_name: text(&self.offender_name),
            offender_fps: text(&self.offender_fps),
            victim_name: text(&self.victim_name),
            representative_name: text(&self.representative_name),
            representative_relation: text(&self.representative_relation),
            victim_registered: known(self.victim_registered),
            offender_asked: known(self.offender_asked),
            offender_in_custody: known(self.offender_in_custody),
            no_contact_condition: known(self.no_contact_condition),
            modes: self.modes.iter().map(|m| *m as i32).collect(),
            language: self.language.unwrap_or_default() as i32,
            safety_concern: text(&self.safety_concern),
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let who = session.who(&submitters(&self.site))?;
        let referral = self.referral();
        let failure = match submit(session, &who, &referral).await {
            Ok(receipt) => return show(session, receipt),
            Err(failure) => failure,
        };
        if matches!(failure, Failure::Unreachable(_)) {
            print::note(AGAIN.fill(session.lang, &[&referral.idempotency_key]));
        }
        if !is_read(&failure) {
            let concerns = alarms::of_a_referral(&referral, &mut Keys::for_once().lines);
            let print = |receipt: &ConcernReceipt| print::note(RAISED.fill(session.lang, &[&receipt.reference]));
            let _reported = deliver::send(session.alarm(&who), deliver::keep(concerns), (&self.phone, session.lang), print).await;
        }
        Err(failure)
    }
}

async fn submit(session: &Session, who: &Who, referral: &Referral) -> Result<Option<Receipt>, Failure> {
    let request = SubmitReferralRequest { referral: Some(referral.clone()) };
    Ok(session.referrals(who)?.submit_referral(request).await?.into_inner().receipt)
}

/// Whether the service has read the referral and refuses it for its content: then it has already raised the concern in it.
fn is_read(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(status) if status.code() == tonic::Code::InvalidArgument)
}

/// A unique key: two submissions of the same words are two.
#[must_use]
pub fn new_key() -> String {
    format!("ro-{}", base::Ids::random().uuid().simple())
}

impl ReceiptStatus {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let Some(number) = reference::parse("RO", &self.number) else {
            return Err(Failure::Usage(BAD_NUMBER.fill(session.lang, &[&self.number])));
        };
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)])?;
        let answer = session.referrals(&who)?.get_receipt(GetReceiptRequest { number }).await?.into_inner();
        show(session, answer.receipt)
    }
}

/// Prints the receipt of a submission.
///
/// # Errors
/// The service answered without one.
pub fn show(session: &Session, receipt: Option<Receipt>) -> Result<(), Failure> {
    let receipt = receipt.ok_or_else(|| anyhow::anyhow!("the service answered without a receipt"))?;
    if session.json {
        output::print_json(&receipt);
    } else {
        print::line(receipt_line(&receipt, session.lang));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_submissions_of_the_same_words_are_two_and_only_a_referral_that_was_read_has_told_its_concern() {
        assert_ne!(new_key(), new_key());
        let refused = |code| Failure::from(tonic::Status::new(code, "x"));
        assert!(is_read(&refused(tonic::Code::InvalidArgument)));
        for code in [tonic::Code::Unavailable, tonic::Code::PermissionDenied, tonic::Code::Unauthenticated, tonic::Code::Internal] {
            assert!(!is_read(&refused(code)), "{code}");
        }
    }

    #[test]
    fn a_receipt_tells_the_truth_about_what_was_known() {
        let receipt = Receipt { number: "RO-X".into(), ..Receipt::default() };
        assert_eq!(receipt_line(&receipt, Lang::En), "RO-X  recorded -");
        let variant = Receipt { variant_kept: true, already_known: true, ..receipt };
        assert!(receipt_line(&variant, Lang::En).contains("other content"));
        assert!(receipt_line(&variant, Lang::Fr).contains("autre contenu"));
    }
}
