//! A purge by two persons of a case whose retention is over: no service shows it any more [LPR4].

use harness::{
    retention::age,
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{
        ConfirmPurgeRequest, GetCaseRequest, GetPurgeCertificateRequest, HoldKind, LiftHoldRequest, MoveCaseRequest, OrderPurgeRequest,
        PlaceHoldRequest, PurgeCertificate, Stage,
    },
    intake::v1::{GetReceiptRequest, GetReferralRequest, SubmitReferralRequest},
    notification::v1::ListInboxRequest,
};
use tokio::process::Command;

use crate::{
    referral::{accepted, queued},
    samples::institutional_referral,
    system,
};

const SUBMITTER: &str = "institutional-head-mission";
const OFFICER: &str = "rj-officer-1";
const SUPERVISOR: &str = "rj-supervisor-1";
const MANAGER: &str = "national-manager-1";

/// How many items of this inbox name the case.
async fn told(system: &System, who: &str, case: &str) -> usize {
    let ask = ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() };
    let items = system.inbox(who).list_inbox(ask).await.unwrap().into_inner().items;
    items.iter().filter(|item| item.body.contains(case)).count()
}

async fn certificate(system: &System, who: &str, case: &str) -> Result<PurgeCertificate, String> {
    let ask = GetPurgeCertificateRequest { case_ref: case.to_owned() };
    let answer = system.purges(who).get_purge_certificate(ask).await.map_err(|s| s.message().to_owned())?;
    Ok(answer.into_inner().certificate.unwrap())
}

/// What `ro case purge certificate` says, and whether it found the signature in order.
async fn verified(system: &System, case: &str, json: bool) -> (bool, String) {
    let stack = local::Description::path(&system.description.state_dir);
    let mut command = Command::new(System::programs().join("ro"));
    command.args(["case", "purge", "certificate", case, "--as", MANAGER, "--stack"]).arg(stack);
    if json {
        command.arg("--json");
    }
    let output = command.output().await.unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[tokio::test]
async fn a_case_whose_retention_is_over_is_purged_by_two_persons_and_intake_cases_and_notification_render_it_no_more() {
    let system = system().await;
    let referral = institutional_referral("mission");
    let submit = || SubmitReferralRequest { referral: Some(referral.clone()) };
    let receipt = system.referrals(SUBMITTER).submit_referral(submit()).await.unwrap().into_inner().receipt.unwrap();
    let referral_id = queued(&system, &receipt.number).await;
    let case = accepted(&system, &referral_id, "both seem ready to be asked").await;
    let (id, case_ref) = (case.case_id.clone(), case.case_number.clone());
    eventually("the unit and the officer are told of the case", SOON, async || match told(&system, OFFICER, &id).await {
        2 => Ok(()),
        items => Err(format!("{items} items")),
    })
    .await;
    let close = MoveCaseRequest { case_id: id.clone(), to: Stage::Closed.into(), reason: "they have met".into(), ..Default::default() };
    system.cases(OFFICER).move_case(close).await.unwrap();

    let order = || OrderPurgeRequest { case_ref: case_ref.clone() };
    let confirm = || ConfirmPurgeRequest { case_ref: case_ref.clone() };
    let refused = system.purges(SUPERVISOR).order_purge(order()).await.err().unwrap();
    assert!(refused.message().contains("retention-not-over"), "{}", refused.message());
    age(&system, &id, &referral_id).await;
    let kind = HoldKind::AccessRequest.into();
    let hold = PlaceHoldRequest { case_ref: case_ref.clone(), kind, reason: "an access request came".into() };
    let hold_id = system.holds(SUPERVISOR).place_hold(hold).await.unwrap().into_inner().hold_id;
    let refused = system.purges(SUPERVISOR).order_purge(order()).await.err().unwrap();
    assert!(refused.message().contains("hold-stands"), "{}", refused.message());
    let lift = LiftHoldRequest { case_ref: case_ref.clone(), hold_id, reason: "it was answered".into() };
    system.holds(MANAGER).lift_hold(lift).await.unwrap();
    assert_eq!(system.purges(OFFICER).order_purge(order()).await.err().unwrap().code(), tonic::Code::PermissionDenied);
    system.purges(SUPERVISOR).order_purge(order()).await.unwrap();
    let refused = system.purges(SUPERVISOR).confirm_purge(confirm()).await.err().unwrap();
    assert!(refused.message().contains("second-person-needed"), "{}", refused.message());
    system.purges(MANAGER).confirm_purge(confirm()).await.unwrap();

    let whole = eventually("intake and notification obey, and the certificate is complete", SOON, async || {
        let certificate = certificate(&system, SUPERVISOR, &case_ref).await?;
        if certificate.waiting_for.is_empty() { Ok(certificate) } else { Err(certificate.waiting_for.join(", ")) }
    })
    .await;
    assert_eq!((whole.ordered_by.as_str(), whole.confirmed_by.as_str(), whole.holds_lifted), (SUPERVISOR, MANAGER, 1));
    assert!(whole.keys.len() == 3 && whole.statements.iter().all(|statement| statement.keys > 0));
    for who in [OFFICER, SUPERVISOR, MANAGER] {
        let hidden = system.cases(who).get_case(GetCaseRequest { case_ref: case_ref.clone() }).await.err().unwrap();
        assert_eq!(hidden.code(), tonic::Code::NotFound, "{who}");
    }
    let read = GetReferralRequest { referral_id: referral_id.clone(), ..Default::default() };
    assert_eq!(system.referrals(OFFICER).get_referral(read).await.err().unwrap().code(), tonic::Code::NotFound);
    assert_eq!(told(&system, OFFICER, &id).await, 0);
    assert!(certificate(&system, OFFICER, &case_ref).await.is_err(), "an officer reads a certificate");
    // Who sends the same once more is answered as before, and opens nothing.
    let again = system.referrals(SUBMITTER).submit_referral(submit()).await.unwrap().into_inner().receipt.unwrap();
    assert_eq!(again.number, receipt.number);
    assert!(system.referrals(SUBMITTER).get_receipt(GetReceiptRequest { number: receipt.number }).await.is_ok());
    signed(&system, &case_ref, &id).await;
}

/// Everybody with the public key can tell, and sees it when the database was changed behind the service's back.
async fn signed(system: &System, case_ref: &str, id: &str) {
    let (holds, said) = verified(system, case_ref, false).await;
    assert!(holds && said.contains("signature: holds") && said.contains(SUPERVISOR) && said.contains("victim"), "{said}");
    let (holds, said) = verified(system, case_ref, true).await;
    assert!(holds && said.contains("\"signatureHolds\":true"), "{said}");
    let db = system.database("cases").await;
    let forge = "update purge_certificate set ordered_by = $2 where case_id = $1::uuid";
    sqlx::query(forge).bind(id).bind("somebody-else").execute(&db).await.unwrap();
    let (holds, said) = verified(system, case_ref, false).await;
    assert!(!holds && said.contains("DOES NOT HOLD"), "{said}");
}
