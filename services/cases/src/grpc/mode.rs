//! gRPC endpoints of described modes.

use chassis::Caller;
use proto::cases::v1::{DescribeModeRequest, DescribeModeResponse, SayDirectRequest, SayDirectResponse, mode_service_server::ModeService};
use tonic::{Request, Response};

use super::{Answer, Server};
use crate::{app::describe_mode, domain::decision::Verb};

#[tonic::async_trait]
impl ModeService for Server {
    async fn describe_mode(&self, request: Request<DescribeModeRequest>) -> Answer<DescribeModeResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = describe_mode::describe_mode(&self.0, &caller, &asked.case_ref, &asked.description).await;
        let id = self.0.watched(&caller, Verb::DescribeMode, &asked.case_ref, ended).await?;
        Ok(Response::new(DescribeModeResponse { mode_id: id.to_string() }))
    }

    async fn say_direct(&self, request: Request<SayDirectRequest>) -> Answer<SayDirectResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = describe_mode::say_direct(&self.0, &caller, &asked.case_ref, &asked.mode_id, asked.direct).await;
        self.0.watched(&caller, Verb::SayDirect, &asked.case_ref, ended).await?;
        Ok(Response::new(SayDirectResponse {}))
    }
}
