//! The command `ro case consent`: what a participant was offered, gave or withdrew, for each mode [IM1c, L26.1-2].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{ConsentStatus, GetCaseRequest, Initiative, RecordConsentRequest, Understanding},
    intake::v1::Language,
};
use time::OffsetDateTime;

use super::{choices, common::Common, failure::Failure, grant, labels, output, session::Session, text::Words, who::Who};
use crate::print;

super::session::service_client!(cases, consents: proto::cases::v1::consent_service_client::ConsentServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Offer(Offer),
    Give(Give),
    Withdraw(Withdraw),
    Expire(Expire),
}

/// Whose consent, and to what.
#[derive(Debug, Args)]
struct Whose {
    /// Case number or id
    case: String,
    /// Participant id, as `ro case show` shows it
    #[arg(long)]
    participant: String,
    /// letter, video, shuttle, face_to_face, group or other
    #[arg(long)]
    mode: String,
    /// For mode other: the id of the described one, as `ro case mode list` shows it
    #[arg(long, value_name = "ID", default_value = "")]
    described: String,
    #[command(flatten)]
    common: Common,
}

/// A mode was offered to a participant; after they withdrew, only on their own initiative
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case consent offer RC-4TQM-9XKD --participant ID --mode letter\n  \
    ro case consent offer RC-4TQM-9XKD --participant ID --mode letter --own-initiative by-telephone --said-at 2027-03-02T10:00:00Z")]
pub struct Offer {
    #[command(flatten)]
    whose: Whose,
    /// After a withdrawal: how they said, on their own initiative, that they want to go on. Not recorded by the mediator
    #[arg(long, value_parser = choices::initiative(), requires = "said_at")]
    own_initiative: Option<Initiative>,
    /// When they said so, as 2027-03-02T10:00:00Z
    #[arg(long, value_parser = grant::instant, requires = "own_initiative")]
    said_at: Option<OffsetDateTime>,
}

/// A participant consents to a mode that was offered to them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    ro case consent give RC-4TQM-9XKD --participant ID --mode letter --form-version RO-3 --language english --informed-and-voluntary \
    --how in-person --understanding own-words,may-withdraw --witness 'Ada Fictive'\n  \
    The scan follows: the same again with --scan DOCUMENT")]
pub struct Give {
    #[command(flatten)]
    whose: Whose,
    /// Version of the consent form
    #[arg(long)]
    form_version: String,
    /// In which the participant consented
    #[arg(long, value_parser = choices::language())]
    language: Language,
    /// They understood it, and nobody pressed them
    #[arg(long)]
    informed_and_voluntary: bool,
    #[command(flatten)]
    giving: Box<Giving>,
    /// Last day on which it counts, YYYY-MM-DD; without it, as long as the programme allows
    #[arg(long, default_value = "")]
    ends_on: String,
}

/// How consent was given, what was checked, and who was there
#[derive(Debug, Args)]
struct Giving {
    /// How they gave it
    #[arg(long, value_parser = choices::initiative())]
    how: Initiative,
    /// What was checked, so that it is sure they understood: one or more, separated by commas
    #[arg(long, value_parser = choices::understanding(), value_delimiter = ',', required = true)]
    understanding: Vec<Understanding>,
    /// What else is to be known of that check
    #[arg(long, default_value = "")]
    understanding_note: String,
    /// Name of who witnessed it
    #[arg(long, value_name = "NAME", default_value = "")]
    witness: String,
    /// Id of the scanned form, a document of this case; it may follow
    #[arg(long, value_name = "DOCUMENT", default_value = "")]
    scan: String,
}

/// A participant takes consent back: whatever is under way stops at once. Nobody needs to say why
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case consent withdraw RC-4TQM-9XKD --participant ID --mode letter")]
pub struct Withdraw {
    #[command(flatten)]
    whose: Whose,
}

/// A consent has ended before its last day
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case consent expire RC-4TQM-9XKD --participant ID --mode letter")]
pub struct Expire {
    #[command(flatten)]
    whose: Whose,
}

const RECORDED: Words = Words { en: "recorded: {}", fr: "consigné : {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        &self.whose().common
    }

    const fn whose(&self) -> &Whose {
        match self {
            Self::Offer(c) => &c.whose,
            Self::Give(c) => &c.whose,
            Self::Withdraw(c) => &c.whose,
            Self::Expire(c) => &c.whose,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let whose = self.whose();
        let found = session.cases(who)?.get_case(GetCaseRequest { case_ref: whose.case.clone() }).await?.into_inner();
        let common = RecordConsentRequest {
            case_id: found.case.unwrap_or_default().case_id,
            participant_id: whose.participant.clone(),
            mode: whose.mode.replace('-', "_"),
            described_mode_id: whose.described.clone(),
            ..RecordConsentRequest::default()
        };
        let request = self.filled(common);
        let status = request.status();
        let answer = session.consents(who)?.record_consent(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(RECORDED.fill(session.lang, &[labels::consent(status).of(session.lang)]));
        }
        Ok(())
    }

    fn filled(&self, common: RecordConsentRequest) -> RecordConsentRequest {
        match self {
            Self::Offer(offer) => RecordConsentRequest {
                status: ConsentStatus::Offered.into(),
                initiative: offer.own_initiative.unwrap_or_default().into(),
                initiative_at: offer.said_at.map(base::wire::timestamp),
                ..common
            },
            Self::Give(give) => RecordConsentRequest {
                status: ConsentStatus::Given.into(),
                form_version: give.form_version.clone(),
                language: if give.language == Language::French { "fr" } else { "en" }.to_owned(),
                informed_and_voluntary: give.informed_and_voluntary,
                ends_on: give.ends_on.clone(),
                how: give.giving.how.into(),
                understanding: give.giving.understanding.iter().map(|checked| (*checked).into()).collect(),
                understanding_note: give.giving.understanding_note.clone(),
                witness: give.giving.witness.clone(),
                scan_document_id: give.giving.scan.clone(),
                ..common
            },
            Self::Withdraw(_) => RecordConsentRequest { status: ConsentStatus::Withdrawn.into(), ..common },
            Self::Expire(_) => RecordConsentRequest { status: ConsentStatus::Expired.into(), ..common },
        }
    }
}
