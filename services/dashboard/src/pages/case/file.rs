//! HTML of the file of one case: where it stands, what it waits for and whose move that is, who takes part, and what is on it.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::cases::v1::{Case, Document, DueThing, Hold, Stage};

use super::{actions, next, record, texts};
use crate::{
    pages::due,
    parts::{
        casework::{case as of_case, part::Part, words},
        drawing::Drawing,
        facts::Facts,
        form::Press,
        time::instant_or,
    },
    text::fill,
};

/// A file with what stands beside it.
pub struct File<'a> {
    pub case: &'a Case,
    /// `None` where they cannot be read now.
    pub documents: Option<Vec<Document>>,
    /// `None` where they are not for this reader.
    pub holds: Option<Vec<Hold>>,
    /// What is due next; `None` where it cannot be read now.
    pub due: Option<Vec<DueThing>>,
    /// What was just done.
    pub done: &'a str,
    /// The break-glass under which it is read, where it is.
    pub glass: &'a str,
}

impl File<'_> {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let (case, texts) = (self.case, texts::of(drawing.language));
        let part = Part::of(case, &drawing.session.caller);
        html! {
            p class="back" { a href=(drawing.address("/cases")) { (texts.back_to_cases) } }
            h1 { (fill(texts.case_title, &[("number", &case.case_number)])) }
            @if self.done == "done" { p class="outcome" role="status" { (texts.recorded) } }
            @if part == Part::Reader { (self.read_only(drawing)) }
            (steps(case, drawing))
            (waits(case, drawing))
            (next::draw(case, drawing))
            @if let Some(things) = &self.due { (due::view::of_case(&case.case_id, things, drawing)) }
            (actions::of_case(case, part, drawing))
            (overview(case, part, drawing))
            (record::participants(case, part, drawing))
            (record::modes(case, part, drawing))
            (record::documents(case, self.documents.as_deref(), part, drawing))
            (record::people(case, part, drawing))
            (record::stays(case, drawing))
            @if let Some(holds) = &self.holds { (record::holds(case, holds, drawing)) }
        }
    }

    /// Somebody reads it by break-glass: nothing can be changed, and they may give it back.
    fn read_only(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        html! {
            div class="notice" {
                p { (texts.read_only) }
                @if !self.glass.is_empty() {
                    (Press {
                        action: drawing.address(&format!("/break-glass/{}/end", self.glass)),
                        label: texts.give_back,
                        of_what: &self.case.case_number,
                        fields: &[],
                    }.draw(drawing.session))
                }
            }
        }
    }
}

/// The stages in their order, the present one marked.
pub(super) fn steps(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let mut stages = vec![Stage::Assessment, Stage::Preparation, Stage::Mediation, Stage::FollowUp, Stage::Closed];
    if case.stage() == Stage::Paused {
        stages.insert(0, Stage::Paused);
    }
    html! {
        ol class="steps" aria-label=(texts.stage) {
            @for stage in stages {
                @let here = stage == case.stage();
                li aria-current=[here.then_some("step")] {
                    @if here { span class="unseen" { (texts.now) " " } }
                    (words::stage(stage, drawing.language))
                }
            }
        }
    }
}

/// What stops the case, and who must be assigned to it, and whose move each is; what its next steps need stands below.
fn waits(case: &Case, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let open = case.stage() != Stage::Closed;
    let mut lines = Vec::new();
    if case.contact_frozen {
        lines.push((texts.frozen_why, texts.frozen_whose));
    }
    if case.stage() == Stage::Paused {
        lines.push((texts.paused_why, texts.paused_whose));
    }
    if open && case.officers.is_empty() {
        lines.push((texts.waits_officer, texts.officer_whose));
    }
    if open && record::overdue(case, drawing.now) && !record::says_review(case) {
        lines.push((texts.review_why, texts.assessment_whose));
    }
    html! {
        @if !lines.is_empty() {
            section aria-labelledby="waits" {
                h2 id="waits" { (texts.in_the_way) }
                ul class="waits" { @for (why, whose) in &lines { li { strong { (why) } " " (whose) } } }
            }
        }
    }
}

pub(super) fn overview(case: &Case, part: Part, drawing: &Drawing<'_>) -> Markup {
    let texts = texts::of(drawing.language);
    let facts = Facts::new()
        .text(texts.stage, words::stage(case.stage(), drawing.language))
        .text(texts.mode, &words::mode(&case.mode, &case.described_mode_id, case, drawing.language))
        .markup(texts.how_far, html! { @if case.indirect_only { (texts.indirect_only) } })
        .markup(texts.site, of_case::site(&case.site, drawing))
        .markup(texts.opened, instant_or(case.opened_at.as_ref().and_then(at), ""))
        .markup(
            texts.referral,
            html! { @if part.answers() && !case.referral_id.is_empty() { a href=(drawing.address(&format!("/referrals/{}", case.referral_id))) { (texts.open_referral) } } },
        );
    html! {
        section aria-labelledby="overview" {
            h2 id="overview" { (texts.overview) }
            (facts.draw())
        }
    }
}
