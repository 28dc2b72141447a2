//! Use case: how much each mediator and officer has, of the cases that the caller answers for [R3a].

use base::{Caller, Result};
use time::Duration;

use crate::{
    app::{App, due::list::tie},
    domain::{
        access::{
            decision::{self, Verb},
            scope::Scope,
        },
        due::{Hand, Kind},
    },
    store::due::{self, Load},
};

/// What is due within it is due soon.
const SOON: Duration = Duration::days(14);
/// Most lines.
const MOST: i64 = 200;

/// Those with most overdue first. It shows numbers, and no case.
///
/// # Errors
/// Refused.
pub async fn workload(app: &App, caller: &Caller) -> Result<Vec<Load>> {
    let (at, scope) = (app.clock.now(), Scope::of(caller));
    decision::allowed(tie(caller, &scope), Verb::GetWorkload, None)?;
    let mut tx = app.begin(caller).await?;
    let of = |hand: Hand| Kind::ALL.iter().copied().filter(|kind| kind.hand() == hand).collect::<Vec<_>>();
    let loads = due::workload(&mut tx, &scope, (&of(Hand::Mediator), &of(Hand::Officer)), (at, at + SOON), MOST).await?;
    tx.commit().await?;
    Ok(loads)
}
