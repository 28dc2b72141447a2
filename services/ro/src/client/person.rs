//! The command `ro person`: names and telephones on duty of people, shown beside their identities.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use proto::{
    role,
    safety::v1::{ListPeopleRequest, NamePersonRequest, Person, directory_service_client::DirectoryServiceClient},
};

use super::{
    common::Common,
    failure::Failure,
    output,
    session::{Peer, Session, Wanted},
    text::{Lang, Words},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub enum Command {
    List(List),
    Name(Name),
}

/// Everybody who holds an office or a role, with name and telephone
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro person list\n  ro person list --role mediator")]
pub struct List {
    /// Those who hold this role
    #[arg(long)]
    role: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// Set the name and the telephone on duty that are shown for an identity; it decides nothing of what it may do
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ro person name head-of-kent --name \"Ada Exemple\" --telephone \"604-555-0142\"\n  \
    ro person name head-of-kent --name \"\" --telephone \"\"")]
pub struct Name {
    /// Identity of the person, as their token names it
    subject: String,
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    common: Common,
}

/// What is shown for an identity, as an option of several commands.
#[derive(Debug, Args)]
pub struct Shown {
    /// Name to show; an empty one takes it away
    #[arg(long)]
    name: Option<String>,
    /// Telephone on duty to show; an empty one takes it away
    #[arg(long)]
    telephone: Option<String>,
}

const NAMED: Words = Words { en: "{} is shown as: {}", fr: "{} est affiché ainsi : {}" };
const NOBODY: Words = Words { en: "nobody", fr: "personne" };
const HEADINGS: [Words; 4] = [
    Words { en: "identity", fr: "identité" },
    Words { en: "name", fr: "nom" },
    Words { en: "telephone", fr: "téléphone" },
    Words { en: "holds", fr: "fonctions et rôles" },
];

impl Shown {
    /// Sets what was given for an identity; what was not given stays as it is. Returns what is shown now, where something was given.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn set(&self, client: &mut DirectoryServiceClient<Peer>, subject: &str) -> Result<Option<Person>, Failure> {
        if self.name.is_none() && self.telephone.is_none() {
            return Ok(None);
        }
        let known = client.list_people(ListPeopleRequest {}).await?.into_inner().people;
        let known = known.into_iter().find(|person| person.subject == subject).unwrap_or_default();
        let name = self.name.clone().unwrap_or(known.name);
        let telephone = self.telephone.clone().unwrap_or(known.telephone);
        let request = NamePersonRequest { subject: subject.to_owned(), name: name.clone(), telephone: telephone.clone() };
        client.name_person(request).await?;
        Ok(Some(Person { subject: subject.to_owned(), name, telephone, ..Person::default() }))
    }
}

/// Names by identity; none where the caller may not read them.
pub async fn names(client: &mut DirectoryServiceClient<Peer>) -> BTreeMap<String, String> {
    let answer = client.list_people(ListPeopleRequest {}).await;
    let people = answer.map(|answer| answer.into_inner().people).unwrap_or_default();
    people.into_iter().filter(|person| !person.name.is_empty()).map(|person| (person.subject, person.name)).collect()
}

impl Command {
    #[must_use]
    pub const fn common(&self) -> &Common {
        match self {
            Self::List(c) => &c.common,
            Self::Name(c) => &c.common,
        }
    }

    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.directory(&session.who(&[Wanted::role(role::DIRECTORY_ADMINISTRATOR)])?)?;
        match self {
            Self::List(List { role, .. }) => {
                let mut answer = client.list_people(ListPeopleRequest {}).await?.into_inner();
                answer.people.retain(|person| role.as_ref().is_none_or(|role| person.roles.iter().any(|held| held.role == *role)));
                output::answer(session, &answer, table(&answer.people, session.lang));
            }
            Self::Name(Name { subject, shown, .. }) => {
                if let Some(person) = shown.set(&mut client, subject).await? {
                    let line = [person.name.as_str(), person.telephone.as_str()].map(output::or_dash).join("  ");
                    print::line(NAMED.fill(session.lang, &[subject, &line]));
                }
            }
        }
        Ok(())
    }
}

fn table(people: &[Person], lang: Lang) -> String {
    if people.is_empty() {
        return NOBODY.of(lang).to_owned();
    }
    let row = |person: &Person| {
        let roles = person.roles.iter().map(|held| match [&held.site, &held.region].into_iter().find(|place| !place.is_empty()) {
            Some(place) => format!("{} {place}", held.role),
            None => held.role.clone(),
        });
        let held: Vec<String> = person.offices.iter().cloned().chain(roles).collect();
        let [name, telephone] = [&person.name, &person.telephone].map(|text| output::or_dash(text).to_owned());
        vec![person.subject.clone(), name, telephone, held.join(", ")]
    };
    output::table(&HEADINGS.map(|words| words.of(lang)), &people.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use proto::safety::v1::RoleGrant;

    use super::*;

    #[test]
    fn the_list_shows_name_telephone_offices_and_roles_of_each_in_both_languages() {
        let role = RoleGrant { role: "institutional-head".into(), site: "kent".into(), ..RoleGrant::default() };
        let person = Person {
            subject: "head-1".into(),
            name: "Ada Exemple".into(),
            telephone: "4242".into(),
            offices: vec!["institutional-head/kent".into()],
            roles: vec![role],
        };
        for (lang, heading) in [(Lang::En, "telephone"), (Lang::Fr, "téléphone")] {
            let text = table(std::slice::from_ref(&person), lang);
            assert!(text.contains(heading) && text.contains("Ada Exemple") && text.contains("4242"), "{text}");
            assert!(text.contains("institutional-head/kent, institutional-head kent"), "{text}");
            assert!(!table(&[], lang).is_empty());
        }
    }
}
