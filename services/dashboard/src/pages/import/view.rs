//! HTML of a file of referrals: the form, the faults of its lines, and what became of each.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use maud::{Markup, html};
use proto::{
    intake::v1::{Receipt, Rejection, submission_answer::Answer},
    sheet::Separator,
};
use referral_file::lines::COLUMNS;
use tonic::Status;

use super::{
    file::{LineAnswer, ReadFile, SEED},
    texts::{self, Texts},
};
use crate::{
    parts::{
        desks::{self, Desk},
        drawing::Drawing,
        form::{self, Field, Form, FormValues, Kind, Problems, Sheet},
        refusal::Refusal,
        table::{Column, Table},
    },
    text::{Language, fill},
};

pub const FILE: &str = "file";
const ACCEPT: &str = ".csv,.tsv,.txt,.jsonl,.ndjson,.json,text/csv";
/// Longest part of a line that is shown with its fault.
const SHOWN: usize = 160;

/// Concerns that were raised, and whether one could not be.
#[derive(Debug, Default)]
pub struct Rung {
    pub references: Vec<String>,
    pub failed: bool,
}

impl Rung {
    pub fn and(&mut self, other: Self) {
        self.references.extend(other.references);
        self.failed |= other.failed;
    }

    fn draw(&self, desks: &[Desk], drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        html! {
            @if self.failed { div class="errors" role="alert" { p { strong { (texts.not_raised) } } (desks::draw(desks, drawing.language)) } }
            @if !self.references.is_empty() {
                p class="notice" role="status" { (fill(texts.raised, &[("references", &self.references.join(", "))])) }
            }
        }
    }
}

/// The form that takes a file.
#[must_use]
pub fn sheet(rung: &Rung, desks: &[Desk], drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    Sheet {
        title: texts.title,
        above: html! {
            (rung.draw(desks, drawing))
            p { (texts.intro) }
            p class="notice" { (texts.limits) }
            details { summary { (texts.columns) } p { (texts.columns_text) } p { @for column in COLUMNS { code { (column) } " " } } }
        },
        form: choose(texts, drawing),
    }
}

fn choose(texts: &'static Texts, drawing: &Drawing<'_>) -> Form {
    let file = Field::new(FILE, texts.file, Kind::File { accept: ACCEPT, sending: texts.sending }).needed();
    Form::new(drawing.address("/referrals/import"), texts.check, vec![file])
}

/// What the check found, and the button that sends the rest.
#[must_use]
pub fn checked(file: &ReadFile, answers: &[LineAnswer<'_>], rung: &Rung, desks: &[Desk], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let bad = answers.iter().filter(|one| one.rejection().is_some()).count();
    let good = answers.len() - bad;
    let concerned = file.concerned();
    html! {
        h1 { (texts.check_title) }
        (rung.draw(desks, drawing))
        p { (texts.nothing_yet) }
        p { (fill(texts.read_as, &[("name", &file.name), ("encoding", file.reading.encoding.name())])) }
        p class="outcome" { (counted(good, texts.good_one, texts.good_many)) " " (counted(bad, texts.bad_one, texts.bad_many)) }
        @if concerned > 0 { p class="notice" role="alert" { (counted(concerned, texts.concern_one, texts.concern_many)) } }
        @if good > 0 { (send(file, &counted(good, texts.send_one, texts.send_many), drawing)) }
        @if bad > 0 {
            h2 { (texts.faults) }
            p { (texts.faults_text) }
            (faults(answers, drawing))
            (again(file, drawing))
        }
    }
}

fn counted(n: usize, one: &str, many: &str) -> String {
    if n == 1 { one.to_owned() } else { fill(many, &[("n", &n.to_string())]) }
}

/// The form that sends the file that was checked.
fn send(file: &ReadFile, label: &str, drawing: &Drawing<'_>) -> Markup {
    html! {
        form class="form" method="post" action=(drawing.address("/referrals/import/send")) enctype="multipart/form-data" {
            (form::token(drawing.session))
            @for (name, value) in file.fields() { input type="hidden" name=(name) value=(value); }
            button { (label) }
        }
    }
}

/// The form that takes the mended file: what was recorded of it is not recorded again.
fn again(file: &ReadFile, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let form = choose(texts, drawing);
    html! {
        h2 { (texts.again) }
        p { (texts.again_text) }
        (form.draw_with(&[(SEED, &file.seed)], &FormValues::default(), &Problems::none(), drawing.session, drawing.language))
    }
}

fn words(rejection: &Rejection, language: Language) -> &str {
    if language == Language::French { &rejection.message_fr } else { &rejection.message_en }
}

fn faults(answers: &[LineAnswer<'_>], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let row = |one: &LineAnswer<'_>| {
        let rejection = one.rejection()?;
        Some(vec![
            html! { (one.line.number) },
            html! { @if rejection.field.is_empty() { (texts.whole_line) } @else { code { (rejection.field) } } },
            html! { (words(rejection, drawing.language)) },
            html! { span class="words" { (shown(&one.line.text)) } },
        ])
    };
    let table = Table {
        id: "faults",
        caption: texts.faults,
        columns: [texts.line, texts.column, texts.to_mend, texts.as_it_stands].map(Column::plain).into(),
        rows: answers.iter().filter_map(row).collect(),
        none: texts.no_fault,
        address: String::new(),
        sort: "",
    };
    table.draw(drawing)
}

fn shown(text: &str) -> String {
    let mut part: String = text.chars().take(SHOWN).collect();
    if part.len() < text.len() {
        part.push('…');
    }
    part
}

/// What became of each line.
#[must_use]
pub fn sent(file: &ReadFile, answers: &[LineAnswer<'_>], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let separator = Separator::of(drawing.language == Language::French);
    let rejects = file.rejects(answers, separator);
    let table = Table {
        id: "answers",
        caption: texts.answers,
        columns: [texts.line, texts.what_became, texts.number].map(Column::plain).into(),
        rows: answers.iter().map(|one| answer(one, texts, drawing)).collect(),
        none: texts.empty,
        address: String::new(),
        sort: "",
    };
    let count = |fits: fn(&Receipt) -> bool| {
        let receipts = answers.iter().filter_map(|one| if let Some(Answer::Receipt(receipt)) = &one.answer { Some(receipt) } else { None });
        receipts.filter(|receipt| fits(receipt)).count().to_string()
    };
    let bad = answers.iter().filter(|one| one.rejection().is_some()).count();
    html! {
        h1 { (texts.sent_title) }
        p class="outcome" role="status" {
            (fill(texts.summary, &[
                ("recorded", &count(|receipt| !receipt.already_known)),
                ("known", &count(|receipt| receipt.already_known && !receipt.variant_kept)),
                ("beside", &count(|receipt| receipt.variant_kept)),
                ("rejected", &bad.to_string()),
            ]))
        }
        @if let Some(rejects) = rejects {
            p class="notice" { (texts.rejects_text) }
            p {
                a download="rejects.csv" href=(format!("data:text/csv;base64,{}", BASE64_STANDARD.encode(rejects.expose()))) { (texts.rejects) }
            }
        }
        (table.draw(drawing))
        @if bad > 0 { (again(file, drawing)) }
        ul {
            li { a href=(drawing.address("/receipts")) { (texts.own_receipts) } }
            li { a href=(drawing.address("/referrals/import")) { (texts.another) } }
        }
    }
}

fn answer(one: &LineAnswer<'_>, texts: &Texts, drawing: &Drawing<'_>) -> Vec<Markup> {
    let number = |receipt: &Receipt| {
        html! { a class="reference" href=(drawing.address(&format!("/receipts/{}", receipt.number))) { (receipt.number) } }
    };
    let (what, number) = match &one.answer {
        Some(Answer::Receipt(receipt)) if receipt.variant_kept => (html! { (texts.kept_beside) }, number(receipt)),
        Some(Answer::Receipt(receipt)) if receipt.already_known => (html! { (texts.already_known) }, number(receipt)),
        Some(Answer::Receipt(receipt)) => (html! { (texts.recorded) }, number(receipt)),
        Some(Answer::Rejection(rejection)) => {
            let field = html! { @if !rejection.field.is_empty() { " (" code { (rejection.field) } ")" } };
            (html! { strong class="warned" { (texts.rejected) } " " (words(rejection, drawing.language)) (field) }, html! {})
        }
        None => (html! { strong class="warned" { (texts.unanswered) } }, html! {}),
    };
    vec![html! { (one.line.number) }, what, number]
}

/// The file again, where nobody took it: nothing of it is lost, and nothing is recorded twice.
#[must_use]
pub fn unsent(file: &ReadFile, status: &Status, rung: &Rung, desks: &[Desk], drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let refusal = Refusal::of(status, drawing.language);
    html! {
        h1 { (texts.unsent_title) }
        div class="errors" role="alert" { p { (refusal.words) } (refusal.rule(drawing.language)) }
        (rung.draw(desks, drawing))
        p { (texts.unsent_text) }
        (send(file, texts.send_again, drawing))
    }
}
