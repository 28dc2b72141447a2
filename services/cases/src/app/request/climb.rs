//! A late request climbs: from the parole officer to the supervisor and then to the RJ Unit, once for each time that it is due [R7c].

use base::{Private, Result};
use proto::{cases::v1::RequestNews, id::CaseId};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{App, request::tell::Telling, transition::BY_ITSELF},
    domain::{
        due::Object,
        request::{
            machine::{Decided, Step, decide},
            office,
        },
    },
    store::{due, request, sealed::Unopened},
};

/// Takes one step up, in the transaction of the due thing; one that was answered meanwhile stays where it is.
pub(crate) async fn climb(tx: &mut PgConnection, app: &App, case: CaseId, object: &Object, at: OffsetDateTime) -> Result<()> {
    let id = Uuid::try_parse(&object.id).unwrap_or(Uuid::nil());
    let found = request::one(tx, &app.vault, id, Unopened::Marked).await?;
    let Some(one) = found.filter(|one| matches!(decide(one.state, Step::Climb, true), Ok(Decided::To(_)))) else {
        due::settle(tx, object, at).await?;
        return Ok(());
    };
    let (step, silent) = (app.ids.uuid(), Private::new(String::new()));
    request::step(tx, &app.vault, (case, id, one.file), (step, Step::Climb, &silent), (BY_ITSELF, at)).await?;
    let telling = Telling { app, case, notice: step, at };
    match office::above(&one.offices) {
        Some(above) => {
            request::climb(tx, id, &above).await?;
            telling.addressee(tx, &above, RequestNews::Climbed).await?;
        }
        None => telling.unit(tx, RequestNews::Late).await?,
    }
    telling.at_work(tx, RequestNews::Late).await
}
