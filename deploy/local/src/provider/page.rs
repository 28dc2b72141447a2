//! The pages of the development sign-in, in both languages: choose a person, and why nobody is led anywhere.

use axum::http::{HeaderMap, header};
use maud::{DOCTYPE, Markup, html};

use super::request::Asked;
use crate::identity::{PEOPLE, Person};

const STYLE: &str = "body{font:1.125rem/1.5 'Noto Sans',system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem;color:#333}\
.warning{border:.25rem solid #b3192e;padding:0 1rem}ul{list-style:none;padding:0;display:grid;gap:.5rem}\
button{font:inherit;width:100%;text-align:left;padding:.5rem 1rem;border:.125rem solid #26374a;border-radius:.25rem;background:#fff;\
color:#26374a;cursor:pointer;min-height:44px}button:hover{background:#f1f2f3}\
:focus-visible{outline:.1875rem solid #0535d2;outline-offset:.125rem}.about{display:block;color:#545961;margin:0 0 .5rem .25rem}";

/// Roles that sign in by themselves and not in a browser.
const SYSTEMS: [&str; 2] = [proto::role::PUBLISHING_SYSTEM, proto::role::DASHBOARD];

struct Texts {
    language: &'static str,
    title: &'static str,
    only: &'static str,
    warning: &'static str,
    ask: &'static str,
    again: &'static str,
    other: &'static str,
    nowhere: &'static str,
    nowhere_why: &'static str,
    out: &'static str,
}

const ENGLISH: Texts = Texts {
    language: "en",
    title: "Development sign-in",
    only: "Development only",
    warning: "These people are invented, and no password is asked: whoever sees this page can be any of them. Never use it with real information.",
    ask: "Who are you?",
    again: "You were asked to prove anew that it is you: choose the same person again.",
    other: "Français",
    nowhere: "Nobody is signed in",
    nowhere_why: "The request does not come from the dashboard of this machine, so this page leads nowhere. Go back to the dashboard and begin there.",
    out: "You are signed out.",
};

const FRENCH: Texts = Texts {
    language: "fr",
    title: "Ouverture de session de développement",
    only: "Pour le développement seulement",
    warning: "Ces personnes sont fictives et aucun mot de passe n’est demandé\u{a0}: quiconque voit cette page peut se faire passer pour elles. Ne jamais l’utiliser avec de vrais renseignements.",
    ask: "Qui êtes-vous\u{a0}?",
    again: "On vous demande de prouver de nouveau votre identité\u{a0}: choisissez encore la même personne.",
    other: "English",
    nowhere: "Aucune session n’est ouverte",
    nowhere_why: "La demande ne vient pas du tableau de bord de cet ordinateur, donc cette page ne mène nulle part. Retournez au tableau de bord et recommencez.",
    out: "Votre session est fermée.",
};

const fn texts(is_french: bool) -> &'static Texts {
    if is_french { &FRENCH } else { &ENGLISH }
}

/// Whether the browser names French before English.
pub fn prefers_french(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let first = |code: &str| accepted.find(code).unwrap_or(usize::MAX);
    first("fr") < first("en")
}

fn page(texts: &Texts, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(texts.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (texts.title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    }
}

/// The page on which a person is chosen. The form carries on what the client asked for.
pub fn choose(asked: &Asked, is_french: bool, query: &str) -> Markup {
    let texts = texts(is_french);
    let people = PEOPLE.iter().filter(|person| !SYSTEMS.contains(&person.role));
    let is_anew = asked.prompt.as_deref().is_some_and(|prompt| prompt.contains("login"));
    page(
        texts,
        &html! {
            p { a href=(in_language(query, !is_french)) lang=(if is_french { "en" } else { "fr" }) hreflang=(if is_french { "en" } else { "fr" }) { (texts.other) } }
            h1 { (texts.title) }
            div class="warning" role="note" { p { strong { (texts.only) } } p { (texts.warning) } }
            @if is_anew { p role="status" { (texts.again) } }
            h2 id="ask" { (texts.ask) }
            form method="post" action="/authorize" aria-labelledby="ask" {
                @for (name, value) in fields(asked) { input type="hidden" name=(name) value=(value); }
                ul {
                    @for person in people {
                        li {
                            button name="person" value=(person.name) aria-describedby=(format!("about-{}", person.name)) { (person.name) }
                            span class="about" id=(format!("about-{}", person.name)) { (about(person)) }
                        }
                    }
                }
            }
        },
    )
}

fn about(person: &Person) -> String {
    let places: Vec<&str> = person.sites.iter().chain(person.regions).copied().collect();
    if places.is_empty() { person.role.to_owned() } else { format!("{} · {}", person.role, places.join(", ")) }
}

/// The same request in the other language.
fn in_language(query: &str, french: bool) -> String {
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("ui_locales="));
    let language = if french { "ui_locales=fr" } else { "ui_locales=en" };
    format!("/authorize?{}", others.chain([language]).collect::<Vec<_>>().join("&"))
}

fn fields(asked: &Asked) -> Vec<(&'static str, &str)> {
    let mut fields = vec![
        ("response_type", asked.response_type.as_str()),
        ("client_id", &asked.client_id),
        ("redirect_uri", &asked.redirect_uri),
        ("scope", &asked.scope),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
    ];
    for (name, value) in [("state", &asked.state), ("nonce", &asked.nonce)] {
        fields.extend(value.as_deref().map(|value| (name, value)));
    }
    fields
}

/// The page for whoever comes with an address or a client that is not known here.
pub fn no_client(is_french: bool) -> Markup {
    let texts = texts(is_french);
    page(texts, &html! { h1 { (texts.nowhere) } p { (texts.nowhere_why) } })
}

/// The page after a sign-out that leads nowhere else.
pub fn signed_out(is_french: bool) -> Markup {
    let texts = texts(is_french);
    page(texts, &html! { h1 { (texts.title) } p role="status" { (texts.out) } })
}
