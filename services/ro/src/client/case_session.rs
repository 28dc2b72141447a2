//! The command `ro case session`: meetings of participants, planned, confirmed, held and followed up [R4b].

use clap::{Args, Subcommand};
use proto::cases::v1::{
    Case, DocumentSide, GetCaseRequest, ListSessionsRequest, PlanSessionRequest, Session as Meeting, SessionOutcome, SessionStep,
    StepSessionRequest, TakenSessionStep,
};
use time::OffsetDateTime;

use super::{
    ask::given_or_chosen,
    case_card, choices,
    common::Common,
    failure::Failure,
    grant, labels, output, participant,
    session::Session,
    text::{Lang, Words},
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, meetings: proto::cases::v1::session_service_client::SessionServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    Plan(Box<Plan>),
    List(List),
    /// Let it take place: refused with all that is missing, which nobody can override
    Confirm(Which),
    /// It begins: everything is checked once more
    Begin(Which),
    End(End),
    Debrief(Debrief),
    FollowUp(FollowUp),
    /// Nothing more is to be done after it
    Finish(Which),
    Cancel(Cancel),
}

/// Plan a meeting of two participants or more
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ro case session plan RC-4TQM-9XKD --mode face_to_face --at 2027-03-02T15:00:00Z --with ID --with ID \\\n    \
    --place \"room 4, parole office\""
)]
pub struct Plan {
    /// Case number or id
    case: String,
    /// face_to_face, group, video, shuttle or other
    #[arg(long)]
    mode: String,
    /// For mode other: the id of the described one, as `ro case mode list` shows it
    #[arg(long, value_name = "ID", default_value = "")]
    described: String,
    /// When it begins, as 2027-03-02T15:00:00Z
    #[arg(long, value_parser = grant::instant)]
    at: OffsetDateTime,
    /// Participant id, as `ro case participant list` shows it; given for each who meets
    #[arg(long = "with", value_name = "ID", required = true)]
    people: Vec<String>,
    /// Where they meet, or by which link: @FILE reads it from a file, - from standard input
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    place: String,
    /// Accommodations and interpreters
    #[arg(long, value_parser = text_argument, default_value = "")]
    needs: String,
    /// Identity of a second mediator
    #[arg(long, default_value = "")]
    co_mediator: String,
    /// Your own key: the same key twice plans one session
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// The sessions of a case with their steps, and what stands in the way of the next one
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case session list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// A session of a case.
#[derive(Debug, Args)]
pub struct Which {
    /// Case number or id
    case: String,
    /// Session id, as `ro case session list` shows it; asked for where it is not given
    session: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// It is over, with its outcome as a category
#[derive(Debug, Args)]
pub struct End {
    #[command(flatten)]
    which: Which,
    #[arg(long, value_parser = choices::session_outcome())]
    outcome: SessionOutcome,
}

/// A debrief with one side, after it was held; as many as are wanted
#[derive(Debug, Args)]
pub struct Debrief {
    #[command(flatten)]
    which: Which,
    /// victim or offender
    #[arg(long, value_parser = choices::document_side())]
    side: DocumentSide,
    /// A note: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
}

/// A follow-up after it was held; as many as are wanted
#[derive(Debug, Args)]
pub struct FollowUp {
    #[command(flatten)]
    which: Which,
    /// YYYY-MM-DD, when the next one is due
    #[arg(long, default_value = "")]
    next_on: String,
    /// A note: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "")]
    words: String,
}

/// It does not take place
#[derive(Debug, Args)]
pub struct Cancel {
    #[command(flatten)]
    which: Which,
    /// Why: @FILE or -
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    reason: String,
}

const PLANNED: Words = Words { en: "planned: {}", fr: "planifiée : {}" };
const NOW: Words = Words { en: "now {}", fr: "maintenant {}" };
const NONE: Words = Words { en: "no session was planned in this case", fr: "aucune séance n'a été planifiée dans ce dossier" };
const WHICH: Words = Words { en: "Which session?", fr: "Quelle séance?" };
const BLOCKED: Words = Words { en: "BLOCKED since {}", fr: "BLOQUÉE depuis le {}" };
const STILL_NEEDS: Words = Words { en: "still needs", fr: "il manque encore" };
const PLACE: Words = Words { en: "at {}", fr: "à {}" };
const NEXT: Words = Words { en: "next on {}", fr: "prochain le {}" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Plan(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Confirm(c) | Self::Begin(c) | Self::Finish(c) => &c.common,
            Self::End(c) => &c.which.common,
            Self::Debrief(c) => &c.which.common,
            Self::FollowUp(c) => &c.which.common,
            Self::Cancel(c) => &c.which.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let step = |step: SessionStep| StepSessionRequest { step: step.into(), ..StepSessionRequest::default() };
        match self {
            Self::Plan(c) => c.run(session, who).await,
            Self::List(c) => c.run(session, who).await,
            Self::Confirm(c) => c.step(session, who, step(SessionStep::Confirm)).await,
            Self::Begin(c) => c.step(session, who, step(SessionStep::Begin)).await,
            Self::Finish(c) => c.step(session, who, step(SessionStep::Finish)).await,
            Self::End(c) => {
                let request = StepSessionRequest { outcome: c.outcome.into(), ..step(SessionStep::End) };
                c.which.step(session, who, request).await
            }
            Self::Debrief(c) => {
                let request = StepSessionRequest { side: c.side.into(), words: c.words.clone(), ..step(SessionStep::Debrief) };
                c.which.step(session, who, request).await
            }
            Self::FollowUp(c) => {
                let request = StepSessionRequest { next_on: c.next_on.clone(), words: c.words.clone(), ..step(SessionStep::FollowUp) };
                c.which.step(session, who, request).await
            }
            Self::Cancel(c) => {
                let request = StepSessionRequest { words: c.reason.clone(), ..step(SessionStep::Cancel) };
                c.which.step(session, who, request).await
            }
        }
    }
}

impl Plan {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = PlanSessionRequest {
            case_ref: self.case.clone(),
            mode: self.mode.replace('-', "_"),
            described_mode_id: self.described.clone(),
            starts_at: Some(base::wire::timestamp(self.at)),
            participant_ids: self.people.clone(),
            place: self.place.clone(),
            needs: self.needs.clone(),
            co_mediator: self.co_mediator.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let answer = session.meetings(who)?.plan_session(request).await?.into_inner();
        output::answer(session, &answer, PLANNED.fill(session.lang, &[&answer.session_id]));
        Ok(())
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let answer = session.meetings(who)?.list_sessions(ListSessionsRequest { case_ref: self.case.clone() }).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.sessions.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            let request = GetCaseRequest { case_ref: self.case.clone() };
            let case = session.cases(who)?.get_case(request).await?.into_inner().case.unwrap_or_default();
            answer.sessions.iter().for_each(|one| print::line(card(one, &case, session.lang)));
        }
        Ok(())
    }
}

impl Which {
    async fn step(&self, session: &Session, who: &Who, request: StepSessionRequest) -> Result<(), Failure> {
        let mut client = session.meetings(who)?;
        let waiting = if self.session.is_some() {
            Vec::new()
        } else {
            let sessions = client.list_sessions(ListSessionsRequest { case_ref: self.case.clone() }).await?.into_inner().sessions;
            let waits = sessions.iter().filter(|one| one.next().any(|next| next == request.step()));
            waits.map(|one| (one.session_id.clone(), head(one))).collect()
        };
        let session_id = given_or_chosen(session, self.session.as_deref(), (WHICH, "SESSION"), &waiting)?;
        let request = StepSessionRequest { case_ref: self.case.clone(), session_id, ..request };
        let answer = client.step_session(request).await?.into_inner();
        output::answer(session, &answer, NOW.fill(session.lang, &[labels::session_state(answer.state()).of(session.lang)]));
        Ok(())
    }
}

fn head(one: &Meeting) -> String {
    format!("{}  {}", output::instant(one.starts_at.as_ref()), one.mode)
}

fn card(one: &Meeting, case: &Case, lang: Lang) -> String {
    let mut lines = vec![format!("{}  {}  {}", one.session_id, head(one), labels::session_state(one.state()).of(lang))];
    if one.blocked_since.is_some() {
        lines.push(format!("  {}", BLOCKED.fill(lang, &[&output::instant(one.blocked_since.as_ref())])));
    }
    lines.push(format!("  {}", PLACE.fill(lang, &[&print::one_line(&one.place)])));
    let here = case.participants.iter().filter(|person| one.participant_ids.contains(&person.participant_id));
    lines.extend(here.map(|person| format!("  {}", participant::line(person, lang))));
    lines.extend(one.steps.iter().map(|step| step_line(step, lang)));
    if !one.missing.is_empty() {
        lines.push(format!("  {}", STILL_NEEDS.of(lang)));
        lines.extend(one.missing.iter().map(|missing| case_card::needed(missing, lang)));
    }
    lines.join("\n")
}

fn step_line(taken: &TakenSessionStep, lang: Lang) -> String {
    let mut line =
        format!("  {}  {}  {}", output::instant(taken.taken_at.as_ref()), taken.taken_by, labels::session_step(taken.step()).of(lang));
    if taken.outcome() != SessionOutcome::Unspecified {
        line += &format!("  {}", labels::session_outcome(taken.outcome()).of(lang));
    }
    if !taken.next_on.is_empty() {
        line += &format!("  {}", NEXT.fill(lang, &[&taken.next_on]));
    }
    if !taken.words.is_empty() {
        line += &format!("\n      | {}", print::indented(&taken.words));
    }
    line
}
