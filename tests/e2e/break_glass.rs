//! Portfolios and break-glass: an officer works the cases in their own; another one opens a case by break-glass only, and a second person
//! knows at once.

use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{
        BreakGlassFinding, BreakGlassRequest, Case, GetCaseRequest, ListBreakGlassRequest, ListCasesRequest, MoveCaseRequest,
        ReviewBreakGlassRequest,
    },
    intake::v1::SubmitReferralRequest,
    notification::v1::ListInboxRequest,
};

use crate::{
    referral::{accepted, queued},
    samples::institutional_referral,
    system,
};

const OFFICER: &str = "rj-officer-1";
const OTHER: &str = "rj-officer-2";

/// A case of a referral that [`OFFICER`] has screened.
async fn opened(system: &System) -> Case {
    let request = SubmitReferralRequest { referral: Some(institutional_referral("mission")) };
    let receipt = system.referrals("institutional-head-mission").submit_referral(request).await.unwrap().into_inner().receipt.unwrap();
    let id = queued(system, &receipt.number).await;
    accepted(system, &id, "both seem ready to be asked").await
}

/// The inbox of `who` has an item of this template that names the case.
async fn told(system: &System, who: &str, template: &str, case: &Case) -> Result<(), String> {
    let ask = ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() };
    let items = system.inbox(who).list_inbox(ask).await.map_err(|s| s.to_string())?.into_inner().items;
    let found = items.iter().any(|item| item.template == template && item.body.contains(&case.case_id));
    if found { Ok(()) } else { Err(format!("not among {} items", items.len())) }
}

#[tokio::test]
async fn a_case_outside_the_portfolio_is_opened_by_break_glass_only_and_every_supervisor_is_told_within_a_minute() {
    let system = system().await;
    let case = opened(&system).await;
    assert_eq!(case.officers, [OFFICER]);
    eventually("the officer is told of the case", SOON, async || told(&system, OFFICER, "officer-assigned", &case).await).await;
    let read = || GetCaseRequest { case_ref: case.case_number.clone() };
    let hidden = system.cases(OTHER).get_case(read()).await.err().unwrap();
    assert_eq!(hidden.code(), tonic::Code::NotFound);
    let listed = system.cases(OTHER).list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
    assert!(listed.cases.iter().all(|listed| listed.case_id != case.case_id));

    let ask = BreakGlassRequest { case_ref: case.case_number.clone(), reason: "her officer is ill, the victim telephones".into() };
    let mediator = system.break_glass("mediator-1").break_glass(ask.clone()).await.err().unwrap();
    assert_eq!(mediator.code(), tonic::Code::PermissionDenied);
    let opened = system.break_glass(OTHER).break_glass(ask).await.unwrap().into_inner();
    assert!(system.cases(OTHER).get_case(read()).await.is_ok());
    let go = MoveCaseRequest { case_id: case.case_id.clone(), to: 6, reason: "no".into(), ..Default::default() };
    let refused = system.cases(OTHER).move_case(go).await.err().unwrap();
    assert!(refused.message().contains("read-only-access"), "{}", refused.message());
    // SOON is far less than a minute.
    for supervisor in ["rj-supervisor-1", "national-manager-1"] {
        eventually("a second person is told", SOON, async || told(&system, supervisor, "break-glass-opened", &case).await).await;
    }
    assert!(told(&system, OTHER, "break-glass-opened", &case).await.is_err(), "an officer reads the supervisors' inbox");

    let db = system.database("cases").await;
    let entered = "select count(*) from audit_entry where object = $1 and reason = 'break-glass' and actor = 'rj-officer-2'";
    eventually("both uses stand in the audit log", SOON, async || {
        let count: i64 = sqlx::query_scalar(entered).bind(&case.case_id).fetch_one(&db).await.map_err(|e| e.to_string())?;
        if count == 2 { Ok(()) } else { Err(format!("{count}")) }
    })
    .await;

    let list =
        system.break_glass("rj-supervisor-1").list_break_glass(ListBreakGlassRequest { open_only: true }).await.unwrap().into_inner();
    let break_glass = list.break_glasses.iter().find(|break_glass| break_glass.break_glass_id == opened.break_glass_id).unwrap();
    assert!(break_glass.broken_by == OTHER && !break_glass.overdue && break_glass.readings == 1);
    let review = ReviewBreakGlassRequest {
        break_glass_id: opened.break_glass_id.clone(),
        finding: BreakGlassFinding::Justified.into(),
        note: String::new(),
    };
    assert_eq!(system.break_glass(OTHER).review_break_glass(review.clone()).await.err().unwrap().code(), tonic::Code::PermissionDenied);
    system.break_glass("rj-supervisor-1").review_break_glass(review).await.unwrap();
}
