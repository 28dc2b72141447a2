//! The mediation gate in the running system: what stops a mediation reaches it from every service that can report it
//! [R4b, RM1, L26-6, IM1c].

use base::Clock;
use harness::{
    system::{SOON, System, Wishes},
    wait::eventually,
};
use proto::{
    cases::v1::{
        AssignMediatorRequest, Case, ConsentStatus, GetCaseRequest, Initiative, ListReviewsRequest, MoveCaseRequest, ParticipantKind,
        RecordAssessmentRequest, RecordConsentRequest, ReviewState, RiskLevel, Stage, Understanding,
    },
    intake::v1::{Disposition, ScreenReferralRequest, SubmitReferralRequest},
    safety::v1::{AcceptConcernRequest, Audience, CloseConcernRequest, Concern, RaiseConcernRequest},
};
use time::format_description::well_known::Rfc3339;
use tokio::process::Command;

use crate::{
    referral::{accepted, queued},
    samples::{fresh_key, institutional_referral},
    system,
};

const OFFICER: &str = "rj-officer-1";
const MEDIATOR: &str = "mediator-1";
const HEAD: &str = "institutional-head-mission";
/// What is said of a consent that is given.
const GIVEN: [&str; 9] = [
    "--form-version",
    "RO-form-3",
    "--language",
    "english",
    "--informed-and-voluntary",
    "--how",
    "in-person",
    "--understanding",
    "own-words",
];

/// A referral, and its case in mediation by letter.
pub struct Mediating {
    pub receipt: String,
    pub referral: String,
    pub case: Case,
}

async fn read(system: &System, case: &Case) -> Case {
    let ask = GetCaseRequest { case_ref: case.case_id.clone() };
    system.cases(OFFICER).get_case(ask).await.unwrap().into_inner().case.unwrap()
}

async fn go(system: &System, who: &str, case: &Case, to: Stage) -> Result<(), String> {
    let mode = if to == Stage::Mediation { "letter".to_owned() } else { String::new() };
    let ask = MoveCaseRequest { case_id: case.case_id.clone(), to: to.into(), mode, reason: "as agreed".into(), ..Default::default() };
    // On a busy machine safety may be late with its answer; whoever asks is told to try again.
    eventually("safety can be asked", SOON, async || match system.cases(who).move_case(ask.clone()).await {
        Ok(_) => Ok(Ok(())),
        Err(status) if status.message().contains("safety-cannot-be-asked") => Err(status.message().to_owned()),
        Err(status) => Ok(Err(status.message().to_owned())),
    })
    .await
}

pub async fn mediating(system: &System) -> Mediating {
    let request = SubmitReferralRequest { referral: Some(institutional_referral("mission")) };
    let receipt = system.referrals(HEAD).submit_referral(request).await.unwrap().into_inner().receipt.unwrap().number;
    let referral = queued(system, &receipt).await;
    let case = accepted(system, &referral, "both seem ready to be asked").await;
    let give = AssignMediatorRequest { case_id: case.case_id.clone(), mediator: MEDIATOR.into(), until: None };
    system.access(OFFICER).assign_mediator(give).await.unwrap();
    for person in &case.participants {
        let assessed = RecordAssessmentRequest {
            case_id: case.case_id.clone(),
            participant_id: person.participant_id.clone(),
            risk: RiskLevel::Low.into(),
            notes: "calm".into(),
            next_review_on: "2100-01-01".into(),
            idempotency_key: fresh_key(),
            ..RecordAssessmentRequest::default()
        };
        system.assessments(OFFICER).record_assessment(assessed).await.unwrap();
        for status in [ConsentStatus::Offered, ConsentStatus::Given] {
            let consent = RecordConsentRequest {
                case_id: case.case_id.clone(),
                participant_id: person.participant_id.clone(),
                mode: "letter".into(),
                status: status.into(),
                form_version: "RO-form-3".into(),
                language: "en".into(),
                informed_and_voluntary: true,
                how: Initiative::InPerson.into(),
                understanding: vec![Understanding::OwnWords.into()],
                ..RecordConsentRequest::default()
            };
            system.consents(OFFICER).record_consent(consent).await.unwrap();
        }
    }
    go(system, OFFICER, &case, Stage::Preparation).await.unwrap();
    go(system, MEDIATOR, &case, Stage::Mediation).await.unwrap();
    Mediating { receipt, referral, case }
}

/// An officer finishes every review of the case that is open, with the command that people use.
pub async fn reviewed(system: &System, case: &Case) {
    let ask = ListReviewsRequest { case_ref: case.case_id.clone() };
    let reviews = system.reviews(OFFICER).list_reviews(ask).await.unwrap().into_inner().reviews;
    for review in reviews.iter().filter(|review| review.state() == ReviewState::Open) {
        let (done, said) = ro(system, OFFICER, &["review", "done", &case.case_number, &review.review_id, "--finding", "goes-on"]).await;
        assert!(done, "{said}");
    }
}

/// The case is paused, and contact frozen or not.
pub async fn stopped(system: &System, case: &Case, frozen: bool) {
    eventually("the mediation stops", SOON, async || {
        let now = read(system, case).await;
        let stopped = now.stage() == Stage::Paused && now.contact_frozen == frozen;
        if stopped { Ok(()) } else { Err(format!("{:?}, frozen: {}", now.stage(), now.contact_frozen)) }
    })
    .await;
}

pub async fn ro(system: &System, who: &str, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(System::programs().join("ro"));
    command.args(args).args(["--as", who, "--stack"]).arg(local::Description::path(&system.description.state_dir));
    let output = command.output().await.unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

// [L26-6] [R3a]
#[tokio::test]
async fn a_withdrawal_decided_after_the_case_was_opened_stops_it_and_the_mediator_cannot_undo_that() {
    let system = system().await;
    for disposition in [Disposition::Withdrawn, Disposition::NoContactPermitted] {
        let Mediating { referral, case, .. } = mediating(&system).await;
        let decision = ScreenReferralRequest {
            referral_id: referral.clone(),
            disposition: disposition.into(),
            reason: "the victim takes it back".into(),
            ..ScreenReferralRequest::default()
        };
        system.referrals(OFFICER).screen_referral(decision).await.unwrap();
        stopped(&system, &case, false).await;
        let refused = go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap_err();
        assert!(refused.contains("acceptance-missing"), "{refused}");
        let (done, said) = ro(&system, MEDIATOR, &["case", "move", &case.case_number, "--to", "mediation", "--mode", "letter"]).await;
        assert!(!done && said.contains("acceptance-missing"), "{said}");
        // The mediator screens nothing either.
        let again = ScreenReferralRequest {
            referral_id: referral,
            disposition: Disposition::Accepted.into(),
            reason: "go on".into(),
            ..ScreenReferralRequest::default()
        };
        assert!(system.referrals(MEDIATOR).screen_referral(again).await.is_err());
    }
}

// [RM1]
#[tokio::test]
async fn a_concern_that_a_stranger_raises_about_a_case_or_its_referral_stops_its_mediation_until_safety_has_closed_it() {
    let system = system().await;
    let Mediating { receipt, case, .. } = mediating(&system).await;
    // Somebody at the institution knows the number of the referral, and of no case.
    for name in [receipt.to_lowercase(), case.case_number.clone()] {
        let concern = Concern {
            concern_id: fresh_key(),
            text: format!("he says he will find out where she lives; it is about {name}"),
            site: "mission".into(),
            ..Concern::default()
        };
        let id = concern.concern_id.clone();
        system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
        stopped(&system, &case, true).await;
        let refused = go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap_err();
        assert!(refused.contains("contact-frozen"), "{refused}");
        for (who, audience) in [(OFFICER, Audience::Nhq), (HEAD, Audience::ResponsibleHead)] {
            let accept = AcceptConcernRequest { concern_id: id.clone(), audience: audience.into(), ..AcceptConcernRequest::default() };
            system.alarm(who).accept_concern(accept).await.unwrap();
        }
        assert!(read(&system, &case).await.contact_frozen, "accepted is not closed");
        let close = CloseConcernRequest { concern_id: id, outcome: "spoken to, and moved to another range".into() };
        system.alarm(OFFICER).close_concern(close).await.unwrap();
        stopped(&system, &case, false).await;
        let refused = go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap_err();
        assert!(refused.contains("review-open:concern"), "{refused}");
        reviewed(&system, &case).await;
        go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap();
    }
}

// [IM1c]
#[tokio::test]
async fn a_participant_withdraws_and_comes_back_by_their_own_word_with_the_command_that_people_use() {
    let system = system().await;
    let Mediating { case, .. } = mediating(&system).await;
    let person = case.participants[0].participant_id.as_str();
    let number = case.case_number.as_str();
    let consent = |verb: &'static str| ["case", "consent", verb, number, "--participant", person, "--mode", "letter"];
    let (done, said) = ro(&system, MEDIATOR, &consent("withdraw")).await;
    assert!(done, "{said}");
    stopped(&system, &case, false).await;
    let (_, shown) = ro(&system, OFFICER, &["case", "show", number]).await;
    assert!(shown.contains("letter  withdrawn"), "{shown}");
    // To the microsecond: in the same second as the withdrawal it would lie before it.
    let said_at = Clock::system().now().format(&Rfc3339).unwrap();
    let own = ["--own-initiative", "by-telephone", "--said-at", &said_at];
    for (who, args, code) in [
        (MEDIATOR, consent("offer").to_vec(), "own-initiative-missing"),
        (MEDIATOR, [&consent("give")[..], &GIVEN].concat(), "own-initiative-missing"),
        (MEDIATOR, [&consent("offer")[..], &own].concat(), "own-initiative-by-mediator"),
    ] {
        let (done, said) = ro(&system, who, &args).await;
        assert!(!done && said.contains(code), "{said}");
    }
    for args in [[&consent("offer")[..], &own].concat(), [&consent("give")[..], &GIVEN].concat()] {
        let (done, said) = ro(&system, OFFICER, &args).await;
        assert!(done, "{said}");
    }
    reviewed(&system, &case).await;
    let (done, said) = ro(&system, MEDIATOR, &["case", "move", number, "--to", "mediation"]).await;
    assert!(done, "{said}");
}

// [D-RO] [IM1c] [CCRA 2(4)]
#[tokio::test]
async fn a_participant_is_added_listed_and_leaves_with_the_command_that_people_use() {
    let system = system().await;
    let Mediating { case, .. } = mediating(&system).await;
    let number = case.case_number.as_str();
    let victim = case.participants.iter().find(|p| p.kind() == ParticipantKind::Victim).unwrap();
    let named = std::env::temp_dir().join(format!("ro-name-{}", fresh_key()));
    let from = format!("@{}", named.display());
    let participant = |verb: &'static str| vec!["case", "participant", verb, number];
    let (done, said) =
        ro(&system, MEDIATOR, &[participant("leave"), vec!["--participant", &victim.participant_id, "--wish", "own-wish"]].concat()).await;
    assert!(done && said.contains("has left"), "{said}");
    stopped(&system, &case, false).await;
    let (_, listed) = ro(&system, OFFICER, &participant("list")).await;
    assert!(listed.contains(&victim.name) && listed.contains("at their own wish"), "{listed}");
    // The offender under another spelling, on the victim's side: asked about, and a refusal where nobody can be asked.
    let offender = case.participants.iter().find(|p| p.kind() == ParticipantKind::Offender).unwrap();
    std::fs::write(&named, offender.name.to_uppercase()).unwrap();
    let add = |kind: &'static str| [participant("add"), vec!["--kind", kind, "--name", &from]].concat();
    let (done, said) = ro(&system, OFFICER, &add("support-person")).await;
    assert!(!done && said.contains("may-be-the-same-person") && said.contains("--is-another-person"), "{said}");
    let (done, said) = ro(&system, OFFICER, &[add("support-person"), vec!["--lang", "fr"]].concat()).await;
    assert!(!done && said.contains("de l'autre côté du dossier") && said.contains("vous avez vérifié"), "{said}");
    // Who comes back is told to be who they were; the same key twice is one person.
    std::fs::write(&named, victim.name.to_uppercase()).unwrap();
    let back = [add("victim"), vec!["--language", "french", "--key", "once"]].concat();
    let (done, first) = ro(&system, MEDIATOR, &back).await;
    assert!(done && first.contains(&victim.participant_id) && first.contains("--own-initiative"), "{first}");
    let (done, second) = ro(&system, MEDIATOR, &back).await;
    assert!(done && first == second, "{second}");
    std::fs::remove_file(&named).unwrap();
    let now = read(&system, &case).await;
    assert_eq!(now.participants.len(), case.participants.len() + 1);
    let refused = go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap_err();
    assert!(refused.contains("own-initiative-missing:victim"), "{refused}");
}

// [D-VOM] [L26.1-2]
#[tokio::test]
async fn a_described_mode_is_consented_to_and_entered_with_the_command_that_people_use() {
    let system = system().await;
    let Mediating { case, .. } = mediating(&system).await;
    let number = case.case_number.as_str();
    let words = std::env::temp_dir().join(format!("ro-mode-{}", fresh_key()));
    std::fs::write(&words, "a letter, read aloud by an Elder\n").unwrap();
    let from = format!("@{}", words.display());
    let describe = ["case", "mode", "describe", number, "--description", &from, "--json"];
    let (done, said) = ro(&system, MEDIATOR, &describe).await;
    let id = said.split('"').find(|part| part.len() == 36).unwrap_or_else(|| panic!("{done} {said}")).to_owned();
    let (_, again) = ro(&system, OFFICER, &describe).await;
    assert_eq!(said, again, "the same words are one mode");
    std::fs::remove_file(&words).unwrap();
    let go = ["case", "move", number, "--to", "mediation", "--mode", "other"];
    for (args, code) in [(go.to_vec(), "mode-not-described"), ([&go[..], &["--described", &id]].concat(), "consent-missing:victim:other")] {
        let (done, said) = ro(&system, MEDIATOR, &args).await;
        assert!(!done && said.contains(code), "{said}");
    }
    for person in &case.participants {
        for (verb, rest) in [("offer", &[][..]), ("give", &GIVEN[..])] {
            let whose = ["case", "consent", verb, number, "--participant", &person.participant_id, "--mode", "other", "--described", &id];
            let (done, said) = ro(&system, MEDIATOR, &[&whose[..], rest].concat()).await;
            assert!(done, "{said}");
        }
    }
    let say = ["case", "mode", "say", number, &id, "--indirect"];
    let (done, said) = ro(&system, MEDIATOR, &say).await;
    assert!(!done && said.contains("mode.say"), "the mediator says so: {said}");
    let (done, said) = ro(&system, OFFICER, &say).await;
    assert!(done, "{said}");
    let (_, listed) = ro(&system, MEDIATOR, &["case", "mode", "list", number]).await;
    assert!(listed.contains("read aloud by an Elder") && listed.contains("indirect (said by rj-officer-1"), "{listed}");
    let (done, said) = ro(&system, MEDIATOR, &[&go[..], &["--described", &id]].concat()).await;
    assert!(done, "{said}");
    let now = read(&system, &case).await;
    assert_eq!((now.mode.as_str(), now.described_mode_id), ("other", id));
}

// [RM1b]
#[tokio::test]
async fn with_cases_down_an_assessment_with_imminent_risk_rings_all_the_same() {
    let system = System::start(Wishes::default()).await;
    let Mediating { case, .. } = mediating(&system).await;
    let someone = case.participants.first().unwrap().participant_id.clone();
    system.kill("cases").await;
    let says = ["case", "assess", &case.case_number, "--participant", &someone, "--risk", "imminent"];
    let words = ["--notes", "said in a fictional meeting", "--head-must-know", "will hurt himself tonight"];
    let (done, said) = ro(&system, MEDIATOR, &[says.as_slice(), words.as_slice()].concat()).await;
    assert!(!done && said.contains("the assessment was NOT recorded"), "{said}");
    let reference = said.split_whitespace().find(|word| word.starts_with("RS-")).unwrap_or_else(|| panic!("nothing rang: {said}"));
    let (done, shown) = ro(&system, OFFICER, &["concern", "show", reference]).await;
    assert!(done && shown.contains("said in a fictional meeting") && shown.contains("will hurt himself tonight"), "{shown}");
}

// [IM1c] [L26-6]
#[tokio::test]
async fn a_withdrawal_reaches_notification_and_ends_there_when_everyone_goes_on() {
    let system = system().await;
    let Mediating { case, .. } = mediating(&system).await;
    let db = system.database("notification").await;
    let stands = async |stopped: bool| {
        eventually("notification has heard it", SOON, async || {
            let held = "select count(*) from contact_stop where case_id = $1::uuid and stopped = $2";
            let held: i64 = sqlx::query_scalar(held).bind(&case.case_id).bind(stopped).fetch_one(&db).await.unwrap();
            if usize::try_from(held).unwrap() == case.participants.len() { Ok(()) } else { Err(format!("{held} participants")) }
        })
        .await;
    };
    let victim = case.participants.iter().find(|one| one.kind() == ParticipantKind::Victim).unwrap();
    let of_letter = ["--participant", &victim.participant_id, "--mode", "letter"];
    let consent = async |step: &str, more: &[&str]| {
        let (done, said) = ro(&system, OFFICER, &[&["case", "consent", step, &case.case_number][..], &of_letter[..], more].concat()).await;
        assert!(done, "{said}");
    };
    consent("withdraw", &[]).await;
    stands(true).await;
    let said_at = Clock::system().now().format(&Rfc3339).unwrap();
    consent("offer", &["--own-initiative", "by-telephone", "--said-at", &said_at]).await;
    consent("give", &GIVEN).await;
    reviewed(&system, &case).await;
    go(&system, MEDIATOR, &case, Stage::Mediation).await.unwrap();
    stands(false).await;
}
