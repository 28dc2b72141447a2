//! Frame of every page: head, language, navigation, live state, and the bars that a script may show.

pub mod navigation;
pub mod texts;
pub mod trouble;

use maud::{DOCTYPE, Markup, html};
use proto::zone::Zone;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use self::{
    navigation::{Entry, Layout},
    texts::Texts,
};
use crate::{
    assets,
    brand::Brand,
    parts::{
        desks::{self, Desk},
        form,
        time::{instant, millis},
        words,
    },
    session::Session,
    text::{Language, fill},
};

/// What every page has around it, the same for everybody.
#[derive(Debug, Default)]
pub struct Shell {
    pub entries: Vec<&'static Entry>,
    pub brand: Brand,
    pub desks: Vec<Desk>,
}

/// How much a page shows at once, as its reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Density {
    #[default]
    Comfortable,
    Compact,
}

/// Frame of every page around its content.
pub struct Frame<'a> {
    pub language: Language,
    pub title: String,
    /// The address without its language, query included: the language link leads to the same page.
    pub here: String,
    pub session: Option<&'a Session>,
    pub shell: &'a Shell,
    pub density: Density,
    /// Time zone of whoever looks, where it is known.
    pub zone: Option<&'a Zone>,
    pub now: OffsetDateTime,
    /// How many concerns wait, where the page knows.
    pub waiting: Option<usize>,
    /// Imminent concerns that wait, for whoever follows the alarm.
    pub strip: Option<&'a Markup>,
    /// Name of whoever is signed in, where the directory has one.
    pub own_name: Option<&'a str>,
}

impl Frame<'_> {
    /// The whole page.
    #[must_use]
    pub fn page(&self, content: &Markup) -> Markup {
        let texts = texts::of(self.language);
        html! {
            (DOCTYPE)
            html lang=(self.language.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title {
                        @if let Some(waiting) = self.waiting.filter(|n| *n > 0) { "(" (waiting) ") " }
                        (self.title) " – " (texts.product)
                    }
                    link rel="stylesheet" href=(assets::STYLE.address());
                    link rel="stylesheet" href=(assets::THEME.address());
                    @if let Some(style) = self.shell.brand.style() { link rel="stylesheet" href=(style); }
                    link rel="icon" href=(assets::ICON.address()) type="image/svg+xml";
                    link rel="apple-touch-icon" href="/assets/icon-192.png";
                    link rel="manifest" href=(format!("/{}/manifest.webmanifest", self.language.code()));
                    link rel="alternate" hreflang=(self.language.other().code()) href=(self.in_language(self.language.other()));
                    @if self.session.is_some() { script src=(assets::SCRIPT.address()) defer {} }
                    @if self.follows().is_some() { script src=(assets::ALARM.address()) defer {} }
                    script src=(assets::FORMS.address()) defer {}
                    script src=(assets::DRAFTS.address()) defer {}
                }
                (self.body(texts, content))
            }
        }
    }

    /// The session, where its person follows the alarm.
    fn follows(&self) -> Option<&Session> {
        self.session.filter(|session| session.caller.has_any(navigation::ALARM))
    }

    fn body(&self, texts: &Texts, content: &Markup) -> Markup {
        let code = self.language.code();
        html! {
            body class=[(self.density == Density::Compact).then_some("compact")] data-events=[self.follows().map(|s| format!("/{code}/events?tabs={}", s.tabs))]
                data-person=[self.session.map(|s| person(&s.caller.subject))]
                data-draft-keys=[self.session.map(|s| s.draft_keys.expose())]
                data-pace=[self.session.map(|_| assets::PACE.address())]
                data-zone=[self.zone.map(Zone::name)]
                data-made=(millis(self.now)) data-sign-in=(texts.sign_in) data-signed-out=(texts.accept_signed_out)
                data-imminent=(texts.notify_imminent) data-event=(texts.notify_event)
                data-session=[self.session.map(|s| &s.tabs)]
                data-tabs=[self.session.map(|s| format!("ro-{code}-{}", s.tabs))]
                data-title=(format!("{} – {}", self.title, texts.product))
                data-ago=(texts.ago) data-ok=(texts.live_ok) data-connecting=(texts.live_connecting) data-stale=(texts.live_stale)
                data-bus=(texts.live_bus) data-ladder=(texts.live_ladder) data-ended=(texts.live_ended) data-refused=(texts.live_refused) data-changed=(texts.live_changed)
                data-new-event=(texts.new_event) data-new-events=(texts.new_events) data-failed=(texts.accept_failed)
                data-until=[self.session.map(|s| s.expires_at.unix_timestamp())] data-closed=(texts.closed) {
                a class="skip" href="#content" { (texts.skip) }
                @if let Some(brand) = self.shell.brand.header(self.language) { div class="brand" { (brand) } }
                (self.header(texts))
                main id="content" tabindex="-1" {
                    @if self.session.is_some() { noscript { p class="notice" { (texts.live_off) } } }
                    (content)
                }
                footer {
                    section id="desks" aria-labelledby="desks-title" {
                        h2 id="desks-title" { (texts.desks) }
                        (desks::draw(&self.shell.desks, self.language))
                    }
                    p class="protected" { (texts.protected) }
                    p { (texts.as_of) " " (instant(self.now)) }
                }
                @if let Some(brand) = self.shell.brand.footer(self.language) { div class="brand" { (brand) } }
                @if self.session.is_some() { (self.bars(texts)) }
            }
        }
    }

    fn header(&self, texts: &Texts) -> Markup {
        let code = self.language.code();
        let other = self.language.other();
        html! {
            header {
                div class="band" {
                    p class="product" { (texts.product) }
                    a class="language" href=(self.in_language(other)) hreflang=(other.code()) lang=(other.code()) { (texts.other_language) }
                }
                @if let Some(session) = self.session {
                    div class="person" {
                        p { (fill(texts.signed_in_as, &[("subject", self.own_name.unwrap_or(&session.caller.subject))])) " " span class="roles" { (words::roles(&session.caller, self.language)) } }
                        form method="post" action=(format!("/{code}/sign-out")) {
                            (form::token(session))
                            button class="plain" { (texts.sign_out) }
                        }
                    }
                    nav aria-label=(texts.navigation) {
                        (self.entries(texts, session))
                        @if self.follows().is_some() { p id="link" role="status" class="link" {} }
                    }
                }
            }
        }
    }

    /// How many concerns wait; a script keeps it true.
    fn badge(&self) -> Markup {
        let waiting = self.waiting.unwrap_or(0);
        html! { span class="badge" id="waiting" hidden[waiting == 0] { (waiting) } }
    }

    fn entries(&self, texts: &Texts, session: &Session) -> Markup {
        let here = self.here();
        let layout = Layout::of(&self.shell.entries, &session.caller, here);
        let link = |entry: &Entry| {
            html! {
                a href=(format!("/{}{}", self.language.code(), entry.path)) aria-current=[(here == Some(entry.path)).then_some("page")] { ((entry.label)(self.language)) }
            }
        };
        html! {
            ul {
                @for entry in &layout.line {
                    li { (link(entry)) @if entry.path == "/concerns" { (self.badge()) } }
                }
            }
            @if !layout.more.is_empty() {
                details class="more" {
                    summary { (texts.more) }
                    div {
                        @for (group, entries) in &layout.more {
                            div {
                                p id=(group.id()) { (texts.group(*group)) }
                                ul aria-labelledby=(group.id()) { @for entry in entries { li { (link(entry)) } } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Entry to which this page belongs: of entries of which one stands below the other, the one that is nearer.
    fn here(&self) -> Option<&'static str> {
        let address = self.here.split('?').next().unwrap_or_default();
        let reaches = |path: &str| address.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.shell.entries.iter().map(|entry| entry.path).filter(|path| reaches(path)).max_by_key(|path| path.len())
    }

    fn in_language(&self, language: Language) -> String {
        format!("/{}{}", language.code(), self.here)
    }

    /// Announcements of a script, and the bars it may show. They overlay the page: nothing moves when they appear [0 px].
    fn bars(&self, texts: &Texts) -> Markup {
        let stay = format!("/{0}/sign-in/start?next=/{0}/sign-in/stayed", self.language.code());
        html! {
            div id="announce" class="unseen" role="alert" aria-atomic="true" {}
            div id="polite" class="unseen" role="status" aria-atomic="true" {}
            div id="bars" {
                p id="stale" hidden {}
                p id="ending" data-text=(texts.session_ends) hidden { span {} " " a href=(stay) target="_blank" rel="noopener" { (texts.stay_signed_in) } }
                p id="arrival" hidden { span {} " " a href="#content" { (texts.go_to_event) } }
                @if let Some(strip) = self.strip { (strip) }
            }
        }
    }
}

/// Under what the drafts of a person are kept in a browser: it says nothing of who they are.
fn person(subject: &str) -> String {
    hex::encode(Sha256::digest(format!("drafts of {subject}"))).chars().take(16).collect()
}
