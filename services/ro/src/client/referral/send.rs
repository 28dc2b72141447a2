//! Sends the lines of a file in batches, and hands over what became of each in the order of the file.

use std::time::Duration;

use chassis::client::Peer;
use futures::{StreamExt, stream};
use prost::Message;
use proto::intake::v1::{Referral, Rejection, SubmitReferralsRequest, intake_client::IntakeClient, submission_answer::Answer};

use super::records::Line;
use crate::client::failure::Failure;

/// Lines in one call.
const BATCH_LINES: usize = 200;
/// Bytes in one call, well below what a service takes.
const BATCH_BYTES: usize = 1024 * 1024;
/// Calls at the same time.
const IN_FLIGHT: usize = 4;
/// A call that gets no answer is repeated: the keys see to it that nothing is recorded twice.
const ATTEMPTS: u32 = 5;

/// One line and what became of it.
pub struct Outcome {
    pub line: Line,
    pub answer: Answer,
}

/// A line as read.
pub type Read = (Line, Result<Referral, Box<Rejection>>);

/// Sends every line in batches and hands over the outcomes in the order of the file.
///
/// # Errors
/// The service does not answer, or refuses whole batches; the file cannot be read further.
pub async fn send(
    client: IntakeClient<Peer>,
    lines: impl Iterator<Item = std::io::Result<Read>> + Send,
    mut each: impl FnMut(Outcome) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let batches = Batches { lines: lines.fuse() };
    let mut answers = stream::iter(batches).map(|batch| send_batch(client.clone(), batch)).buffered(IN_FLIGHT);
    while let Some(outcomes) = answers.next().await {
        for outcome in outcomes? {
            each(outcome)?;
        }
    }
    Ok(())
}

struct Batches<I> {
    lines: I,
}

impl<I: Iterator<Item = std::io::Result<Read>>> Iterator for Batches<I> {
    type Item = std::io::Result<Vec<Read>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH_LINES && bytes < BATCH_BYTES {
            match self.lines.next() {
                None => break,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(read)) => {
                    bytes += read.1.as_ref().map_or(0, Referral::encoded_len);
                    batch.push(read);
                }
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }
}

async fn send_batch(client: IntakeClient<Peer>, batch: std::io::Result<Vec<Read>>) -> Result<Vec<Outcome>, Failure> {
    let batch = batch.map_err(|e| Failure::Other(e.into()))?;
    let referrals: Vec<Referral> = batch.iter().filter_map(|(_, read)| read.as_ref().ok().cloned()).collect();
    let mut answers = submit_all(client, referrals).await?.into_iter();
    let mut outcomes = Vec::with_capacity(batch.len());
    for (line, read) in batch {
        let answer = match read {
            Err(rejection) => Answer::Rejection(*rejection),
            Ok(_) => answers.next().ok_or_else(|| anyhow::anyhow!("the service answered fewer lines than it was sent"))?,
        };
        outcomes.push(Outcome { line, answer });
    }
    Ok(outcomes)
}

async fn submit_all(mut client: IntakeClient<Peer>, referrals: Vec<Referral>) -> Result<Vec<Answer>, Failure> {
    if referrals.is_empty() {
        return Ok(Vec::new());
    }
    let mut attempt = 1;
    loop {
        let request = SubmitReferralsRequest { referrals: referrals.clone() };
        match client.submit_referrals(request).await.map_err(Failure::from) {
            Ok(answer) => return Ok(answer.into_inner().answers.into_iter().filter_map(|a| a.answer).collect()),
            Err(Failure::Unreachable(_)) if attempt < ATTEMPTS => {
                tokio::time::sleep(Duration::from_millis(100) * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_batch_is_larger_than_a_service_takes() {
        let line = |request: usize| Ok((Line::default(), Ok(Referral { request: "x".repeat(request), ..Referral::default() })));
        let small = Batches { lines: (0..450).map(|_| line(10)).fuse() };
        assert_eq!(small.map(|b| b.unwrap().len()).collect::<Vec<_>>(), [200, 200, 50]);
        let large = Batches { lines: (0..10).map(|_| line(600 * 1024)).fuse() };
        assert!(large.map(|b| b.unwrap().len()).all(|n| n == 2));
    }
}
