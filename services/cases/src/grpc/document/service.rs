//! gRPC endpoints of documents: store, list and read.

use std::vec::IntoIter;

use base::Caller;
use proto::cases::v1::{
    KeepDocumentRequest, KeepDocumentResponse, ListDocumentsRequest, ListDocumentsResponse, ReadDocumentRequest, ReadDocumentResponse,
    document_service_server::DocumentService,
};
use tokio_stream::Iter;
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use crate::{
    app::document::{keep, read},
    domain::access::decision::Verb,
    grpc::{Answer, Server, document::stream},
};

#[tonic::async_trait]
impl DocumentService for Server {
    async fn keep_document(&self, request: Request<Streaming<KeepDocumentRequest>>) -> Answer<KeepDocumentResponse> {
        let caller = Caller::of(&request)?;
        let stream::Received { case_ref, offered } = stream::receive(request.into_inner(), self.0.documents.largest).await?;
        let ended = keep::keep_document(&self.0, &caller, &case_ref, offered).await;
        let kept = self.0.watched(&caller, Verb::KeepDocument, &case_ref, ended).await?;
        Ok(Response::new(KeepDocumentResponse { document: Some(stream::encode(&kept)) }))
    }

    async fn list_documents(&self, request: Request<ListDocumentsRequest>) -> Answer<ListDocumentsResponse> {
        let caller = Caller::of(&request)?;
        let case_ref = request.into_inner().case_ref;
        let ended = read::list_documents(&self.0, &caller, &case_ref).await;
        let documents = self.0.watched(&caller, Verb::ListDocuments, &case_ref, ended).await?;
        Ok(Response::new(ListDocumentsResponse { documents: documents.iter().map(stream::encode).collect() }))
    }

    type ReadDocumentStream = Iter<IntoIter<Result<ReadDocumentResponse, Status>>>;

    async fn read_document(&self, request: Request<ReadDocumentRequest>) -> Answer<Self::ReadDocumentStream> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner().document_id;
        // An invalid id takes the same path as one that names no document [TRAP-6].
        let id = Uuid::try_parse(asked.trim()).unwrap_or_default();
        let ended = read::read_document(&self.0, &caller, id).await;
        let (read, bytes) = self.0.watched(&caller, Verb::ReadDocument, &asked, ended).await?;
        Ok(Response::new(tokio_stream::iter(stream::pieces(&read, &bytes))))
    }
}
