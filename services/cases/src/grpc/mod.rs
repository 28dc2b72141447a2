//! The gRPC services of `ro.cases.v1`, a file or folder per capability: decode, call one use case, encode.

mod access;
mod assessment;
mod break_glass;
mod case;
mod clause;
mod condition;
mod consent;
mod disclosure;
mod document;
mod due;
mod entry;
mod exchange;
mod extract;
mod hold;
mod mediator;
mod mode;
mod participant;
mod protocol;
mod purge;
mod request;
mod review;
mod session;
mod site;

use proto::cases::v1::{
    access_service_server::AccessServiceServer, assessment_service_server::AssessmentServiceServer,
    break_glass_service_server::BreakGlassServiceServer, case_service_server::CaseServiceServer,
    clause_service_server::ClauseServiceServer, condition_service_server::ConditionServiceServer,
    consent_service_server::ConsentServiceServer, disclosure_service_server::DisclosureServiceServer,
    document_service_server::DocumentServiceServer, due_service_server::DueServiceServer, entry_service_server::EntryServiceServer,
    exchange_service_server::ExchangeServiceServer, extract_service_server::ExtractServiceServer, hold_service_server::HoldServiceServer,
    mediator_service_server::MediatorServiceServer, mode_service_server::ModeServiceServer,
    participant_service_server::ParticipantServiceServer, protocol_service_server::ProtocolServiceServer,
    purge_service_server::PurgeServiceServer, request_service_server::RequestServiceServer, review_service_server::ReviewServiceServer,
    session_service_server::SessionServiceServer,
};
use server::limits::MESSAGE;
use tonic::{Response, Status, service::Routes};

use crate::app::App;

/// The server behind every gRPC service of the case file.
#[derive(Clone)]
pub struct Server(App);

/// The routes that the process serves.
#[must_use]
pub fn routes(app: App) -> Routes {
    let server = Server::new(app);
    Routes::new(CaseServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ParticipantServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(AccessServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(BreakGlassServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(AssessmentServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ConsentServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ConditionServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(DisclosureServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(MediatorServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ModeServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(DocumentServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(EntryServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ExchangeServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ExtractServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(HoldServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(DueServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(RequestServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ReviewServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ProtocolServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(ClauseServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(SessionServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
        .add_service(PurgeServiceServer::new(server.clone()).max_decoding_message_size(MESSAGE))
}

impl Server {
    #[must_use]
    pub const fn new(app: App) -> Self {
        Self(app)
    }
}

type Answer<T> = Result<Response<T>, Status>;
