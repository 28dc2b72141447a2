//! Tests of sessions: what does not fit into a browser, and what an instance remembers.

use http::header;
use time::macros::datetime;

use super::*;

fn sessions() -> Sessions {
    let clock = Clock::fixed(datetime!(2026-11-22 12:00 UTC));
    Sessions::new(clock, Ids::seeded(1), Seal::of_this_process().unwrap(), Cookies { secure: true }, Duration::hours(12))
}

fn tokens(access: usize, id: usize) -> Tokens {
    let token = |size: usize| Private::new("t".repeat(size));
    Tokens { access: token(access), refresh: Some(token(500)), id: Some(token(id)) }
}

fn begin(sessions: &Sessions, subject: &str, tokens: Tokens) -> Result<(HeaderMap, Session), TooLarge> {
    let until = sessions.clock.now() + Duration::HOUR;
    let caller = Caller::acting(subject, &["rj-officer"], &[], &[], until);
    let (cookies, session) = sessions.begin(&Proof::new(subject, until), caller, tokens, None)?;
    let line: Vec<&str> = cookies.iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
    Ok((HeaderMap::from_iter([(header::COOKIE, line.join("; ").parse().unwrap())]), session))
}

/// A session of an officer, for tests of what is drawn.
pub fn session() -> Session {
    begin(&sessions(), "rj-officer-1", tokens(1, 1)).unwrap().1
}

#[test]
fn tokens_of_any_usual_size_are_kept_and_one_that_only_spares_a_question_is_left_out_first() {
    let sessions = sessions();
    for (access, id) in [(300, 300), (2_000, 1_500), (3_000, 3_000), (3_000, 1)] {
        let (headers, _) = begin(&sessions, "rj-officer-1", tokens(access, id)).unwrap();
        let found = sessions.find(&headers).unwrap();
        assert_eq!(sessions.session(&found.kept).token.expose().len(), access);
        assert!(found.kept.refresh().is_some());
    }
    let (_, session) = begin(&sessions, "rj-officer-1", tokens(3_000, 3_000)).unwrap();
    assert!(session.id_token().is_none());
    assert!(matches!(begin(&sessions, "rj-officer-1", tokens(9_000, 1)), Err(TooLarge)));
}

#[test]
fn an_instance_forgets_what_it_learned_before_it_remembers_too_much_and_ends_nobodys_session() {
    let sessions = sessions();
    let (first, _) = begin(&sessions, "head-of-mission", tokens(300, 300)).unwrap();
    for number in 0..=MAX_KNOWN {
        sessions.entry(&mut sessions.known(), &number.to_string());
    }
    assert!(sessions.known().len() <= MAX_KNOWN);
    assert!(sessions.find(&first).is_some());
    for number in 0..=MAX_KNOWN {
        sessions.end(&number.to_string());
    }
    assert!(sessions.gone().len() <= MAX_KNOWN && sessions.find(&first).is_some());
}

#[test]
fn what_is_printed_of_a_session_holds_no_token() {
    let (_, session) = begin(&sessions(), "rj-officer-1", tokens(300, 300)).unwrap();
    assert!(!format!("{session:?}").contains("ttt"));
}
