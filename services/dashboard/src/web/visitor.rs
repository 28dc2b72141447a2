//! Visitor of a page: session, language, and the answers made for them, pages and errors.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use maud::{Markup, html};
use proto::zone::Zone;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tonic::{Code, Status};

use super::{App, renew::Opened, see_other};
use crate::{
    clients::{People, Sites},
    frame::{Density, Frame, Shell, trouble::Trouble},
    parts::{
        drawing::Drawing,
        form::{FormValues, Problems, Sheet},
        refusal::Refusal,
        texts,
    },
    session::Session,
    text::Language,
};

/// A visitor, signed in or not.
#[derive(Clone)]
pub struct Visitor {
    pub language: Language,
    /// The address without its language.
    pub here: String,
    pub session: Option<Session>,
    /// Identifies the session on the server.
    pub id: Option<String>,
    pub now: OffsetDateTime,
    /// A script requests a part of a page.
    pub wants_piece: bool,
    /// The session for which the requesting script's page was made, if stated.
    pub page_session: Option<String>,
    pub shell: Arc<Shell>,
    pub density: Density,
    /// Their own time zone, where this browser was told one.
    pub zone: Option<Zone>,
    /// Imminent concerns that wait, for whoever follows the alarm.
    pub strip: Option<Markup>,
    /// Their own name, where the directory has one.
    pub own_name: Option<String>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str());
        let (first, rest) = path.trim_start_matches('/').split_once(['/', '?']).map_or((path.trim_start_matches('/'), ""), |(a, b)| (a, b));
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let (language, here) = match Language::parse(first) {
            Some(language) => (language, format!("/{rest}")),
            None => (chosen(&parts.headers).unwrap_or_else(|| Language::preferred(accepted)), "/".to_owned()),
        };
        let compact = self::cookie(&parts.headers, DENSITY).as_deref() == Some("compact");
        let density = if compact { Density::Compact } else { Density::Comfortable };
        let zone = self::cookie(&parts.headers, ZONE).and_then(|name| Zone::of(&name));
        let found = parts.extensions.get::<Opened>().and_then(|opened| opened.0.clone());
        let session = found.as_ref().map(|kept| app.sessions.session(kept));
        let id = found.map(|kept| kept.id().to_owned());
        let wants_piece = parts.headers.contains_key("x-ro-piece");
        let page_session = parts.headers.get("x-ro-session").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (now, shell) = (app.clock.now(), app.shell.clone());
        Ok(Self { language, here, session, id, now, wants_piece, page_session, shell, density, zone, strip: None, own_name: None })
    }
}

/// Name of the cookie with the language in which somebody last read a page.
pub const LANGUAGE: &str = "ro_language";
/// Name of the cookie with the density of pages.
pub const DENSITY: &str = "ro_density";
/// Name of the cookie with one's own time zone.
pub const ZONE: &str = "ro_zone";

/// The language in which somebody last read a page.
fn chosen(headers: &HeaderMap) -> Option<Language> {
    cookie(headers, LANGUAGE).and_then(|code| Language::parse(&code))
}

/// A cookie that says how somebody reads, and nothing of who they are; it lasts a year.
#[must_use]
pub fn preference(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000")
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

impl Visitor {
    /// A whole page.
    pub fn page(&self, title: &str, content: &Markup) -> Response {
        self.page_with(StatusCode::OK, title, None, content)
    }

    /// The session with its person's current grants, read again every few seconds. Where they cannot be read, it stays as it is: each call
    /// has the token, and the safety service decides by itself.
    pub async fn current(&self, app: &App) -> Option<Session> {
        let (session, id) = (self.session.clone()?, self.id.as_deref()?);
        if !app.sessions.is_stale(&session) {
            return Some(session);
        }
        match app.safety.who(session.proof.clone(), &session.token).await {
            Ok(caller) => app.sessions.regrant(&session, id, caller),
            Err(status) if status.code() == Code::Unauthenticated => {
                app.sessions.end(id);
                None
            }
            // Retried in a few seconds, and not on every page until it answers. What was never read is no loss of grants.
            Err(_) if session.caller.grants.is_empty() => Some(session),
            Err(_) => app.sessions.regrant(&session, id, session.caller.clone()),
        }
    }

    /// The same visitor in another language.
    #[must_use]
    pub fn speaking(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// A whole page with its status and the count for its title.
    pub fn page_with(&self, status: StatusCode, title: &str, waiting: Option<usize>, content: &Markup) -> Response {
        let frame = Frame {
            language: self.language,
            title: title.to_owned(),
            here: self.here.clone(),
            session: self.session.as_ref(),
            shell: &self.shell,
            density: self.density,
            zone: self.zone.as_ref(),
            now: self.now,
            waiting,
            strip: self.strip.as_ref(),
            own_name: self.own_name.as_deref(),
        };
        let page = (status, frame.page(content));
        match &self.session {
            Some(_) => ([(header::SET_COOKIE, preference(LANGUAGE, self.language.code()))], page).into_response(),
            None => page.into_response(),
        }
    }

    /// An error page.
    pub fn trouble(&self, trouble: Trouble) -> Response {
        let (title, _) = trouble.texts(self.language);
        // A form's own address is not a page to return to.
        let mut visitor = self.clone();
        if !matches!(trouble, Trouble::NotFound | Trouble::Unavailable | Trouble::Busy) {
            "/".clone_into(&mut visitor.here);
        }
        visitor.page_with(trouble.status(), title, None, &trouble.content(self.language))
    }

    /// What a service answered instead of what a page shows.
    pub fn refused(&self, status: &Status) -> Response {
        match status.code() {
            Code::Unauthenticated => self.to_sign_in(),
            Code::PermissionDenied => self.said(status, StatusCode::FORBIDDEN, Trouble::Denied.texts(self.language).0),
            Code::FailedPrecondition => self.said(status, StatusCode::UNPROCESSABLE_ENTITY, texts::of(self.language).refused_title),
            Code::NotFound | Code::InvalidArgument => self.trouble(Trouble::NotFound),
            code => {
                tracing::warn!(code = %code, "a service did not answer a page");
                self.trouble(Trouble::Unavailable)
            }
        }
    }

    /// A service's own words for what this person may not see, or what cannot be done now.
    fn said(&self, status: &Status, code: StatusCode, title: &str) -> Response {
        let refusal = Refusal::of(status, self.language);
        let content = html! {
            h1 { (title) }
            p { (refusal.words) }
            (refusal.rule(self.language))
        };
        self.page_with(code, title, None, &content)
    }

    /// Redirect to the identity provider, which leads back here: nothing is to be pressed where it knows the person.
    pub fn to_sign_in(&self) -> Response {
        see_other(&format!("/{0}/sign-in/start?next=/{0}{1}", self.language.code(), encode(&self.here)))
    }
}

/// Encodes characters that would end the value of a query.
fn encode(text: &str) -> String {
    text.replace('%', "%25").replace('&', "%26").replace('#', "%23").replace('+', "%2B").replace(' ', "%20")
}

/// A visitor who is signed in.
pub struct Member {
    pub visitor: Visitor,
    pub session: Session,
    /// Identifies the session on the server.
    pub id: String,
    pub sites: Sites,
    pub people: People,
}

impl FromRequestParts<App> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(visitor) = Visitor::from_request_parts(parts, app).await;
        let Some(session) = visitor.current(app).await else {
            return Err(if visitor.wants_piece { StatusCode::UNAUTHORIZED.into_response() } else { visitor.to_sign_in() });
        };
        if visitor.page_session.as_ref().is_some_and(|page| *page != session.tabs) {
            return Err((StatusCode::CONFLICT, visitor.trouble(Trouble::FormerSession)).into_response());
        }
        let (sites, people) = tokio::join!(app.safety.sites(&session, visitor.now), app.safety.people(&session, visitor.now));
        let own_name = people.get(&session.caller.subject).map(|own| own.name.clone()).filter(|name| !name.is_empty());
        let id = visitor.id.clone().unwrap_or_default();
        // What a page has around it follows the grants as they are now.
        let visitor = Visitor { session: Some(session.clone()), own_name, ..visitor };
        let mut member = Self { visitor, session, id, sites, people };
        if parts.method == Method::GET {
            member.visitor.strip = app.strip.draw(&app.safety, &member.drawing()).await;
        }
        Ok(member)
    }
}

impl Member {
    pub fn drawing(&self) -> Drawing<'_> {
        Drawing {
            language: self.visitor.language,
            session: &self.session,
            sites: &self.sites,
            people: &self.people,
            zone: self.visitor.zone.as_ref(),
            now: self.visitor.now,
        }
    }

    /// A whole page.
    pub fn page(&self, title: &str, content: &Markup) -> Response {
        self.visitor.page(title, content)
    }

    /// Where a form that was done leads: another page in the same language.
    pub fn done(&self, path: &str) -> Response {
        see_other(&format!("/{}{path}", self.visitor.language.code()))
    }

    /// A page with one form.
    pub fn sheet(&self, sheet: &Sheet<'_>, filled: &FormValues) -> Response {
        self.sheet_with(StatusCode::OK, sheet, filled)
    }

    /// The same with a status of its own.
    pub fn sheet_with(&self, status: StatusCode, sheet: &Sheet<'_>, filled: &FormValues) -> Response {
        self.again(sheet, filled, &Problems::none(), status)
    }

    /// The page again where the form itself finds something to mend in what was typed.
    pub fn check(&self, sheet: &Sheet<'_>, filled: &FormValues) -> Option<Response> {
        let problems = sheet.form.check(filled, self.visitor.language);
        (!problems.is_empty()).then(|| self.again(sheet, filled, &problems, StatusCode::UNPROCESSABLE_ENTITY))
    }

    /// The page again with what a service refused, in its words, and all that was typed.
    pub fn refuse(&self, sheet: &Sheet<'_>, filled: &FormValues, status: &Status) -> Response {
        let refusal = Refusal::of(status, self.visitor.language);
        let code = refusal.status;
        self.again(sheet, filled, &sheet.form.refused(refusal), code)
    }

    /// The page again with one field to mend that only what was sent can tell of.
    pub fn mend(&self, sheet: &Sheet<'_>, filled: &FormValues, field: &'static str, why: String) -> Response {
        let problems = Problems { refusal: None, fields: vec![(field, why)] };
        self.again(sheet, filled, &problems, StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// The page again with what must be mended.
    pub fn again(&self, sheet: &Sheet<'_>, filled: &FormValues, problems: &Problems, status: StatusCode) -> Response {
        self.visitor.page_with(status, sheet.title, None, &sheet.draw(filled, problems, &self.session, self.visitor.language))
    }

    /// Whether the form was made for this very session.
    pub fn made(&self, form_token: &str) -> bool {
        // Hashes are compared, so that the time taken discloses nothing about the token.
        Sha256::digest(form_token) == Sha256::digest(&self.session.form_token)
    }
}
