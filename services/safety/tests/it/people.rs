//! Names of people: who sets them, what stands in a copy of the database, and who is listed.

use std::collections::{BTreeMap, BTreeSet};

use base::{Caller, Error, database::begin};
use harness::dump::{holders, rows};
use proto::role;
use safety::app::{
    directory::{
        people::{self, Known},
        sites::{self, Source},
    },
    row_security,
};

use crate::{
    directory::give,
    world::{HEAD, World, administrator},
};

impl World {
    async fn shows(&self, by: &Caller, subject: &str, name: &str, telephone: &str) -> base::Result<()> {
        let mut tx = begin(&self.db.pool, &row_security::actor(by)).await?;
        people::name(&mut tx, &self.app.directory, by, (subject, name, telephone)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn everybody(&self) -> BTreeMap<String, Known> {
        let mut tx = self.begin(&row_security::itself()).await;
        people::everybody(&mut tx, &self.app.directory).await.unwrap().0
    }
}

#[tokio::test]
async fn whoever_holds_an_office_is_listed_with_the_name_that_an_administrator_set_and_a_copy_of_the_database_holds_no_name() {
    let world = World::new().await;
    let before = world.everybody().await;
    assert!(before[HEAD].name.expose().is_empty() && before[HEAD].offices[0].office == "institutional-head/mission");
    world.shows(&administrator("admin-1"), HEAD, " Ada Exemple ", "604-555-0142 poste 7").await.unwrap();
    let after = world.everybody().await;
    assert_eq!((after[HEAD].name.expose().as_str(), after[HEAD].telephone.expose().as_str()), ("Ada Exemple", "604-555-0142 poste 7"));
    assert_eq!(after[HEAD].roles[0].site.as_deref(), Some("mission"));
    let copy = rows(&world.db.admin).await;
    for word in ["Exemple", "555-0142"] {
        assert_eq!(holders(&copy, word), BTreeSet::new(), "{word}");
    }
    assert!(holders(&copy, HEAD).contains("person"), "the copy was not read");
    let noted: Vec<String> =
        sqlx::query_scalar("select actor from audit_staged where action = 'person.name'").fetch_all(&world.db.admin).await.unwrap();
    assert_eq!(noted, ["admin-1"]);
}

#[tokio::test]
async fn a_name_is_corrected_and_taken_away_and_a_wrong_one_changes_nothing() {
    let world = World::new().await;
    let admin = administrator("admin-1");
    world.shows(&admin, HEAD, "Ada Exemple", "").await.unwrap();
    world.shows(&admin, HEAD, "Ada Exemple-Lebel", "4242").await.unwrap();
    let refused = world.shows(&admin, HEAD, "Ada\u{202e}", "").await;
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.reason == "name-wrong"));
    assert_eq!(world.everybody().await[HEAD].name.expose(), "Ada Exemple-Lebel");
    world.shows(&admin, HEAD, "", "").await.unwrap();
    let after = world.everybody().await;
    assert!(after[HEAD].name.expose().is_empty() && after[HEAD].telephone.expose().is_empty(), "a name that was taken away is shown");
}

#[tokio::test]
async fn systems_and_displays_are_not_listed_as_people_and_somebody_with_a_name_alone_is() {
    let world = World::new().await;
    let app = &world.app.directory;
    give(&world.db.pool, app, "system-of-kent", role::PUBLISHING_SYSTEM, Some("kent")).await;
    give(&world.db.pool, app, "wall-1", role::DASHBOARD, None).await;
    give(&world.db.pool, app, "mediator-1", role::MEDIATOR, None).await;
    world.shows(&administrator("admin-1"), "officer-of-old", "Bo Ancien", "").await.unwrap();
    let known = world.everybody().await;
    assert!(!known.contains_key("system-of-kent") && !known.contains_key("wall-1"));
    assert_eq!(known["mediator-1"].roles[0].role, role::MEDIATOR);
    assert!(known["officer-of-old"].roles.is_empty() && known["officer-of-old"].name.expose() == "Bo Ancien");
}

#[tokio::test]
async fn an_administrator_sets_the_zone_of_a_site_which_outlasts_a_start_and_no_other_zone_or_site_is_taken() {
    let world = World::new().await;
    let admin = administrator("admin-1");
    let set = async |site: &str, zone: &str| {
        let mut tx = world.begin(&row_security::actor(&admin)).await;
        let set = sites::set_zone(&mut tx, &world.app.directory, &admin, site, zone).await?;
        tx.commit().await?;
        base::Result::Ok(set)
    };
    assert_eq!(sites::zone(&set("kent", "America/Whitehorse").await.unwrap()), Some(("America/Whitehorse", Source::Set)));
    assert!(matches!(set("kent", "Mars/Olympus").await, Err(Error::Refused(refusal)) if refusal.reason == "zone-unknown"));
    assert!(matches!(set("atlantis", "America/Toronto").await, Err(Error::NotFound)));
    sites::load(&world.db.pool).await.unwrap();
    let mut tx = world.begin(&row_security::itself()).await;
    let listed = sites::sites(&mut tx).await.unwrap().into_iter().find(|site| site.code == "kent").unwrap();
    assert_eq!(listed.zone.as_deref(), Some("America/Whitehorse"));
    drop(tx);
    assert_eq!(sites::zone(&set("kent", "").await.unwrap()), Some(("America/Vancouver", Source::MostOfProvince)));
}
