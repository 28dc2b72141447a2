//! HTML of the roles of persons.

use base::wire::instant as at;
use maud::{Markup, html};
use proto::{role, safety::v1::RoleGrant};
use time::OffsetDateTime;

use super::texts::{self, Texts};
use crate::{
    parts::{
        address,
        drawing::Drawing,
        facts::Facts,
        filter::Filter,
        form::{Choice, Field, Form, FormValues, Kind, Sheet},
        person,
        site::sites_in_order,
        table::{Column, Table},
        time::{instant, instant_or},
        words,
    },
    text::fill,
};

pub const SUBJECT: &str = "subject";
pub const ROLE: &str = "role";
pub const SITE: &str = "site";
pub const REGION: &str = "region";
pub const SINCE: &str = "since";
pub const UNTIL: &str = "until";

/// Roles to which changes are offered.
const CHANGERS: [&str; 1] = [role::DIRECTORY_ADMINISTRATOR];

/// Whether a grant is in force at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    NotYet,
    InForce,
    Over,
}

impl State {
    fn of(grant: &RoleGrant, now: OffsetDateTime) -> Self {
        let (since, until) = (grant.since.as_ref().and_then(at), grant.until.as_ref().and_then(at));
        if grant.ended_at.is_some() || until.is_some_and(|until| until <= now) {
            Self::Over
        } else if since.is_some_and(|since| since > now) {
            Self::NotYet
        } else {
            Self::InForce
        }
    }

    const fn text(self, texts: &Texts) -> &'static str {
        match self {
            Self::NotYet => texts.not_yet,
            Self::InForce => texts.in_force,
            Self::Over => texts.over,
        }
    }
}

/// The roles of one person.
pub struct Listing {
    pub grants: Vec<RoleGrant>,
    pub chosen: FormValues,
}

impl Listing {
    #[must_use]
    pub fn draw(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let subject = self.chosen.get(SUBJECT);
        let propose = address::with(&drawing.address("/grants/propose"), &[(SUBJECT, &subject)]);
        html! {
            h1 { (texts.grants) }
            @if self.chosen.is_checked("done") { p class="outcome" role="status" { (texts.changed) } }
            p { (texts.intro) }
            @if drawing.session.caller.has_any(&CHANGERS) { p { a class="action" href=(propose) { (texts.propose) } } }
            (self.filter(drawing))
            @if !subject.is_empty() { (self.table(&subject, drawing)) }
        }
    }

    fn filter(&self, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let fields = vec![
            Field::new(SUBJECT, texts.subject, Kind::Person(person::choices(None, drawing))).hint(texts.subject_hint),
            Field::new("only", texts.which, Kind::Select(vec![Choice::new("in-force", texts.only_in_force)])),
        ];
        Filter { action: drawing.address("/grants"), fields, submit: texts.look_up }.draw(&self.chosen, drawing.language)
    }

    fn table(&self, subject: &str, drawing: &Drawing<'_>) -> Markup {
        let texts = texts::of(drawing.language);
        let may_change = drawing.session.caller.has_any(&CHANGERS);
        let only = self.chosen.get("only");
        let fits = |grant: &&RoleGrant| only != "in-force" || State::of(grant, drawing.now) == State::InForce;
        let mut columns = [texts.role, texts.held_for, texts.state, texts.from, texts.until, texts.given_by].map(Column::plain).to_vec();
        if may_change {
            columns.push(Column::plain(texts.change));
        }
        let table = Table {
            id: "grants",
            caption: &fill(texts.caption, &[("subject", &person::with_identity(subject, drawing))]),
            columns,
            rows: self.grants.iter().filter(fits).map(|grant| row(grant, may_change, drawing)).collect(),
            none: texts.none,
            address: drawing.address("/grants"),
            sort: "",
        };
        table.draw(drawing)
    }
}

fn row(grant: &RoleGrant, may_change: bool, drawing: &Drawing<'_>) -> Vec<Markup> {
    let texts = texts::of(drawing.language);
    let state = State::of(grant, drawing.now);
    let until = grant.ended_at.as_ref().or(grant.until.as_ref()).and_then(at);
    let mut cells = vec![
        html! { (words::role(&grant.role, drawing.language)) },
        words::place(grant, drawing),
        html! {
            (state.text(texts))
            @if !grant.ended_by.is_empty() { br; (fill(texts.ended_by, &[("who", &person::with_identity(&grant.ended_by, drawing))])) }
        },
        html! { @if let Some(since) = grant.since.as_ref().and_then(at) { (instant(since)) } },
        instant_or(until, texts.no_end),
        html! { (givers(grant, drawing)) },
    ];
    if may_change {
        let end = format!("/grants/{}/end", address::escaped(&grant.grant_id));
        let end = address::with(&drawing.address(&end), &[(SUBJECT, &grant.subject)]);
        cells.push(html! {
            @if state != State::Over { a href=(end) { (texts.end) span class="unseen" { " " (words::role(&grant.role, drawing.language)) } } }
        });
    }
    cells
}

/// Who proposed it, and who confirmed it where two were needed.
fn givers(grant: &RoleGrant, drawing: &Drawing<'_>) -> String {
    [&grant.proposed_by, &grant.confirmed_by]
        .into_iter()
        .filter(|who| !who.is_empty())
        .map(|who| person::with_identity(who, drawing))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The form that proposes a role.
#[must_use]
pub fn proposal(drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let roles = words::choices(words::ROLES, drawing.language);
    let regions = words::regions(drawing.language);
    let sites = sites_in_order(drawing.language, drawing.sites);
    let sites = sites.into_iter().map(|site| Choice { value: site.code, label: site.name, foreign: site.foreign }).collect();
    let mut fields = vec![
        Field::new(SUBJECT, texts.subject, Kind::Person(person::choices(None, drawing))).needed().hint(texts.subject_hint),
        Field::new(ROLE, texts.role, Kind::Select(roles)).needed(),
        Field::new(SITE, texts.site, Kind::Select(sites)).hint(texts.site_hint).blank(texts.no_site),
        Field::new(REGION, texts.region, Kind::Select(regions)).hint(texts.region_hint).blank(texts.no_region),
        Field::new(SINCE, texts.since, Kind::Date).hint(texts.since_hint),
        Field::new(UNTIL, texts.last_day, Kind::Date).hint(texts.last_day_hint),
    ];
    fields.extend(person::fields(drawing));
    Sheet {
        title: texts.propose_title,
        above: html! { p { (texts.propose_text) } },
        form: Form::new(drawing.address("/grants/propose"), texts.submit, fields),
    }
}

/// The page that says what it means that a role ends.
#[must_use]
pub fn ending(grant: &RoleGrant, drawing: &Drawing<'_>) -> Sheet<'static> {
    let texts = texts::of(drawing.language);
    let facts = Facts::new()
        .text(texts.subject, &person::with_identity(&grant.subject, drawing))
        .text(texts.role, words::role(&grant.role, drawing.language))
        .markup(texts.held_for, words::place(grant, drawing))
        .markup(texts.until, instant_or(grant.until.as_ref().and_then(at), texts.no_end))
        .text(texts.given_by, &givers(grant, drawing));
    let action = format!("/grants/{}/end", address::escaped(&grant.grant_id));
    Sheet {
        title: texts.end_title,
        above: html! { (facts.draw()) p { (texts.end_text) } },
        form: Form::new(address::with(&drawing.address(&action), &[(SUBJECT, &grant.subject)]), texts.end_submit, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use base::wire::timestamp;
    use time::{Duration, macros::datetime};

    use super::*;

    #[test]
    fn a_role_is_in_force_between_its_days_unless_it_was_ended() {
        let now = datetime!(2026-11-22 12:00 UTC);
        let day = |days| Some(timestamp(now + Duration::days(days)));
        let state = |grant: RoleGrant| State::of(&grant, now);
        assert_eq!(state(RoleGrant::default()), State::InForce);
        assert_eq!(state(RoleGrant { since: day(1), ..RoleGrant::default() }), State::NotYet);
        assert_eq!(state(RoleGrant { since: day(-2), until: day(1), ..RoleGrant::default() }), State::InForce);
        assert_eq!(state(RoleGrant { until: day(0), ..RoleGrant::default() }), State::Over);
        assert_eq!(state(RoleGrant { until: day(9), ended_at: day(0), ..RoleGrant::default() }), State::Over);
    }
}
