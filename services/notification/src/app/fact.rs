//! Use case: facts of another service become notices to the people who work on them.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use vault::object_of;

use super::{
    App,
    letter::{Letter, write_letters},
};
use crate::{
    domain::{
        fact::{Fact, Notice, rj_unit},
        template::{Data, Template},
    },
    store::{self, import::Arrived},
};

/// Writes the notices of facts in the caller's transaction; the same fact twice gives one notice, and the referrals of an import share one.
///
/// # Errors
/// A statement failed.
pub async fn notify(tx: &mut PgConnection, app: &App, facts: Vec<Fact>) -> sqlx::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    // A late fact about a purged case gives no notice [LPR4].
    let about: Vec<Uuid> = facts.iter().map(Fact::about).collect();
    let purged = store::purge::purged_among(tx, &about).await?;
    let (mut imports, mut notices) = (BTreeMap::new(), Vec::new());
    for fact in facts {
        if purged.contains(&fact.about()) {
            continue;
        }
        match fact {
            Fact::ReferralReceived { import: Some(import), site, at, .. } => {
                let (referrals, last) = imports.entry((import, site)).or_insert((0, None));
                *referrals += 1;
                *last = at.max(*last);
            }
            fact => notices.push(fact.notice(app.notice_reference())),
        }
    }
    if !imports.is_empty() {
        notices.extend(of_imports(tx, app, imports).await?);
    }
    let letters = notices.iter().map(|notice| Letter {
        recipient: notice.recipient.clone(),
        template: notice.template,
        about: notice.about,
        data: &notice.data,
        alarm: None,
        step: None,
        again: false,
    });
    write_letters(tx, app, letters.collect()).await
}

/// Referrals of an import that came together, and when the last of them was received.
type Imports = BTreeMap<(Uuid, String), (i32, Option<OffsetDateTime>)>;

/// One notice for each import and site, with the number received so far.
async fn of_imports(tx: &mut PgConnection, app: &App, imports: Imports) -> sqlx::Result<Vec<Notice>> {
    let mut last_at = BTreeMap::new();
    let mut arrived = Vec::with_capacity(imports.len());
    for ((import, site), (referrals, at)) in imports {
        let about = object_of(&format!("import|{import}|{site}"));
        last_at.insert(about, at);
        arrived.push(Arrived { about, site, referrals, reference: app.notice_reference() });
    }
    let so_far = store::import::count(tx, &arrived, app.clock.now()).await?;
    let notice = |Arrived { about, site, referrals, reference }| Notice {
        recipient: rj_unit(),
        template: Template::ReferralImport,
        about,
        data: Data { reference, site, waiting: Some(referrals), happened_at: last_at.get(&about).copied().flatten(), ..Data::default() },
    };
    Ok(so_far.into_iter().map(notice).collect())
}
