//! Direct delivery of concerns: one that was not confirmed in time is delivered to safety by gRPC, with or without the bus [RM1b, CARD1].

use messaging::outbox::{Unconfirmed, direct::Receiver};
use prost::Message;
use proto::{
    safety::v1::{Concern, RaiseConcernRequest, alarm_service_client::AlarmServiceClient},
    subject,
};
use server::client::Peer;
use tonic::Status;

/// Client that delivers concerns to safety by gRPC. Safety recognises one that it received by the bus already.
pub struct ToSafety(pub AlarmServiceClient<Peer>);

impl Receiver for ToSafety {
    const NAME: &'static str = "safety";
    const SUBJECTS: &'static [&'static str] = subject::SAFETY_SERVICE_RAISES.filters;

    async fn hand_over(&self, message: &Unconfirmed) -> Result<(), Status> {
        let concern = Concern::decode(message.body.as_slice()).map_err(|_| Status::invalid_argument("what waits is no concern"))?;
        let answer = self.0.clone().raise_concern(RaiseConcernRequest { concern: Some(concern) }).await?;
        // The receipt is the proof that safety's database has it.
        answer.into_inner().receipt.map(drop).ok_or_else(|| Status::internal("no receipt"))
    }
}
