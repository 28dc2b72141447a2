//! The list of safety events as a file for a spreadsheet: what the list shows of those that its address chooses, and nothing that was said.

use axum::{
    extract::{Query, State},
    response::Response,
};
use proto::{
    safety::v1::ConcernState,
    sheet::{self, Separator},
};
use time::OffsetDateTime;

use super::{
    filter::Chosen,
    texts::{self, Texts},
    view::{self, AudienceView, Card},
};
use crate::{
    frame::{navigation, trouble::Trouble},
    parts::{drawing::Drawing, time::machine, words},
    text::{Language, fill},
    web::{App, download, visitor::Member},
};

/// Most pages of the list in a file: 10,000 events.
const MOST_PAGES: usize = 20;

pub async fn file(State(app): State<App>, member: Member, Query(chosen): Query<Chosen>) -> Response {
    if !member.session.caller.has_any(navigation::ALARM) {
        return member.visitor.trouble(Trouble::Denied);
    }
    let mut cards: Vec<Card> = Vec::new();
    let mut page_token = String::new();
    for _ in 0..MOST_PAGES {
        let answer = match app.safety.list(&member.session, chosen.request(page_token)).await {
            Ok(answer) => answer,
            Err(status) => return member.visitor.refused(&status),
        };
        cards.extend(answer.concerns.iter().map(|view| Card::of(view, &member.session.caller)));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let language = member.visitor.language;
    download::csv(name(language), sheet(&cards, !page_token.is_empty(), &member.drawing()))
}

const fn name(language: Language) -> &'static str {
    match language {
        Language::English => "safety-events-en.csv",
        Language::French => "evenements-de-securite-fr.csv",
    }
}

/// The file: a line for each event and audience. Where more was chosen than fits, the last line says so.
fn sheet(cards: &[Card], has_more: bool, drawing: &Drawing<'_>) -> String {
    let texts = texts::of(drawing.language);
    let separator = Separator::of(drawing.language == Language::French);
    let head = [
        texts.reference,
        texts.filter_grade,
        texts.state,
        texts.filter_site,
        texts.raised,
        texts.audience,
        texts.office,
        texts.ring_state,
        texts.level,
        texts.delivered,
        texts.accepted,
        texts.accepted_who,
    ];
    // With its mark, spreadsheets read the letters as they are.
    let mut text = format!("\u{feff}{}", sheet::row(head, separator));
    for card in cards {
        for audience in &card.audiences {
            text.push_str(&sheet::row(line(card, audience, texts, drawing), separator));
        }
    }
    if has_more {
        text.push_str(&sheet::row([fill(texts.csv_more, &[("n", &cards.len().to_string())])], separator));
    }
    text
}

fn line(card: &Card, audience: &AudienceView, texts: &Texts, drawing: &Drawing<'_>) -> [String; 12] {
    let at = |moment: Option<OffsetDateTime>| moment.map(machine).unwrap_or_default();
    let state = match card.state {
        ConcernState::Ringing => texts.state_ringing,
        ConcernState::Closed => texts.state_closed,
        ConcernState::Accepted | ConcernState::Unspecified => texts.state_accepted,
    };
    [
        card.reference.clone(),
        card.grade_text(texts).to_owned(),
        state.to_owned(),
        card.site_text(drawing.language, drawing.sites),
        at(card.raised_at),
        view::audience_text(audience.audience, texts).to_owned(),
        words::office_text(&audience.office, drawing),
        audience.rings.to_string(),
        view::level(audience.level, texts).to_owned(),
        at(audience.delivered_at),
        at(audience.accepted_at),
        audience.accepted_by.clone(),
    ]
}
