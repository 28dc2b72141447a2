//! The command `ro case`: list, show, assign, assess and move RO cases; break-glass, holds and purges are in `break_glass`, `hold` and
//! `purge` [R3c, R4a].

use clap::{Args, Subcommand};
use proto::{
    cases::v1::{
        Access, AssignMediatorRequest, AssignOfficerRequest, Case, GetCaseRequest, ListAccessRequest, ListCasesRequest, ListCasesResponse,
        MoveCaseRequest, RecordAssessmentRequest, RecordAssessmentResponse, ReplayCaseRequest, RiskLevel, Stage, Wait,
    },
    id::Region,
    role,
    safety::v1::{Concern, ConcernReceipt, Grade},
};
use time::OffsetDateTime;

use super::{
    break_glass, case_card, case_session, choices,
    common::Common,
    concern::deliver::{self, Phone},
    consent, document, exchange,
    failure::Failure,
    grant, hold, labels, mediator_card, mode, output, pages, participant, purge,
    session::{Session, Wanted},
    site,
    text::Words,
    text_argument::text_argument,
    who::Who,
};
use crate::print;

super::session::service_client!(cases, cases: proto::cases::v1::case_service_client::CaseServiceClient);
super::session::service_client!(cases, access: proto::cases::v1::access_service_client::AccessServiceClient);
super::session::service_client!(cases, assessments: proto::cases::v1::assessment_service_client::AssessmentServiceClient);

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Show(Show),
    Assign(Assign),
    Assess(Box<Assess>),
    Move(Move),
    WhoViewed(WhoViewed),
    BreakGlass(break_glass::BreakGlass),
    /// What was opened by break-glass: list, review, end
    #[command(subcommand)]
    Glass(break_glass::Command),
    /// Who takes part in a case: add, list, leave
    #[command(subcommand)]
    Participant(participant::Command),
    /// Modes that are not on the list: describe, say whether they are direct, list
    #[command(subcommand)]
    Mode(mode::Command),
    /// What participants were offered, gave or took back, for each mode: offer, give, withdraw, expire
    #[command(subcommand)]
    Consent(consent::Command),
    /// Documents on a case file: keep, list, read
    #[command(subcommand)]
    Document(document::Command),
    /// Letters, recordings and relayed messages between participants: register, review, release, deliver
    #[command(subcommand)]
    Exchange(exchange::Command),
    /// Meetings of participants: plan, confirm, begin, end, debrief, follow up
    #[command(subcommand)]
    Session(case_session::Command),
    /// Where the person is, whose head is told of concerns: correct, move, history
    #[command(subcommand)]
    Site(site::Command),
    /// Holds, which keep a case from being purged: place, lift, list
    #[command(subcommand)]
    Hold(hold::Command),
    /// The end of a case after its retention: due, order, confirm, certificate
    #[command(subcommand)]
    Purge(purge::Command),
}

/// The cases you may know of
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ro case list\n  ro case list --as mediator-1 --json\n  ro case list --stage preparation,mediation --site mission"
)]
pub struct List {
    /// Show at most this many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    limit: u32,
    /// Only cases in no officer's portfolio: they wait for a supervisor to assign them
    #[arg(long, conflicts_with = "waits_for")]
    without_officer: bool,
    /// Only cases in one of these stages
    #[arg(long, value_delimiter = ',', value_parser = choices::stage())]
    stage: Vec<Stage>,
    /// Only cases whose person is at this site
    #[arg(long, default_value = "", hide_default_value = true)]
    site: String,
    /// Only cases whose person is at a site of this region
    #[arg(long, default_value = "", hide_default_value = true, value_parser = clap::builder::PossibleValuesParser::new(Region::ALL.iter().map(|region| region.code()).chain([""])))]
    region: String,
    /// Only cases that this mediator has now
    #[arg(long, default_value = "", hide_default_value = true)]
    mediator: String,
    /// Only cases that wait for this
    #[arg(long, value_parser = choices::wait())]
    waits_for: Option<Wait>,
    #[command(flatten)]
    common: Common,
}

/// One case with its participants and assessments
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case show RC-4TQM-9XKD\n  ro case show RC-4TQM-9XKD --at 2027-03-31T23:59:59Z")]
pub struct Show {
    /// Case number or id
    case: String,
    /// As it was known at this moment, from what was recorded until then
    #[arg(long, value_parser = grant::instant)]
    at: Option<OffsetDateTime>,
    #[command(flatten)]
    common: Common,
}

/// Give a mediator the case, or put it into an officer's portfolio, and with it access
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ro case assign RC-4TQM-9XKD --mediator mediator-1\n  ro case assign RC-4TQM-9XKD --officer rj-officer-1"
)]
pub struct Assign {
    /// Case number or id
    case: String,
    /// Identity of the mediator
    #[arg(long, required_unless_present = "officer", conflicts_with = "officer")]
    mediator: Option<String>,
    /// Identity of the officer: supervisors and the National Manager assign
    #[arg(long)]
    officer: Option<String>,
    /// Ends by itself then, as 2027-03-31T23:59:59Z; mediation under way pauses where nobody else has the case
    #[arg(long, value_parser = grant::instant)]
    until: Option<OffsetDateTime>,
    #[command(flatten)]
    common: Common,
}

/// Record an assessment; imminent risk raises a safety concern in the same transaction
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    ro case assess RC-4TQM-9XKD --participant ID --risk low --notes \"ready to listen\" --next-review-on 2027-02-01\n  \
    ro case assess RC-4TQM-9XKD --participant ID --risk imminent --notes … --head-must-know \"said he will hurt himself tonight\" \\\n    \
    --next-review-on 2026-12-01")]
pub struct Assess {
    /// Case number or id
    case: String,
    /// Participant id, as `ro case show` shows it
    #[arg(long)]
    participant: String,
    #[arg(long, value_parser = choices::risk())]
    risk: RiskLevel,
    #[arg(long, value_parser = text_argument, default_value = "@", hide_default_value = true)]
    notes: String,
    /// YYYY-MM-DD
    #[arg(long, default_value = "")]
    next_review_on: String,
    /// For imminent risk: what the head needs to act, without a word on mediation
    #[arg(long, default_value = "", value_parser = text_argument)]
    head_must_know: String,
    /// Your own key: the same key twice records one assessment
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    phone: Phone,
    #[command(flatten)]
    common: Common,
}

/// Move a case along its stages; a refusal names every missing condition
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case move RC-4TQM-9XKD --to preparation\n  \
    ro case move RC-4TQM-9XKD --to mediation --mode letter\n  ro case move RC-4TQM-9XKD --to paused --reason \"holidays\"")]
pub struct Move {
    /// Case number or id
    case: String,
    #[arg(long, value_parser = choices::stage())]
    to: Stage,
    /// For mediation: letter, video, shuttle, face_to_face, group or other
    #[arg(long, default_value = "")]
    mode: String,
    /// For mode other: the id of the described one, as `ro case mode list` shows it
    #[arg(long, value_name = "ID", default_value = "")]
    described: String,
    /// Needed to pause and to close
    #[arg(long, default_value = "", value_parser = text_argument)]
    reason: String,
    #[command(flatten)]
    common: Common,
}

/// Who read or changed a case, or tried to, newest first: for the National Manager
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case who-viewed RC-4TQM-9XKD")]
pub struct WhoViewed {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

const NONE: Words = Words { en: "no case that you may know of", fr: "aucun dossier dont vous puissiez avoir connaissance" };
const ASSIGNED: Words = Words { en: "{} has the case now", fr: "le dossier est maintenant confié à {}" };
const ASSESSED: Words = Words { en: "recorded", fr: "consignée" };
const RAISED: Words =
    Words { en: "recorded; a safety concern was raised: {}", fr: "consignée; une préoccupation de sécurité a été soulevée : {}" };
const NOT_ASSESSED: Words = Words {
    en: "!!! the assessment was NOT recorded: the danger goes to the alarm by itself; record the assessment again later",
    fr: "!!! l'évaluation n'a PAS été consignée : le danger est signalé à part; consignez l'évaluation plus tard",
};
const RAISED_ALONE: Words = Words { en: "a safety concern was raised: {}", fr: "une préoccupation de sécurité a été soulevée : {}" };
/// First words of the concern that NHQ reads, in both languages.
const NOT_ASSESSED_NHQ: &str = "[An assessment with imminent risk that could not be recorded on its case. · Une évaluation de risque imminent qui n'a pu être consignée au dossier.]";
/// Timeout for recording an assessment with imminent risk, after which its danger is raised as a concern on its own.
const AT_ONCE: std::time::Duration = std::time::Duration::from_secs(5);

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Show(c) => &c.common,
            Self::Assign(c) => &c.common,
            Self::Assess(c) => &c.common,
            Self::Move(c) => &c.common,
            Self::WhoViewed(c) => &c.common,
            Self::BreakGlass(c) => c.common(),
            Self::Glass(c) => c.common(),
            Self::Participant(c) => c.common(),
            Self::Mode(c) => c.common(),
            Self::Consent(c) => c.common(),
            Self::Document(c) => c.common(),
            Self::Exchange(c) => c.common(),
            Self::Session(c) => c.common(),
            Self::Site(c) => c.common(),
            Self::Hold(c) => c.common(),
            Self::Purge(c) => c.common(),
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let role = match self {
            Self::WhoViewed(_) => role::NATIONAL_MANAGER,
            Self::List(List { without_officer: true, .. }) | Self::Assign(Assign { officer: Some(_), .. }) => role::RJ_SUPERVISOR,
            Self::Glass(c) => c.role(),
            Self::Hold(_) | Self::Purge(_) => role::RJ_SUPERVISOR,
            _ => role::RJ_OFFICER,
        };
        let who = session.who(&[Wanted::role(role)])?;
        match self {
            Self::List(c) => c.run(session, &who).await,
            Self::Show(c) => c.run(session, &who).await,
            Self::Assign(c) => c.run(session, &who).await,
            Self::Assess(c) => c.run(session, &who).await,
            Self::Move(c) => c.run(session, &who).await,
            Self::WhoViewed(c) => c.run(session, &who).await,
            Self::BreakGlass(c) => c.run(session, &who).await,
            Self::Glass(c) => c.run(session, &who).await,
            Self::Participant(c) => c.run(session, &who).await,
            Self::Mode(c) => c.run(session, &who).await,
            Self::Consent(c) => c.run(session, &who).await,
            Self::Document(c) => c.run(session, &who).await,
            Self::Exchange(c) => c.run(session, &who).await,
            Self::Session(c) => c.run(session, &who).await,
            Self::Site(c) => c.run(session, &who).await,
            Self::Hold(c) => c.run(session, &who).await,
            Self::Purge(c) => c.run(session, &who).await,
        }
    }
}

async fn find(session: &Session, who: &Who, case_ref: &str) -> Result<Case, Failure> {
    let request = GetCaseRequest { case_ref: case_ref.to_owned() };
    let answer = session.cases(who)?.get_case(request).await?.into_inner();
    Ok(answer.case.unwrap_or_default())
}

impl List {
    fn wanted(&self) -> ListCasesRequest {
        ListCasesRequest {
            without_officer: self.without_officer,
            stages: self.stage.iter().map(|stage| i32::from(*stage)).collect(),
            site: self.site.clone(),
            region: self.region.clone(),
            mediator: self.mediator.clone(),
            waits_for: self.waits_for.unwrap_or(Wait::Unspecified).into(),
            ..ListCasesRequest::default()
        }
    }

    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.cases(who)?;
        let (cases, next_page_token) = pages::up_to(self.limit, async |page_size, page_token| {
            let request = ListCasesRequest { page_size, page_token, ..self.wanted() };
            let page = client.list_cases(request).await?.into_inner();
            Ok((page.cases, page.next_page_token))
        })
        .await?;
        let whole = ListCasesResponse { cases, next_page_token, ..ListCasesResponse::default() };
        if session.json {
            output::print_json(&whole);
        } else if whole.cases.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            whole.cases.iter().for_each(|case| print::line(case_card::line(case, session.lang)));
        }
        Ok(())
    }
}

impl Show {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let at = self.at.map(base::wire::timestamp);
        let case = if at.is_some() {
            let request = ReplayCaseRequest { case_ref: self.case.clone(), at };
            session.cases(who)?.replay_case(request).await?.into_inner().case.unwrap_or_default()
        } else {
            find(session, who, &self.case).await?
        };
        if session.json {
            output::print_json(&case);
        } else {
            if at.is_some() {
                print::line(case_card::AS_KNOWN.fill(session.lang, &[&output::instant(at.as_ref())]));
            }
            print::line(case_card::card(&case, session.lang));
        }
        Ok(())
    }
}

impl Assign {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let mut client = session.access(who)?;
        let (case_ref, until) = (self.case.clone(), self.until.map(base::wire::timestamp));
        let mut warnings = Vec::new();
        let given_to = if let Some(officer) = self.officer.clone() {
            client.assign_officer(AssignOfficerRequest { case_ref, officer: officer.clone(), until }).await?;
            officer
        } else {
            let mediator = self.mediator.clone().unwrap_or_default();
            let request = AssignMediatorRequest { case_id: case_ref, mediator: mediator.clone(), until };
            warnings = client.assign_mediator(request).await?.into_inner().warnings;
            mediator
        };
        if session.json {
            let codes: Vec<&str> = warnings.iter().map(|gap| gap.code.as_str()).collect();
            print::json(&serde_json::json!({ "assignedTo": given_to, "warnings": codes }));
        } else {
            print::line(ASSIGNED.fill(session.lang, &[&given_to]));
            warnings.iter().for_each(|gap| print::line(mediator_card::gap_in_words(gap, session.lang)));
        }
        Ok(())
    }
}

impl Assess {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        if self.risk != RiskLevel::Imminent {
            return self.print(session, &self.record(session, who).await?);
        }
        // The text is on disk before anything is sent, and nothing is read or waited for first: where cases does not record it at once, the
        // danger itself is raised as a concern.
        let kept = deliver::keep(vec![self.concern()]);
        let recorded = tokio::time::timeout(AT_ONCE, self.record(session, who)).await;
        match recorded.unwrap_or_else(|_| Err(Failure::Unreachable("cases".to_owned()))) {
            Ok(answer) => {
                deliver::forget(&kept);
                self.print(session, &answer)
            }
            Err(failure) => {
                print::note(NOT_ASSESSED.of(session.lang));
                let print = |receipt: &ConcernReceipt| print::line(RAISED_ALONE.fill(session.lang, &[&receipt.reference]));
                deliver::send(session.alarm(who), kept, (&self.phone, session.lang), print).await?;
                Err(failure)
            }
        }
    }

    /// The case is named as it was typed: cases finds it by number or id.
    async fn record(&self, session: &Session, who: &Who) -> Result<RecordAssessmentResponse, Failure> {
        let request = RecordAssessmentRequest {
            case_id: self.case.trim().to_owned(),
            participant_id: self.participant.clone(),
            risk: self.risk as i32,
            notes: self.notes.clone(),
            next_review_on: self.next_review_on.clone(),
            what_the_head_must_know: self.head_must_know.clone(),
            idempotency_key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        Ok(session.assessments(who)?.record_assessment(request).await?.into_inner())
    }

    /// The danger alone, as a concern, for when the assessment cannot be recorded. NHQ finds the head: no site is known here.
    fn concern(&self) -> Concern {
        let texts = [&self.notes, &self.head_must_know].into_iter().map(|text| text.trim()).filter(|text| !text.is_empty());
        Concern {
            concern_id: base::Ids::random().uuid().to_string(),
            grade: Grade::Imminent.into(),
            text: format!("{}\n\n{}", NOT_ASSESSED_NHQ, texts.collect::<Vec<_>>().join("\n\n")),
            nature: self.head_must_know.trim().to_owned(),
            case_id: self.case.trim().to_owned(),
            ..Concern::default()
        }
    }

    fn print(&self, session: &Session, answer: &RecordAssessmentResponse) -> Result<(), Failure> {
        if session.json {
            output::print_json(answer);
        } else if answer.concern_id.is_empty() {
            print::line(ASSESSED.of(session.lang));
        } else {
            print::line(RAISED.fill(session.lang, &[&answer.concern_id]));
        }
        Ok(())
    }
}

impl Move {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let case_id = find(session, who, &self.case).await?.case_id;
        let request = MoveCaseRequest {
            case_id,
            to: self.to.into(),
            mode: self.mode.replace('-', "_"),
            described_mode_id: self.described.clone(),
            reason: self.reason.clone(),
        };
        let answer = session.cases(who)?.move_case(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(labels::stage(answer.stage()).of(session.lang));
        }
        Ok(())
    }
}

impl WhoViewed {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = ListAccessRequest { case_ref: self.case.clone() };
        let answer = session.access(who)?.list_access(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            let row = |a: &Access| [output::instant(a.at.as_ref()), a.actor.clone(), a.action.clone(), a.outcome.clone(), a.reason.clone()];
            let rows: Vec<Vec<String>> = answer.accesses.iter().map(|a| row(a).to_vec()).collect();
            print::line(output::table(&WHO_VIEWED.map(|w| w.of(session.lang)), &rows));
        }
        Ok(())
    }
}

const WHO_VIEWED: [Words; 5] = [
    Words { en: "when", fr: "quand" },
    Words { en: "who", fr: "qui" },
    Words { en: "what", fr: "quoi" },
    Words { en: "outcome", fr: "résultat" },
    Words { en: "reason", fr: "motif" },
];

#[cfg(test)]
mod tests {
    use super::*;

    // [RM1b]
    #[test]
    fn an_assessment_with_imminent_risk_rings_by_itself_with_every_word_where_it_cannot_be_recorded() {
        let line = [
            "case",
            "assess",
            "RC-4TQM-9XKD",
            "--participant",
            "1",
            "--risk",
            "imminent",
            "--notes",
            "as told to me",
            "--head-must-know",
            "tonight",
        ];
        let parsed = <Parser as clap::Parser>::try_parse_from(line).unwrap();
        let Command::Assess(assess) = parsed.command else { panic!("another command") };
        let concern = assess.concern();
        assert_eq!((concern.grade(), concern.case_id.as_str(), concern.nature.as_str()), (Grade::Imminent, "RC-4TQM-9XKD", "tonight"));
        assert!(concern.text.contains("as told to me") && concern.text.contains("tonight"), "{}", concern.text);
        assert!(concern.site.is_empty() && !concern.concern_id.is_empty());
    }

    #[derive(clap::Parser)]
    struct Parser {
        #[command(subcommand)]
        command: Command,
    }
}
