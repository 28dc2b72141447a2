//! Batched raises, decided from memory and written together: none is lost, mixed up or sent to a person who left [RM1c, R3e, TRAP-2].

use std::{collections::BTreeSet, time::Duration};

use base::{Caller, caller::Grant};
use futures::future::join_all;
use harness::{round_trips::Meter, uniform::asked, wait::eventually};
use proto::{
    role,
    safety::v1::{
        self, ConfirmChangesRequest, EndOfficeRequest, RaiseConcernRequest, alarm_service_server::AlarmService,
        directory_service_server::DirectoryService,
    },
};
use safety::{
    app::{
        directory::{grants, trust_cache},
        row_security,
    },
    domain::directory::grant::Wanted,
    grpc::alarm::AlarmServer,
};
use tonic::Status;
use uuid::Uuid;
use vault::Vault;

use crate::world::{HEAD, World, administrator, caller, imminent_at, one_line};

const SOON: Duration = Duration::from_secs(30);

async fn raise(server: &AlarmServer, who: &Caller, concern: v1::Concern) -> Result<v1::ConcernReceipt, Status> {
    let answer = server.raise_concern(asked(who, RaiseConcernRequest { concern: Some(concern) })).await?;
    Ok(answer.into_inner().receipt.unwrap())
}

fn raiser(number: usize) -> Caller {
    caller(&format!("raiser-{number}"), &[], &[])
}

fn with_id(id: u128, concern: v1::Concern) -> v1::Concern {
    v1::Concern { concern_id: Uuid::from_u128(id).to_string(), ..concern }
}

impl World {
    async fn learn(&self) {
        trust_cache::refresh(&self.db.pool, &self.app.directory).await.unwrap();
    }

    /// Who was rung last for the responsible head.
    async fn head_rung(&self) -> Vec<String> {
        let rings = self.rings().await;
        let ring = rings.into_iter().rev().find(|ring| ring.audience() == v1::Audience::ResponsibleHead).unwrap();
        ring.recipients.into_iter().map(|holder| holder.holder).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_raises_at_once_all_stand_once_each_with_its_own() {
    let world = World::new().await;
    let meter = Meter::of(&world.db).await;
    let server = world.server(&meter.pool).await;
    world.learn().await;
    let texts: Vec<String> = (0..200).map(|number| format!("told by {number}")).collect();
    let raised = texts.iter().enumerate().map(|(number, text)| {
        let (server, concern) = (server.clone(), v1::Concern { nature: text.clone(), ..imminent_at("mission") });
        async move { raise(&server, &raiser(number), concern).await.unwrap() }
    });
    let receipts = join_all(raised).await;
    let numbers: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.reference.as_str()).collect();
    assert!(numbers.len() == 200 && receipts.iter().all(|receipt| !receipt.already_known));
    let rings = world.rings().await;
    assert_eq!(rings.len(), 400);
    for (number, (receipt, text)) in receipts.iter().zip(&texts).enumerate() {
        let stands: (String, String) = sqlx::query_as("select reference, raised_by from concern where id = $1::uuid")
            .bind(receipt.concern_id.parse::<Uuid>().unwrap())
            .fetch_one(&world.db.admin)
            .await
            .unwrap();
        assert_eq!(stands, (receipt.reference.clone(), format!("raiser-{number}")));
        let theirs: Vec<_> = rings.iter().filter(|ring| ring.concern_id == receipt.concern_id).collect();
        assert_eq!(theirs.iter().map(|ring| ring.audience()).collect::<BTreeSet<_>>().len(), 2);
        assert!(theirs.iter().all(|ring| ring.envelope.as_ref().unwrap().content.as_ref().unwrap().nature == *text));
    }
    assert_eq!(world.count("select count(*) from timeline where what = 'raised' and actor like 'raiser-%'").await, 200);
    assert_eq!(world.count("select count(*) from data_key where kind = 'concern'").await, 200, "each under a key of its own");
    let statements = meter.take().len();
    assert!(statements < 100, "what waits together is written together: {statements} statements for 200 raises");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_recorded_fails_alone_and_takes_nobody_with_it() {
    let world = World::new().await;
    let refusing = "create function refuse() returns trigger language plpgsql as $$
                    begin if new.raised_by = 'raiser-7' then raise exception 'as the test wants'; end if; return new; end $$;
                    create trigger refuse before insert on concern for each row execute function refuse();";
    sqlx::raw_sql(refusing).execute(&world.db.admin).await.unwrap();
    let server = world.server(&world.db.pool).await;
    world.learn().await;
    let raised = (0..40).map(|number| {
        let server = server.clone();
        async move { raise(&server, &raiser(number), imminent_at("mission")).await }
    });
    let told = join_all(raised).await;
    let failed: Vec<usize> = told.iter().enumerate().filter(|(_, told)| told.is_err()).map(|(number, _)| number).collect();
    assert_eq!(failed, [7]);
    assert_eq!(world.count("select count(*) from concern").await, 39);
    assert_eq!(world.rings().await.len(), 2 * 39);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_concern_raised_at_once_by_one_and_by_another_is_one_for_each() {
    let world = World::new().await;
    let server = world.server(&world.db.pool).await;
    world.learn().await;
    let raised = (0..16).map(|number| {
        let server = server.clone();
        async move { raise(&server, &raiser(number % 2), with_id(99, imminent_at("mission"))).await.unwrap() }
    });
    let receipts = join_all(raised).await;
    for of in 0..2 {
        let theirs: Vec<_> = receipts.iter().skip(of).step_by(2).collect();
        assert_eq!(theirs.iter().map(|receipt| &receipt.reference).collect::<BTreeSet<_>>().len(), 1);
        assert_eq!(theirs.iter().filter(|receipt| !receipt.already_known).count(), 1);
    }
    assert_eq!(world.count("select count(*) from concern").await, 2);
    assert_eq!(world.rings().await.len(), 4);
    let again = raise(&server, &raiser(0), with_id(99, one_line("and he has a knife"))).await.unwrap();
    assert!(again.already_known);
    assert_eq!(world.count("select count(*) from concern_variant").await, 1, "what is said again is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_an_office_here_or_whose_role_ended_a_second_ago_is_not_rung() {
    let world = World::new().await;
    let (server, directory) = world.servers(&world.db.pool).await;
    // A deputy whose role ends by the clock, and is known to.
    let grant = Grant { role: "institutional-head".into(), site: Some("mission".into()), region: None };
    let until = Some(world.app.clock.now() + time::Duration::MINUTE);
    world.name("institutional-head/mission", "for-a-minute", 0).await.unwrap();
    let mut tx = world.begin(&row_security::itself()).await;
    let wanted = Wanted { subject: "for-a-minute".into(), grant, since: None, until };
    grants::give(&mut tx, &world.app.directory, wanted, "admin-1", Some("admin-2")).await.unwrap();
    tx.commit().await.unwrap();
    world.learn().await;
    raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    let rung = world.head_rung().await;
    assert!(["for-a-minute", HEAD].iter().all(|who| rung.contains(&(*who).to_owned())), "{rung:?}");
    world.app.clock.advance(time::Duration::MINUTE);
    assert!(world.app.directory.cache.known().is_some(), "the memory is as fresh as before");
    raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    let rung = world.head_rung().await;
    assert!(!rung.contains(&"for-a-minute".to_owned()) && rung.contains(&HEAD.to_owned()), "{rung:?}");
    // The head leaves, by two administrators at the directory of this process.
    let leaving = EndOfficeRequest { office: "institutional-head/mission".into(), holder: HEAD.into() };
    let proposed = directory.end_office(asked(&administrator("admin-1"), leaving)).await.unwrap().into_inner().outcome.unwrap();
    let proposals = ConfirmChangesRequest { proposal_ids: vec![proposed.proposal_id] };
    world.learn().await;
    directory.confirm_changes(asked(&administrator("admin-2"), proposals)).await.unwrap();
    raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    let rung = world.head_rung().await;
    assert!(!rung.contains(&HEAD.to_owned()), "{rung:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_cannot_refresh_its_memory_asks_the_tables() {
    let world = World::new().await;
    let server = world.server(&world.db.pool).await;
    world.learn().await;
    // Another instance names somebody; this one reads nothing any more.
    world.assign("institutional-head/mission", "new-head", 0).await.unwrap();
    let too_old = async || match world.app.directory.cache.known() {
        None => Ok(()),
        Some(_) => Err("it is still used".to_owned()),
    };
    eventually("the memory is too old to be used", SOON, too_old).await;
    raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    assert!(world.head_rung().await.contains(&"new-head".to_owned()));
    // As soon as it can be read again, it is used again, and says the same.
    world.learn().await;
    raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    assert!(world.head_rung().await.contains(&"new-head".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_vault_closed_a_raise_is_recorded_and_rings_as_before() {
    let mut world = World::new().await;
    world.app.vault = Vault::none("safety", world.app.clock.clone());
    let server = world.server(&world.db.pool).await;
    world.learn().await;
    let receipt = raise(&server, &raiser(0), imminent_at("mission")).await.unwrap();
    assert!(!receipt.already_known);
    assert_eq!(world.rings().await.len(), 2);
    assert_eq!(world.count("select count(*) from concern where content <> '' and content_sealed is null").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_memory_a_raise_writes_what_it_writes_from_the_tables() {
    let world = World::new().await;
    let server = world.server(&world.db.pool).await;
    for (number, concern) in [imminent_at("mission"), imminent_at("nowhere"), one_line("?")].into_iter().enumerate() {
        let (short, long) = (with_id(1, concern.clone()), with_id(2, concern));
        world.learn().await;
        raise(&server, &raiser(0), short).await.unwrap();
        world.app.directory.cache.forget();
        raise(&server, &raiser(0), long).await.unwrap();
        let rows = "select string_agg(row, ';') from (
            select 'c' || grade || coalesce(site, '') || content || (content_sealed is null) || unreadable || raised_by || raised_at || state
                   || revision || ladder_version || said || gravest as row, id from concern
            union all select 'a' || kind || office || rung_from || rung_at || anew || unheld || step || level || rings || next_ring_at,
                   concern_id from audience
            union all select 'r' || audience || office || step || rung_at, concern_id from ring
            union all select 't' || revision || what || coalesce(audience, '') || coalesce(level, 0) || actor || at, concern_id from timeline
            union all select 'o' || subject || must_be_confirmed || urgent || sealed || created_at || attempt, aggregate from outbox
                   where aggregate in (select id from concern)
            order by 1) told where id = $1";
        let mut written = Vec::new();
        for id in [1, 2] {
            let row: String = sqlx::query_scalar(rows).bind(Uuid::from_u128(id)).fetch_one(&world.db.admin).await.unwrap();
            written.push(row);
        }
        assert_eq!(written[0], written[1], "concern {number}");
        let mut rings = world.rings().await;
        let mut told = |id: u128| {
            let of = |ring: &v1::Ring| ring.concern_id == Uuid::from_u128(id).to_string();
            let theirs =
                rings.extract_if(.., |ring| of(ring)).map(|ring| (ring.audience, ring.recipients, ring.next_ring_at, ring.no_route));
            theirs.collect::<Vec<_>>()
        };
        assert!(told(1) == told(2), "concern {number}");
        let forget = "truncate drill, concern, concern_variant, concern_note, audience, former_audience, ring, timeline, data_key, outbox";
        sqlx::raw_sql(forget).execute(&world.db.admin).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_accept_for_an_office_at_once_one_has_accepted_it() {
    let world = World::new().await;
    let server = world.server(&world.db.pool).await;
    let concern = world.raise(imminent_at("mission")).await;
    let audience = v1::Audience::ResponsibleHead.into();
    let accepting = (0..8).map(|number| {
        let who = caller(&format!("head-{number}"), &[role::INSTITUTIONAL_HEAD], &["mission"]);
        let request = v1::AcceptConcernRequest { concern_id: concern.id.to_string(), audience, ..v1::AcceptConcernRequest::default() };
        let server = server.clone();
        async move { server.accept_concern(asked(&who, request)).await.unwrap().into_inner() }
    });
    let answers = join_all(accepting).await;
    assert_eq!(answers.iter().filter(|answer| !answer.already_accepted).count(), 1);
    let by = &answers[0].status.as_ref().unwrap().accepted_by;
    assert!(answers.iter().all(|answer| answer.status.as_ref().unwrap().accepted_by == *by), "the one who was first, to each");
    assert_eq!(world.count("select count(*) from timeline where what = 'accepted'").await, 1);
    assert_eq!(world.count("select count(*) from audit_staged where action = 'concern.accept'").await, 1);
}
