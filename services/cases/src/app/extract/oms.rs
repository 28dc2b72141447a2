//! Client of the reader of OMS: a number goes out, and what OMS says comes back [TS1b].

use std::time::Duration;

use base::{Error, Private, Result, wire};
use proto::oms::v1::{ReadOffenderRequest, oms_reader_service_client::OmsReaderServiceClient};
use server::client::Peer;
use time::OffsetDateTime;
use tonic::Code;

use crate::{domain::extract::Said, error};

/// Time limit of a reading; the reader itself gives up before.
const TIMEOUT: Duration = Duration::from_secs(8);

/// Whoever can be asked what OMS says. It has no method that writes.
#[tonic::async_trait]
pub trait ReadOms: Send + Sync {
    /// What OMS says of the offender of this number, and when it was read.
    ///
    /// # Errors
    /// OMS knows no such number, or does not answer.
    async fn read(&self, fps: &Private<String>) -> Result<(Said, OffsetDateTime)>;
}

/// The reader, by gRPC.
pub struct OverGrpc(pub OmsReaderServiceClient<Peer>);

#[tonic::async_trait]
impl ReadOms for OverGrpc {
    async fn read(&self, fps: &Private<String>) -> Result<(Said, OffsetDateTime)> {
        let mut client = self.0.clone();
        let asked = client.read_offender(ReadOffenderRequest { fps: fps.expose().clone() });
        let unavailable = || Error::Unavailable { what: "oms" };
        let answer = tokio::time::timeout(TIMEOUT, asked).await.map_err(|_| unavailable())?;
        let answer = answer.map_err(|status| match status.code() {
            Code::NotFound => error::extract_number_unknown().into(),
            Code::InvalidArgument => error::extract_number_malformed().into(),
            _ => unavailable(),
        })?;
        let answer = answer.into_inner();
        let read_at = answer.read_at.as_ref().and_then(wire::instant).ok_or_else(unavailable)?;
        let said = Said { site: answer.site.into(), status: answer.status.into(), contact_conditions: answer.contact_conditions.into() };
        Ok((said, read_at))
    }
}
