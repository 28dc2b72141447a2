//! History of a referral: what came, who decided what and when, why and on which clause, in order.

use intake::{
    app::queue::get::get_referral,
    domain::Disposition,
    store::queue::history::{Event, What},
};
use proto::intake::v1::Referral;

use crate::{screening::decide, support::*};

fn told(event: &Event) -> String {
    match &event.what {
        What::Received => format!("received by {}", event.by),
        What::Completed => format!("completed by {}", event.by),
        What::Decided(one) => {
            let reason = one.reason.as_ref().map_or("unread", |reason| reason.expose().as_str());
            format!("{} by {} as {}: {reason} [{}]", one.disposition.code(), event.by, one.role, one.disposition.clause())
        }
    }
}

#[tokio::test]
async fn the_history_of_a_referral_says_what_came_and_who_decided_what_why_and_on_which_clause_in_order() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    app.clock.advance(time::Duration::HOUR);
    decide(&app, &officer(1), &id, Disposition::Withdrawn, "changed his mind").await.unwrap();
    app.clock.advance(time::Duration::HOUR);
    submit(&app, &staff("mission"), Referral { request: "asks again".into(), ..referral("1") }).await;
    app.clock.advance(time::Duration::HOUR);
    decide(&app, &supervisor(1), &id, Disposition::Accepted, "both willing").await.unwrap();
    let (_, _, beside) = get_referral(&app, &supervisor(2), &id, None).await.unwrap();
    let history: Vec<String> = beside.history.iter().map(told).collect();
    let expected = [
        "received by staff-mission",
        "withdrawn by rj-officer-1 as rj-officer: changed his mind [L26-6]",
        "completed by staff-mission",
        "accepted by rj-supervisor-1 as rj-supervisor: both willing [R3c]",
    ];
    assert_eq!(history, expected);
    assert!(beside.history.is_sorted_by_key(|event| event.at));
}

#[tokio::test]
async fn a_reason_that_cannot_be_opened_hides_nothing_else_of_the_history() {
    let app = app().await;
    submit(&app, &staff("mission"), referral("1")).await;
    let id = only_id(&app).await;
    decide(&app, &officer(1), &id, Disposition::Withdrawn, "changed his mind").await.unwrap();
    let spoil = "alter table screening_decision disable trigger user; update screening_decision set reason_sealed = 'x'";
    sqlx::raw_sql(spoil).execute(&app.database.admin).await.unwrap();
    let (_, _, beside) = get_referral(&app, &officer(1), &id, None).await.unwrap();
    assert_eq!(
        beside.history.iter().map(told).collect::<Vec<_>>().pop().unwrap(),
        "withdrawn by rj-officer-1 as rj-officer: unread [L26-6]"
    );
}
