//! Handlers of the pages on documents.

use axum::{
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderValue, header};
use proto::cases::v1::{
    Document, DocumentOffered, KeepDocumentRequest, ListDocumentsRequest, ReadDocumentRequest, ReadDocumentResponse, keep_document_request,
    read_document_response::Part,
};
use tonic::{Status, Streaming};

use super::{texts, view};
use crate::{
    frame::trouble::Trouble,
    parts::{form::KEY, refusal::Refusal},
    text::fill,
    web::{
        App,
        of_case::{InCase, OfCase, open},
        uploaded::{End, File, Uploaded},
        visitor::Member,
    },
};

/// Bytes of one message of a stream.
const CHUNK: usize = 64 * 1024;
/// Fields of the request that the file answers for.
const OF_THE_FILE: [&str; 2] = ["media_type", view::FILE];
/// Types of files by the ending of their name.
const TYPES: [(&str, &str); 5] =
    [("pdf", "application/pdf"), ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("txt", "text/plain")];

pub async fn list(State(app): State<App>, member: Member, Path((_, case_ref)): OfCase) -> Response {
    let answer = app.clients.documents(&member.session).list_documents(ListDocumentsRequest { case_ref: case_ref.clone() }).await;
    let documents = match answer {
        Ok(answer) => answer.into_inner().documents,
        Err(status) => return member.visitor.refused(&status),
    };
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    member.page(texts::of(member.visitor.language).title, &view::list(&case, &documents, &member.drawing()))
}

pub async fn form(State(app): State<App>, member: Member, Path((_, case)): OfCase) -> Response {
    let largest = app.uploads.largest;
    open(&app, &member, &case, |case, drawing| view::keep(case, largest, drawing)).await
}

pub async fn keep(State(app): State<App>, Path((_, case_ref)): OfCase, uploaded: Uploaded) -> Response {
    let Uploaded { member, filled, file } = uploaded;
    let case = app.clients.case_of_form(&member.session, &case_ref).await;
    let sheet = view::keep(&case, app.uploads.largest, &member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let texts = texts::of(member.visitor.language);
    let most = view::size(u64::try_from(app.uploads.largest).unwrap_or(u64::MAX), member.visitor.language);
    let file = match file {
        Some(File { end: End::TooLarge, .. }) => {
            return member.mend(&sheet, &filled, view::FILE, fill(texts.too_large, &[("most", &most)]));
        }
        Some(file @ File { end: End::Whole, .. }) => file,
        _ => return member.mend(&sheet, &filled, view::FILE, texts.broken_off.to_owned()),
    };
    let typed = filled.get("name");
    let offered = DocumentOffered {
        case_ref,
        side: filled.number("side"),
        kind: filled.number("kind"),
        media_type: media_type(&file),
        name: if typed.is_empty() { stem(&file.name) } else { typed },
        key: filled.get(KEY),
    };
    let part = |part| KeepDocumentRequest { part: Some(part) };
    let mut parts = vec![part(keep_document_request::Part::Offered(offered))];
    parts.extend(file.bytes.chunks(CHUNK).map(|chunk| part(keep_document_request::Part::Chunk(chunk.to_vec()))));
    match app.clients.documents(&member.session).keep_document(futures::stream::iter(parts)).await {
        Ok(_) => member.done_with(&case),
        Err(status) => {
            let mut refusal = Refusal::of(&status, member.visitor.language);
            if refusal.field.as_deref().is_some_and(|field| OF_THE_FILE.contains(&field)) {
                refusal.field = Some(view::FILE.to_owned());
            }
            let code = refusal.status;
            member.again(&sheet, &filled, &sheet.form.refused(refusal), code)
        }
    }
}

/// The type that the ending of the name states, or else the browser. The service compares it with the bytes.
fn media_type(file: &File) -> String {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let known = TYPES.into_iter().find(|(known, _)| *known == ending).map(|(_, media)| media);
    known.map_or_else(|| file.media_type.clone(), str::to_owned)
}

fn stem(name: &str) -> String {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// A document, exactly as it was kept: to be saved, and shown by nothing that could run what is in it.
pub async fn read(State(app): State<App>, member: Member, Path((_, _, document_id)): InCase) -> Response {
    let mut parts = match app.clients.documents(&member.session).read_document(ReadDocumentRequest { document_id }).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return member.visitor.refused(&status),
    };
    match parts.message().await {
        Ok(Some(ReadDocumentResponse { part: Some(Part::Document(document)) })) => download(&document, parts),
        Ok(_) => member.visitor.trouble(Trouble::Unavailable),
        Err(status) => member.visitor.refused(&status),
    }
}

fn download(document: &Document, parts: Streaming<ReadDocumentResponse>) -> Response {
    // A stream that breaks off ends the connection before the stated length: a browser never takes a part for the whole.
    let chunks = parts.filter_map(async |message| match message {
        Ok(ReadDocumentResponse { part: Some(Part::Chunk(chunk)) }) => Some(Ok(Bytes::from(chunk))),
        Ok(_) => None,
        Err(status) => Some(Err(Status::new(status.code(), "the document broke off"))),
    });
    let mut response = Body::from_stream(chunks).into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(&document.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(document.size));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    if let Ok(disposition) = HeaderValue::from_str(&disposition(document)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// To be saved under its name, with the ending of its type (RFC 6266, RFC 8187).
fn disposition(document: &Document) -> String {
    let ending = TYPES.into_iter().find(|(_, media)| *media == document.media_type).map_or("bin", |(ending, _)| ending);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let encoded: String =
        document.name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect();
    format!("attachment; filename=\"document.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_saved_under_its_name_whatever_letters_that_has() {
        let document = Document { name: "lettre d’Élie\r\n\"x\"".into(), media_type: "application/pdf".into(), ..Document::default() };
        let said = disposition(&document);
        assert_eq!(said, "attachment; filename=\"document.pdf\"; filename*=UTF-8''lettre%20d%E2%80%99%C3%89lie%0D%0A%22x%22.pdf");
        assert!(HeaderValue::from_str(&said).is_ok());
    }

    #[test]
    fn the_type_is_stated_by_the_ending_of_the_name_and_else_by_the_browser() {
        let file = |name: &str| File { name: name.into(), media_type: "text/html".into(), bytes: Bytes::new(), end: End::Whole };
        assert_eq!(media_type(&file("a.b.PDF")), "application/pdf");
        assert_eq!(media_type(&file("letter.docx")), "text/html");
        assert_eq!(stem("first letter.pdf"), "first letter");
    }
}
