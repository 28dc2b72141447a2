//! gRPC server of intake: decode, call the use case, encode. It decides nothing.

mod contact;
mod queue;
mod referral;

use proto::intake::v1::{
    GetContactRequest, GetContactResponse, GetReceiptRequest, GetReceiptResponse, GetReferralRequest, GetReferralResponse,
    ListQueueRequest, ListQueueResponse, ListReceiptsRequest, ListReceiptsResponse, PushContactRequest, PushContactResponse,
    ScreenReferralRequest, ScreenReferralResponse, SubmitReferralRequest, SubmitReferralResponse, SubmitReferralsRequest,
    SubmitReferralsResponse,
    contact_service_server::{ContactService, ContactServiceServer},
    referral_service_server::{ReferralService, ReferralServiceServer},
};
use server::limits::LARGE;
use tonic::{Request, Response, Status, async_trait, service::Routes};

use crate::app::App;

/// The server behind the gRPC services of intake.
#[derive(Clone)]
pub struct Server(pub App);

/// Every RPC of intake.
#[must_use]
pub fn routes(app: App) -> Routes {
    let server = Server(app);
    Routes::new(ReferralServiceServer::new(server.clone()).max_decoding_message_size(LARGE))
        .add_service(ContactServiceServer::new(server).max_decoding_message_size(LARGE))
}

#[async_trait]
impl ReferralService for Server {
    async fn submit_referral(&self, request: Request<SubmitReferralRequest>) -> Result<Response<SubmitReferralResponse>, Status> {
        referral::submit_one(&self.0, request).await.map(Response::new)
    }

    async fn submit_referrals(&self, request: Request<SubmitReferralsRequest>) -> Result<Response<SubmitReferralsResponse>, Status> {
        referral::submit_many(&self.0, request).await.map(Response::new)
    }

    async fn get_receipt(&self, request: Request<GetReceiptRequest>) -> Result<Response<GetReceiptResponse>, Status> {
        referral::get_receipt(&self.0, request).await.map(Response::new)
    }

    async fn list_receipts(&self, request: Request<ListReceiptsRequest>) -> Result<Response<ListReceiptsResponse>, Status> {
        referral::list_receipts(&self.0, request).await.map(Response::new)
    }

    async fn list_queue(&self, request: Request<ListQueueRequest>) -> Result<Response<ListQueueResponse>, Status> {
        queue::list(&self.0, request).await.map(Response::new)
    }

    async fn get_referral(&self, request: Request<GetReferralRequest>) -> Result<Response<GetReferralResponse>, Status> {
        queue::get(&self.0, request).await.map(Response::new)
    }

    async fn screen_referral(&self, request: Request<ScreenReferralRequest>) -> Result<Response<ScreenReferralResponse>, Status> {
        queue::screen(&self.0, request).await.map(Response::new)
    }
}

#[async_trait]
impl ContactService for Server {
    async fn push_contact(&self, request: Request<PushContactRequest>) -> Result<Response<PushContactResponse>, Status> {
        contact::push(&self.0, request).await.map(Response::new)
    }

    async fn get_contact(&self, request: Request<GetContactRequest>) -> Result<Response<GetContactResponse>, Status> {
        contact::get(&self.0, request).await.map(Response::new)
    }
}
