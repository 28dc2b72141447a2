//! gRPC endpoints of submitters: submit referrals, read a receipt.

use base::{Caller, Error};
use proto::intake::v1::{
    GetReceiptRequest, GetReceiptResponse, Referral, SubmitReferralRequest, SubmitReferralResponse, SubmitReferralsRequest,
    SubmitReferralsResponse,
};
use tonic::{Request, Status};

use crate::{
    app::{
        App,
        referral::{Submission, get_receipt as app, submit},
    },
    domain::Answer,
    wire,
};

pub async fn submit_one(app: &App, request: Request<SubmitReferralRequest>) -> Result<SubmitReferralResponse, Status> {
    let caller = Caller::of(&request)?;
    let submission = submission(request.into_inner().referral.unwrap_or_default());
    match submit::submit(app, &caller, vec![submission]).await?.pop() {
        Some(Answer::Recorded(receipt)) => Ok(SubmitReferralResponse { receipt: Some(wire::receipt(&receipt)) }),
        Some(Answer::Refused { refusal, .. }) => Err(refusal.into()),
        None => Err(Error::Internal("a referral was not answered".into()).into()),
    }
}

pub async fn submit_many(app: &App, request: Request<SubmitReferralsRequest>) -> Result<SubmitReferralsResponse, Status> {
    let caller = Caller::of(&request)?;
    let SubmitReferralsRequest { referrals, import_id } = request.into_inner();
    let answers = submit::import(app, &caller, &import_id, referrals.into_iter().map(submission).collect()).await?;
    Ok(SubmitReferralsResponse { answers: answers.iter().map(wire::answer).collect() })
}

pub async fn get_receipt(app: &App, request: Request<GetReceiptRequest>) -> Result<GetReceiptResponse, Status> {
    let caller = Caller::of(&request)?;
    let number = request.into_inner().number;
    let ended = app::get_receipt(app, &caller, &number).await;
    let receipt = app.watched(&caller, "referral.receipt", number.trim(), ended).await?;
    Ok(GetReceiptResponse { receipt: Some(wire::receipt(&receipt)) })
}

fn submission(referral: Referral) -> Submission {
    let (told, body) = wire::referral(referral);
    Submission { told, body }
}
