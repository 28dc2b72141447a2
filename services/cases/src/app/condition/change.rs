//! Use cases: a victim was informed of a change, and the change itself: a condition is amended, or ends [L133-7, CCRA 133(7)].

use base::{Caller, Private, Result};
use proto::id::ParticipantId;
use sqlx::{Postgres, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    app::{App, access::need_to_know::lock},
    domain::{
        access::decision::Verb,
        condition::{
            entry,
            informing::{is_of_the_victim, settled, to_inform},
            state::{Act, after},
            step::{Done, End, Informing, Step},
            wording::EXCEPTION,
        },
        due::Object,
        text,
    },
    error,
    store::{
        case::file::CaseFile,
        condition::{
            advice,
            register::{self, Condition},
            step,
        },
        due, participant,
        sealed::Unopened,
    },
};

/// A condition of a case, as the caller names them.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub case_ref: &'a str,
    pub condition: &'a str,
}

/// That a victim was informed, as the caller says it.
#[derive(Debug, Clone, Copy)]
pub struct Informed<'a> {
    pub participant: &'a str,
    pub how: Informing,
    /// YYYY-MM-DD.
    pub on: &'a str,
    pub by: &'a str,
    pub concerns: &'a str,
}

/// A locked case with the condition that a caller changes.
pub(super) struct Open {
    pub tx: Transaction<'static, Postgres>,
    pub file: CaseFile,
    pub condition: Condition,
    pub at: OffsetDateTime,
}

/// Finds and locks it.
pub(super) async fn open(app: &App, caller: &Caller, verb: Verb, named: Named<'_>) -> Result<Open> {
    let mut tx = app.begin(caller).await?;
    let (file, at) = lock(&mut tx, &app.clock, caller, verb, named.case_ref).await?;
    let id = Uuid::try_parse(named.condition.trim()).map_err(|_| error::condition_unknown())?;
    let recorded = register::of_case(&mut tx, &app.vault, file.id).await?;
    let condition = recorded.into_iter().find(|one| one.id == id).ok_or_else(error::condition_unknown)?;
    Ok(Open { tx, file, condition, at })
}

/// Records that a victim was informed.
///
/// # Errors
/// Not found, or a refusal: somebody who is no victim, no day, nobody who informed them, a condition that is over.
pub async fn record_informed(app: &App, caller: &Caller, named: Named<'_>, said: Informed<'_>) -> Result<()> {
    let Open { mut tx, file, condition, at } = open(app, caller, Verb::RecordVictimInformed, named).await?;
    let everyone = participant::of_case(&mut tx, &app.vault, file.id, Unopened::Marked).await?;
    let who: ParticipantId = said.participant.trim().parse().map_err(|_| error::informed_not_a_victim())?;
    if !is_of_the_victim(&everyone, who) {
        return Err(error::informed_not_a_victim().into());
    }
    let on = entry::day_done(said.on, at.date(), "informed_on")?;
    let by = text::given(said.by, text::LINE, "informed_by", error::informed_by_missing())?;
    let concerns = text::bounded(said.concerns, text::NARRATIVE, "concerns")?;
    after(condition.state, Act::Inform, true)?;
    let concerns = (!concerns.is_empty()).then(|| concerns.into());
    let done = Done::Informed { participant: who, how: said.how, on, by: by.into(), concerns };
    add(&mut tx, app, caller, (&file, &condition), done, at).await?;
    tx.commit().await?;
    Ok(())
}

/// Records that the condition was amended and has the exception words.
///
/// # Errors
/// Not found, or a refusal: no text, the exception words not stated, the victim not informed, a condition amended already or over.
pub async fn amend_condition(
    app: &App,
    caller: &Caller,
    named: Named<'_>,
    (words, on, has_exception_words): (&str, &str, bool),
    without_informing: &str,
) -> Result<()> {
    let mut open = open(app, caller, Verb::AmendCondition, named).await?;
    let (informed, why_not) = informed(&mut open, app, without_informing).await?;
    let Open { mut tx, file, condition, at } = open;
    let state = after(condition.state, Act::Amend, informed)?;
    let words = text::given(words, text::NARRATIVE, "text", error::condition_text_missing())?;
    let on = entry::day_done(on, at.date(), "amended_on")?;
    if !has_exception_words {
        return Err(error::exception_words_missing(EXCEPTION.english, EXCEPTION.french).into());
    }
    let done = Done::Amended { on, text: words.into(), without_informing: why_not };
    add(&mut tx, app, caller, (&file, &condition), done, at).await?;
    register::set_state(&mut tx, condition.id, state).await?;
    advice::end(&mut tx, condition.id, at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, condition.id = %condition.id, "a condition was amended");
    Ok(())
}

/// Records that the condition is over.
///
/// # Errors
/// Not found, or a refusal: no reason, the victim not informed of a removal, a condition that is over.
pub async fn end_condition(
    app: &App,
    caller: &Caller,
    named: Named<'_>,
    (how, reason): (End, &str),
    without_informing: &str,
) -> Result<()> {
    let mut open = open(app, caller, Verb::EndCondition, named).await?;
    let (informed, why_not) = if how.act().needs_informing() { informed(&mut open, app, without_informing).await? } else { (true, None) };
    let Open { mut tx, file, condition, at } = open;
    let state = after(condition.state, how.act(), informed)?;
    let done = Done::Ended { how, reason: entry::reason(reason, "reason")?, without_informing: why_not };
    add(&mut tx, app, caller, (&file, &condition), done, at).await?;
    register::set_state(&mut tx, condition.id, state).await?;
    advice::end(&mut tx, condition.id, at).await?;
    due::settle(&mut tx, &Object::condition(condition.id), at).await?;
    tx.commit().await?;
    tracing::info!(case.id = %file.id, condition.id = %condition.id, "a condition ended");
    Ok(())
}

/// Whether every victim was informed, or why not.
async fn informed(open: &mut Open, app: &App, why_not: &str) -> Result<(bool, Option<Private<String>>)> {
    let everyone = participant::of_case(&mut open.tx, &app.vault, open.file.id, Unopened::Marked).await?;
    let told = step::informed(&mut open.tx, open.condition.id, open.file.id).await?;
    Ok(settled(&to_inform(&everyone, &open.condition.said.protects), &told, why_not)?)
}

async fn add(
    tx: &mut Transaction<'static, Postgres>,
    app: &App,
    caller: &Caller,
    (file, condition): (&CaseFile, &Condition),
    done: Done,
    at: OffsetDateTime,
) -> Result<()> {
    let recorded = Step { condition: condition.id, done, by: caller.subject.clone(), at };
    Ok(step::add(tx, &app.vault, file.id, app.ids.uuid(), &recorded).await?)
}
