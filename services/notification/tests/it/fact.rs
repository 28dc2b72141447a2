//! Facts of intake and cases: notified to the people who work on them, and to nobody else.

use auth::grants::Line;
use base::Caller;
use harness::grants::{hold, line};
use messaging::inbox::Handler;
use notification::{
    app::{
        fact::notify,
        preference::{self, Asked},
    },
    bus::{FactMessage, Facts},
    domain::fact::Fact,
};
use proto::{
    cases::v1::{
        BreakGlassOpened, BreakGlassReviewDue, CaseOpened, ConditionAdvised, DueKind, EngagementEnding, EntryChanged, EntryNews,
        MediatorAssigned, OfficerAssigned, RequestChanged, RequestNews, ThingDue,
    },
    id::CaseId,
    intake::v1::{Origin, ReferralReceived, contact_service_client::ContactServiceClient},
    role, subject,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    smtp::Smtp,
    world::{START, World, caller, event_of, head, hear, officer, person, world},
};

/// The handler, with an intake that does not answer.
pub fn facts(world: &World, intake_url: &str) -> Facts {
    let peer = server::client::connect(intake_url, None, None, Some(server::client::DEADLINE)).unwrap();
    Facts { app: world.app.clone(), intake: ContactServiceClient::new(peer) }
}

const NO_INTAKE: &str = "http://127.0.0.1:1";

fn case_id() -> String {
    Uuid::from_u128(0xca5e).to_string()
}

pub async fn assign(world: &World, mediator: &str) {
    let event = MediatorAssigned { case_id: case_id(), mediator: mediator.to_owned(), assigned_at: Some(base::wire::timestamp(START)) };
    hear(&world.app.pool, &facts(world, NO_INTAKE), subject::MEDIATOR_ASSIGNED, &event).await.unwrap();
}

#[tokio::test]
async fn the_rj_unit_is_told_of_a_referral_and_of_the_case_it_becomes_once_each() {
    let world = world().await;
    let handler = facts(&world, NO_INTAKE);
    let received = ReferralReceived {
        referral_id: Uuid::from_u128(0x4ef).to_string(),
        origin: Origin::Community.into(),
        counted_origin: Origin::Institutional.into(),
        site: "mission".into(),
        received_at: Some(base::wire::timestamp(START)),
        import_id: String::new(),
    };
    let opened = CaseOpened { case_id: case_id(), referral_id: received.referral_id.clone(), opened_at: received.received_at };
    for _ in 0..2 {
        hear(&world.app.pool, &handler, subject::REFERRALS_RECEIVED, &event_of(&received)).await.unwrap();
        hear(&world.app.pool, &handler, subject::CASE_OPENED, &opened).await.unwrap();
    }
    let items = world.inbox(&officer("rj-officer-1")).await;
    let mut templates: Vec<&str> = items.iter().map(|item| item.template.as_str()).collect();
    templates.sort_unstable();
    assert_eq!(templates, ["case-opened", "referral-received"]);
    let referral = items.iter().find(|item| item.template == "referral-received").unwrap();
    assert!(referral.body.contains("An institutional referral waits") && referral.body.contains("Un renvoi d'un établissement attend"));
    assert!(referral.body.contains("Site: mission") && referral.body.contains("2026-01-05 12:00 UTC"));
    assert!(referral.envelope.is_none() && referral.concern_id.is_empty());
    for stranger in [person("mediator-1"), head("head-1", "mission")] {
        assert!(world.inbox(&stranger).await.is_empty());
    }
}

#[tokio::test]
async fn a_mediator_is_told_of_an_assignment_in_the_inbox_and_by_a_mail_without_content() {
    let (world, smtp) = (world().await, Smtp::up().await);
    world.prefers("mediator-1", "en", "ada.exemple@csc-scc.gc.ca").await.unwrap();
    assign(&world, "mediator-1").await;
    let item = world.inbox(&person("mediator-1")).await.remove(0);
    assert!(item.body.contains(&case_id()));
    assert!(world.inbox(&person("mediator-2")).await.is_empty());

    notification::app::mail::send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mail = smtp.arrived().remove(0);
    assert!(mail.body().starts_with("You have a message on the page “Inbox”. Reference RN-"), "{}", mail.body());
    for word in ["case", "mediat", &case_id()] {
        assert!(!mail.raw.to_lowercase().contains(word), "{word}: {}", mail.raw);
    }
    let quoted = mail.header("Subject").replace("You have a message: ", "");
    assert!(item.body.contains(&quoted), "the reference in the mail is found in the inbox");
}

#[tokio::test]
async fn the_ledger_tells_who_was_told_by_which_channel_and_nothing_of_what() {
    let world = world().await;
    assign(&world, "mediator-1").await;
    let ledger = world.ledger().await;
    assert_eq!((ledger.len(), ledger[0].recipient.as_str(), ledger[0].template.as_str()), (1, "mediator-1", "mediator-assigned"));
    assert_eq!((ledger[0].attempts, ledger[0].language.as_str()), (1, "en+fr"));
    let columns: Vec<String> = sqlx::query_scalar("select column_name::text from information_schema.columns where table_name = 'delivery'")
        .fetch_all(&world.admin)
        .await
        .unwrap();
    for content in ["title", "body", "email", "address", "envelope"] {
        assert!(!columns.iter().any(|column| column == content), "{content}");
    }
}

/// A grant of the service's own copy, in force since an hour before the test begins.
async fn holds(world: &World, subject: &str, role: &str, ended_at: Option<OffsetDateTime>) {
    let line = Line { since: START - time::Duration::HOUR, ended_at, ..line(subject, role, None) };
    hold(&world.app.pool, &line).await;
}

// [IM1a]
#[tokio::test]
async fn every_supervisor_and_nobody_else_is_told_of_a_break_glass_once_in_the_inbox_and_each_by_a_mail_without_content() {
    let (world, smtp) = (world().await, Smtp::up().await);
    let supervisors = [caller("rj-supervisor-1", role::RJ_SUPERVISOR, ""), caller("national-manager-1", role::NATIONAL_MANAGER, "")];
    holds(&world, "rj-supervisor-1", role::RJ_SUPERVISOR, None).await;
    holds(&world, "national-manager-1", role::NATIONAL_MANAGER, None).await;
    holds(&world, "rj-officer-1", role::RJ_OFFICER, None).await;
    for someone in supervisors.iter().chain(&[officer("rj-officer-1")]) {
        let address = format!("{}@csc-scc.gc.ca", someone.subject);
        let asked = Asked { language: "en", email: &address, ..Asked::default() };
        let mut someone = someone.clone();
        someone.vouched_email = Some(address.clone().into());
        preference::set(&world.app, &someone, &asked).await.unwrap();
    }
    let broken = BreakGlassOpened {
        break_glass_id: Uuid::from_u128(0x61a55).to_string(),
        case_id: case_id(),
        broken_at: Some(base::wire::timestamp(START)),
    };
    let due = BreakGlassReviewDue { notice_id: Uuid::from_u128(0xd0e).to_string(), overdue: 2, noticed_at: broken.broken_at };
    for _ in 0..2 {
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::BREAK_GLASS_OPENED, &broken).await.unwrap();
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::BREAK_GLASS_REVIEW_DUE, &due).await.unwrap();
    }
    for supervisor in &supervisors {
        let items = world.inbox(supervisor).await;
        assert_eq!(items.len(), 2);
        assert!(items.iter().any(|item| item.template == "break-glass-opened" && item.body.contains(&case_id())));
        assert!(items.iter().any(|item| item.template == "break-glass-review-due" && item.body.contains("Reviews overdue: 2")));
    }
    assert!(world.inbox(&officer("rj-officer-1")).await.is_empty());

    notification::app::mail::send_due(&world.app, Some(&smtp.mailer())).await.unwrap();
    let mails = smtp.arrived();
    let to = |name: &str| mails.iter().filter(|mail| mail.header("To").contains(name)).count();
    assert_eq!((to("rj-supervisor-1"), to("national-manager-1"), mails.len()), (2, 2, 4));
    for mail in &mails {
        assert!(mail.body().starts_with("You have a message on the page “Inbox”. Reference RN-"), "{}", mail.body());
        for word in ["case", "break_glass", "review", &case_id()] {
            assert!(!mail.raw.to_lowercase().contains(word), "{word}: {}", mail.raw);
        }
    }
}

#[tokio::test]
async fn who_is_a_supervisor_no_longer_is_written_to_no_longer() {
    let world = world().await;
    let mut supervisor = caller("rj-supervisor-1", role::RJ_SUPERVISOR, "");
    supervisor.vouched_email = Some("ada@csc-scc.gc.ca".to_owned().into());
    let asked = Asked { language: "en", email: "ada@csc-scc.gc.ca", ..Asked::default() };
    preference::set(&world.app, &supervisor, &asked).await.unwrap();
    holds(&world, "rj-supervisor-1", role::RJ_SUPERVISOR, Some(START - time::Duration::MINUTE)).await;
    let broken = BreakGlassOpened { break_glass_id: Uuid::from_u128(1).to_string(), case_id: case_id(), broken_at: None };
    hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::BREAK_GLASS_OPENED, &broken).await.unwrap();
    assert!(world.ledger().await.iter().all(|line| line.recipient == "rj-supervisors"));
}

#[tokio::test]
async fn an_officer_is_told_of_a_case_in_their_portfolio() {
    let world = world().await;
    let event = OfficerAssigned { case_id: case_id(), officer: "rj-officer-1".into(), assigned_at: None };
    hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::OFFICER_ASSIGNED, &event).await.unwrap();
    let item = world.inbox(&officer("rj-officer-1")).await.remove(0);
    assert!(item.template == "officer-assigned" && item.body.contains(&case_id()));
    assert!(world.inbox(&officer("rj-officer-2")).await.is_empty());
}

// [GL2c/2d]
#[tokio::test]
async fn whoever_drafts_a_condition_is_told_that_an_advice_waits_and_nothing_of_it() {
    let world = world().await;
    let advice = Uuid::from_u128(7).to_string();
    let event = ConditionAdvised { advice_id: advice.clone(), drafter: "parole-officer-1".into(), advised_at: None };
    hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::CONDITION_ADVISED, &event).await.unwrap();
    let item = world.inbox(&caller("parole-officer-1", role::PAROLE_OFFICER, "mission")).await.remove(0);
    assert_eq!(item.template, "condition-advised");
    for word in ["mediation", "Restorative", "réparatrice", "victim", "offender", "délinquant", &advice] {
        assert!(!item.title.contains(word) && !item.body.contains(word), "{word}: {}", item.body);
    }
    assert!(world.inbox(&officer("rj-officer-1")).await.is_empty());
}

fn received(referral: u128, site: &str, import: Option<Uuid>, minute: i64) -> ReferralReceived {
    ReferralReceived {
        referral_id: Uuid::from_u128(referral).to_string(),
        origin: Origin::Victim.into(),
        counted_origin: Origin::Victim.into(),
        site: site.into(),
        received_at: Some(base::wire::timestamp(START + time::Duration::minutes(minute))),
        import_id: import.map(|import| import.to_string()).unwrap_or_default(),
    }
}

// [R8a]
#[tokio::test]
async fn the_rj_unit_is_told_of_an_import_once_however_many_referrals_come_with_it() {
    let (world, unit) = (world().await, officer("rj-officer-1"));
    let handler = facts(&world, NO_INTAKE);
    let hear =
        async |event: &ReferralReceived| hear(&world.app.pool, &handler, subject::REFERRALS_RECEIVED, &event_of(event)).await.unwrap();
    let (one, other) = (Some(Uuid::from_u128(0xa)), Some(Uuid::from_u128(0xb)));
    hear(&received(1, "mission", one, 0)).await;
    let first = world.inbox(&unit).await.remove(0);
    assert_eq!(first.template, "referral-import");
    assert!(first.body.contains("1 referral of an import from mission is waiting") && first.body.contains("1 renvoi d'une importation"));
    world.mark_read(&unit, &first.item_id).await.unwrap();
    for n in 2..=20 {
        hear(&received(n, "mission", one, 0)).await;
    }
    hear(&received(21, "kent", one, 0)).await;
    hear(&received(22, "mission", other, 0)).await;
    hear(&received(23, "mission", None, 0)).await;
    let items = world.inbox(&unit).await;
    let bodies: Vec<&str> = items.iter().map(|item| item.body.as_str()).collect();
    assert_eq!(items.len(), 4, "an import of a site is one item, and a referral that stands alone is its own: {bodies:?}");
    let grown = items.iter().find(|item| item.item_id == first.item_id).unwrap();
    assert!(
        grown.body.contains("20 referrals of an import from mission are waiting") && grown.body.contains("20 renvois d'une importation")
    );
    assert!(grown.read_at.is_none(), "that there are more is news");
    let quoted = |body: &str| body.lines().find(|line| line.starts_with("Reference")).map(str::to_owned);
    assert_eq!(quoted(&grown.body), quoted(&first.body), "it is quoted by the same reference");
    assert_eq!(items.iter().filter(|item| item.template == "referral-received").count(), 1);
}

#[tokio::test]
async fn facts_that_come_together_are_told_as_if_they_had_come_one_by_one() {
    let world = world().await;
    let import = Some(Uuid::from_u128(0xa));
    let events = (1..=40).map(|n| received(n, "mission", (n % 4 != 0).then_some(import).flatten(), i64::try_from(n).unwrap()));
    let again = received(4, "mission", None, 4);
    let mut read = Vec::new();
    for event in events.chain([again]) {
        let incoming = messaging::inbox::Incoming {
            event_id: String::new(),
            subject: subject::REFERRALS_RECEIVED.to_owned(),
            body: prost::Message::encode_to_vec(&event_of(&event)).into(),
            headers: std::collections::BTreeMap::new(),
            attempt: 1,
        };
        let Ok(FactMessage::Facts(told)) = facts(&world, NO_INTAKE).read(&incoming).await else { panic!("not a fact") };
        read.extend(told);
    }
    let assigned =
        |case: u128| Fact::OfficerAssigned { case_id: CaseId::new(Uuid::from_u128(case)), officer: "rj-officer-1".into(), at: None };
    read.extend([assigned(1), assigned(2), assigned(1)]);
    let mut tx = world.begin().await;
    notify(&mut tx, &world.app, read).await.unwrap();
    tx.commit().await.unwrap();
    let items = world.inbox(&officer("rj-officer-1")).await;
    let of = |template: &str| items.iter().filter(|item| item.template == template).count();
    assert_eq!((of("referral-received"), of("referral-import"), of("officer-assigned")), (10, 1, 2));
    let import = items.iter().find(|item| item.template == "referral-import").unwrap();
    assert!(
        import.body.contains("30 referrals of an import") && import.body.contains("Last received: 2026-01-05 12:39 UTC"),
        "{}",
        import.body
    );
}

// [D-mediator]
#[tokio::test]
async fn the_mediator_and_the_rj_unit_are_each_told_once_that_an_engagement_ends() {
    let world = world().await;
    holds(&world, "rj-officer-1", role::RJ_OFFICER, None).await;
    let event = EngagementEnding {
        notice_id: Uuid::from_u128(0xe4d).to_string(),
        mediator: "mediator-1".into(),
        ends_at: Some(base::wire::timestamp(START + time::Duration::days(30))),
        open_cases: 3,
        noticed_at: Some(base::wire::timestamp(START)),
    };
    for _ in 0..2 {
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::ENGAGEMENT_ENDING, &event).await.unwrap();
    }
    let own = world.inbox(&caller("mediator-1", role::MEDIATOR, "")).await;
    assert!(own.len() == 1 && own[0].template == "engagement-ending" && own[0].body.contains("Your open cases: 3"), "{}", own.len());
    let unit = world.inbox(&officer("rj-officer-1")).await;
    assert!(unit.len() == 1 && unit[0].template == "cases-to-hand-over", "{}", unit.len());
    assert!(unit[0].body.contains("Mediator: mediator-1") && unit[0].body.contains("Open cases to hand over: 3"), "{}", unit[0].body);
    assert!(world.inbox(&caller("mediator-2", role::MEDIATOR, "")).await.is_empty());
}

// [R3a] [RM1a]
#[tokio::test]
async fn what_is_due_is_told_once_to_the_person_it_names_and_what_waits_for_the_office_to_the_office() {
    let world = world().await;
    holds(&world, "rj-officer-1", role::RJ_OFFICER, None).await;
    holds(&world, "rj-supervisor-1", role::RJ_SUPERVISOR, None).await;
    let event = |notice: u128, kind: DueKind, person: &str, overdue: bool| ThingDue {
        notice_id: Uuid::from_u128(notice).to_string(),
        kind: kind.into(),
        case_id: CaseId::new(Uuid::from_u128(0xca5e)).to_string(),
        person: person.into(),
        due_at: Some(base::wire::timestamp(START)),
        overdue,
        noticed_at: Some(base::wire::timestamp(START)),
    };
    let told = [
        event(1, DueKind::Assessment, "mediator-1", false),
        event(1, DueKind::Assessment, "mediator-1", false),
        event(2, DueKind::Review, "", true),
        event(3, DueKind::Review, "", true),
        event(4, DueKind::SignOff, "", false),
    ];
    for one in &told {
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::THING_DUE, one).await.unwrap();
    }
    let templates = async |who: Caller| world.inbox(&who).await.into_iter().map(|item| item.template).collect::<Vec<_>>();
    assert_eq!(templates(caller("mediator-1", role::MEDIATOR, "")).await, ["thing-due"]);
    let unit = world.inbox(&officer("rj-officer-1")).await;
    assert_eq!(unit.iter().filter(|item| item.template == "thing-overdue").count(), 2, "an alarm that is repeated is told again");
    assert!(unit.iter().all(|item| item.body.contains("The RJ Unit is to review a case.")));
    let supervisor = templates(caller("rj-supervisor-1", role::RJ_SUPERVISOR, "")).await;
    assert!(supervisor.contains(&"sign-off-due".to_owned()), "{supervisor:?}");
    assert!(
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::THING_DUE, &event(5, DueKind::Unspecified, "", false)).await.is_err()
    );
}

// [R2a]
#[tokio::test]
async fn whoever_answers_for_the_site_is_told_of_an_entry_without_its_case_and_whoever_works_on_it_with_it() {
    let world = world().await;
    let case = CaseId::new(Uuid::from_u128(0xca5e)).to_string();
    let told = |notice: u128, recipient: &str, news: EntryNews, case_id: &str| EntryChanged {
        notice_id: Uuid::from_u128(notice).to_string(),
        recipient: recipient.into(),
        news: news.into(),
        case_id: case_id.into(),
        changed_at: Some(base::wire::timestamp(START)),
    };
    let events = [
        told(1, "institutional-head/mission", EntryNews::Asked, ""),
        told(2, "mediator-1", EntryNews::OnHold, &case),
        told(2, "rj-unit", EntryNews::OnHold, &case),
        told(2, "institutional-head/mission", EntryNews::Changed, ""),
        told(2, "mediator-1", EntryNews::Clear, &case),
        told(3, "rj-unit", EntryNews::Lapsed, &case),
    ];
    // Late, twice and out of order.
    for event in events.iter().rev().chain(&events) {
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::ENTRY_CHANGED, event).await.unwrap();
    }
    let templates = |items: &[proto::notification::v1::InboxItem]| {
        let mut templates: Vec<String> = items.iter().map(|item| item.template.clone()).collect();
        templates.sort_unstable();
        templates
    };
    let head = world.inbox(&caller("head-1", role::INSTITUTIONAL_HEAD, "mission")).await;
    assert_eq!(templates(&head), ["entry-asked", "entry-changed"]);
    assert!(head.iter().all(|item| !item.body.contains(&case)), "the head learns of no case");
    assert!(world.inbox(&caller("head-2", role::INSTITUTIONAL_HEAD, "kent")).await.is_empty());
    let mediator = world.inbox(&caller("mediator-1", role::MEDIATOR, "")).await;
    assert_eq!(templates(&mediator), ["entry-clear", "entry-on-hold"]);
    assert!(mediator.iter().all(|item| item.body.contains(&case)));
    assert_eq!(templates(&world.inbox(&officer("rj-officer-1")).await), ["entry-lapsed", "entry-on-hold"]);
    let nothing = EntryChanged { news: 0, ..told(4, "mediator-1", EntryNews::Asked, "") };
    assert!(hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::ENTRY_CHANGED, &nothing).await.is_err());
}

// [R7c] [R8b]
#[tokio::test]
async fn an_addressee_is_told_of_a_request_without_its_case_and_a_late_one_reaches_the_next_office_and_the_unit() {
    let world = world().await;
    let case = CaseId::new(Uuid::from_u128(0xca5e)).to_string();
    let told = |notice: u128, recipient: &str, news: RequestNews, case_id: &str| RequestChanged {
        notice_id: Uuid::from_u128(notice).to_string(),
        recipient: recipient.into(),
        news: news.into(),
        case_id: case_id.into(),
        changed_at: Some(base::wire::timestamp(START)),
    };
    let events = [
        told(1, "parole-officer/mission", RequestNews::Asked, ""),
        told(2, "parole-officer-supervisor/mission", RequestNews::Climbed, ""),
        told(2, "mediator-1", RequestNews::Late, &case),
        told(3, "rj-unit", RequestNews::Late, &case),
        told(4, "mediator-1", RequestNews::Answered, &case),
    ];
    // Late, twice and out of order.
    for event in events.iter().rev().chain(&events) {
        hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::REQUEST_CHANGED, event).await.unwrap();
    }
    let templates = |items: &[proto::notification::v1::InboxItem]| {
        let mut templates: Vec<String> = items.iter().map(|item| item.template.clone()).collect();
        templates.sort_unstable();
        templates
    };
    let asked = world.inbox(&caller("po-1", role::PAROLE_OFFICER, "mission")).await;
    assert_eq!(templates(&asked), ["request-asked"]);
    assert!(asked.iter().all(|item| !item.body.contains(&case)), "the addressee learns of no case");
    let above = world.inbox(&caller("pos-1", role::PAROLE_OFFICER_SUPERVISOR, "mission")).await;
    assert_eq!(templates(&above), ["request-climbed"]);
    assert!(world.inbox(&caller("po-2", role::PAROLE_OFFICER, "kent")).await.is_empty());
    assert_eq!(templates(&world.inbox(&caller("mediator-1", role::MEDIATOR, "")).await), ["request-answered", "request-late"]);
    assert_eq!(templates(&world.inbox(&officer("rj-officer-1")).await), ["request-late"]);
    let nothing = RequestChanged { news: 0, ..told(5, "mediator-1", RequestNews::Asked, "") };
    assert!(hear(&world.app.pool, &facts(&world, NO_INTAKE), subject::REQUEST_CHANGED, &nothing).await.is_err());
}
