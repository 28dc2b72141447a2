//! The command `ro mediator`: the registry of mediators, and who of them fits a case [D-mediator, R3d].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        AmendMediatorRequest, EndEngagementRequest, EngageMediatorRequest, EngagementEnd, EngagementKind, GetMediatorRequest,
        LiftConflictRequest, ListMediatorsRequest, MatchMediatorsRequest, MediatorDetails, RecordConflictRequest, RecordTrainingRequest,
        RenewMediatorRequest,
    },
    role,
};

use super::{
    choices,
    common::Common,
    failure::Failure,
    mediator_card, output,
    session::{Session, Wanted},
    text::Words,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, mediators: proto::cases::v1::mediator_service_client::MediatorServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Show(Show),
    Match(Match),
    Engage(Engage),
    Renew(Renew),
    End(End),
    Amend(Amend),
    Train(Train),
    Conflict(Conflict),
    Lift(Lift),
}

/// Every entry of the registry, in the order in which the engagements end
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro mediator list")]
pub struct List {
    #[command(flatten)]
    common: Common,
}

/// One entry with its training, conflicts and gaps; without a name your own
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro mediator show mediator-1\n  ro mediator show --as mediator-1")]
pub struct Show {
    /// Identity of the mediator
    #[arg(default_value = "")]
    mediator: String,
    #[command(flatten)]
    common: Common,
}

/// Who fits a case, and why or why not; those who fit best first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro mediator match RC-4TQM-9XKD")]
pub struct Match {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Enter a mediator into the registry: the National Manager
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro mediator engage mediator-1 --region ontario --language en --language fr --capacity 6\n  \
    ro mediator engage mediator-2 --kind contract --region pacific --language en --last-day 2028-03-31 --contract PAC-2026-17")]
pub struct Engage {
    /// Identity of the mediator
    mediator: String,
    /// Casual, or by the service contract of the Pacific region
    #[arg(long, value_parser = choices::engagement_kind(), default_value = "casual")]
    kind: EngagementKind,
    /// YYYY-MM-DD; today where it is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    first_day: String,
    /// YYYY-MM-DD; a year, where it is left out of a casual engagement
    #[arg(long, default_value = "", hide_default_value = true)]
    last_day: String,
    /// Number of the service contract
    #[arg(long, default_value = "", hide_default_value = true)]
    contract: String,
    /// They were engaged before, and are to be engaged again
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    details: Details,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Details {
    /// Atlantic, quebec, ontario, prairie or pacific
    #[arg(long)]
    region: String,
    /// A language by its code; may be given several times
    #[arg(long = "language", required = true)]
    languages: Vec<String>,
    /// A mode in which they are practised, as letter; may be given several times
    #[arg(long = "specialty")]
    specialties: Vec<String>,
    /// Open cases at once
    #[arg(long, default_value_t = 5)]
    capacity: i32,
}

/// Renew an engagement that is not over
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro mediator renew mediator-1\n  ro mediator renew mediator-2 --last-day 2029-03-31")]
pub struct Renew {
    /// Identity of the mediator
    mediator: String,
    /// YYYY-MM-DD; a year more, where it is left out of a casual engagement
    #[arg(long, default_value = "", hide_default_value = true)]
    last_day: String,
    #[command(flatten)]
    common: Common,
}

/// End an engagement at once, with every assignment and the access to every case
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro mediator end mediator-1 --why own-wish")]
pub struct End {
    /// Identity of the mediator
    mediator: String,
    #[arg(long, value_parser = choices::engagement_end())]
    why: EngagementEnd,
    #[command(flatten)]
    common: Common,
}

/// Change region, languages, specialties and capacity
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ro mediator amend mediator-1 --region ontario --language en --language fr --specialty letter --capacity 8"
)]
pub struct Amend {
    /// Identity of the mediator
    mediator: String,
    #[command(flatten)]
    details: Details,
    #[command(flatten)]
    common: Common,
}

/// Record that training was completed
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro mediator train mediator-1 --module protocols --module confidentiality --completed-on 2026-10-05")]
pub struct Train {
    /// Identity of the mediator
    mediator: String,
    /// Code of a module; may be given several times
    #[arg(long = "module", required = true)]
    modules: Vec<String>,
    /// YYYY-MM-DD; today where it is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    completed_on: String,
    /// YYYY-MM-DD, the last day on which it counts; as the catalogue says where it is left out
    #[arg(long, default_value = "", hide_default_value = true)]
    expires_on: String,
    /// Number of the certificate
    #[arg(long, default_value = "", hide_default_value = true)]
    evidence: String,
    #[command(flatten)]
    common: Common,
}

/// Record a conflict of interest, with a site or with a person of a case
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro mediator conflict mediator-1 --site mission\n  \
    ro mediator conflict mediator-1 --case RC-4TQM-9XKD --participant ID")]
pub struct Conflict {
    /// Identity of the mediator
    mediator: String,
    /// Code of a site
    #[arg(long, default_value = "", hide_default_value = true, required_unless_present = "case", conflicts_with = "case")]
    site: String,
    /// Case number or id
    #[arg(long, default_value = "", hide_default_value = true, requires = "participant")]
    case: String,
    /// Participant id, as `ro case show` shows it
    #[arg(long, default_value = "", hide_default_value = true)]
    participant: String,
    #[command(flatten)]
    common: Common,
}

/// Lift a conflict of interest that stands no longer
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro mediator lift mediator-1 ID")]
pub struct Lift {
    /// Identity of the mediator
    mediator: String,
    /// Id, as `ro mediator show` shows it
    conflict: String,
    #[command(flatten)]
    common: Common,
}

const ENGAGED: Words = Words { en: "{} is engaged until {}", fr: "{} est sous engagement jusqu’au {}" };
const ENDED: Words = Words {
    en: "the engagement is ended, and with it so many assignments: {}",
    fr: "l’engagement a pris fin, et avec lui ce nombre d’affectations : {}",
};
const AMENDED: Words = Words { en: "the entry of {} is changed", fr: "l’inscription de {} est modifiée" };
const TRAINED: Words = Words { en: "recorded for {}", fr: "consigné pour {}" };
const CONFLICT: Words = Words { en: "the conflict {} stands now", fr: "le conflit {} existe maintenant" };
const LIFTED: Words = Words { en: "lifted", fr: "levé" };
const NOBODY: Words = Words { en: "the registry has no mediator yet", fr: "le registre ne contient encore aucun médiateur" };
const NO_MATCH: Words = Words { en: "nobody is engaged as a mediator", fr: "personne n’est sous engagement comme médiateur" };

impl Details {
    fn message(&self) -> MediatorDetails {
        MediatorDetails {
            region: self.region.to_lowercase(),
            languages: self.languages.clone(),
            specialties: self.specialties.iter().map(|code| code.replace('-', "_")).collect(),
            capacity: self.capacity,
        }
    }
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Show(c) => &c.common,
            Self::Match(c) => &c.common,
            Self::Engage(c) => &c.common,
            Self::Renew(c) => &c.common,
            Self::End(c) => &c.common,
            Self::Amend(c) => &c.common,
            Self::Train(c) => &c.common,
            Self::Conflict(c) => &c.common,
            Self::Lift(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let role = match self {
            Self::List(_) | Self::Show(_) | Self::Match(_) => role::RJ_OFFICER,
            _ => role::NATIONAL_MANAGER,
        };
        let who = session.who(&[Wanted::role(role)])?;
        match self {
            Self::List(_) | Self::Show(_) | Self::Match(_) => self.read(session, &who).await,
            Self::Engage(_) | Self::Renew(_) | Self::End(_) | Self::Amend(_) => self.engagement(session, &who).await,
            Self::Train(_) | Self::Conflict(_) | Self::Lift(_) => self.record(session, &who).await,
        }
    }

    async fn read(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.mediators(who)?;
        let lang = session.lang;
        match self {
            Self::Show(c) => {
                let answer = client.get_mediator(GetMediatorRequest { mediator: c.mediator.clone() }).await?.into_inner();
                let mediator = answer.mediator.clone().unwrap_or_default();
                output::answer(session, &answer, mediator_card::card(&mediator, &answer.modules, lang));
            }
            Self::Match(c) => {
                let answer = client.match_mediators(MatchMediatorsRequest { case_ref: c.case.clone() }).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.matches.is_empty() {
                    print::line(NO_MATCH.of(lang));
                } else {
                    answer.matches.iter().for_each(|found| print::line(mediator_card::fit(found, lang)));
                }
            }
            _ => {
                let answer = client.list_mediators(ListMediatorsRequest {}).await?.into_inner();
                if session.json {
                    output::print_json(&answer);
                } else if answer.mediators.is_empty() {
                    print::line(NOBODY.of(lang));
                } else {
                    print::line(mediator_card::table(&answer.mediators, lang));
                }
            }
        }
        Ok(())
    }

    async fn engagement(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.mediators(who)?;
        match self {
            Self::Engage(c) => {
                let request = EngageMediatorRequest {
                    mediator: c.mediator.clone(),
                    kind: c.kind.into(),
                    first_day: c.first_day.clone(),
                    last_day: c.last_day.clone(),
                    details: Some(c.details.message()),
                    contract: c.contract.clone(),
                    again: c.again,
                };
                let answer = client.engage_mediator(request).await?.into_inner();
                output::answer(session, &answer, ENGAGED.fill(session.lang, &[&c.mediator, &answer.last_day]));
            }
            Self::Renew(c) => {
                let request = RenewMediatorRequest { mediator: c.mediator.clone(), last_day: c.last_day.clone() };
                let answer = client.renew_mediator(request).await?.into_inner();
                output::answer(session, &answer, ENGAGED.fill(session.lang, &[&c.mediator, &answer.last_day]));
            }
            Self::Amend(c) => {
                let request = AmendMediatorRequest { mediator: c.mediator.clone(), details: Some(c.details.message()) };
                let answer = client.amend_mediator(request).await?.into_inner();
                output::answer(session, &answer, AMENDED.fill(session.lang, &[&c.mediator]));
            }
            Self::End(c) => {
                let request = EndEngagementRequest { mediator: c.mediator.clone(), why: c.why.into() };
                let answer = client.end_engagement(request).await?.into_inner();
                output::answer(session, &answer, ENDED.fill(session.lang, &[&answer.assignments_ended.to_string()]));
            }
            _ => {}
        }
        Ok(())
    }

    async fn record(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.mediators(who)?;
        match self {
            Self::Train(c) => {
                let request = RecordTrainingRequest {
                    mediator: c.mediator.clone(),
                    modules: c.modules.clone(),
                    completed_on: c.completed_on.clone(),
                    expires_on: c.expires_on.clone(),
                    evidence: c.evidence.clone(),
                };
                let answer = client.record_training(request).await?.into_inner();
                output::answer(session, &answer, TRAINED.fill(session.lang, &[&c.mediator]));
            }
            Self::Conflict(c) => {
                let request = RecordConflictRequest {
                    mediator: c.mediator.clone(),
                    site: c.site.clone(),
                    case_ref: c.case.clone(),
                    participant_id: c.participant.clone(),
                };
                let answer = client.record_conflict(request).await?.into_inner();
                output::answer(session, &answer, CONFLICT.fill(session.lang, &[&answer.conflict_id]));
            }
            Self::Lift(c) => {
                let request = LiftConflictRequest { mediator: c.mediator.clone(), conflict_id: c.conflict.clone() };
                let answer = client.lift_conflict(request).await?.into_inner();
                output::answer(session, &answer, LIFTED.of(session.lang));
            }
            _ => {}
        }
        Ok(())
    }
}
