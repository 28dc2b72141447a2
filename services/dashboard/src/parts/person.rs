//! Names of people: the name and what they hold; where no name is known, the identity and what they hold.

use maud::{Markup, html};
use proto::safety::v1::{NamePersonRequest, Person};

use super::{
    drawing::Drawing,
    form::{Choice, Field, FormValues, Kind},
    site, texts, words,
};

/// Fields of a form that sets what is shown for an identity.
const NAME: &str = "name";
const TELEPHONE: &str = "telephone";

/// Most people of an office named at once: who is rung first.
const FIRST: usize = 4;

/// "Ada Exemple (Institutional Head, Mission Institution)"; an identity that the directory does not know is shown as it is.
#[must_use]
pub fn name(subject: &str, drawing: &Drawing<'_>) -> String {
    drawing.people.get(subject).map_or_else(|| subject.to_owned(), |person| named(person, drawing))
}

/// Several people.
#[must_use]
pub fn names(subjects: &[String], drawing: &Drawing<'_>) -> String {
    subjects.iter().map(|subject| name(subject, drawing)).collect::<Vec<_>>().join("; ")
}

fn named(person: &Person, drawing: &Drawing<'_>) -> String {
    let who = if person.name.is_empty() { &person.subject } else { &person.name };
    title(person, drawing).map_or_else(|| who.clone(), |title| format!("{who} ({title})"))
}

/// The office of the highest rank; without one, the first role with its place.
fn title(person: &Person, drawing: &Drawing<'_>) -> Option<String> {
    if let Some(office) = person.offices.first() {
        return Some(words::office_text(office, drawing));
    }
    let role = person.roles.first()?;
    let place = match (role.site.as_str(), role.region.as_str()) {
        ("", "") => None,
        ("", region) => Some(words::of(words::REGIONS, region, drawing.language).to_owned()),
        (site, _) => Some(site::Named::by_code(site, drawing).name),
    };
    let role = words::role(&role.role, drawing.language);
    Some(place.map_or_else(|| role.to_owned(), |place| format!("{role}, {place}")))
}

/// The name and the identity, where it counts which identity is meant: on the pages of the directory.
#[must_use]
pub fn with_identity(subject: &str, drawing: &Drawing<'_>) -> String {
    match drawing.people.get(subject).filter(|person| !person.name.is_empty()) {
        Some(person) => format!("{} – {subject}", person.name),
        None => subject.to_owned(),
    }
}

/// Whom something was sent to: an office by its words, a person by name.
#[must_use]
pub fn recipient(code: &str, drawing: &Drawing<'_>) -> Markup {
    if drawing.people.contains_key(code) {
        html! { (name(code, drawing)) }
    } else {
        words::office(code, drawing)
    }
}

/// Those who hold an office, first to last, each with the telephone on duty to press.
#[must_use]
pub fn holders(office: &str, drawing: &Drawing<'_>) -> Markup {
    let mut found = drawing.people.values().filter(|person| person.offices.iter().any(|held| held == office)).peekable();
    html! {
        @if found.peek().is_some() {
            ul class="plain-list" {
                @for person in found.take(FIRST) {
                    li { (if person.name.is_empty() { &person.subject } else { &person.name }) (telephone(person)) }
                }
            }
        }
    }
}

fn telephone(person: &Person) -> Markup {
    let dialled: String = person.telephone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    html! { @if !person.telephone.is_empty() { " " a href=(format!("tel:{dialled}")) { (person.telephone) } } }
}

/// Those who hold a role, to choose from by name; everybody where no role is named.
#[must_use]
pub fn choices(role: Option<&str>, drawing: &Drawing<'_>) -> Vec<Choice> {
    let holds = |person: &&Person| role.is_none_or(|role| person.roles.iter().any(|held| held.role == role));
    let mut found: Vec<Choice> =
        drawing.people.values().filter(holds).map(|person| Choice::new(&person.subject, &named(person, drawing))).collect();
    let rules = site::order_of(drawing.language);
    found.sort_by(|one, other| rules.compare(&one.label, &other.label).then_with(|| one.value.cmp(&other.value)));
    found
}

/// The fields that set what is shown for an identity; what is left empty stays as it is.
#[must_use]
pub fn fields(drawing: &Drawing<'_>) -> [Field; 2] {
    let texts = texts::of(drawing.language);
    [
        Field::new(NAME, texts.person_name, Kind::Line { most: 120 }).hint(texts.person_name_hint),
        Field::new(TELEPHONE, texts.person_telephone, Kind::Line { most: 40 }).hint(texts.person_telephone_hint),
    ]
}

/// What was typed into these fields, with what is known where one was left empty; nothing where both were.
#[must_use]
pub fn typed(subject: String, filled: &FormValues, drawing: &Drawing<'_>) -> Option<NamePersonRequest> {
    let (name, telephone) = (filled.get(NAME), filled.get(TELEPHONE));
    if name.is_empty() && telephone.is_empty() {
        return None;
    }
    let known = drawing.people.get(subject.trim());
    let kept = |typed: String, known: Option<&String>| if typed.is_empty() { known.cloned().unwrap_or_default() } else { typed };
    let name = kept(name, known.map(|person| &person.name));
    let telephone = kept(telephone, known.map(|person| &person.telephone));
    Some(NamePersonRequest { subject, name, telephone })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Arc};

    use proto::safety::v1::{RoleGrant, Site};

    use super::*;
    use crate::{clients::People, session::tests::session, text::Language};

    fn known() -> People {
        let person = |subject: &str, name: &str, offices: &[&str], role: &str, site: &str| Person {
            subject: subject.into(),
            name: name.into(),
            telephone: if name.is_empty() { String::new() } else { "604-555-0142 poste 7".into() },
            offices: offices.iter().map(|office| (*office).to_owned()).collect(),
            roles: vec![RoleGrant { role: role.into(), site: site.into(), ..RoleGrant::default() }],
        };
        let people = [
            person("head-1", "Ada Exemple", &["institutional-head/kent"], "institutional-head", "kent"),
            person("deputy-1", "", &["institutional-head/kent"], "staff", "kent"),
            person("mediator-1", "Zoé Été", &[], "mediator", ""),
        ];
        Arc::new(people.into_iter().map(|person| (person.subject.clone(), person)).collect())
    }

    #[test]
    fn a_person_is_shown_by_name_with_office_and_site_and_by_identity_where_no_name_is_known() {
        let site =
            Site { code: "kent".into(), name_en: "Kent Institution".into(), name_fr: "Établissement de Kent".into(), ..Site::default() };
        let (sites, people, session) = (Arc::new(BTreeMap::from([("kent".to_owned(), site)])), known(), session());
        let now = time::OffsetDateTime::UNIX_EPOCH;
        let drawing = |language| Drawing { language, session: &session, sites: &sites, people: &people, zone: None, now };
        let (english, french) = (drawing(Language::English), drawing(Language::French));
        assert_eq!(name("head-1", &english), "Ada Exemple (Institutional Head, Kent Institution)");
        assert_eq!(name("head-1", &french), "Ada Exemple (Directeur de l’établissement, Établissement de Kent)");
        assert_eq!(name("deputy-1", &english), "deputy-1 (Institutional Head, Kent Institution)");
        assert_eq!(name("mediator-1", &english), "Zoé Été (Mediator)");
        assert_eq!((name("service:cases", &english), name("", &english)), ("service:cases".into(), String::new()));
        assert_eq!(with_identity("head-1", &english), "Ada Exemple – head-1");
        assert_eq!(recipient("institutional-head/kent", &english).into_string(), "Institutional Head, <span>Kent Institution</span>");
        let rung = holders("institutional-head/kent", &english).into_string();
        assert!(rung.contains("Ada Exemple <a href=\"tel:60455501427\">604-555-0142 poste 7</a>") && rung.contains("deputy-1"), "{rung}");
        let mediators: Vec<String> = choices(Some("mediator"), &english).into_iter().map(|choice| choice.value).collect();
        assert_eq!((mediators, choices(None, &english).len()), (vec!["mediator-1".to_owned()], 3));
        let filled = FormValues::default().with(NAME, "").with(TELEPHONE, "4242");
        let request = typed("head-1".into(), &filled, &english).unwrap();
        assert!(request.name == "Ada Exemple" && request.telephone == "4242", "what was left empty was taken away");
        assert!(typed("head-1".into(), &FormValues::default(), &english).is_none());
    }
}
