//! Stream format of a document: its description first, then its bytes in pieces.

use std::time::Duration;

use base::{Private, Refusal, wire::timestamp};
use proto::cases::v1::{self as wire, keep_document_request::Part};
use tonic::{Status, Streaming};

use crate::{
    domain::{
        document::{self, Document, Kind, Offered},
        participant::kind::Side,
    },
    error,
};

/// Longest wait for the next piece of a document.
const PIECE_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes in one piece of an answer.
const PIECE_SIZE: usize = 64 * 1024;

/// A document as received. What is wrong with it is reported once it is clear that the caller may know of the case.
pub struct Received {
    pub case_ref: String,
    pub offered: Result<(Offered, Vec<u8>), Refusal>,
}

/// Reads the stream, and no more of it than the size limit.
pub async fn receive(mut parts: Streaming<wire::KeepDocumentRequest>, largest: usize) -> Result<Received, Status> {
    let said = match next(&mut parts).await? {
        Some(Part::Offered(said)) => said,
        Some(Part::Chunk(_)) | None => return Ok(Received { case_ref: String::new(), offered: Err(error::document_out_of_order()) }),
    };
    let mut bytes = Vec::new();
    while let Some(part) = next(&mut parts).await? {
        let refused = match part {
            Part::Offered(_) => Some(error::document_out_of_order()),
            Part::Chunk(piece) if bytes.len() + piece.len() > largest => Some(document::too_large(largest)),
            Part::Chunk(piece) => {
                bytes.extend(piece);
                None
            }
        };
        if let Some(refusal) = refused {
            return Ok(Received { case_ref: said.case_ref, offered: Err(refusal) });
        }
    }
    let offered = kind(said.kind()).and_then(|kind| Offered::parse(side(said.side()), kind, &said.media_type, &said.name, &said.key));
    Ok(Received { case_ref: said.case_ref, offered: offered.map(|offered| (offered, bytes)) })
}

async fn next(parts: &mut Streaming<wire::KeepDocumentRequest>) -> Result<Option<Part>, Status> {
    match tokio::time::timeout(PIECE_TIMEOUT, parts.message()).await {
        Ok(message) => Ok(message?.and_then(|message| message.part)),
        Err(_) => Err(base::Error::Unavailable { what: "the rest of a document" }.into()),
    }
}

/// A document and its bytes as messages of the stream.
pub fn pieces(document: &Document, bytes: &Private<Vec<u8>>) -> Vec<Result<wire::ReadDocumentResponse, Status>> {
    use wire::read_document_response::Part;

    let part = |part| Ok(wire::ReadDocumentResponse { part: Some(part) });
    let pieces = bytes.expose().chunks(PIECE_SIZE).map(|piece| part(Part::Chunk(piece.to_vec())));
    std::iter::once(part(Part::Document(encode(document)))).chain(pieces).collect()
}

pub fn encode(document: &Document) -> wire::Document {
    wire::Document {
        document_id: document.id.to_string(),
        side: match document.side {
            None => wire::DocumentSide::File,
            Some(Side::Victim) => wire::DocumentSide::Victim,
            Some(Side::Offender) => wire::DocumentSide::Offender,
        }
        .into(),
        kind: match document.kind {
            Kind::ConsentForm => wire::DocumentKind::ConsentForm,
            Kind::Letter => wire::DocumentKind::Letter,
            Kind::Agreement => wire::DocumentKind::Agreement,
            Kind::Report => wire::DocumentKind::Report,
            Kind::Other => wire::DocumentKind::Other,
        }
        .into(),
        media_type: document.media.name().to_owned(),
        name: document.name.expose().clone(),
        size: document.size,
        sha256: document.hash.expose().clone(),
        kept_by: document.kept_by.clone(),
        kept_at: Some(timestamp(document.kept_at)),
    }
}

/// Side of a document; one without a stated side belongs to the file.
const fn side(stated: wire::DocumentSide) -> Option<Side> {
    match stated {
        wire::DocumentSide::Victim => Some(Side::Victim),
        wire::DocumentSide::Offender => Some(Side::Offender),
        wire::DocumentSide::File | wire::DocumentSide::Unspecified => None,
    }
}

fn kind(stated: wire::DocumentKind) -> Result<Kind, Refusal> {
    Ok(match stated {
        wire::DocumentKind::ConsentForm => Kind::ConsentForm,
        wire::DocumentKind::Letter => Kind::Letter,
        wire::DocumentKind::Agreement => Kind::Agreement,
        wire::DocumentKind::Report => Kind::Report,
        wire::DocumentKind::Other => Kind::Other,
        wire::DocumentKind::Unspecified => return Err(error::document_kind_unknown()),
    })
}
