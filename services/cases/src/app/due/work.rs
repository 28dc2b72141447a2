//! Worker of due things: plans what was written, and takes what is due. Any number of instances; each thing is taken by one, and in effect
//! once: what it brings about, its events and the next time stand in one transaction.

use base::Result;
use messaging::outbox;
use proto::id::CaseId;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::{
    app::{App, due::tell, gate::recheck::recheck, request::climb::climb, review::call::call_for},
    domain::{
        due::{
            Kind, Object, Of,
            rule::{Days, Rule},
        },
        review::Trigger,
    },
    store::{
        access,
        due::{self, Plan, Ripe, Unplanned},
        gate,
        mediator::entry,
    },
};

/// Most things planned, or taken, in one statement.
const BATCH: i64 = 500;
/// As many things taken in one pass: there may be more.
pub const FULL: usize = 500;
/// Most statements of plans in one pass; the next pass goes on.
const MOST_BATCHES: usize = 100;

/// One pass; returns how many things were taken. One that cannot be taken keeps no other from it. `anew`: what was planned by other days
/// than those set now is planned again.
///
/// # Errors
/// The database does not answer.
pub async fn work(app: &App, anew: bool) -> sqlx::Result<usize> {
    for _ in 0..MOST_BATCHES {
        if plan(app, anew).await? == 0 {
            break;
        }
    }
    let mut tx = app.begin_itself().await?;
    let ripe = due::ripe(&mut tx, app.clock.now(), BATCH).await?;
    tx.commit().await?;
    let mut taken = 0;
    for one in &ripe {
        match take(app, one).await {
            Ok(done) => taken += usize::from(done),
            Err(error) => {
                let case = case_of(&one.of).map(tracing::field::display);
                tracing::error!(case.id = case, error = %error, "something that is due cannot be taken: trying again");
            }
        }
    }
    Ok(taken)
}

async fn plan(app: &App, anew: bool) -> sqlx::Result<usize> {
    let rules: Vec<(Kind, Rule)> = Kind::ALL.iter().map(|kind| (*kind, Rule::of(*kind, app.due))).collect();
    let mut tx = app.begin_itself().await?;
    let unplanned = due::unplanned(&mut tx, &rules, anew, BATCH).await?;
    let plans: Vec<Plan> = unplanned.into_iter().map(|one| planned(one, app.due)).collect();
    due::plan(&mut tx, &plans).await?;
    tx.commit().await?;
    Ok(plans.len())
}

fn planned(one: Unplanned, days: Days) -> Plan {
    let rule = Rule::of(one.object.kind, days);
    let at = rule.due_at(one.since, one.stated);
    Plan { next: rule.next(at, one.told), rule: rule.code(), at, object: one.object }
}

/// Takes one thing, unless another instance did. The case is locked first, as by everybody who changes something of it.
async fn take(app: &App, ripe: &Ripe) -> Result<bool> {
    let at = app.clock.now();
    let mut tx = app.begin_itself().await?;
    if let Of::Case(case) = ripe.of
        && gate::lock(&mut tx, case, at).await?.is_none()
    {
        return Ok(false);
    }
    let Some(held) = due::hold(&mut tx, &ripe.object, at).await? else { return Ok(false) };
    let notice = app.ids.uuid();
    act(&mut tx, app, &held, tell::Telling { notice, kind: held.object.kind, case: case_of(&held.of), due_at: held.at }, at).await?;
    let next = Rule::of(held.object.kind, app.due).next(held.at, Some(at));
    due::told(&mut tx, &held.object, notice, next, at).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(true)
}

const fn case_of(of: &Of) -> Option<CaseId> {
    match of {
        Of::Case(case) => Some(*case),
        Of::Mediator(_) => None,
    }
}

/// What a thing brings about when its time has come.
async fn act(tx: &mut PgConnection, app: &App, held: &Ripe, telling: tell::Telling, at: OffsetDateTime) -> Result<()> {
    let mut people: Vec<String> = vec![String::new()];
    match (held.object.kind, &held.of) {
        (Kind::Schedule, Of::Case(case)) => return open_on_schedule(tx, app, *case, &held.object, at).await,
        (Kind::Request, Of::Case(case)) => return climb(tx, app, *case, &held.object, at).await,
        (Kind::Engagement, Of::Mediator(mediator)) => {
            let open = entry::open_cases(tx, std::slice::from_ref(mediator), at).await?;
            let open = open.first().map_or(0, |(_, cases)| *cases);
            outbox::enqueue(tx, &tell::engagement_ending(&app.ids, telling, mediator, open, at), at).await?;
            return Ok(());
        }
        (Kind::Training, Of::Mediator(mediator)) => people.push(mediator.clone()),
        (Kind::Review, Of::Case(case)) => {
            // One on schedule stands in the gate from now on.
            recheck(tx, app, *case, at).await?;
        }
        (kind, Of::Case(case)) if kind.is_told_to_those_at_work() => {
            let at_work = access::at_work_on(tx, *case, at).await?;
            if !at_work.is_empty() {
                people = at_work;
            }
        }
        _ => {}
    }
    let events: Vec<_> = people.iter().map(|person| tell::thing_due(&app.ids, telling, person, at)).collect();
    Ok(outbox::enqueue_all(tx, &events, at).await?)
}

/// Opens the review of the RJ Unit's own schedule. The next one is counted from its finding.
async fn open_on_schedule(tx: &mut PgConnection, app: &App, case: CaseId, object: &Object, at: OffsetDateTime) -> Result<()> {
    call_for(tx, &app.ids, case, Trigger::Schedule, app.ids.uuid(), at).await?;
    Ok(due::settle(tx, object, at).await?)
}
