//! Use case: submit referrals: by gRPC, one or many at a time, or by a site over the bus [R5a, R6a, R6b, R7a, R7b, R8a].

use std::str::FromStr;

use base::{Caller, Refusal, Result};
use proto::id::SiteCode;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    record::{Line, Source, Submission, raise_all, record},
    record_batched::record_batched,
};
use crate::{
    access,
    app::{App, answer},
    domain::{Answer, Body, referral},
    error, wire,
};

/// Most referrals in one call.
pub const BATCH: usize = 500;

/// Records the caller's referrals in one transaction; one answer each, in order. An invalid one never stops the others.
///
/// # Errors
/// Too many at once; or the database failed and nothing is recorded.
pub async fn submit(app: &App, caller: &Caller, submissions: Vec<Submission>) -> Result<Vec<Answer>> {
    submit_from(app, caller, &Source { submitter: &caller.subject, place: None, import: None }, submissions).await
}

/// The same for a part of an import, of which the RJ Unit is notified once. Without a valid id, several referrals are an import of their
/// own, and one counts as single.
///
/// # Errors
/// As [`submit`].
pub async fn import(app: &App, caller: &Caller, import_id: &str, submissions: Vec<Submission>) -> Result<Vec<Answer>> {
    let own = (submissions.len() > 1).then(|| app.ids.uuid());
    let import = Uuid::try_parse(import_id).ok().or(own);
    submit_from(app, caller, &Source { submitter: &caller.subject, place: None, import }, submissions).await
}

/// Says what would be refused of these, in order, and records none: `None` would be recorded. A concern in what would be refused is raised
/// all the same, for nobody may send it again [RM1c].
///
/// # Errors
/// Too many at once; or the database failed.
pub async fn check(app: &App, caller: &Caller, submissions: Vec<Submission>) -> Result<Vec<Option<Answer>>> {
    let source = Source { submitter: &caller.subject, place: None, import: None };
    if submissions.len() > BATCH {
        return Err(refuse_whole(app, caller, &source, &submissions).await?.into());
    }
    let (mut answers, mut refused) = (Vec::with_capacity(submissions.len()), Vec::new());
    for submission in submissions {
        let line = line(app, caller, submission);
        let concern = line.concern(&source);
        let Err(refusal) = line.verdict else {
            answers.push(None);
            continue;
        };
        let refusal = if concern.is_some() { error::raised_all_the_same(refusal) } else { refusal };
        answers.push(Some(Answer::Refused { refusal, key: line.submission.told.idempotency_key.clone() }));
        if concern.is_some() {
            refused.push(line.submission);
        }
    }
    if !refused.is_empty() {
        let mut tx = app.begin(caller, []).await?;
        raise_all(&mut tx, app, &source, &refused).await?;
        tx.commit().await?;
        app.outbox.wake();
    }
    Ok(answers)
}

async fn submit_from(app: &App, caller: &Caller, source: &Source<'_>, submissions: Vec<Submission>) -> Result<Vec<Answer>> {
    if submissions.len() > BATCH {
        return Err(refuse_whole(app, caller, source, &submissions).await?.into());
    }
    let lines: Vec<Line> = submissions.into_iter().map(|submission| line(app, caller, submission)).collect();
    let answers = match record_batched(app, caller, source, &lines).await {
        Some(answers) => answers,
        None => record_alone(app, caller, source, lines).await?,
    };
    for answer in &answers {
        // Acting for another's site is logged; an invalid form is not.
        if let Answer::Refused { refusal, .. } = answer
            && refusal.reason == error::SITE_NOT_YOURS
        {
            let _entered: Result<()> = app.watched(caller, "referral.submit", "", Err(refusal.clone().into())).await;
        }
    }
    Ok(answers)
}

/// The full path, in a transaction of its own.
async fn record_alone(app: &App, caller: &Caller, source: &Source<'_>, lines: Vec<Line>) -> Result<Vec<Answer>> {
    let sites = lines.iter().filter_map(|line| Some(line.verdict.as_ref().ok()?.site.to_string()));
    let mut tx = app.begin(caller, sites).await?;
    let answers = record(&mut tx, app, source, lines).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(answers)
}

fn line(app: &App, caller: &Caller, submission: Submission) -> Line {
    let spare = app.ids.uuid();
    let verdict = referral::examine(&submission.told, spare).and_then(|examined| {
        access::may_submit_for(caller, &examined.site)?;
        Ok(examined)
    });
    Line { submission, spare, verdict }
}

/// Refuses all lines, and raises every concern in them.
async fn refuse_whole(app: &App, caller: &Caller, source: &Source<'_>, submissions: &[Submission]) -> Result<Refusal> {
    let mut tx = app.begin(caller, []).await?;
    let any = raise_all(&mut tx, app, source, submissions).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(if any { error::raised_all_the_same(error::too_many()) } else { error::too_many() })
}

/// Records a referral received on the subject of `site`, and answers there, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub async fn submit_from_bus(db: &mut PgConnection, app: &App, site: &SiteCode, submission: Submission) -> Result<()> {
    let answer = record_from_bus(db, app, site, line_from_bus(app, site, submission)).await?;
    if let Some(each) = &answer {
        answer::send(db, app, site, each, app.clock.now()).await?;
    }
    Ok(())
}

/// The full path of one submission of a site's system.
pub(super) async fn record_from_bus(db: &mut PgConnection, app: &App, site: &SiteCode, line: Line) -> Result<Option<Answer>> {
    let submitter = submitter(site);
    let source = Source { submitter: &submitter, place: Some(site), import: None };
    Ok(record(db, app, &source, vec![line]).await?.pop())
}

/// A submission of a site's system: for no other site.
pub(super) fn line_from_bus(app: &App, site: &SiteCode, submission: Submission) -> Line {
    let spare = app.ids.uuid();
    let verdict = if SiteCode::from_str(&submission.told.site).is_ok_and(|stated| stated != *site) {
        Err(error::site_mismatch())
    } else {
        referral::examine(&submission.told, spare)
    };
    Line { submission, spare, verdict }
}

/// Name of a site's system as a submitter.
pub(super) fn submitter(site: &SiteCode) -> String {
    format!("bus:{site}")
}

/// Raises the concern in a referral received on the subject of `site` that cannot be recorded; returns whether there was one [RM1c].
///
/// # Errors
/// The database failed.
pub async fn raise_alone(db: &mut PgConnection, app: &App, site: &SiteCode, submission: Submission) -> Result<bool> {
    let submitter = submitter(site);
    let source = Source { submitter: &submitter, place: Some(site), import: None };
    raise_all(db, app, &source, &[submission]).await
}

/// Raises what can be read as a concern in an unreadable message of a site's system; returns whether there was one [RM1c].
///
/// # Errors
/// The database failed.
pub async fn raise_from_unreadable(db: &mut PgConnection, app: &App, site: &SiteCode, bytes: &[u8]) -> Result<bool> {
    let Some(text) = wire::concern_in_unreadable(bytes) else { return Ok(false) };
    let told =
        referral::SubmittedReferral { safety_concern: text.into(), site: site.to_string(), ..referral::SubmittedReferral::default() };
    let submitter = submitter(site);
    let source = Source { submitter: &submitter, place: Some(site), import: None };
    raise_all(db, app, &source, &[Submission { told, body: Body::of(bytes.to_vec()) }]).await
}
