//! gRPC endpoints of submitters: submit referrals, read a receipt, list one's own.

use base::{Caller, Error, wire::timestamp};
use proto::intake::v1::{
    self as wire, GetReceiptRequest, GetReceiptResponse, ListReceiptsRequest, ListReceiptsResponse, Referral, SubmitReferralRequest,
    SubmitReferralResponse, SubmitReferralsRequest, SubmitReferralsResponse,
};
use tonic::{Request, Status};

use crate::{
    app::{
        App,
        referral::{Submission, get_receipt as app, list_receipts::list_receipts as list, submit},
    },
    domain::{Answer, Receipt, Repeat},
    store::referral::OwnReceipt,
    wire as words,
};

pub async fn submit_one(app: &App, request: Request<SubmitReferralRequest>) -> Result<SubmitReferralResponse, Status> {
    let caller = Caller::of(&request)?;
    let submission = submission(request.into_inner().referral.unwrap_or_default());
    match submit::submit(app, &caller, vec![submission]).await?.pop() {
        Some(Answer::Recorded(receipt)) => Ok(SubmitReferralResponse { receipt: Some(words::receipt(&receipt)) }),
        Some(Answer::Refused { refusal, .. }) => Err(refusal.into()),
        None => Err(Error::Internal("a referral was not answered".into()).into()),
    }
}

pub async fn submit_many(app: &App, request: Request<SubmitReferralsRequest>) -> Result<SubmitReferralsResponse, Status> {
    let caller = Caller::of(&request)?;
    let SubmitReferralsRequest { referrals, import_id, check_only } = request.into_inner();
    let submissions = referrals.into_iter().map(submission).collect();
    if check_only {
        let answers = submit::check(app, &caller, submissions).await?;
        let answer = |answer: &Option<Answer>| answer.as_ref().map(words::answer).unwrap_or_default();
        return Ok(SubmitReferralsResponse { answers: answers.iter().map(answer).collect() });
    }
    let answers = submit::import(app, &caller, &import_id, submissions).await?;
    Ok(SubmitReferralsResponse { answers: answers.iter().map(words::answer).collect() })
}

pub async fn get_receipt(app: &App, request: Request<GetReceiptRequest>) -> Result<GetReceiptResponse, Status> {
    let caller = Caller::of(&request)?;
    let number = request.into_inner().number;
    let ended = app::get_receipt(app, &caller, &number).await;
    let receipt = app.watched(&caller, "referral.receipt", number.trim(), ended).await?;
    Ok(GetReceiptResponse { receipt: Some(words::receipt(&receipt)) })
}

pub async fn list_receipts(app: &App, request: Request<ListReceiptsRequest>) -> Result<ListReceiptsResponse, Status> {
    let caller = Caller::of(&request)?;
    let ListReceiptsRequest { page_size, page_token } = request.into_inner();
    let ended = list(app, &caller, page_size, &page_token).await;
    let (listed, next_page_token) = app.watched(&caller, "referral.receipt", "", ended).await?;
    let own = |one: OwnReceipt| wire::OwnReceipt {
        receipt: Some(words::receipt(&Receipt { number: one.number, received_at: one.received_at, key: one.key, repeat: Repeat::First })),
        place: one.place,
        sent_at: Some(timestamp(one.sent_at)),
    };
    Ok(ListReceiptsResponse { receipts: listed.into_iter().map(own).collect(), next_page_token })
}

fn submission(referral: Referral) -> Submission {
    let (told, body) = words::referral(referral);
    Submission { told, body }
}
