//! Form with a file that a person sent: read whole before it is passed on, as a call to a service has less time than a slow line needs.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header;
use tokio::{sync::Semaphore, time::timeout};

use super::{
    App,
    multipart::{boundary, parse},
    submitted::Submitted,
    visitor::{Member, Visitor},
};
use crate::{
    frame::trouble::Trouble,
    parts::form::{FormValues, TOKEN},
};

/// Most files that arrive at once.
const PLACES: usize = 8;
/// Longest wait for a place.
const PLACE_WITHIN: Duration = Duration::from_secs(3);
/// Time limit for a file to arrive.
const WITHIN: Duration = Duration::from_secs(180);
/// Room for the other fields of the form.
const FIELDS: usize = 256 * 1024;
/// How many times the largest file is read to its end, so that its sender hears in words that it is too large.
const HEARD_OUT: usize = 4;

/// Files on their way, and how large one may be.
#[derive(Clone)]
pub struct Uploads {
    pub largest: usize,
    places: Arc<Semaphore>,
}

impl Uploads {
    #[must_use]
    pub fn new(largest: usize) -> Self {
        Self { largest, places: Arc::new(Semaphore::new(PLACES)) }
    }
}

/// How the file of a form ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Whole,
    BrokenOff,
    TooLarge,
}

/// A file that was chosen.
pub struct File {
    pub name: String,
    /// As the browser has it.
    pub media_type: String,
    pub bytes: Bytes,
    pub end: End,
}

/// What a member sent with a form of ours that holds a file.
pub struct Uploaded {
    pub member: Member,
    /// What was typed; the name of a file stands under the name of its field.
    pub filled: FormValues,
    pub file: Option<File>,
}

impl FromRequest<App> for Uploaded {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).and_then(boundary);
        // A form that was kept for its sender comes back without its file.
        let Some(boundary) = kind else {
            let Submitted { member, filled } = Submitted::from_request(request, app).await?;
            return Ok(Self { member, filled, file: None });
        };
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, app).await;
        // Only whoever is signed in takes a place.
        let member = Member::from_request_parts(&mut parts, app).await?;
        let Ok(Ok(_place)) = timeout(PLACE_WITHIN, app.uploads.places.acquire()).await else {
            return Err(visitor.trouble(Trouble::Busy));
        };
        let Ok((body, is_cut)) = timeout(WITHIN, read(body, app.uploads.largest)).await else {
            return Err(visitor.trouble(Trouble::Busy));
        };
        let (filled, file) = of(&body, &boundary, is_cut, app.uploads.largest);
        if member.made(filled.raw(TOKEN)) {
            return Ok(Self { member, filled, file });
        }
        Err(member.keep(parts.uri.path(), &filled))
    }
}

/// The body as far as it is kept, and whether there was more.
async fn read(body: Body, largest: usize) -> (Bytes, bool) {
    let most = largest + FIELDS;
    let (mut kept, mut seen) = (BytesMut::new(), 0_usize);
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        seen += chunk.len();
        let room = most.saturating_sub(kept.len());
        kept.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if seen > most * HEARD_OUT {
            break;
        }
    }
    (kept.freeze(), seen > most)
}

fn of(body: &Bytes, boundary: &str, is_cut: bool, largest: usize) -> (FormValues, Option<File>) {
    let (mut pairs, mut file) = (Vec::new(), None);
    for part in parse(body, boundary) {
        match part.file {
            Some(name) if !name.is_empty() => {
                let end = match part.is_whole {
                    _ if is_cut || part.content.len() > largest => End::TooLarge,
                    true => End::Whole,
                    false => End::BrokenOff,
                };
                pairs.push((part.name, name.clone()));
                file = Some(File { name, media_type: part.media_type, bytes: body.slice_ref(part.content), end });
            }
            Some(_) => {}
            None => pairs.push((part.name, String::from_utf8_lossy(part.content).into_owned())),
        }
    }
    (FormValues::of(pairs), file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(content: &str) -> Bytes {
        let file = "Content-Disposition: form-data; name=\"chunk\"; filename=\"a.txt\"\r\nContent-Type: text/plain";
        format!("--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nÉlie\r\n--b\r\n{file}\r\n\r\n{content}\r\n--b--\r\n").into()
    }

    #[test]
    fn what_was_typed_is_there_whatever_became_of_the_file() {
        let (filled, file) = of(&body("words"), "b", false, 5);
        assert_eq!((filled.raw("name"), filled.raw("chunk")), ("Élie", "a.txt"));
        assert_eq!(file.map(|file| (file.bytes, file.end)), Some(("words".into(), End::Whole)));
        let (filled, file) = of(&body("words!"), "b", false, 5);
        assert!(filled.raw("name") == "Élie" && file.unwrap().end == End::TooLarge);
        let broken = body("words");
        let (filled, file) = of(&broken.slice(..broken.len() - 9), "b", false, 5);
        assert!(filled.raw("name") == "Élie" && file.unwrap().end == End::BrokenOff);
    }

    #[tokio::test]
    async fn no_more_of_a_body_is_kept_than_a_document_may_have() {
        let large = vec![b'a'; 2 * FIELDS];
        let (kept, is_cut) = read(Body::from(large), 10).await;
        assert!(is_cut && kept.len() == FIELDS + 10);
    }
}
