//! Sending of a file's lines in batches; the results come back in the order of the file.

use std::time::Duration;

use futures::{StreamExt, stream};
use prost::Message;
use proto::intake::v1::{Referral, SubmitReferralsRequest, referral_service_client::ReferralServiceClient, submission_answer::Answer};

use referral_file::{reader::Read, records::Line};

use crate::client::{failure::Failure, session::Peer};

/// Largest number of lines in one call.
const BATCH_LINES: usize = 200;
/// Largest size of one call in bytes, well below the limit of a service.
const BATCH_BYTES: usize = 1024 * 1024;
/// Number of concurrent calls.
const IN_FLIGHT: usize = 4;
/// Attempts of a call that gets no answer: the keys prevent recording anything twice.
const ATTEMPTS: u32 = 5;

/// One line and its result.
pub struct Outcome {
    pub line: Line,
    pub answer: Answer,
}

/// Sends every line in batches and passes on the results in the order of the file.
///
/// # Errors
/// The service does not answer, or refuses whole batches.
pub async fn send(
    client: ReferralServiceClient<Peer>,
    lines: impl Iterator<Item = Read> + Send,
    mut each: impl FnMut(Outcome) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let batches = Batches { lines: lines.fuse() };
    // The RJ Unit is notified of the whole file once.
    let import_id = base::Ids::random().uuid().to_string();
    let mut answers = stream::iter(batches).map(|batch| send_batch(client.clone(), &import_id, batch)).buffered(IN_FLIGHT);
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

impl<I: Iterator<Item = Read>> Iterator for Batches<I> {
    type Item = Vec<Read>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH_LINES && bytes < BATCH_BYTES {
            let Some(read) = self.lines.next() else { break };
            bytes += read.referral.as_ref().map_or(0, Referral::encoded_len);
            batch.push(read);
        }
        (!batch.is_empty()).then_some(batch)
    }
}

async fn send_batch(client: ReferralServiceClient<Peer>, import_id: &str, batch: Vec<Read>) -> Result<Vec<Outcome>, Failure> {
    let referrals: Vec<Referral> = batch.iter().filter_map(|read| read.referral.as_ref().ok().cloned()).collect();
    let mut answers = submit_all(client, import_id, referrals).await?.into_iter();
    let mut outcomes = Vec::with_capacity(batch.len());
    for Read { line, referral, .. } in batch {
        let answer = match referral {
            Err(rejection) => Answer::Rejection(*rejection),
            Ok(_) => answers.next().ok_or_else(|| anyhow::anyhow!("the service answered fewer lines than it was sent"))?,
        };
        outcomes.push(Outcome { line, answer });
    }
    Ok(outcomes)
}

async fn submit_all(mut client: ReferralServiceClient<Peer>, import_id: &str, referrals: Vec<Referral>) -> Result<Vec<Answer>, Failure> {
    if referrals.is_empty() {
        return Ok(Vec::new());
    }
    let mut attempt = 1;
    loop {
        let request = SubmitReferralsRequest { referrals: referrals.clone(), import_id: import_id.to_owned(), check_only: false };
        match client.submit_referrals(request).await.map_err(Failure::from) {
            Ok(answer) => {
                let answers: Vec<Answer> = answer.into_inner().answers.into_iter().filter_map(|a| a.answer).collect();
                if answers.len() != referrals.len() {
                    return Err(anyhow::anyhow!("the service answered {} lines of {}", answers.len(), referrals.len()).into());
                }
                return Ok(answers);
            }
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
    use referral_file::concern_part::ConcernPart;

    #[test]
    fn no_batch_is_larger_than_a_service_takes() {
        let line = |request: usize| Read {
            line: Line::default(),
            referral: Ok(Referral { request: "x".repeat(request), ..Referral::default() }),
            concern: ConcernPart::Absent,
            site: String::new(),
        };
        let small = Batches { lines: (0..450).map(|_| line(10)).fuse() };
        assert_eq!(small.map(|b| b.len()).collect::<Vec<_>>(), [200, 200, 50]);
        let large = Batches { lines: (0..10).map(|_| line(600 * 1024)).fuse() };
        assert!(large.map(|b| b.len()).all(|n| n == 2));
    }
}
