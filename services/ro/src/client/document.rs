//! The command `ro case document`: store a document on a case file, list them, read one back [TS1c].

use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proto::cases::v1::{
    Document, DocumentKind, DocumentOffered, DocumentSide, KeepDocumentRequest, ListDocumentsRequest, ReadDocumentRequest,
    keep_document_request, read_document_response,
};

use super::{
    choices, common::Common, failure::Failure, labels, output, session::Session, text::Words, text_argument::text_argument, who::Who,
};
use crate::print;

super::session::service_client!(cases, documents: proto::cases::v1::document_service_client::DocumentServiceClient);

/// Chunk size of an upload, in bytes.
const PIECE_SIZE: usize = 64 * 1024;
/// Largest file read; the service has a limit of its own, and reports it.
const MAX_FILE_SIZE: u64 = 256 * 1024 * 1024;
/// Accepted types, by the extension of the file's name.
const TYPES: [(&str, &str); 5] =
    [("pdf", "application/pdf"), ("png", "image/png"), ("jpg", "image/jpeg"), ("jpeg", "image/jpeg"), ("txt", "text/plain")];

#[derive(Debug, Subcommand)]
pub enum Command {
    Keep(Keep),
    List(List),
    Read(Read),
}

/// Put a PDF, PNG, JPEG or text file on a case file
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro case document keep RC-4TQM-9XKD letter.pdf --kind letter --side victim\n  \
    ro case document keep RC-4TQM-9XKD signed.pdf --kind consent-form --side offender --name \"consent to letters\"")]
pub struct Keep {
    /// Case number or id
    case: String,
    /// The file; its name is not kept, unless --name is left out
    file: PathBuf,
    #[arg(long, value_parser = choices::document_kind())]
    kind: DocumentKind,
    /// Whose it is: what is disclosed of one side never opens the other
    #[arg(long, value_parser = choices::document_side(), default_value = "file")]
    side: DocumentSide,
    /// What its readers see; the name of the file where it is not given
    #[arg(long, value_parser = text_argument)]
    name: Option<String>,
    /// Your own key: the same key twice keeps one document
    #[arg(long)]
    key: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// The documents of a case, oldest first
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case document list RC-4TQM-9XKD")]
pub struct List {
    /// Case number or id
    case: String,
    #[command(flatten)]
    common: Common,
}

/// Read one document back, byte for byte, into a file that only you can read
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro case document read ID --out letter.pdf")]
pub struct Read {
    /// Id, as `ro case document list` shows it
    document: String,
    /// A file that is not there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

const KEPT: Words = Words { en: "kept: {}", fr: "conservé : {}" };
const NONE: Words = Words { en: "no document on this file", fr: "aucun document dans ce dossier" };
const WRITTEN: Words = Words { en: "{} bytes written to {}", fr: "{} octets écrits dans {}" };
const HEAD: Words = Words { en: "ID|KIND|SIDE|TYPE|BYTES|KEPT BY|KEPT AT|NAME", fr: "ID|NATURE|PARTIE|TYPE|OCTETS|CONSERVÉ PAR|LE|NOM" };

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::Keep(c) => &c.common,
            Self::List(c) => &c.common,
            Self::Read(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        match self {
            Self::Keep(c) => c.run(session, who).await,
            Self::List(c) => c.run(session, who).await,
            Self::Read(c) => c.run(session, who).await,
        }
    }
}

impl Keep {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let media_type = media_type(&self.file)?;
        let bytes = read(&self.file)?;
        let name = self.name.clone().or_else(|| self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        let offered = DocumentOffered {
            case_ref: self.case.clone(),
            side: self.side.into(),
            kind: self.kind.into(),
            media_type: media_type.to_owned(),
            name: name.unwrap_or_default(),
            key: self.key.clone().unwrap_or_else(|| base::Ids::random().uuid().to_string()),
        };
        let part = |part| KeepDocumentRequest { part: Some(part) };
        let mut parts = vec![part(keep_document_request::Part::Offered(offered))];
        parts.extend(bytes.chunks(PIECE_SIZE).map(|piece| part(keep_document_request::Part::Chunk(piece.to_vec()))));
        let answer = session.documents(who)?.keep_document(tokio_stream::iter(parts)).await?.into_inner();
        let id = answer.document.as_ref().map(|document| document.document_id.clone()).unwrap_or_default();
        output::answer(session, &answer, KEPT.fill(session.lang, &[&id]));
        Ok(())
    }
}

impl List {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = ListDocumentsRequest { case_ref: self.case.clone() };
        let answer = session.documents(who)?.list_documents(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else if answer.documents.is_empty() {
            print::line(NONE.of(session.lang));
        } else {
            let head: Vec<&str> = HEAD.of(session.lang).split('|').collect();
            let rows: Vec<Vec<String>> = answer.documents.iter().map(|document| row(document, session)).collect();
            print::line(output::table(&head, &rows));
        }
        Ok(())
    }
}

fn row(document: &Document, session: &Session) -> Vec<String> {
    vec![
        document.document_id.clone(),
        labels::document_kind(document.kind()).of(session.lang).to_owned(),
        labels::document_side(document.side()).of(session.lang).to_owned(),
        document.media_type.clone(),
        document.size.to_string(),
        document.kept_by.clone(),
        output::instant(document.kept_at.as_ref()),
        document.name.clone(),
    ]
}

impl Read {
    async fn run(&self, session: &Session, who: &Who) -> Result<(), Failure> {
        let request = ReadDocumentRequest { document_id: self.document.clone() };
        let mut parts = session.documents(who)?.read_document(request).await?.into_inner();
        let mut bytes = Vec::new();
        let mut described = None;
        while let Some(message) = parts.message().await? {
            match message.part {
                Some(read_document_response::Part::Document(document)) => described = Some(document),
                Some(read_document_response::Part::Chunk(piece)) => bytes.extend(piece),
                None => {}
            }
        }
        let size = described.as_ref().map(|document| document.size);
        if size.and_then(|size| usize::try_from(size).ok()) != Some(bytes.len()) {
            return Err(Failure::Unreachable("the document did not arrive whole: read it again".to_owned()));
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&self.out);
        let written = file.as_mut().map(|file| file.write_all(&bytes).and_then(|()| file.sync_all()));
        if !matches!(written, Ok(Ok(()))) {
            return Err(Failure::Usage(format!("{} cannot be written, or is there already", self.out.display())));
        }
        print::line(WRITTEN.fill(session.lang, &[&bytes.len().to_string(), &self.out.display().to_string()]));
        Ok(())
    }
}

fn media_type(file: &Path) -> Result<&'static str, Failure> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let found = TYPES.into_iter().find(|(known, _)| *known == ending).map(|(_, media)| media);
    found.ok_or_else(|| Failure::Usage(format!("{}: documents end in .pdf, .png, .jpg or .txt", file.display())))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
    opened.take(MAX_FILE_SIZE).read_to_end(&mut bytes).with_context(|| format!("{} cannot be read", file.display()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_told_by_the_ending_of_the_name_and_what_is_not_kept_is_refused_before_a_byte_is_sent() {
        assert_eq!(media_type(Path::new("a/Letter.PDF")).unwrap(), "application/pdf");
        assert_eq!(media_type(Path::new("b.jpeg")).unwrap(), "image/jpeg");
        for wrong in ["letter.docx", "letter", ".txt"] {
            assert!(matches!(media_type(Path::new(wrong)), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
