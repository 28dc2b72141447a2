//! Purging: what two persons have purged is gone from the database and from every old copy of its rows, and nothing brings it back [LPR4].

use base::Error;
use cases::{
    app::{
        App,
        break_glass::open::break_glass,
        case::read::get_case,
        hold::place_hold,
        mediator::assign::assign_mediator,
        purge::{
            certificate::{certificate_on_the_wire, read_certificate},
            order::{confirm_purge, order_purge},
            statement::{StatementReceived, record_statement},
        },
    },
    domain::{
        assessment::Risk,
        case::{opening::TakenBack, stage::Stage},
        hold::HoldKind,
        participant::kind::Side,
    },
    store::{case::opening, sealed},
};
use harness::dump::holders;
use prost::Message;
use proto::{
    cases::v1::{CasePurged, PurgeCertificate},
    purge, subject,
};
use sqlx::{AssertSqlSafe, Executor};
use time::Duration;
use uuid::Uuid;

use crate::{
    purge_retention::{
        MARKERS, WHY, carry_everything, closed, due, dump, follow, go_to, is_hidden, manager, purged, second, two_years_after,
    },
    world::{NOW, Opened, World, mediator, officer, other_officer, signer, supervisor},
};

/// Tables of a case in which something is sealed.
const SEALED: [&str; 7] = ["participant", "leaving", "assessment", "case_move", "described_mode", "break_glass", "case_hold"];

// [LPR4] [TRAP-11]
#[tokio::test]
async fn after_a_purge_neither_the_database_nor_an_old_copy_of_its_rows_renders_the_case() {
    let world = World::new().await;
    let (case, other) = (closed(&world).await, closed(&world).await);
    carry_everything(&world).await;
    // What a backup of the rows holds: everything but the key file and the newest table of keys.
    for table in SEALED.into_iter().chain(["outbox"]) {
        let copy = AssertSqlSafe(format!("create table backup_{table} as select * from {table}"));
        world.db.admin.execute(copy).await.unwrap();
    }
    go_to(&world, two_years_after(NOW));
    let certificate = purged(&world, &case).await;
    for table in SEALED.into_iter().chain(["consent_record", "case_access", "case_concern"]) {
        let left = AssertSqlSafe(format!("select count(*) from {table} where case_id::text = '{}'", case.id));
        assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&world.db.admin).await.unwrap(), 0, "{table}");
        let deleted = certificate.deleted.iter().find(|rows| rows.table == table).map_or(0, |rows| rows.rows);
        assert!(deleted > 0, "{table}: the test wrote nothing there");
    }
    let sides: Vec<&str> = certificate.keys.iter().map(|key| key.side.as_str()).collect();
    assert!(sides.len() == 3 && ["victim", "offender", "file"].iter().all(|side| sides.contains(side)), "{sides:?}");

    // The old rows, with the keys as they are now: by the service that purged, and by one that starts afresh.
    for app in [world.app.clone(), App { vault: harness::vault::vault("cases", &world.app.clock), ..world.app.clone() }] {
        let mut db = world.db.admin.acquire().await.unwrap();
        let mut tried = 0;
        for (table, column, id) in [
            ("participant", "name", "id"),
            ("participant", "fps", "id"),
            ("leaving", "reason", "participant_id"),
            ("assessment", "notes", "id"),
            ("assessment", "for_the_head", "id"),
            ("case_move", "reason", "id"),
            ("described_mode", "description", "id"),
            ("break_glass", "reason", "id"),
            ("break_glass", "note", "id"),
            ("case_hold", "reason", "id"),
        ] {
            let old =
                AssertSqlSafe(format!("select {id}, {column}_sealed, case_id::text from backup_{table} where {column}_sealed is not null"));
            let rows: Vec<(Uuid, Vec<u8>, String)> = sqlx::query_as(old).fetch_all(&mut *db).await.unwrap();
            for (id, sealed, of) in rows {
                let opened = app.vault.open(&mut db, vault::Place::new(table, column, id), &sealed).await;
                if of == case.id {
                    let error = opened.unwrap_err();
                    assert_eq!(vault::fault(&error), Some(&vault::Fault::Destroyed), "{table}.{column}");
                    tried += 1;
                } else {
                    assert!(opened.is_ok(), "{table}.{column} of another case is gone");
                }
            }
        }
        assert!(tried >= 15, "only {tried} values were tried");
        let raised: Vec<(Uuid, Vec<u8>)> =
            sqlx::query_as("select id, body from backup_outbox where sealed").fetch_all(&mut *db).await.unwrap();
        let mut opened = 0;
        for (id, body) in &raised {
            opened += i32::from(app.vault.open(&mut db, vault::Place::new("outbox", "body", *id), body).await.is_ok());
        }
        assert_eq!((raised.len(), opened), (2, 1), "the concern of the purged case in the outbox");
    }
    assert_eq!(get_case(&world.app, &supervisor(), &other.id).await.unwrap().participants.len(), 3);
}

// [LPR4] [TRAP-11] Why a backup of the table of keys may not live long, and what ends it before that.
#[tokio::test]
async fn an_old_copy_of_the_table_of_keys_opens_nothing_once_the_wrapping_key_of_its_day_is_gone() {
    let world = World::new().await;
    let case = due(&world).await;
    for table in ["data_key", "participant"] {
        world.db.admin.execute(AssertSqlSafe(format!("create table backup_{table} as select * from {table}"))).await.unwrap();
    }
    purged(&world, &case).await;
    // Somebody restores the whole table of keys as it was.
    let restore = "update data_key k set wrapped = b.wrapped, destroyed_at = null from backup_data_key b where b.id = k.id";
    world.db.admin.execute(restore).await.unwrap();
    let mut db = world.db.admin.acquire().await.unwrap();
    let old = "select id, name_sealed from backup_participant where kind = 'victim'";
    let (id, name): (Uuid, Vec<u8>) = sqlx::query_as(old).fetch_one(&mut *db).await.unwrap();
    let place = vault::Place::new("participant", "name", id);
    let under_the_old = harness::vault::vault("cases", &world.app.clock);
    assert_eq!(under_the_old.open(&mut db, place, &name).await.unwrap(), b"Vera Imaginary");
    let under_a_new = harness::vault::vault_under("cases", &world.app.clock, &[8; 32]);
    assert!(under_a_new.open(&mut db, place, &name).await.is_err());
}

// [LPR4] [TRAP-11]
#[tokio::test]
async fn a_dump_after_the_purge_holds_nothing_that_was_said_or_who_was_named_in_the_case() {
    let world = World::new().await;
    let case = due(&world).await;
    carry_everything(&world).await;
    purged(&world, &case).await;
    let copy = dump(&world).await;
    // That somebody is a mediator says nothing of a case.
    for word in MARKERS {
        for table in holders(&copy, word) {
            let is_of_staff = table.starts_with("audit_") || table == "grant_held" || table == "due" || table.starts_with("mediator");
            assert!(is_of_staff, "{word} stands in {table}");
        }
    }
    let of = |table: &str| copy.iter().filter(|(its, _)| its == table).map(|(_, row)| row.as_str()).collect::<String>();
    // What is due of mediators stays, and nothing of the case.
    assert!(!of("due").is_empty() && !of("due").contains(&case.id));
    let stub = of("case_file");
    assert!(stub.contains(&case.id) && stub.contains("RC-"), "{stub}");
    for gone in ["mission", "letter"] {
        assert!(!stub.contains(gone), "{stub}");
    }
    // The log of who did what is kept, without a word of the case.
    let log = of("audit_staged");
    assert!(log.contains("purge.confirm") && !["Vera", "Oscar", "marker-"].iter().any(|word| log.contains(word)));
}

#[tokio::test]
async fn a_purged_case_is_absent_for_everybody_and_only_who_may_purge_sees_its_certificate() {
    let world = World::new().await;
    let case = due(&world).await;
    let number = get_case(&world.app, &supervisor(), &case.id).await.unwrap().file.number;
    assert!(is_hidden(&read_certificate(&world.app, &supervisor(), &case.id).await), "a case that was not purged has a certificate");
    purged(&world, &case).await;
    for who in [officer(), mediator("mediator-1"), supervisor(), manager()] {
        for name in [&case.id, &number] {
            assert!(is_hidden(&get_case(&world.app, &who, name).await), "{}", who.subject);
        }
    }
    for name in [&case.id, &number] {
        assert!(is_hidden(&break_glass(&world.app, &other_officer(), name, "I must read this case").await));
        assert!(is_hidden(&order_purge(&world.app, &supervisor(), name).await));
        assert!(is_hidden(&place_hold(&world.app, &supervisor(), name, HoldKind::Legal, WHY).await));
        assert!(is_hidden(&read_certificate(&world.app, &officer(), name).await));
        assert!(is_hidden(&confirm_purge(&world.app, &officer(), name).await));
        for who in [supervisor(), manager()] {
            assert_eq!(read_certificate(&world.app, &who, name).await.unwrap().case.to_string(), case.id);
        }
    }
}

#[tokio::test]
async fn a_certificate_is_believed_only_as_it_was_signed() {
    let world = World::new().await;
    let case = due(&world).await;
    let answered = purged(&world, &case).await;
    let read = certificate_on_the_wire(&read_certificate(&world.app, &manager(), &case.id).await.unwrap());
    assert!(answered == read, "what is signed reads differently later");
    let key = world.app.signer.as_ref().unwrap().public();
    let holds = |certificate: &PurgeCertificate, key: &[u8]| {
        let values = purge::certificate(certificate);
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        audit_log::row_signed_by(key, purge::CERTIFICATE, &values, &certificate.signature)
    };
    assert!(holds(&read, &key));
    assert!(!holds(&read, &signer().public()));
    // By somebody with the database in their hands.
    sqlx::query("update purge_certificate set confirmed_by = 'somebody-else'").execute(&world.db.admin).await.unwrap();
    let forged = certificate_on_the_wire(&read_certificate(&world.app, &manager(), &case.id).await.unwrap());
    assert!(!holds(&forged, &key));
}

#[tokio::test]
async fn a_purge_that_fails_on_its_way_destroys_nothing_and_succeeds_when_it_is_confirmed_again() {
    let world = World::new().await;
    let case = due(&world).await;
    order_purge(&world.app, &supervisor(), &case.id).await.unwrap();
    let before = get_case(&world.app, &supervisor(), &case.id).await.unwrap();
    // The last statements of the transaction: by then every key is destroyed and every row deleted.
    for (breaks, mends) in [
        ("alter table purge_certificate add constraint broken check (false)", "alter table purge_certificate drop constraint broken"),
        (
            "create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
             create trigger broken before insert on outbox for each row execute function broken()",
            "drop trigger broken on outbox",
        ),
    ] {
        world.db.admin.execute(breaks).await.unwrap();
        assert!(matches!(confirm_purge(&world.app, &second(), &case.id).await, Err(Error::Database(_))));
        world.db.admin.execute(mends).await.unwrap();
        assert!(get_case(&world.app, &supervisor(), &case.id).await.unwrap() == before);
        assert_eq!(world.count("select count(*) from data_key where destroyed_at is not null").await, 0);
        assert_eq!(world.count("select count(*) from purge_certificate").await, 0);
    }
    assert!(confirm_purge(&world.app, &second(), &case.id).await.is_ok());
}

#[tokio::test]
async fn a_purge_that_is_confirmed_again_or_by_two_at_once_is_one_purge_and_one_event() {
    let world = World::new().await;
    let case = due(&world).await;
    order_purge(&world.app, &supervisor(), &case.id).await.unwrap();
    let (second, manager) = (second(), manager());
    let (one, two) = tokio::join!(confirm_purge(&world.app, &second, &case.id), confirm_purge(&world.app, &manager, &case.id));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    assert_eq!(confirm_purge(&world.app, &supervisor(), &case.id).await.unwrap(), one);
    let told = world.outbox(subject::CASE_PURGED).await;
    assert_eq!(told.len(), 1);
    let event = CasePurged::decode(told[0].as_slice()).unwrap();
    assert_eq!((event.case_id.as_str(), event.break_glass_ids.len()), (case.id.as_str(), 1));
    let (values, signature) = (purge::order(&event), event.signature.clone());
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    assert!(
        audit_log::row_signed_by(&world.app.signer.as_ref().unwrap().public(), purge::ORDER, &values, &signature),
        "nobody signed the order to the others"
    );
    assert!(event.last_used_at.unwrap().seconds < event.purged_at.unwrap().seconds);
    assert_eq!(world.count("select count(*) from audit_staged where action = 'purge.confirm'").await, 3);
}

// [LPR4]
#[tokio::test]
async fn nothing_that_comes_late_brings_anything_of_a_purged_case_back() {
    let world = World::new().await;
    let mut decision = world.screened(false);
    world.apply(&decision).await.unwrap();
    let case = world.opened(&decision).await;
    let concern = world.assess(&case, case.offender, Risk::Imminent, "marker-notes", "marker-head").await.unwrap().concern.unwrap();
    follow(&world, concern, true).await;
    world.go(&case, Stage::Closed, "").await.unwrap();
    go_to(&world, two_years_after(NOW));
    purged(&world, &case).await;
    let before = dump(&world).await;

    follow(&world, concern, false).await;
    decision.screened_at = world.app.clock.now();
    world.apply(&decision).await.unwrap();
    decision.indirect_only = true;
    decision.screened_at += Duration::hours(1);
    world.apply(&decision).await.unwrap();
    world.take_back(TakenBack { referral: decision.referral, screened_at: decision.screened_at + Duration::hours(1) }).await;
    assert!(is_hidden(&assign_mediator(&world.app, &supervisor(), &case.id, "mediator-1", None).await));
    assert!(dump(&world).await == before);

    // Nor does the database let it: not by the service, and with no key of any side.
    let mut tx = world.service().await;
    let add = format!(
        "insert into participant (id, case_id, kind, name, fps, added_by, added_at) values ('{}', '{}', 'elder', '', '', 'x', now())",
        Uuid::max(),
        case.id
    );
    let refused = tx.execute(AssertSqlSafe(add)).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("nothing_is_added_to_a_purged_case"));
    drop(tx);
    let mut tx = world.service().await;
    for side in [None, Some(Side::Victim), Some(Side::Offender)] {
        let key = sealed::key(&mut tx, &world.app.vault, case.id.parse().unwrap(), side, NOW).await;
        assert!(key.is_err(), "a key was made for a purged case");
    }
}

#[tokio::test]
async fn the_database_lets_the_service_delete_a_purged_case_and_nothing_else_and_nobody_else_anything() {
    let world = World::new().await;
    let case = closed(&world).await;
    carry_everything(&world).await;
    let tables = [
        "case_access",
        "break_glass_use",
        "break_glass",
        "consent_record",
        "leaving",
        "assessment",
        "case_concern",
        "participant",
        "case_move",
        "case_hold",
    ];
    for table in tables.into_iter().chain(["purge_order", "outbox"]) {
        for mut tx in [world.service().await, world.app.begin(&supervisor()).await.unwrap(), world.app.begin(&officer()).await.unwrap()] {
            let deleted = tx.execute(AssertSqlSafe(format!("delete from {table}"))).await;
            assert_eq!(deleted.unwrap().rows_affected(), 0, "{table}");
        }
    }
    go_to(&world, two_years_after(NOW));
    purged(&world, &case).await;
    for table in ["case_file", "purge_certificate", "purge_statement", "data_key", "audit_entry", "inbox", "quarantine"] {
        let mut tx = world.service().await;
        let refused = tx.execute(AssertSqlSafe(format!("delete from {table}"))).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{table}");
    }
}

#[tokio::test]
async fn a_certificate_is_complete_when_every_service_has_said_what_it_destroyed_and_each_counts_once() {
    let world = World::new().await;
    let case = due(&world).await;
    let said = |service: &str, keys| StatementReceived {
        case: case.id.parse().unwrap(),
        service: service.to_owned(),
        at: NOW,
        keys,
        rows: vec![("referral_variant".to_owned(), 2)],
    };
    let hear = async |obeyed: StatementReceived| {
        let mut tx = world.service().await;
        let ended = record_statement(&mut tx, world.app.signer.as_deref(), obeyed, world.app.clock.now()).await;
        tx.commit().await.unwrap();
        ended
    };
    assert!(is_hidden(&hear(said("intake", 1)).await), "a statement about a case that was not purged was heard");
    assert_eq!(purged(&world, &case).await.waiting_for, ["intake", "notification"]);
    let read = async || certificate_on_the_wire(&read_certificate(&world.app, &supervisor(), &case.id).await.unwrap());
    hear(said("intake", 1)).await.unwrap();
    assert_eq!(read().await.waiting_for, ["notification"]);
    hear(said("notification", 3)).await.unwrap();
    hear(said("notification", 9)).await.unwrap();
    let whole = read().await;
    assert!(whole.waiting_for.is_empty());
    assert_eq!(whole.statements.iter().map(|s| (s.service.as_str(), s.keys)).collect::<Vec<_>>(), [("intake", 1), ("notification", 3)]);
    let key = world.app.signer.as_ref().unwrap().public();
    for statement in &whole.statements {
        let values = purge::statement(&whole.case_id, statement);
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        assert!(audit_log::row_signed_by(&key, purge::STATEMENT, &values, &statement.signature));
    }
}

#[tokio::test]
async fn the_order_to_the_others_names_the_duplicates_that_are_old_enough_and_none_that_became_a_case() {
    let world = World::new().await;
    let case = due(&world).await;
    let now = world.app.clock.now();
    let id = |n: u128| proto::id::ReferralId::new(uuid::Uuid::from_u128(n));
    let of = case_file_of(&world, &case).await;
    let mut db = world.service().await;
    for (duplicate, at) in [(id(1), now - Duration::days(731)), (id(2), now - Duration::days(7)), (id(3), now - Duration::days(900))] {
        opening::note_duplicate(&mut db, of, duplicate, at).await.unwrap();
    }
    opening::note_duplicate(&mut db, of, id(2), now - Duration::days(900)).await.unwrap();
    opening::forget_duplicate(&mut db, id(3)).await.unwrap();
    db.commit().await.unwrap();
    purged(&world, &case).await;
    let event = CasePurged::decode(world.outbox(subject::CASE_PURGED).await[0].as_slice()).unwrap();
    assert_eq!(event.referral_ids, [id(1).to_string()]);
}

async fn case_file_of(world: &World, case: &Opened) -> proto::id::ReferralId {
    let id: uuid::Uuid = sqlx::query_scalar("select referral_id from case_file where id = $1::uuid")
        .bind(&case.id)
        .fetch_one(&world.db.admin)
        .await
        .unwrap();
    proto::id::ReferralId::new(id)
}
