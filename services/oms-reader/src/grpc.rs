//! gRPC endpoint of the only RPC: an FPS number in, the listed items out.

use std::sync::{Arc, Mutex, PoisonError};

use base::{Clock, Error, Refusal, wire};
use proto::oms::v1::{ReadOffenderRequest, ReadOffenderResponse, oms_reader_service_server::OmsReaderService};
use tonic::{Request, Response, Status};

use crate::{
    circuit::Circuit,
    source::{Fps, Source},
};

/// gRPC server of the reader.
#[derive(Debug)]
pub struct Server<S> {
    source: Option<Arc<S>>,
    circuit: Mutex<Circuit>,
    clock: Clock,
}

impl<S: Source> Server<S> {
    /// Without a source every read is refused.
    #[must_use]
    pub fn new(source: Option<S>, clock: Clock) -> Self {
        Self { source: source.map(Arc::new), circuit: Mutex::default(), clock }
    }

    fn circuit(&self) -> std::sync::MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tonic::async_trait]
impl<S: Source> OmsReaderService for Server<S> {
    async fn read_offender(&self, request: Request<ReadOffenderRequest>) -> Result<Response<ReadOffenderResponse>, Status> {
        let fps = Fps::parse(&request.into_inner().fps).ok_or_else(malformed)?;
        let source = self.source.as_ref().ok_or(Error::Unavailable { what: "oms" })?;
        if !self.circuit().may_ask(self.clock.now()) {
            return Err(Error::Unavailable { what: "oms" }.into());
        }
        match source.read(&fps).await {
            Ok(found) => {
                self.circuit().answered();
                let offender = found.ok_or(Error::NotFound)?;
                Ok(Response::new(ReadOffenderResponse {
                    site: offender.site.into_inner(),
                    status: offender.status.into_inner(),
                    contact_conditions: offender.contact_conditions.into_inner(),
                    read_at: Some(wire::timestamp(self.clock.now())),
                }))
            }
            Err(fault) => {
                tracing::warn!(reason = fault.0, "oms could not be read");
                self.circuit().failed(self.clock.now());
                Err(Error::Unavailable { what: "oms" }.into())
            }
        }
    }
}

fn malformed() -> Status {
    Refusal::invalid(
        "fps-malformed",
        "X-701",
        "fps",
        "give the FPS number: six to eight letters and digits",
        "indiquez le numéro SED : de six à huit lettres et chiffres",
    )
    .into()
}
