#![doc = include_str!("../README.md")]

pub mod access;
pub mod circuit;
pub mod config;
pub mod get;
pub mod grpc;
pub mod source;

use proto::oms::v1::oms_reader_service_server::OmsReaderServiceServer;
use server::Process;
use tonic::service::Routes;

pub use config::Config;

/// Builds the reader and serves gRPC until the process stops.
///
/// # Errors
/// A setting is invalid, or the address cannot be bound.
pub async fn serve(config: Config, process: Process) -> anyhow::Result<()> {
    let source = match &config.source_url {
        Some(url) => Some(source::Oms::new(get::Getter::new(url, &config)?)),
        None => {
            tracing::warn!("no address of the source is set: every read is refused");
            None
        }
    };
    let reader = grpc::Server::new(source, process.clock.clone());
    process.serve_grpc(proto::DESCRIPTOR_BYTES, access::RULES, Routes::new(OmsReaderServiceServer::new(reader)), None).await
}
