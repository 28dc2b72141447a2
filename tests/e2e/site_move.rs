//! A move of a case's person while a concern is open: the head there is notified, and no one stops being rung on the way [R3e, TRAP-2].

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{Case, GetCaseRequest},
    intake::v1::SubmitReferralRequest,
    notification::v1::InboxItem,
    safety::v1::{AcceptConcernRequest, Audience, Concern, GetConcernRequest, RaiseConcernRequest},
};
use time::{OffsetDateTime, macros::format_description};
use tokio::process::Command;

use crate::{
    concern::inbox,
    referral::{accepted, queued},
    samples::{imminent_concern, institutional_referral},
    system,
};

const OFFICER: &str = "rj-officer-1";
const FORMER: &str = "institutional-head-mission";
const NEW: &str = "institutional-head-kent";
const HEAD: Audience = Audience::ResponsibleHead;

async fn open(system: &System) -> Case {
    let request = SubmitReferralRequest { referral: Some(institutional_referral("mission")) };
    let receipt = system.referrals(FORMER).submit_referral(request).await.unwrap().into_inner().receipt.unwrap().number;
    accepted(system, &queued(system, &receipt).await, "both seem ready to be asked").await
}

async fn raise(system: &System, concern: Concern) -> String {
    let id = concern.concern_id.clone();
    system.alarm("mediator-1").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    id
}

async fn rung(system: &System, who: &str, concern: &str) -> InboxItem {
    eventually("the head is told", SOON, async || inbox(&mut system.inbox(who), HEAD, concern).await).await
}

/// The heads of whom NHQ reads that they still ring: of now and of before.
async fn ringing(system: &System, concern: &str) -> (String, Vec<String>, bool) {
    let ask = GetConcernRequest { concern_ref: concern.to_owned(), with_history: false };
    let shown = system.alarm(OFFICER).get_concern(ask).await.unwrap().into_inner().concern.unwrap();
    let head = shown.audiences.iter().find(|status| status.audience() == HEAD).unwrap();
    (head.office.clone(), head.also_rung.clone(), head.accepted_at.is_some())
}

async fn accept(system: &System, who: &str, concern: &str) -> Result<(), tonic::Code> {
    let ask = AcceptConcernRequest { concern_id: concern.to_owned(), audience: HEAD.into(), ..AcceptConcernRequest::default() };
    system.alarm(who).accept_concern(ask).await.map(drop).map_err(|status| status.code())
}

async fn ro(system: &System, args: &[&str]) -> (bool, String) {
    let mut command = Command::new(System::programs().join("ro"));
    command.args(args).args(["--as", OFFICER, "--stack"]).arg(local::Description::path(&system.description.state_dir));
    let output = command.output().await.unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn today() -> String {
    let now: OffsetDateTime = base::Clock::system().now();
    now.format(format_description!("[year]-[month]-[day]")).unwrap()
}

// [TRAP-2] [R3e]
#[tokio::test]
async fn the_person_moves_while_a_concern_is_open_and_the_new_head_rings_and_the_former_until_they_accept() {
    let system = system().await;
    let case = open(&system).await;
    let open = raise(&system, Concern { case_id: case.case_number.clone(), ..imminent_concern("mission") }).await;
    rung(&system, FORMER, &open).await;
    assert!(inbox(&mut system.inbox(NEW), HEAD, &open).await.is_err());

    let (number, today) = (case.case_number.as_str(), today());
    let moved = ["case", "site", "move", number, "--how", "transfer", "--to", "kent", "--on", &today, "--reason", "told by Kent"];
    let (done, said) = ro(&system, &moved).await;
    assert!(done && said.contains("the case is at kent now"), "{said}");

    rung(&system, NEW, &open).await;
    let (office, also_rung, _) = ringing(&system, &open).await;
    assert_eq!((office.as_str(), also_rung), ("institutional-head/kent", vec!["institutional-head/mission".to_owned()]));
    // The former head keeps it, and silences nobody else.
    accept(&system, FORMER, &open).await.unwrap();
    let (office, _, is_accepted) = ringing(&system, &open).await;
    assert_eq!((office.as_str(), is_accepted), ("institutional-head/kent", false));
    accept(&system, NEW, &open).await.unwrap();
    assert!(ringing(&system, &open).await.2);

    // What is said later rings where the person is, whether the old site is named or none.
    for site in ["mission", ""] {
        let later = raise(&system, Concern { case_id: case.case_number.clone(), ..imminent_concern(site) }).await;
        rung(&system, NEW, &later).await;
        accept(&system, NEW, &later).await.unwrap();
        let (office, also_rung, is_accepted) = ringing(&system, &later).await;
        assert_eq!((office.as_str(), also_rung.len(), is_accepted), ("institutional-head/kent", 0, true), "{site}");
    }
    let (_, history) = ro(&system, &["case", "site", "history", &case.case_number]).await;
    assert!(history.contains("mission") && history.contains("kent") && history.contains("told by Kent"), "{history}");
    let ask = GetCaseRequest { case_ref: case.case_id };
    let shown = system.cases(OFFICER).get_case(ask).await.unwrap().into_inner().case.unwrap();
    assert_eq!((shown.site.as_str(), shown.sites.len()), ("kent", 2));
}
