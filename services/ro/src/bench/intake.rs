//! Benchmark of referral intake, one by one and in bulk: validated, de-duplicated, recorded, the event on its way to the bus.

use anyhow::ensure;
use base::Ids;
use proto::{
    intake::v1::{
        Known, Origin, Referral, SubmitReferralRequest, SubmitReferralsRequest, referral_service_client::ReferralServiceClient,
        submission_answer::Answer,
    },
    role,
};

use super::sample::{Sample, closed_loop};
use crate::client::{
    session::{Peer, Session, Wanted},
    text::Lang,
};

/// Lines per call, as `ro referral import` sends them.
pub const BATCH: usize = 200;

/// The submitters.
pub struct Intake {
    clients: Vec<ReferralServiceClient<Peer>>,
    ids: Ids,
}

pub fn referral(ids: &Ids) -> Referral {
    Referral {
        idempotency_key: ids.uuid().to_string(),
        origin: Origin::Institutional as i32,
        site: "mission".to_owned(),
        request: "measured: asks to write a letter to the person he harmed".to_owned(),
        offender_name: "Alex Exemple".to_owned(),
        offender_asked: Known::Yes as i32,
        ..Referral::default()
    }
}

impl Intake {
    /// # Errors
    /// No identity may submit.
    pub fn open(session: &Session, clients: usize) -> anyhow::Result<Self> {
        let in_words = |f: crate::client::failure::Failure| anyhow::anyhow!(f.words(Lang::En).unwrap_or_default());
        let who = session.who(&[Wanted::role(role::RJ_OFFICER)]).map_err(in_words)?;
        let clients = (0..clients).map(|_| session.referrals(&who).map_err(in_words)).collect::<anyhow::Result<_>>()?;
        Ok(Self { clients, ids: Ids::random() })
    }

    /// One referral in a call.
    ///
    /// # Errors
    /// Intake refuses.
    pub async fn one_by_one(&self, clients: usize, each: usize) -> anyhow::Result<Sample> {
        let (all, ids) = (self.clients.clone(), self.ids.clone());
        closed_loop(clients, each, move |client, _| {
            let (client, referral) = (all.get(client).cloned(), referral(&ids));
            async move {
                let mut client = client.ok_or_else(|| anyhow::anyhow!("too few submitters"))?;
                client.submit_referral(SubmitReferralRequest { referral: Some(referral) }).await?;
                Ok(())
            }
        })
        .await
    }

    /// [`BATCH`] referrals in a call.
    ///
    /// # Errors
    /// Intake refuses a call, or a line.
    pub async fn bulk(&self, clients: usize, each: usize) -> anyhow::Result<Sample> {
        let (all, ids) = (self.clients.clone(), self.ids.clone());
        let sample = closed_loop(clients, each, move |client, _| {
            let (client, ids) = (all.get(client).cloned(), ids.clone());
            async move { import(client, &ids).await }
        });
        Ok(Sample { each: BATCH, ..sample.await? })
    }

    /// One call of a bulk import by one of the submitters.
    ///
    /// # Errors
    /// Intake refuses the call, or a line.
    pub async fn import(&self, client: usize) -> anyhow::Result<()> {
        import(self.clients.get(client).cloned(), &self.ids).await
    }
}

async fn import(client: Option<ReferralServiceClient<Peer>>, ids: &Ids) -> anyhow::Result<()> {
    let mut client = client.ok_or_else(|| anyhow::anyhow!("too few submitters"))?;
    let referrals = (0..BATCH).map(|_| referral(ids)).collect();
    let answer = client.submit_referrals(SubmitReferralsRequest { referrals, ..SubmitReferralsRequest::default() }).await?.into_inner();
    let recorded = answer.answers.iter().filter(|a| matches!(a.answer, Some(Answer::Receipt(_)))).count();
    ensure!(recorded == BATCH, "{} of {BATCH} lines were rejected", BATCH - recorded);
    Ok(())
}
