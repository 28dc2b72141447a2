//! Timing test of hidden against absent objects: pairs of calls, compared by the two-sample test of Kolmogorov and Smirnov.
//!
//! A small p means that the two can be told apart. The machine's own noise does not favour either: the calls of a pair follow each other,
//! in an order that changes.

use std::{
    fmt::Write as _,
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use base::Ids;
use proto::{
    cases::v1::{FindCaseByReferralRequest, GetCaseRequest, MoveCaseRequest, case_service_client::CaseServiceClient},
    intake::v1::{
        Disposition, GetReceiptRequest, ListQueueRequest, ScreenReferralRequest, SubmitReferralRequest,
        referral_service_client::ReferralServiceClient,
    },
    notification::v1::{ListInboxRequest, MarkReadRequest, inbox_service_client::InboxServiceClient},
    reference, role,
    safety::v1::{
        AcceptConcernRequest, Audience, Concern, GetConcernReceiptRequest, GetConcernRequest, Grade, RaiseConcernRequest,
        alarm_service_client::AlarmServiceClient,
    },
};
use tonic::{Code, Status};

use super::intake;
use crate::{
    client::{
        failure::Failure,
        session::{Peer, Session, Wanted},
        text::Lang,
    },
    print,
};

/// Timeout for a case or an inbox item to appear.
const SOON: Duration = Duration::from_secs(30);

/// Objects hidden from the strangers below: made by this run, and none of theirs.
struct Hidden {
    concern: String,
    reference: String,
    receipt: String,
    case: String,
    item: String,
}

/// Callers who ask for objects that are not theirs.
struct Strangers {
    head: AlarmServiceClient<Peer>,
    mediator: AlarmServiceClient<Peer>,
    staff: ReferralServiceClient<Peer>,
    cases: CaseServiceClient<Peer>,
    inbox: InboxServiceClient<Peer>,
}

fn in_words(failure: Failure) -> anyhow::Error {
    anyhow::anyhow!(failure.words(Lang::En).unwrap_or_default())
}

/// Measures every RPC that names an object, and prints a line for each.
///
/// # Errors
/// A call is answered that must be refused, or the stack fails.
pub async fn measure(session: &Session, pairs: usize) -> anyhow::Result<()> {
    let ids = Ids::random();
    let hidden = hide(session, &ids).await?;
    let by = |wanted: Wanted<'_>| session.who(&[wanted]).map_err(in_words);
    let (head, mediator) = (by(Wanted::at(role::INSTITUTIONAL_HEAD, "kent"))?, by(Wanted::role(role::MEDIATOR))?);
    let strangers = Strangers {
        head: session.alarm(&head).map_err(in_words)?,
        mediator: session.alarm(&mediator).map_err(in_words)?,
        staff: session.referrals(&mediator).map_err(in_words)?,
        cases: session.cases(&mediator).map_err(in_words)?,
        inbox: session.inbox(&mediator).map_err(in_words)?,
    };
    let (id, none) = (ids.uuid().to_string(), |prefix| reference::make(prefix, 4_711));
    let s = &strangers;
    print::line(format!("{:42} {:>10} {:>10} {:>8} {:>8}", "RPC", "hidden p50", "absent p50", "D", "p"));
    let get =
        async |name: String| s.head.clone().get_concern(GetConcernRequest { concern_ref: name, with_history: false }).await.map(|_| ());
    compare("GetConcern, by id", pairs, &hidden.concern, &id, get).await?;
    compare("GetConcern, by reference", pairs, &hidden.reference, &none("RS"), get).await?;
    let get = async |name| s.mediator.clone().get_concern_receipt(GetConcernReceiptRequest { concern_id: name }).await.map(|_| ());
    compare("GetConcernReceipt", pairs, &hidden.concern, &id, get).await?;
    let accept = async |name| {
        let request = AcceptConcernRequest { concern_id: name, audience: Audience::ResponsibleHead.into(), ..Default::default() };
        s.head.clone().accept_concern(request).await.map(|_| ())
    };
    compare("AcceptConcern", pairs, &hidden.concern, &id, accept).await?;
    let get = async |name| s.staff.clone().get_receipt(GetReceiptRequest { number: name }).await.map(|_| ());
    compare("GetReceipt", pairs, &hidden.receipt, &none("RO"), get).await?;
    let get = async |name| s.cases.clone().get_case(GetCaseRequest { case_ref: name }).await.map(|_| ());
    compare("GetCase", pairs, &hidden.case, &id, get).await?;
    let go = async |name| s.cases.clone().move_case(MoveCaseRequest { case_id: name, to: 2, ..Default::default() }).await.map(|_| ());
    compare("MoveCase", pairs, &hidden.case, &id, go).await?;
    let mark = async |name| s.inbox.clone().mark_read(MarkReadRequest { item_id: name }).await.map(|_| ());
    compare("MarkRead", pairs, &hidden.item, &id, mark).await
}

/// A concern at Mission, a referral of the RJ Unit with its case, an item in the inbox of the head of Mission.
async fn hide(session: &Session, ids: &Ids) -> anyhow::Result<Hidden> {
    let officer = session.who(&[Wanted::role(role::RJ_OFFICER)]).map_err(in_words)?;
    let head = session.who(&[Wanted::at(role::INSTITUTIONAL_HEAD, "mission")]).map_err(in_words)?;
    let (mut safety, mut intake) = (session.alarm(&officer).map_err(in_words)?, session.referrals(&officer).map_err(in_words)?);
    let concern = Concern { grade: Grade::Imminent.into(), site: "mission".into(), text: "measured".repeat(2_000), ..Default::default() };
    let raised = safety.raise_concern(RaiseConcernRequest { concern: Some(concern) }).await?.into_inner().receipt.unwrap_or_default();
    let referral = Some(intake::referral(ids));
    let receipt = intake.submit_referral(SubmitReferralRequest { referral }).await?.into_inner().receipt.unwrap_or_default();
    let queue = intake.list_queue(ListQueueRequest::default()).await?.into_inner().entries;
    let entry = queue.into_iter().find(|entry| entry.receipt_number == receipt.number).context("the referral is not in the queue")?;
    let decision = ScreenReferralRequest {
        referral_id: entry.referral_id.clone(),
        disposition: Disposition::Accepted.into(),
        reason: "measured".into(),
        ..Default::default()
    };
    intake.screen_referral(decision).await?;
    let (cases, inbox) = (session.cases(&officer).map_err(in_words)?, session.inbox(&head).map_err(in_words)?);
    let case = appears(async || {
        let request = FindCaseByReferralRequest { referral_id: entry.referral_id.clone() };
        Ok(cases.clone().find_case_by_referral(request).await?.into_inner().case.map(|case| case.case_id))
    });
    let case = case.await?;
    let item = appears(async || {
        let items = inbox.clone().list_inbox(ListInboxRequest::default()).await?.into_inner().items;
        Ok(items.into_iter().find(|item| item.concern_id == raised.concern_id).map(|item| item.item_id))
    });
    Ok(Hidden { item: item.await?, concern: raised.concern_id, reference: raised.reference, receipt: receipt.number, case })
}

async fn appears<F: Future<Output = Result<Option<String>, Status>>>(find: impl Fn() -> F) -> anyhow::Result<String> {
    let begun = Instant::now();
    while begun.elapsed() < SOON {
        match find().await {
            Ok(Some(found)) => return Ok(found),
            Err(status) if status.code() != Code::NotFound => return Err(status.into()),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    bail!("what should be hidden did not appear")
}

async fn compare<F>(rpc: &str, pairs: usize, hidden: &str, absent: &str, call: impl Fn(String) -> F) -> anyhow::Result<()>
where
    F: Future<Output = Result<(), Status>>,
{
    let time = async |name: &str| {
        let begun = Instant::now();
        match call(name.to_owned()).await {
            Err(status) if status.code() == Code::NotFound => Ok(begun.elapsed()),
            Err(status) => Err(anyhow::Error::from(status)),
            Ok(()) => bail!("{rpc} was answered"),
        }
    };
    let (mut of_hidden, mut of_absent) = (Vec::with_capacity(pairs), Vec::with_capacity(pairs));
    // The first calls open connections and prepare statements.
    for _ in 0..50 {
        time(hidden).await?;
        time(absent).await?;
    }
    for pair in 0..pairs {
        // One of two orders, as even as the bits of a multiplied counter.
        if (pair.wrapping_mul(0x9e37_79b9) >> 7) & 1 == 0 {
            of_hidden.push(time(hidden).await?);
            of_absent.push(time(absent).await?);
        } else {
            of_absent.push(time(absent).await?);
            of_hidden.push(time(hidden).await?);
        }
    }
    let (distance, p) = kolmogorov_smirnov(&mut of_hidden, &mut of_absent);
    let middle = |times: &[Duration]| times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3);
    let mut line = String::new();
    let _ = write!(line, "{rpc:42} {:>7.3} ms {:>7.3} ms {distance:>8.4} {p:>8.4}", middle(&of_hidden), middle(&of_absent));
    print::line(line);
    Ok(())
}

/// The largest distance between the two distributions, and how often chance alone makes one as large.
fn kolmogorov_smirnov(one: &mut [Duration], other: &mut [Duration]) -> (f64, f64) {
    one.sort_unstable();
    other.sort_unstable();
    let share = |times: &[Duration], at: Duration| times.partition_point(|time| *time <= at) as f64 / times.len().max(1) as f64;
    let distance = one.iter().chain(other.iter()).map(|at| (share(one, *at) - share(other, *at)).abs()).fold(0.0, f64::max);
    let size = (one.len() * other.len()) as f64 / (one.len() + other.len()).max(1) as f64;
    let scaled = (size.sqrt() + 0.12 + 0.11 / size.sqrt()) * distance;
    let term = |k: i32| 2.0 * (-1.0_f64).powi(k - 1) * (-2.0 * f64::from(k * k) * scaled * scaled).exp();
    let p = if scaled < 0.2 { 1.0 } else { (1..=100).map(term).sum::<f64>().clamp(0.0, 1.0) };
    (distance, p)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(shift: u64) -> Vec<Duration> {
        (0..2_000_u64).map(|n| Duration::from_micros(1_000 + n * 7_919 % 400 + shift)).collect()
    }

    #[test]
    fn the_test_finds_a_shift_of_a_twentieth_and_finds_none_where_there_is_none() {
        let (distance, p) = kolmogorov_smirnov(&mut times(0), &mut times(0));
        assert!(distance < 0.001 && p > 0.99, "{distance} {p}");
        let (distance, p) = kolmogorov_smirnov(&mut times(0), &mut times(50));
        assert!(distance > 0.1 && p < 1e-6, "{distance} {p}");
    }
}
