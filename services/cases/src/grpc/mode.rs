//! gRPC endpoints of described modes.

use base::{Caller, wire};
use proto::cases::v1::{
    self as wire_cases, DescribeModeRequest, DescribeModeResponse, SayDirectRequest, SayDirectResponse, mode_service_server::ModeService,
};
use tonic::{Request, Response};

use crate::{
    app::mode,
    domain::{
        access::decision::Verb,
        mode::{Description, Mode},
    },
    grpc::{Answer, Server},
};

pub(crate) fn encode(from: Description) -> wire_cases::DescribedMode {
    let (said_by, said_at) = from.said.map(|(by, at)| (by, wire::timestamp(at))).unzip();
    wire_cases::DescribedMode {
        mode_id: from.mode.id.to_string(),
        description: from.text.into_inner(),
        direct: from.mode.direct,
        described_by: from.described_by,
        described_at: Some(wire::timestamp(from.described_at)),
        said_by: said_by.unwrap_or_default(),
        said_at,
    }
}

/// The id of a described mode; empty for a mode of the list, and for no mode.
pub(crate) fn described_id(mode: Option<Mode>) -> String {
    mode.and_then(Mode::described).map(|described| described.id.to_string()).unwrap_or_default()
}

#[tonic::async_trait]
impl ModeService for Server {
    async fn describe_mode(&self, request: Request<DescribeModeRequest>) -> Answer<DescribeModeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = mode::describe_mode(&self.0, &caller, &asked.case_ref, &asked.description).await;
        let id = self.0.watched(&caller, Verb::DescribeMode, &asked.case_ref, ended).await?;
        Ok(Response::new(DescribeModeResponse { mode_id: id.to_string() }))
    }

    async fn say_direct(&self, request: Request<SayDirectRequest>) -> Answer<SayDirectResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = mode::say_direct(&self.0, &caller, &asked.case_ref, &asked.mode_id, asked.direct).await;
        self.0.watched(&caller, Verb::SayDirect, &asked.case_ref, ended).await?;
        Ok(Response::new(SayDirectResponse {}))
    }
}
