//! A referral, from every entry point to a case, a notification and a count.

use harness::{system::SOON, wait::eventually};
use prost::Message;
use proto::{
    cases::v1::{Case, FindCaseByReferralRequest, GetCaseRequest, ListCasesRequest},
    intake::v1::{
        Disposition, GetReceiptRequest, ListQueueRequest, Origin, Referral, ScreenReferralRequest, SubmissionAnswer, SubmitReferralRequest,
        submission_answer::Answer,
    },
};
use tokio_stream::StreamExt;

use crate::{
    samples::{fresh_key, institutional_referral},
    system,
};

const OFFICER: &str = "rj-officer-1";

/// The id that a receipt stands for in the national queue.
pub async fn queued(system: &harness::system::System, receipt: &str) -> String {
    let look = async || {
        let (mut page_token, mut seen) = (String::new(), 0);
        for _ in 0..50 {
            let ask = ListQueueRequest { include_screened: true, page_size: 200, page_token, ..ListQueueRequest::default() };
            let page = system.referrals(OFFICER).list_queue(ask).await.map_err(|s| s.to_string())?.into_inner();
            seen += page.entries.len();
            if let Some(entry) = page.entries.into_iter().find(|e| e.receipt_number == receipt) {
                return Ok(entry.referral_id);
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Err(format!("not among {seen} in the queue"))
    };
    eventually("the referral stands in the national queue", SOON, look).await
}

/// The case that opens once [`OFFICER`] has accepted a referral.
pub async fn accepted(system: &harness::system::System, referral_id: &str, reason: &str) -> Case {
    let decision = ScreenReferralRequest {
        referral_id: referral_id.to_owned(),
        disposition: Disposition::Accepted.into(),
        reason: reason.to_owned(),
        review_on: String::new(),
        ..Default::default()
    };
    system.referrals(OFFICER).screen_referral(decision).await.unwrap();
    eventually("a case opens in the portfolio of who screened it", SOON, async || {
        let ask = FindCaseByReferralRequest { referral_id: referral_id.to_owned() };
        system.cases(OFFICER).find_case_by_referral(ask).await.map(|r| r.into_inner().case.unwrap()).map_err(|s| s.to_string())
    })
    .await
}

#[tokio::test]
async fn a_referral_published_by_an_institutions_system_becomes_a_case_exactly_once() {
    let system = system().await;
    let bus = system.bus("publishing-system-mission").await;
    let mut receipts = bus.subscribe("ro.intake.receipt.mission").await.unwrap();
    let referral = institutional_referral("mission");
    for _ in 0..3 {
        bus.publish("ro.intake.submit.referral.mission", referral.encode_to_vec().into()).await.unwrap();
    }
    let key = referral.idempotency_key.clone();
    let number = tokio::time::timeout(SOON, async {
        loop {
            let message = receipts.next().await.unwrap();
            let answer = SubmissionAnswer::decode(message.payload).unwrap().answer.unwrap();
            if let Answer::Receipt(receipt) = answer
                && receipt.idempotency_key == key
            {
                return receipt.number;
            }
        }
    })
    .await
    .unwrap();
    let id = queued(&system, &number).await;
    for _ in 0..2 {
        let decision = ScreenReferralRequest {
            referral_id: id.clone(),
            disposition: Disposition::Accepted as i32,
            reason: "both seem ready to be asked".into(),
            review_on: String::new(),
            ..Default::default()
        };
        system.referrals(OFFICER).screen_referral(decision).await.unwrap();
    }
    let find = async || {
        let ask = FindCaseByReferralRequest { referral_id: id.clone() };
        system.cases(OFFICER).find_case_by_referral(ask).await.map(|r| r.into_inner().case.unwrap()).map_err(|s| s.to_string())
    };
    let case = eventually("a case opens", SOON, find).await;
    assert_eq!(case.participants.len(), 2);
    let db = system.database("cases").await;
    let opened: i64 = sqlx::query_scalar("select count(*) from case_file where referral_id = $1")
        .bind(id.parse::<uuid::Uuid>().unwrap())
        .fetch_one(&db)
        .await
        .unwrap();
    assert_eq!(opened, 1);

    // Nobody outside the RJ Unit may know that it exists: hidden and absent are the same bytes.
    for stranger in ["mediator-1", "staff-mission", "institutional-head-mission"] {
        let ask = |case_ref: String| GetCaseRequest { case_ref };
        let hidden = system.cases(stranger).get_case(ask(case.case_id.clone())).await.err().unwrap();
        let absent = system.cases(stranger).get_case(ask(fresh_key())).await.err().unwrap();
        assert_eq!((hidden.code(), hidden.message(), hidden.details()), (absent.code(), absent.message(), absent.details()));
    }
    let seen = system.cases("mediator-1").list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
    assert!(seen.cases.iter().all(|c| c.case_id != case.case_id));
}

#[tokio::test]
async fn a_request_typed_only_as_an_apology_letter_becomes_a_referral_in_the_national_queue() {
    let system = system().await;
    let referral = Referral {
        idempotency_key: fresh_key(),
        origin: Origin::AnyCommunication as i32,
        site: "mission".into(),
        request: "inmate wants to send an apology letter".into(),
        ..Referral::default()
    };
    let submitted = system.referrals("staff-mission").submit_referral(SubmitReferralRequest { referral: Some(referral) }).await.unwrap();
    let receipt = submitted.into_inner().receipt.unwrap();
    queued(&system, &receipt.number).await;
    let ask = GetReceiptRequest { number: receipt.number.to_lowercase() };
    assert!(system.referrals("staff-mission").get_receipt(ask.clone()).await.is_ok());
    let other = system.referrals("institutional-head-kent").get_receipt(ask).await.err().unwrap();
    assert_eq!(other.code(), tonic::Code::NotFound);
}
