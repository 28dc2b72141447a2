//! Handlers of a file of referrals. A safety concern in a line that cannot be recorded is raised before everything that can fail.

use axum::{extract::State, response::Response};
use http::StatusCode;
use proto::{
    intake::v1::{SubmissionAnswer, SubmitReferralsRequest},
    safety::v1::Concern,
};
use tonic::Status;

use super::{
    file::{MOST, ReadFile},
    texts,
    view::{self, FILE, Rung},
};
use crate::{
    parts::form::FormValues,
    text::fill,
    web::{
        App,
        uploaded::{End, File, Uploaded},
        visitor::Member,
    },
};

pub async fn page(member: Member) -> Response {
    member.sheet(&view::sheet(&Rung::default(), &[], &member.drawing()), &FormValues::default())
}

/// Every fault of the file in words, before anything of it is sent.
pub async fn check(State(app): State<App>, uploaded: Uploaded) -> Response {
    let Uploaded { member, filled, file } = uploaded;
    let texts = texts::of(member.visitor.language);
    let desks = &app.shell.desks;
    let sheet = view::sheet(&Rung::default(), desks, &member.drawing());
    let file = match file {
        None => return member.mend(&sheet, &filled, FILE, texts.file_needed.to_owned()),
        Some(File { end: End::BrokenOff, .. }) => return member.mend(&sheet, &filled, FILE, texts.broken_off.to_owned()),
        Some(file) if file.end == End::TooLarge || file.bytes.len() > super::file::LARGEST => {
            return member.mend(&sheet, &filled, FILE, texts.too_large.to_owned());
        }
        Some(file) => ReadFile::of(&file.name, &file.bytes, &member.session.caller.subject, &filled),
    };
    let mut file = file;
    let mut rung = raise(&app, &member, file.concerns_of_bad_lines()).await;
    let refused = if let Some(bad) = &file.reading.refused {
        let (en, fr) = bad.in_words();
        Some(if member.visitor.language == crate::text::Language::French { fr } else { en })
    } else if file.reading.reads.is_empty() {
        Some(texts.empty.to_owned())
    } else {
        (file.reading.reads.len() > MOST).then(|| fill(texts.too_many, &[("n", &file.reading.reads.len().to_string())]))
    };
    if let Some(why) = refused {
        // Nothing of this file can be sent: a concern in it would be lost.
        rung.and(raise(&app, &member, file.concerns_of_referrals()).await);
        return member.mend(&view::sheet(&rung, desks, &member.drawing()), &filled, FILE, why);
    }
    match submit(&app, &member, &file, true).await {
        Ok(answers) => member.page(texts.check_title, &view::checked(&file, &file.answers(answers), &rung, desks, &member.drawing())),
        Err(status) => {
            rung.and(raise(&app, &member, file.concerns_of_referrals()).await);
            member.refuse(&view::sheet(&rung, desks, &member.drawing()), &filled, &status)
        }
    }
}

pub async fn send(State(app): State<App>, uploaded: Uploaded) -> Response {
    let Uploaded { member, filled, .. } = uploaded;
    let texts = texts::of(member.visitor.language);
    let desks = &app.shell.desks;
    let Some(mut file) = ReadFile::carried(&member.session.caller.subject, &filled) else {
        let sheet = view::sheet(&Rung::default(), desks, &member.drawing());
        return member.mend(&sheet, &FormValues::default(), FILE, texts.file_needed.to_owned());
    };
    match submit(&app, &member, &file, false).await {
        Ok(answers) => member.page(texts.sent_title, &view::sent(&file, &file.answers(answers), &member.drawing())),
        Err(status) => {
            let rung = raise(&app, &member, file.concerns_of_referrals()).await;
            let content = view::unsent(&file, &status, &rung, desks, &member.drawing());
            member.visitor.page_with(StatusCode::SERVICE_UNAVAILABLE, texts.unsent_title, None, &content)
        }
    }
}

async fn submit(app: &App, member: &Member, file: &ReadFile, check_only: bool) -> Result<Vec<SubmissionAnswer>, Status> {
    let referrals = file.referrals();
    let n = referrals.len();
    if n == 0 {
        return Ok(Vec::new());
    }
    // The same file is the same import, of which the RJ Unit is told once.
    let import_id = file.seed.get(..32).unwrap_or_default().to_owned();
    let request = SubmitReferralsRequest { referrals, import_id, check_only };
    let answers = app.clients.referrals(&member.session).submit_referrals(request).await?.into_inner().answers;
    if answers.len() == n { Ok(answers) } else { Err(Status::internal("not every line was answered")) }
}

async fn raise(app: &App, member: &Member, concerns: Vec<Concern>) -> Rung {
    let mut rung = Rung::default();
    for concern in concerns {
        match app.safety.raise(&member.session, concern).await {
            Ok(receipt) => rung.references.push(receipt.reference),
            Err(_) => rung.failed = true,
        }
    }
    rung
}
