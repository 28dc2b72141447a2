//! `ro concern raise`: one line of text is enough, and the text survives whatever fails.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use chassis::Ids;
use clap::Args;
use proto::{
    role,
    safety::v1::{Concern, ConcernReceipt, Grade, RaiseConcernRequest},
};

use super::draft;
use crate::{
    client::{
        choices,
        common::Common,
        device::unlock::ByDevice,
        failure::Failure,
        output,
        session::{Session, Wanted},
        text::{Lang, Words},
    },
    print,
};

/// Raise a safety concern: one line of text is enough
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro concern raise \"Alex Exemple says he will hurt himself tonight\" --site mission --grade imminent\n  \
    ro concern raise - < note.txt\n  \
    ro concern raise --draft ~/.local/state/ro/drafts/concern-….json\n\n\
    When the service cannot be reached the text is kept in a draft and this command ends with status 3: phone at once.")]
pub struct Raise {
    /// What is the matter; - reads it from standard input
    #[arg(required_unless_present = "draft", conflicts_with = "draft")]
    text: Option<String>,
    /// Send a kept draft again, under the same id
    #[arg(long, value_name = "FILE")]
    draft: Option<PathBuf>,
    /// How urgent; not stated counts as a concern
    #[arg(long, value_parser = choices::grade())]
    grade: Option<Grade>,
    /// Code of the site, where known; otherwise NHQ finds the head
    #[arg(long, default_value = "")]
    site: String,
    /// Who is at risk, in words the head will understand
    #[arg(long, default_value = "")]
    person_at_risk: String,
    /// For example "said he will hurt himself tonight"
    #[arg(long, default_value = "")]
    nature: String,
    /// For example "Unit 3, cell 12"
    #[arg(long, default_value = "")]
    place: String,
    /// What to do, as far as you can say
    #[arg(long, default_value = "")]
    advice: String,
    /// The case it comes from; NHQ only
    #[arg(long, default_value = "")]
    case_id: String,
    /// Where to call you back
    #[arg(long, default_value = "")]
    call_back: String,
    /// Whom to phone when the service cannot be reached
    #[arg(long, value_name = "TEXT", env = "RO_SAFETY_PHONE")]
    phone: Option<String>,
    #[command(flatten)]
    pub common: Common,
    #[command(flatten)]
    pub by: ByDevice,
}

const RECORDED: Words = Words {
    en: "{}  recorded {}: NHQ and the responsible head are being rung until each accepts",
    fr: "{}  consignée le {} : l'AC et le directeur responsable sont avisés jusqu'à ce que chacun l'accepte",
};
const ASKED: Words = Words {
    en: "{}  recorded {}: the RJ Unit at NHQ is being rung until it accepts",
    fr: "{}  consignée le {} : l'Unité de la justice réparatrice de l'AC est avisée jusqu'à ce qu'elle accepte",
};
const KNOWN: Words = Words { en: "{}  already recorded {}", fr: "{}  déjà consignée le {}" };
const NOT_SENT: Words =
    Words { en: "!!! NOT SENT: nobody has been told of this concern", fr: "!!! NON ENVOYÉE : personne n'a été avisé" };
const KEPT: Words = Words {
    en: "!!! the text is kept; send it again with: ro concern raise --draft {}",
    fr: "!!! le texte est conservé; renvoyez-le avec : ro concern raise --draft {}",
};
const NOT_KEPT: Words = Words {
    en: "!!! the text could NOT be kept in {} ({}): copy it now",
    fr: "!!! le texte n'a PAS pu être conservé dans {} ({}) : copiez-le maintenant",
};
const PHONE: Words = Words { en: "!!! PHONE NOW: {}", fr: "!!! TÉLÉPHONEZ MAINTENANT : {}" };
const PHONE_UNKNOWN: Words = Words {
    en: "NHQ and the institutional head, as your site's instructions say (set RO_SAFETY_PHONE to show the number here)",
    fr: "l'AC et le directeur de l'établissement, selon les consignes de votre site (RO_SAFETY_PHONE affiche le numéro ici)",
};

impl Raise {
    /// # Errors
    /// See [`Failure`]; the text is kept first.
    pub async fn run(&self) -> Result<(), Failure> {
        let lang = self.common.lang();
        let (concern, kept) = match &self.draft {
            Some(path) => {
                let concern = draft::read(path).map_err(|e| Failure::Usage(format!("{}: {e}", path.display())))?;
                (concern, Ok(path.clone()))
            }
            None => {
                let concern = self.concern()?;
                let kept = draft::keep(&draft::folder(), &concern);
                (concern, kept)
            }
        };
        let question = concern.grade() == Grade::Question;
        match self.send(concern).await {
            Ok(receipt) => {
                if let Ok(path) = &kept {
                    draft::forget(path);
                }
                self.tell(&receipt, question, lang);
                Ok(())
            }
            Err(failure) => {
                self.cry(lang, kept.as_deref().map_err(ToString::to_string));
                Err(failure)
            }
        }
    }

    fn concern(&self) -> Result<Concern, Failure> {
        let mut text = self.text.clone().unwrap_or_default();
        if text == "-" {
            text.clear();
            let stdin = std::io::stdin().lock().take(64 * 1024).read_to_string(&mut text);
            stdin.map_err(|e| Failure::Usage(e.to_string()))?;
        }
        Ok(Concern {
            concern_id: Ids::random().uuid().to_string(),
            grade: self.grade.unwrap_or_default() as i32,
            site: self.site.clone(),
            text: text.trim_end().to_owned(),
            person_at_risk: self.person_at_risk.clone(),
            nature: self.nature.clone(),
            place: self.place.clone(),
            advice: self.advice.clone(),
            case_id: self.case_id.clone(),
            observed_at: None,
            call_back: self.call_back.clone(),
        })
    }

    async fn send(&self, concern: Concern) -> Result<ConcernReceipt, Failure> {
        let session = Session::open_by(&self.common, &self.by)?;
        let site = concern.site.clone();
        let who = session.who(&[Wanted::at(role::STAFF, &site), Wanted::role(role::STAFF)])?;
        let request = RaiseConcernRequest { concern: Some(concern) };
        let answer = session.safety(&who)?.raise_concern(request).await?.into_inner();
        Ok(answer.receipt.ok_or_else(|| anyhow::anyhow!("the service answered without a receipt"))?)
    }

    fn tell(&self, receipt: &ConcernReceipt, question: bool, lang: Lang) {
        if self.common.json {
            return output::print_json(receipt);
        }
        let words = match (receipt.already_known, question) {
            (true, _) => KNOWN,
            (false, true) => ASKED,
            (false, false) => RECORDED,
        };
        print::line(words.fill(lang, &[&receipt.reference, &output::instant(receipt.recorded_at.as_ref())]));
    }

    /// Loudly, on standard error, also where the answer is wanted as JSON.
    fn cry(&self, lang: Lang, kept: Result<&Path, String>) {
        print::note(NOT_SENT.of(lang));
        match kept {
            Ok(path) => print::note(KEPT.fill(lang, &[&path.display().to_string()])),
            Err(why) => print::note(NOT_KEPT.fill(lang, &[&draft::folder().display().to_string(), &why])),
        }
        let whom = self.phone.clone().unwrap_or_else(|| PHONE_UNKNOWN.of(lang).to_owned());
        print::note(PHONE.fill(lang, &[&whom]));
    }
}
