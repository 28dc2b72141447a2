//! The command `ro entry`: entry of people to a site, asked for on a case and decided by whoever answers for the site [R2a, R6d, X-559].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        AskEntryRequest, DecideEntryRequest, EntryGround, EntryNeed, EntryPurpose, EntryScreening, EntryStep, GetEntryManifestRequest,
        ListEntriesRequest, ListSiteEntriesRequest, StepEntryRequest,
    },
    role,
};
use time::OffsetDateTime;

use super::{
    ask::given_or_chosen,
    choices,
    common::Common,
    curfew,
    entry_card::{self, card, head},
    failure::Failure,
    grant, output,
    session::{Session, Wanted},
    text::Words,
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, entries: proto::cases::v1::entry_service_client::EntryServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Ask(Box<Ask>),
    List(List),
    Cancel(Which),
    Represent(Represent),
    /// They entered: said on the case
    Used(Which),
    /// Curfews and times to report of an offender in the community: record, end
    #[command(subcommand)]
    Curfew(curfew::Command),
    Site(Site),
    Approve(Approve),
    Decline(Decline),
    /// Confirm an approval after something changed
    Confirm(Decided),
    /// They entered: said at the site
    Entered(Decided),
    Manifest(Decided),
}

/// Ask whoever answers for a site to let people enter it
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro entry ask RC-4TQM-9XKD --for mediation --site mission --from 2027-03-02T15:00:00Z \\\n    \
    --until 2027-03-02T18:00:00Z --with ID --mediator mediator-1 --mediator-name \"Morgan Made-up\" --need interpreter\n  \
    ro entry ask RC-4TQM-9XKD --for clearance --site mission --from 2027-01-01T00:00:00Z --until 2027-12-31T00:00:00Z \\\n    \
    --mediator mediator-1 --mediator-name \"Morgan Made-up\"")]
pub struct Ask {
    /// Case number or id
    case: String,
    /// preparation, mediation, or clearance: a standing one of a mediator
    #[arg(long = "for", value_parser = choices::entry_purpose())]
    purpose: EntryPurpose,
    /// Site code, as kent
    #[arg(long)]
    site: String,
    /// From when, as 2027-03-02T15:00:00Z
    #[arg(long, value_parser = grant::instant)]
    from: OffsetDateTime,
    /// Until when
    #[arg(long, value_parser = grant::instant)]
    until: OffsetDateTime,
    /// Participant id, as `ro case participant list` shows it; given for each who enters
    #[arg(long = "with", value_name = "ID")]
    people: Vec<String>,
    /// Identity of a mediator who enters
    #[arg(long, default_value = "", requires = "mediator_name")]
    mediator: String,
    /// Their name, as the gate reads it: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    mediator_name: String,
    /// Room or venue: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    place: String,
    /// What somebody needs; given for each
    #[arg(long = "need", value_parser = choices::entry_need())]
    needs: Vec<EntryNeed>,
    /// Needs in words, which the site reads: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
    /// Your own key: the same key twice asks for one entry
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// The entries of a case with their steps, and the curfews on its file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro entry list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Cancel an entry that was asked for or approved
#[derive(Debug, Args)]
pub struct Which {
    /// Case number or id
    case: String,
    /// Entry id, as `ro entry list` shows it; asked for where it is not given
    entry: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// What the refused person says to the refusal; whoever answers for the site reads it
#[derive(Debug, Args)]
pub struct Represent {
    #[command(flatten)]
    which: Which,
    /// What they say: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    words: String,
}

/// The entries to the sites that you answer for, what waits first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro entry site")]
pub struct Site {
    #[command(flatten)]
    common: Common,
}

/// An entry to a site that you answer for
#[derive(Debug, Args)]
pub struct Decided {
    /// Entry id, as `ro entry site` shows it; asked for where it is not given
    entry: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Let them enter
#[derive(Debug, Args)]
pub struct Approve {
    #[command(flatten)]
    which: Decided,
    /// At an institution: done, or waived with a reason
    #[arg(long, value_parser = choices::entry_screening())]
    screening: Option<EntryScreening>,
    /// A note, or why the screening is waived: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
}

/// Refuse, or take an approval back, with grounds and reasons
#[derive(Debug, Args)]
pub struct Decline {
    #[command(flatten)]
    which: Decided,
    /// The grounds; given for each
    #[arg(long = "ground", value_parser = choices::entry_ground(), required = true)]
    grounds: Vec<EntryGround>,
    /// The reasons: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reasons: String,
}

const ASKED: Words = Words { en: "entry {}, now {}", fr: "entrée {}, maintenant {}" };
const NOW: Words = Words { en: "now {}", fr: "maintenant {}" };
const NONE: Words = Words { en: "there is no entry", fr: "il n'y a aucune entrée" };
const WHICH: Words = Words { en: "Which entry?", fr: "Quelle entrée?" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Ask(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Cancel(c) | Self::Used(c) => &c.common,
            Self::Represent(c) => &c.which.common,
            Self::Curfew(c) => c.common(),
            Self::Site(c) => &c.common,
            Self::Approve(c) => &c.which.common,
            Self::Decline(c) => &c.which.common,
            Self::Confirm(c) | Self::Entered(c) | Self::Manifest(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let at_a_site =
            matches!(self, Self::Site(_) | Self::Approve(_) | Self::Decline(_) | Self::Confirm(_) | Self::Entered(_) | Self::Manifest(_));
        let role = if at_a_site { role::INSTITUTIONAL_HEAD } else { role::MEDIATOR };
        let who = session.who(&[Wanted::role(role)])?;
        let step = |step: EntryStep| DecideEntryRequest { step: step.into(), ..DecideEntryRequest::default() };
        match self {
            Self::Ask(c) => c.run(session, &who).await,
            Self::List(c) => c.run(session, &who).await,
            Self::Cancel(c) => c.step(session, &who, EntryStep::Cancel, "").await,
            Self::Used(c) => c.step(session, &who, EntryStep::Use, "").await,
            Self::Represent(c) => c.which.step(session, &who, EntryStep::Represent, &c.words).await,
            Self::Curfew(c) => c.run(session, &who).await,
            Self::Site(_) => site(session, &who).await,
            Self::Approve(c) => {
                let screening = c.screening.unwrap_or(EntryScreening::Unspecified).into();
                let request = DecideEntryRequest { screening, words: c.words.clone(), ..step(EntryStep::Approve) };
                c.which.decide(session, &who, request).await
            }
            Self::Decline(c) => {
                let grounds = c.grounds.iter().map(|ground| (*ground).into()).collect();
                let request = DecideEntryRequest { grounds, words: c.reasons.clone(), ..step(EntryStep::Decline) };
                c.which.decide(session, &who, request).await
            }
            Self::Confirm(c) => c.decide(session, &who, step(EntryStep::Confirm)).await,
            Self::Entered(c) => c.decide(session, &who, step(EntryStep::Use)).await,
            Self::Manifest(c) => c.manifest(session, &who).await,
        }
    }
}

impl Ask {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = AskEntryRequest {
            case_ref: self.case.clone(),
            purpose: self.purpose.into(),
            site: self.site.clone(),
            starts_at: Some(base::wire::timestamp(self.from)),
            ends_at: Some(base::wire::timestamp(self.until)),
            participant_ids: self.people.clone(),
            mediator: self.mediator.clone(),
            mediator_name: self.mediator_name.clone(),
            place: self.place.clone(),
            needs: self.needs.iter().map(|need| (*need).into()).collect(),
            needs_words: self.words.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.entries(who)?.ask_entry(request).await?.into_inner();
        let state = entry_card::state(answer.state()).of(session.lang);
        output::answer(session, &answer, ASKED.fill(session.lang, &[&answer.entry_id, state]));
        Ok(())
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.entries(who)?.list_entries(ListEntriesRequest { case_ref: self.case.clone() }).await?.into_inner();
        if session.json {
            output::print_json(&answer);
            return Ok(());
        }
        if answer.entries.is_empty() {
            print::line(NONE.of(session.lang));
        }
        answer.entries.iter().for_each(|one| print::line(card(one, session.lang)));
        answer.curfews.iter().for_each(|one| print::line(curfew::line(one, session.lang)));
        Ok(())
    }
}

async fn site(session: &Session, who: &Who) -> Result<(), Failure> {
    let answer = session.entries(who)?.list_site_entries(ListSiteEntriesRequest {}).await?.into_inner();
    if session.json {
        output::print_json(&answer);
    } else if answer.entries.is_empty() {
        print::line(NONE.of(session.lang));
    } else {
        answer.entries.iter().for_each(|one| print::line(card(one, session.lang)));
    }
    Ok(())
}

impl Which {
    async fn step(&self, session: &Session, who: &Who, step: EntryStep, words: &str) -> Result<(), Failure> {
        let mut client = session.entries(who)?;
        let waiting = if self.entry.is_some() {
            Vec::new()
        } else {
            let entries = client.list_entries(ListEntriesRequest { case_ref: self.case.clone() }).await?.into_inner().entries;
            let waits = entries.iter().filter(|one| one.next().any(|next| next == step));
            waits.map(|one| (one.entry_id.clone(), head(one))).collect()
        };
        let entry_id = given_or_chosen(session, self.entry.as_deref(), (WHICH, "ENTRY"), &waiting)?;
        let request = StepEntryRequest { case_ref: self.case.clone(), entry_id, step: step.into(), words: words.to_owned() };
        let answer = client.step_entry(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[entry_card::state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

impl Decided {
    async fn chosen(&self, session: &Session, who: &Who, step: Option<EntryStep>) -> Result<String, Failure> {
        let waiting = if self.entry.is_some() {
            Vec::new()
        } else {
            let entries = session.entries(who)?.list_site_entries(ListSiteEntriesRequest {}).await?.into_inner().entries;
            let waits = entries.iter().filter(|one| step.is_none_or(|step| one.next().any(|next| next == step)));
            waits.map(|one| (one.entry_id.clone(), head(one))).collect()
        };
        given_or_chosen(session, self.entry.as_deref(), (WHICH, "ENTRY"), &waiting)
    }

    async fn decide(&self, session: &Session, who: &Who, request: DecideEntryRequest) -> Result<(), Failure> {
        let entry_id = self.chosen(session, who, Some(request.step())).await?;
        let answer = session.entries(who)?.decide_entry(DecideEntryRequest { entry_id, ..request }).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[entry_card::state(answer.state()).of(session.lang)]));
        Ok(())
    }

    async fn manifest(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let entry_id = self.chosen(session, who, None).await?;
        let answer = session.entries(who)?.get_entry_manifest(GetEntryManifestRequest { entry_id }).await?.into_inner();
        let text = answer.manifest.as_ref().map(|manifest| entry_card::manifest(manifest, session.lang)).unwrap_or_default();
        output::answer(session, &answer, text);
        Ok(())
    }
}
