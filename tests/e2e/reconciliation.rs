//! The guard of the alarm: a superuser of one database, or of two, makes no concern vanish, and an alarm that dies is noticed (THREAT-1).

use std::time::Duration;

use harness::{
    system::{Peer, System, Wishes},
    wait::eventually,
};
use proto::{
    notification::v1::{InboxItem, ListInboxRequest},
    safety::v1::{AcceptConcernRequest, Audience, RaiseConcernRequest, alarm_service_client::AlarmServiceClient},
};
use sqlx::PgPool;

use crate::{concern::inbox, samples::imminent_concern};

const OFFICER: &str = "rj-officer-1";
const SUPERVISOR: &str = "rj-supervisor-1";
const HEAD: &str = "institutional-head-mission";
/// What was promised is thirty seconds; a busy machine is given more.
const WITHIN: Duration = Duration::from_secs(60);

const OF_SAFETY: [&str; 5] = ["ring", "timeline", "audience", "concern_variant", "concern"];

/// What a superuser types.
async fn prompt(db: &PgPool, concern: &str, sql: Vec<String>) {
    let sql = sql.join(";").replace("$id", &format!("'{concern}'"));
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await.unwrap();
}

fn out_of_safety() -> Vec<String> {
    let column = |table: &str| if table == "concern" { "id" } else { "concern_id" };
    OF_SAFETY.iter().map(|table| format!("delete from {table} where {} = $id", column(table))).collect()
}

fn out_of_notification() -> Vec<String> {
    let item = "delete from delivery where item_id in (select item_id from inbox_item where about = $id)";
    [
        item,
        "delete from inbox_item where about = $id",
        "delete from ring where concern_id = $id",
        "delete from guarded where concern_id = $id",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn out_of_the_log() -> Vec<String> {
    ["delete from audit_staged where object = $id", "delete from audit_entry where object = $id"].map(str::to_owned).to_vec()
}

/// A concern that stands in every copy: in both inboxes, and in the sealed log.
async fn raised(system: &System, safety: &PgPool) -> String {
    let concern = imminent_concern("mission");
    let id = concern.concern_id.clone();
    system.alarm("staff-mission").raise_concern(RaiseConcernRequest { concern: Some(concern) }).await.unwrap();
    reach_both(system, &id).await;
    eventually("the raise stands in the log", WITHIN, async || {
        let found: i64 = sqlx::query_scalar("select count(*) from audit_entry where object = $1 and action = 'concern.raise'")
            .bind(&id)
            .fetch_one(safety)
            .await
            .unwrap();
        if found == 1 { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    id
}

async fn reach_both(system: &System, id: &str) -> [InboxItem; 2] {
    let nhq = eventually("NHQ has it", WITHIN, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, id).await).await;
    let head = async || inbox(&mut system.inbox(HEAD), Audience::ResponsibleHead, id).await;
    [nhq, eventually("the head has it", WITHIN, head).await]
}

async fn rings_again(safety: &PgPool, id: &str) {
    eventually("it rings anew", WITHIN, async || {
        let rung = "select count(*) from audience where concern_id = $1::uuid and next_ring_at is not null and delivered_at is not null";
        let rung: i64 = sqlx::query_scalar(rung).bind(id).fetch_one(safety).await.unwrap();
        if rung == 2 { Ok(()) } else { Err(format!("{rung} audiences")) }
    })
    .await;
}

async fn accept(mut safety: AlarmServiceClient<Peer>, id: &str, audience: Audience) {
    let accept = AcceptConcernRequest { concern_id: id.to_owned(), audience: audience.into(), ..AcceptConcernRequest::default() };
    safety.accept_concern(accept).await.unwrap();
}

/// Items of a template in the inbox of somebody.
async fn told(system: &System, who: &str, template: &str) -> usize {
    let request = ListInboxRequest { unread_only: false, page_size: 200, page_token: String::new() };
    let items = system.inbox(who).list_inbox(request).await.unwrap().into_inner().items;
    items.iter().filter(|item| item.template == template).count()
}

#[tokio::test]
async fn whichever_copy_of_a_concern_a_superuser_removes_and_whichever_two_it_rings_again_within_half_a_minute() {
    let system = System::start(Wishes::default()).await;
    let (safety, notification) = (system.database("safety").await, system.database("notification").await);

    // The alarm's own, with the acceptance in it: it comes back whole, and supervisors are told.
    let id = raised(&system, &safety).await;
    accept(system.alarm(HEAD), &id, Audience::ResponsibleHead).await;
    prompt(&safety, &id, out_of_safety()).await;
    rings_again(&safety, &id).await;
    let [nhq, _] = reach_both(&system, &id).await;
    assert!(nhq.body.contains("told the mediator"), "with every word: {}", nhq.body);
    assert_eq!(told(&system, SUPERVISOR, "concern-vanished").await, 1);
    accept(system.alarm(OFFICER), &id, Audience::Nhq).await;
    accept(system.alarm(HEAD), &id, Audience::ResponsibleHead).await;

    // What people have in their inboxes: it rings into them again.
    let id = raised(&system, &safety).await;
    prompt(&notification, &id, out_of_notification()).await;
    reach_both(&system, &id).await;

    // The alarm's own and the log.
    let id = raised(&system, &safety).await;
    prompt(&safety, &id, [out_of_safety(), out_of_the_log()].concat()).await;
    rings_again(&safety, &id).await;

    // The alarm's own and what is guarded: the log alone is left, and says that there was something.
    let id = raised(&system, &safety).await;
    tokio::join!(prompt(&safety, &id, out_of_safety()), prompt(&notification, &id, out_of_notification()));
    eventually("NHQ is rung", WITHIN, async || inbox(&mut system.inbox(OFFICER), Audience::Nhq, &id).await).await;

    // What is guarded and the log: the alarm itself is left.
    let id = raised(&system, &safety).await;
    tokio::join!(prompt(&safety, &id, out_of_the_log()), prompt(&notification, &id, out_of_notification()));
    reach_both(&system, &id).await;
}

#[tokio::test]
async fn when_the_alarm_dies_whoever_it_has_rung_is_told_by_telephone_to_go_on_and_when_it_lives_again_it_rings_by_itself() {
    let ladder = ("SAFETY_LADDER_IMMINENT".to_owned(), "0s:holder,5s:deputy,10s:everyone,every 10s".to_owned());
    let grace = ("NOTIFICATION_ALARM_GRACE".to_owned(), "5".to_owned());
    let settings = [("safety".to_owned(), vec![ladder]), ("notification".to_owned(), vec![grace])].into();
    let system = System::start(Wishes { settings, ..Wishes::default() }).await;
    let safety = system.database("safety").await;
    let id = raised(&system, &safety).await;
    system.kill("safety").await;
    eventually("the silence is heard", WITHIN, async || {
        let heard = [told(&system, HEAD, "alarm-silent").await, told(&system, OFFICER, "alarm-silent").await];
        if heard.iter().all(|count| *count > 0) { Ok(()) } else { Err(format!("{heard:?}")) }
    })
    .await;
    system.restart("safety").await;
    let before: i64 =
        sqlx::query_scalar("select sum(rings) from audience where concern_id = $1::uuid").bind(&id).fetch_one(&safety).await.unwrap();
    eventually("it rings by itself", WITHIN, async || {
        let rings: i64 =
            sqlx::query_scalar("select sum(rings) from audience where concern_id = $1::uuid").bind(&id).fetch_one(&safety).await.unwrap();
        if rings > before { Ok(()) } else { Err(format!("{rings} rings")) }
    })
    .await;
}
