//! The contact register: no value is lost, differences are seen, marks hold [CARD5, R5b].

use std::{collections::BTreeSet, time::Duration};

use base::Private;
use harness::wait::eventually;
use messaging::inbox::Rejection;
use notification::{
    app::contact::{
        convert::convert,
        take::{self, ReceivedContact},
    },
    domain::contact::{Contact, Kind},
    store,
};
use prost::Message;
use proto::{
    id::ContactId,
    intake::v1::{
        self as wire, ContactPushed,
        contact_service_server::{ContactService, ContactServiceServer},
    },
    notification::v1::ContactTaken,
    subject::{CONTACT_PUSHED, CONTACT_TAKEN},
};
use sqlx::PgConnection;
use tonic::{Request, Response, Status};
use tracing::Span;
use uuid::Uuid;

use crate::{
    fact::facts,
    world::{START, World, hear, officer, world},
};

pub fn contact(number: u128, region: &str, kind: &str, value: &str) -> Contact {
    let private = |text: &str| Private::new(text.to_owned());
    Contact {
        contact_id: ContactId::new(Uuid::from_u128(number)),
        victim_ref: private("V-100"),
        region: region.parse().unwrap(),
        kind: Kind::of(kind).unwrap(),
        value: private(value),
        language: None,
        safe_contact: private("weekdays after 17:00; leave no message"),
        do_not_contact: false,
        receipt_number: String::new(),
        effective_at: START,
    }
}

pub async fn take(world: &World, contact: &Contact) {
    let mut tx = world.begin().await;
    let received = ReceivedContact { contact: contact.clone(), span: Span::none() };
    take::take(&mut tx, &world.app, &[received]).await.unwrap();
    tx.commit().await.unwrap();
}

/// The victim of [`contact`].
pub async fn victim(world: &World, db: &mut PgConnection) -> store::contact::Victim {
    let keys = store::contact::keys(db, &world.app.vault, &[], world.clock.now()).await.unwrap();
    keys.victim(&"V-100".to_owned().into())
}

async fn reviews_told(world: &World) -> Vec<bool> {
    world.told(CONTACT_TAKEN).await.iter().map(|body| ContactTaken::decode(body.as_slice()).unwrap().needs_review).collect()
}

#[tokio::test]
async fn two_regions_that_push_different_numbers_make_one_task_to_compare_and_both_numbers_are_kept() {
    let world = world().await;
    take(&world, &contact(1, "pacific", "phone", "604-555-0100")).await;
    take(&world, &contact(2, "prairie", "phone", "306-555-0101")).await;
    take(&world, &contact(3, "ontario", "phone", "416-555-0102")).await;
    assert_eq!(reviews_told(&world).await, [false, true, true]);
    assert_eq!(world.count("select count(*) from contact_review where closed_at is null").await, 1);
    let mut db = world.begin().await;
    let victim = victim(&world, &mut db).await;
    let kept = store::contact::of_victims(&mut db, &BTreeSet::from([victim])).await.unwrap();
    let kept = store::contact::open(&mut db, &world.app.vault, kept).await.unwrap();
    let mut kept: Vec<String> = kept.into_iter().map(|(_, _, value)| value.value.unwrap().into_inner()).collect();
    kept.sort();
    assert_eq!(kept, ["306-555-0101", "416-555-0102", "604-555-0100"]);

    let items = world.inbox(&officer("rj-officer-1")).await;
    assert_eq!((items.len(), items[0].template.as_str()), (1, "contact-review"));
    assert!(!items[0].body.contains("555") && !items[0].body.contains("V-100"), "the notice carries no value: {}", items[0].body);
}

#[tokio::test]
async fn two_regions_at_the_same_moment_see_each_others_value() {
    let world = world().await;
    // The key of the index is there: it is made once in the life of a database.
    let mut db = world.begin().await;
    victim(&world, &mut db).await;
    db.commit().await.unwrap();
    let mut first = world.begin().await;
    let received = ReceivedContact { contact: contact(1, "pacific", "phone", "604-555-0100"), span: Span::none() };
    take::take(&mut first, &world.app, &[received]).await.unwrap();
    let second = async { take(&world, &contact(2, "prairie", "phone", "306-555-0101")).await };
    let commit = async {
        // The second waits for the first, which is not committed yet.
        eventually("the second region waits", Duration::from_secs(60), async || {
            match world.count("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())").await {
                0 => Err("nobody waits".to_owned()),
                _ => Ok(()),
            }
        })
        .await;
        first.commit().await.unwrap();
    };
    tokio::join!(second, commit);
    assert_eq!(world.count("select count(*) from contact_review").await, 1);
}

#[tokio::test]
async fn the_same_number_from_two_regions_and_another_kind_of_contact_are_no_conflict() {
    let world = world().await;
    take(&world, &contact(1, "pacific", "phone", "604-555-0100")).await;
    take(&world, &contact(2, "prairie", "phone", "+1 (604) 555 0100")).await;
    take(&world, &contact(3, "prairie", "email", "ada@example.org")).await;
    assert_eq!(reviews_told(&world).await, [false; 3]);
    assert_eq!(world.count("select count(*) from contact_point").await, 3);
}

#[tokio::test]
async fn the_same_contact_twice_is_taken_once() {
    let world = world().await;
    for _ in 0..2 {
        take(&world, &contact(1, "pacific", "phone", "604-555-0100")).await;
    }
    assert_eq!((world.count("select count(*) from contact_point").await, reviews_told(&world).await.len()), (1, 1));
}

#[tokio::test]
async fn a_do_not_contact_mark_is_not_lifted_by_a_later_push_without_it() {
    let world = world().await;
    let mut marked = contact(1, "pacific", "phone", "604-555-0100");
    marked.do_not_contact = true;
    take(&world, &marked).await;
    take(&world, &contact(2, "prairie", "phone", "604-555-0100")).await;
    assert_eq!(world.count("select count(*) from do_not_contact where victim_ref like 'hmac-sha256:%'").await, 1);
}

// [CCRA 26(6)]
#[tokio::test]
async fn do_not_contact_holds_under_every_spelling_of_the_reference() {
    let world = world().await;
    let spelled = |number, reference: &str| Contact {
        victim_ref: Private::new(reference.to_owned()),
        ..contact(number, "pacific", "phone", "604-555-0100")
    };
    take(&world, &Contact { do_not_contact: true, ..spelled(1, "PAC-0001-\u{c9}") }).await;
    let spellings = ["pac-0001-e\u{301}", " Pac\u{2010}0001\u{2013}\u{c9}\u{a0}", "P\u{200b}AC\u{2212}0001-\u{e9}"];
    for (number, reference) in (2..).zip(spellings) {
        take(&world, &spelled(number, reference)).await;
    }
    assert_eq!(world.count("select count(distinct victim_ref) from contact_point").await, 1);
    take(&world, &spelled(9, "PAC-0002-\u{c9}")).await;
    let marked = "select count(*) from contact_point join do_not_contact using (victim_ref)";
    assert_eq!(
        (world.count("select count(*) from do_not_contact").await, world.count(marked).await),
        (1, 4),
        "the other victim is not marked"
    );
}

// [CCRA 26(6)]
#[tokio::test]
async fn a_mark_that_a_former_version_took_under_one_spelling_holds_under_every_other_once_intake_was_asked() {
    let world = world().await;
    let contact_id = Uuid::from_u128(7).to_string();
    let intake = intake_with(&contact_id).await;
    hear(
        &world.app.pool,
        &facts(&world, &intake),
        CONTACT_PUSHED,
        &ContactPushed { contact_id, region: "pacific".into(), received_at: None },
    )
    .await
    .unwrap();
    // As a former version left it: the spelling made the victim.
    for table in ["contact_point", "do_not_contact"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("update {table} set victim_ref = 'hmac-sha256:of-the-spelling'")))
            .execute(&world.admin)
            .await
            .unwrap();
    }
    sqlx::query("update contact_point set in_one_form = false").execute(&world.admin).await.unwrap();
    take(&world, &Contact { victim_ref: Private::new("v\u{2011}100".into()), ..contact(8, "prairie", "phone", "604-555-0100") }).await;
    let marked = "select count(*) from contact_point join do_not_contact using (victim_ref)";
    assert_eq!(world.count(marked).await, 1, "nothing says yet that the two are one");
    let peer = server::client::connect(&intake, None, None, Some(server::client::DEADLINE)).unwrap();
    let client = wire::contact_service_client::ContactServiceClient::new(peer);
    assert_eq!(convert(&world.app, &client).await.unwrap(), 1);
    assert_eq!((world.count(marked).await, world.count("select count(distinct victim_ref) from contact_point").await), (2, 1));
    assert_eq!(convert(&world.app, &client).await.unwrap(), 0, "once");
}

#[tokio::test]
async fn a_value_that_cannot_be_opened_keeps_no_other_contact_from_being_taken() {
    let world = world().await;
    take(&world, &contact(1, "pacific", "phone", "604-555-0100")).await;
    sqlx::query("update contact_point set value_sealed = 'broken'").execute(&world.admin).await.unwrap();
    take(&world, &Contact { do_not_contact: true, ..contact(2, "prairie", "phone", "604-555-0100") }).await;
    assert_eq!(reviews_told(&world).await, [false, true], "somebody must compare");
    assert_eq!(world.count("select count(*) from do_not_contact").await, 1);
}

/// An intake that holds one contact.
struct OneContact(wire::GetContactResponse);

macro_rules! not_asked {
    ($($rpc:ident($asked:ident) -> $answer:ident;)*) => {
        #[tonic::async_trait]
        impl ContactService for OneContact {
            $(async fn $rpc(&self, _: Request<wire::$asked>) -> Result<Response<wire::$answer>, Status> {
                Err(Status::unimplemented("not asked in this test"))
            })*

            async fn get_contact(&self, asked: Request<wire::GetContactRequest>) -> Result<Response<wire::GetContactResponse>, Status> {
                let held = asked.get_ref().contact_id == self.0.contact_id;
                if held { Ok(Response::new(self.0.clone())) } else { Err(Status::not_found("not here")) }
            }
        }
    };
}

not_asked! {
    push_contact(PushContactRequest) -> PushContactResponse;
}

async fn intake_with(contact_id: &str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let contact = wire::VictimContact {
        region: "pacific".into(),
        victim_ref: "V-100".into(),
        victim_name: "Ada Exemple".into(),
        kind: wire::ContactKind::Phone.into(),
        value: "604-555-0100".into(),
        language: wire::Language::French.into(),
        do_not_contact: true,
        ..wire::VictimContact::default()
    };
    let held = wire::GetContactResponse {
        contact_id: contact_id.to_owned(),
        contact: Some(contact),
        received_at: Some(base::wire::timestamp(START)),
    };
    let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
    tokio::spawn(
        tonic::transport::Server::builder().add_service(ContactServiceServer::new(OneContact(held))).serve_with_incoming(incoming),
    );
    url
}

#[tokio::test]
async fn a_pushed_contact_is_fetched_from_intake_and_the_victims_name_is_not_kept() {
    let world = world().await;
    let contact_id = Uuid::from_u128(7).to_string();
    let handler = facts(&world, &intake_with(&contact_id).await);
    let event = ContactPushed { contact_id, region: "pacific".into(), received_at: None };
    hear(&world.app.pool, &handler, CONTACT_PUSHED, &event).await.unwrap();

    let row: String = sqlx::query_scalar("select contact_point::text from contact_point").fetch_one(&world.admin).await.unwrap();
    assert!(row.contains("fr") && !row.contains("Exemple") && !row.contains("604-555-0100") && !row.contains("V-100"), "{row}");
    assert_eq!(world.count("select count(*) from do_not_contact").await, 1);
    assert_eq!(reviews_told(&world).await, [false]);

    let unknown = ContactPushed { contact_id: Uuid::from_u128(8).to_string(), ..event };
    let rejection = hear(&world.app.pool, &handler, CONTACT_PUSHED, &unknown).await;
    assert!(matches!(rejection, Err(Rejection::Never { reason: "contact-unknown", .. })));
}

#[tokio::test]
async fn while_intake_does_not_answer_the_contact_waits_on_the_bus() {
    let world = world().await;
    let event = ContactPushed { contact_id: Uuid::from_u128(7).to_string(), region: "pacific".into(), received_at: None };
    let rejection = hear(&world.app.pool, &facts(&world, "http://127.0.0.1:1"), CONTACT_PUSHED, &event).await;
    assert!(matches!(rejection, Err(Rejection::Later(_))), "{rejection:?}");
}
