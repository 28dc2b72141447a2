//! Retention: a case is kept for its retention period and while a hold stands; then it takes two persons to purge it [LPR4].

use base::{Caller, Error, Result};
use cases::{
    app::{
        App,
        break_glass::{audit::enter_uses, open::break_glass, review},
        case::{
            move_case::{self, move_case},
            read::get_case,
        },
        hold::{lift_hold, list_holds, place_hold},
        purge::{
            certificate::certificate_on_the_wire,
            due::list_due,
            order::{confirm_purge, order_purge},
        },
    },
    domain::{
        assessment::Risk,
        break_glass::Finding,
        case::stage::Stage,
        consent::Status,
        hold::HoldKind,
        participant::{kind::Kind, leaving::Wish},
    },
};
use harness::dump::{Row, holders, rows};
use proto::{cases::v1::PurgeCertificate, id::ConcernId, role};
use time::{Duration, OffsetDateTime};

use crate::world::{NOW, Opened, World, caller, other_officer, refusal, supervisor};

pub const MARKERS: [&str; 7] = ["Vera", "Oscar", "123456", "marker-", "calm", "as agreed", "mediator-1"];
pub const WHY: &str = "marker-hold: an access request came";

pub fn manager() -> Caller {
    caller("national-manager-1", &[role::NATIONAL_MANAGER])
}

pub fn second() -> Caller {
    caller("rj-supervisor-2", &[role::RJ_SUPERVISOR])
}

/// Exactly two years after a moment of 2026.
pub fn two_years_after(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_year(at.year() + 2).unwrap()
}

pub fn go_to(world: &World, at: OffsetDateTime) {
    world.app.clock.advance(at - world.app.clock.now());
}

/// A closed case in which everything that can be said was said; its concern is closed, its break-glass reviewed, its hold lifted.
pub async fn closed(world: &World) -> Opened {
    let case = world.in_mediation("letter").await;
    let answer = world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-head").await.unwrap();
    world.consent(&case, case.victim, "letter", Status::Withdrawn).await.unwrap();
    world.describe(&case, "marker-mode").await;
    let helper = world.add_as(&case, Kind::SupportPerson, "marker-helper", "", "", false).await.unwrap();
    world.leave(&case, helper, Wish::Unit).await.unwrap();
    follow(world, answer.concern.unwrap(), true).await;
    carry_everything(world).await;
    let break_glass =
        break_glass(&world.app, &other_officer(), &case.id, "marker-glass: her officer is ill").await.unwrap().break_glass.to_string();
    review::end_break_glass(&world.app, &other_officer(), &break_glass).await.unwrap();
    review::review_break_glass(&world.app, &supervisor(), &break_glass, Finding::Justified, "marker-review").await.unwrap();
    enter_uses(&world.app).await.unwrap();
    let hold = place_hold(&world.app, &supervisor(), &case.id, HoldKind::AccessRequest, WHY).await.unwrap();
    lift_hold(&world.app, &supervisor(), &case.id, &hold.to_string(), "marker-lifted: it was answered").await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    case
}

/// A closed case whose retention is over at this moment.
pub async fn due(world: &World) -> Opened {
    let case = closed(world).await;
    go_to(world, two_years_after(NOW));
    case
}

/// Safety has the concern, open or closed, and is asked.
pub async fn follow(world: &World, concern: ConcernId, closed: bool) {
    world.alarm.opens(concern, &[], NOW);
    if closed {
        world.alarm.closes(concern);
    }
    world.ask_safety().await;
}

/// As the relay leaves the outbox.
pub async fn carry_everything(world: &World) {
    sqlx::query("update outbox set carried_at = now() where carried_at is null").execute(&world.db.admin).await.unwrap();
}

pub async fn purged(world: &World, case: &Opened) -> PurgeCertificate {
    order_purge(&world.app, &supervisor(), &case.id).await.unwrap();
    certificate_on_the_wire(&confirm_purge(&world.app, &second(), &case.id).await.unwrap())
}

/// All that the database holds, in an order that does not depend on where the rows stand.
pub async fn dump(world: &World) -> Vec<Row> {
    let mut all = rows(&world.db.admin).await;
    all.sort();
    all
}

pub fn is_hidden<T: std::fmt::Debug>(ended: &Result<T>) -> bool {
    matches!(ended, Err(Error::NotFound))
}

// [LPR4]
#[tokio::test]
async fn a_purge_is_refused_a_day_before_two_years_after_the_last_use_and_taken_on_the_day() {
    let world = World::new().await;
    let case = closed(&world).await;
    go_to(&world, two_years_after(NOW) - Duration::days(1));
    let refused = refusal(order_purge(&world.app, &supervisor(), &case.id).await);
    assert_eq!((refused.reason, refused.clause), ("retention-not-over", "LPR4"));
    assert!(refused.en.contains("2028-03-02") && refused.fr.contains("2028-03-02"), "{}", refused.en);
    assert!(list_due(&world.app, &supervisor()).await.unwrap().is_empty());
    world.app.clock.advance(Duration::days(1));
    let due = list_due(&world.app, &supervisor()).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.closed.case.to_string(), due.kept_by)).collect::<Vec<_>>(), [(case.id.clone(), None)]);
    let certificate = purged(&world, &case).await;
    assert_eq!(certificate.retention_over_at, certificate.purged_at);
    assert!(list_due(&world.app, &supervisor()).await.unwrap().is_empty());
}

#[tokio::test]
async fn whatever_is_done_to_a_case_begins_its_retention_anew_and_an_open_case_is_never_purged() {
    let world = World::new().await;
    let case = closed(&world).await;
    go_to(&world, two_years_after(NOW));
    let go = |to| move_case::Command { case_ref: &case.id, to, mode: "", described: "", reason: "as agreed" };
    // The victim had withdrawn, and says now that they want to begin again.
    world.turn_back(&case, case.victim, "letter").await.unwrap();
    move_case(&world.app, &supervisor(), go(Stage::Assessment)).await.unwrap();
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "case-not-closed");
    move_case(&world.app, &supervisor(), go(Stage::Closed)).await.unwrap();
    let refused = refusal(order_purge(&world.app, &supervisor(), &case.id).await);
    assert!(refused.reason == "retention-not-over" && refused.en.contains("2030-03-02"), "{}", refused.en);
    go_to(&world, two_years_after(two_years_after(NOW)));
    purged(&world, &case).await;
}

// [LPR4]
#[tokio::test]
async fn while_one_of_several_holds_stands_no_purge_is_ordered_and_none_that_was_ordered_is_carried_out() {
    let world = World::new().await;
    let case = due(&world).await;
    let app = &world.app;
    order_purge(app, &supervisor(), &case.id).await.unwrap();
    let mut holds = Vec::new();
    for kind in [HoldKind::AccessRequest, HoldKind::Legal] {
        holds.push(place_hold(app, &manager(), &case.id, kind, WHY).await.unwrap().to_string());
    }
    let due = list_due(app, &supervisor()).await.unwrap();
    assert_eq!(due.iter().map(|due| due.kept_by).collect::<Vec<_>>(), [Some("hold-stands")]);
    for hold in &holds {
        assert_eq!(refusal(order_purge(app, &supervisor(), &case.id).await).reason, "hold-stands");
        let refused = refusal(confirm_purge(app, &second(), &case.id).await);
        assert_eq!((refused.reason, refused.clause), ("hold-stands", "LPR4"));
        lift_hold(app, &supervisor(), &case.id, hold, "the request was answered").await.unwrap();
    }
    assert_eq!(confirm_purge(app, &second(), &case.id).await.unwrap().holds_lifted, 3);
}

#[tokio::test]
async fn nobody_places_or_lifts_a_hold_silently_and_what_was_lifted_stays_lifted() {
    let world = World::new().await;
    let case = world.open().await;
    let app = &world.app;
    assert_eq!(refusal(place_hold(app, &supervisor(), &case.id, HoldKind::Other, "because").await).reason, "reason-missing");
    let hold = place_hold(app, &supervisor(), &case.id, HoldKind::Legal, WHY).await.unwrap().to_string();
    assert_eq!(refusal(lift_hold(app, &manager(), &case.id, &hold, "").await).reason, "reason-missing");
    assert_eq!(refusal(lift_hold(app, &manager(), &case.id, "no id", "it was answered").await).reason, "hold-unknown");
    let other = world.open().await;
    assert_eq!(refusal(lift_hold(app, &manager(), &other.id, &hold, "it was answered").await).reason, "hold-unknown");
    lift_hold(app, &manager(), &case.id, &hold, "it was answered").await.unwrap();
    lift_hold(app, &supervisor(), &case.id, &hold, "it was answered again").await.unwrap();
    let holds = list_holds(app, &supervisor(), &case.id).await.unwrap();
    let [held] = holds.as_slice() else { panic!("{} holds", holds.len()) };
    let lifted = held.lifted.as_ref().unwrap();
    assert_eq!((held.reason.expose().as_str(), held.placed_by.as_str()), (WHY, "rj-supervisor-1"));
    assert_eq!((lifted.because.expose().as_str(), lifted.by.as_str()), ("it was answered", "national-manager-1"));
    audit_log::checkpoint(&app.pool, "cases", None, app.clock.now()).await.unwrap();
    let mut db = world.db.admin.acquire().await.unwrap();
    let log = audit_log::entries(&mut db, 0, 1_000).await.unwrap();
    let done =
        |actor: &str, action: &str| log.iter().filter(|row| row.actor == actor && row.action == action && row.object == case.id).count();
    assert_eq!((done("rj-supervisor-1", "hold.place"), done("national-manager-1", "hold.lift")), (1, 1));
    assert!(holders(&dump(&world).await, "marker-").is_empty(), "a reason stands in clear");
}

#[tokio::test]
async fn a_case_with_an_open_concern_or_an_unreviewed_break_glass_is_not_purged() {
    let world = World::new().await;
    let case = world.open().await;
    let answer = world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-head").await.unwrap();
    let break_glass = break_glass(&world.app, &other_officer(), &case.id, "her officer is ill").await.unwrap().break_glass.to_string();
    world.go(&case, Stage::Closed, "").await.unwrap();
    enter_uses(&world.app).await.unwrap();
    go_to(&world, two_years_after(NOW));
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "concern-open");
    // Its closing is the last thing that was done to the case.
    follow(&world, answer.concern.unwrap(), true).await;
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "retention-not-over");
    go_to(&world, two_years_after(two_years_after(NOW)));
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "break-glass-review-open");
    review::review_break_glass(&world.app, &supervisor(), &break_glass, Finding::Justified, "").await.unwrap();
    assert_eq!(refusal(order_purge(&world.app, &supervisor(), &case.id).await).reason, "retention-not-over");
}

// [LPR4]
#[tokio::test]
async fn it_takes_two_persons_to_purge_a_case_and_an_order_that_is_old_counts_no_more() {
    let world = World::new().await;
    let (case, other) = (closed(&world).await, closed(&world).await);
    go_to(&world, two_years_after(NOW));
    let app = &world.app;
    assert_eq!(refusal(confirm_purge(app, &second(), &case.id).await).reason, "purge-not-ordered");
    let ordered = order_purge(app, &supervisor(), &case.id).await.unwrap();
    let refused = refusal(confirm_purge(app, &supervisor(), &case.id).await);
    assert_eq!((refused.reason, refused.clause), ("second-person-needed", "LPR4"));
    // Whoever orders it again orders nothing new, and can be the second person.
    assert_eq!(order_purge(app, &second(), &case.id).await.unwrap(), ordered);
    go_to(&world, ordered.until);
    assert_eq!(refusal(confirm_purge(app, &second(), &case.id).await).reason, "purge-not-ordered");
    order_purge(app, &second(), &case.id).await.unwrap();
    assert_eq!(refusal(confirm_purge(app, &second(), &case.id).await).reason, "second-person-needed");
    let certificate = confirm_purge(app, &manager(), &case.id).await.unwrap();
    assert_eq!((certificate.ordered_by.as_str(), certificate.confirmed_by.as_str()), ("rj-supervisor-2", "national-manager-1"));
    let unsigned = App { signer: None, ..world.app.clone() };
    order_purge(&unsigned, &supervisor(), &other.id).await.unwrap();
    assert_eq!(refusal(confirm_purge(&unsigned, &second(), &other.id).await).reason, "certificate-cannot-be-signed");
    assert!(get_case(app, &supervisor(), &other.id).await.is_ok(), "what cannot be proven was destroyed all the same");
}

#[test]
fn a_retention_of_less_than_two_years_is_refused_at_the_start() {
    let config =
        |months: &str| server::config::command::<cases::Config>("cases").try_get_matches_from(["cases", "--retention-months", months]);
    for months in ["0", "12", "23"] {
        assert_eq!(config(months).unwrap_err().kind(), clap::error::ErrorKind::ValueValidation, "{months}");
    }
    for months in ["24", "120"] {
        assert!(config(months).is_ok(), "{months}");
    }
}
