//! HTML of the changes that wait: each said in words before it can be confirmed.

use base::{Caller, wire::instant as at};
use maud::{Markup, html};
use proto::safety::v1::{OfficeHolder, Proposal, RoleGrant, proposal::What};

use super::texts::{self, Texts};
use crate::{
    parts::{
        address,
        drawing::Drawing,
        facts::Facts,
        form::{Form, Sheet},
        person as names,
        table::{Column, Table},
        time::{instant, instant_or},
        words,
    },
    text::fill,
};

/// The person whom a change is about.
fn person(proposal: &Proposal) -> &str {
    match &proposal.what {
        Some(What::Grant(grant) | What::Ending(grant)) => &grant.subject,
        Some(What::Office(holder) | What::Leaving(holder)) => &holder.holder,
        Some(What::Device(device)) => &device.person,
        None => "",
    }
}

/// What kind of change it is, and what it means.
const fn kind(proposal: &Proposal, texts: &Texts) -> (&'static str, &'static str) {
    match &proposal.what {
        Some(What::Grant(_)) => (texts.gives, texts.gives_text),
        Some(What::Ending(_)) => (texts.ends, texts.ends_text),
        Some(What::Office(_)) => (texts.assigns, texts.assigns_text),
        Some(What::Leaving(_)) => (texts.releases, texts.releases_text),
        Some(What::Device(_)) => (texts.enrols, texts.enrols_text),
        None => (texts.title, ""),
    }
}

/// Whether somebody else than the viewer must confirm it: the button would only be refused.
#[must_use]
pub fn is_for_another(proposal: &Proposal, viewer: &Caller) -> bool {
    proposal.proposed_by == viewer.subject || person(proposal) == viewer.subject
}

/// The list of what waits.
#[must_use]
pub fn list(proposals: &[Proposal], done: bool, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let table = Table {
        id: "proposals",
        caption: &fill(texts.caption, &[("n", &proposals.len().to_string())]),
        columns: vec![
            Column::plain(texts.what),
            Column::plain(texts.person),
            Column::plain(texts.proposed_by),
            Column::plain(texts.before),
            Column::plain(texts.look),
        ],
        rows: proposals.iter().map(|proposal| row(proposal, drawing)).collect(),
        none: texts.none,
        address: drawing.address("/proposals"),
        sort: "",
    };
    html! {
        h1 { (texts.proposals) }
        @if done { p class="outcome" role="status" { (texts.confirmed) } }
        p { (texts.intro) }
        (table.draw(drawing))
    }
}

fn row(proposal: &Proposal, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let page = drawing.address(&format!("/proposals/{}", address::escaped(&proposal.proposal_id)));
    vec![
        html! { (kind(proposal, texts).0) br; (in_short(proposal, drawing)) },
        html! { (names::with_identity(person(proposal), drawing)) },
        html! { (names::with_identity(&proposal.proposed_by, drawing)) },
        html! { @if let Some(at) = proposal.expires_at.as_ref().and_then(at) { (instant(at)) } },
        html! { a href=(page) { (texts.look) span class="unseen" { ", " (person(proposal)) } } },
    ]
}

fn in_short(proposal: &Proposal, drawing: &Drawing<'_>) -> Markup {
    match &proposal.what {
        Some(What::Grant(grant) | What::Ending(grant)) => html! {
            (words::role(&grant.role, drawing.language))
            @if !grant.site.is_empty() || !grant.region.is_empty() { ", " (words::place(grant, drawing)) }
        },
        Some(What::Office(holder) | What::Leaving(holder)) => words::office(&holder.office, drawing),
        Some(What::Device(device)) => html! { code { (device.device_id) } },
        None => html! {},
    }
}

/// The page of one change, with the button that confirms it.
#[must_use]
pub fn confirmation(proposal: &Proposal, is_new: bool, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let (title, meaning) = kind(proposal, texts);
    let above = html! {
        @if is_new { p class="outcome" role="status" { (texts.is_new) } }
        p class="lead" { strong { (title) } }
        (facts(proposal, drawing).draw())
        p { (meaning) }
    };
    let action = drawing.address(&format!("/proposals/{}", address::escaped(&proposal.proposal_id)));
    Sheet { title: texts.title, above, form: Form::new(action, texts.confirm, Vec::new()) }
}

/// The same for whoever cannot be the second person, who is told why.
#[must_use]
pub fn without_form(sheet: &Sheet<'_>, proposal: &Proposal, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let why = if proposal.proposed_by == drawing.session.caller.subject { texts.yours } else { texts.about_you };
    html! {
        h1 { (sheet.title) }
        (sheet.above)
        p class="notice" { (why) }
        p { a href=(drawing.address("/proposals")) { (texts.back) } }
    }
}

fn facts(proposal: &Proposal, drawing: &Drawing<'_>) -> Facts {
    let texts = texts::of(drawing.language);
    let facts = Facts::new().text(texts.person, &names::with_identity(person(proposal), drawing));
    let facts = match &proposal.what {
        Some(What::Grant(grant)) => held(facts, grant, drawing)
            .markup(texts.from, instant_or(grant.since.as_ref().and_then(at), texts.at_once))
            .markup(texts.until, instant_or(grant.until.as_ref().and_then(at), texts.no_end)),
        Some(What::Ending(grant)) => held(facts, grant, drawing),
        Some(What::Office(holder) | What::Leaving(holder)) => in_office(facts, holder, drawing),
        Some(What::Device(device)) => facts
            .markup(texts.device, html! { code { (device.device_id) } })
            .markup(texts.until, instant_or(device.until.as_ref().and_then(at), texts.no_end)),
        None => facts,
    };
    facts
        .text(texts.proposed_by, &names::with_identity(&proposal.proposed_by, drawing))
        .markup(texts.proposed_at, instant_or(proposal.proposed_at.as_ref().and_then(at), ""))
        .markup(texts.before, instant_or(proposal.expires_at.as_ref().and_then(at), ""))
}

fn held(facts: Facts, grant: &RoleGrant, drawing: &Drawing<'_>) -> Facts {
    let texts = texts::of(drawing.language);
    facts.text(texts.role, words::role(&grant.role, drawing.language)).markup(texts.held_for, words::place(grant, drawing))
}

fn in_office(facts: Facts, holder: &OfficeHolder, drawing: &Drawing<'_>) -> Facts {
    let texts = texts::of(drawing.language);
    let rank = holder.rank.to_string();
    facts.markup(texts.office, words::office(&holder.office, drawing)).text(texts.rank, words::of(words::RANKS, &rank, drawing.language))
}
