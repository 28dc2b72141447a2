//! Referrals from people and systems, by gRPC one or many at a time, and from sites by the bus [R5a, R6a, R6b, R7a, R7b, R8a].

use std::str::FromStr;

use chassis::{Caller, Refusal, Result};
use proto::id::SiteCode;
use sqlx::PgConnection;

use super::{
    Answer, Desk, Submission, answer,
    record_referrals::{Line, Source, record},
};
use crate::{access, domain::referral};

/// Referrals in one call at most.
pub const BATCH: usize = 500;

/// Records the caller's referrals in one transaction; one answer each, in order. A bad one never stops the others.
///
/// # Errors
/// Too many at once; or the database failed and nothing is recorded.
pub async fn submit(desk: &Desk, caller: &Caller, submissions: Vec<Submission>) -> Result<Vec<Answer>> {
    if submissions.len() > BATCH {
        return Err(too_many().into());
    }
    let lines: Vec<Line> = submissions.into_iter().map(|submission| Line { verdict: judge(caller, &submission), submission }).collect();
    let sites = lines.iter().filter_map(|line| Some(line.verdict.as_ref().ok()?.site.to_string()));
    let mut tx = desk.begin(caller, sites).await?;
    let source = Source { submitter: &caller.subject, place: None };
    let answers = record(&mut tx, desk, &source, lines).await?;
    tx.commit().await?;
    desk.outbox.wake();
    for answer in &answers {
        // Whoever speaks for a place of others is entered; who has only filled in a form wrongly is not.
        if let Answer::Refused { refusal, .. } = answer
            && refusal.reason == access::SITE_NOT_YOURS
        {
            let _entered: Result<()> = desk.watched(caller, "referral.submit", "", Err(refusal.clone().into())).await;
        }
    }
    Ok(answers)
}

fn judge(caller: &Caller, submission: &Submission) -> std::result::Result<referral::Examined, Refusal> {
    let examined = referral::examine(&submission.told, &submission.body)?;
    access::may_submit_for(caller, &examined.site)?;
    Ok(examined)
}

/// Records a referral that came on the subject of `site`, and answers there, in the caller's transaction.
///
/// # Errors
/// The database failed.
pub async fn submit_from_bus(db: &mut PgConnection, desk: &Desk, site: &SiteCode, submission: Submission) -> Result<()> {
    let verdict = if SiteCode::from_str(&submission.told.site).is_ok_and(|stated| stated != *site) {
        Err(site_mismatch())
    } else {
        referral::examine(&submission.told, &submission.body)
    };
    let submitter = format!("bus:{site}");
    let source = Source { submitter: &submitter, place: Some(site) };
    let answers = record(db, desk, &source, vec![Line { submission, verdict }]).await?;
    for each in &answers {
        answer::send(db, desk, site, each, desk.clock.now()).await?;
    }
    Ok(())
}

fn too_many() -> Refusal {
    Refusal::invalid(
        "too-many-lines",
        "R8a",
        "referrals",
        "at most 500 referrals in one call: send them in parts",
        "au plus 500 renvois par appel : envoyez-les en plusieurs parties",
    )
}

fn site_mismatch() -> Refusal {
    Refusal::invalid(
        "site-mismatch",
        "R6a",
        "site",
        "the referral names another site than the subject it was published on",
        "le renvoi nomme un autre établissement ou bureau que le sujet sur lequel il a été publié",
    )
}
