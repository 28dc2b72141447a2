//! Tests of the whole transition table, and of what makes a decision complete.

use super::*;
use crate::domain::Flag;
use time::macros::{date, datetime};

const TODAY: Date = date!(2026 - 03 - 02);
const MOMENT: OffsetDateTime = datetime!(2026-03-02 15:00 UTC);

fn decision(disposition: Disposition) -> Decision {
    let review_on = (disposition == Disposition::DeferredForPreparation).then_some(TODAY);
    Decision { disposition, reason: "both sides were asked".to_owned().into(), review_on }
}

fn standing(state: State, flags: &[Flag]) -> Standing {
    let codes: Vec<&str> = flags.iter().map(|f| f.code()).collect();
    Standing { state, flags: Flags::from_codes(&codes), latest: None, told_at: None }
}

#[test]
fn the_screening_table_is_this_one() {
    let mut table = String::new();
    for state in State::ALL.iter().copied() {
        for disposition in Disposition::ALL.iter().copied() {
            for flags in [&[][..], &[Flag::ConditionsNotStated], &[Flag::NoContactCondition, Flag::OriginCheck]] {
                let answer = decide(&standing(state, flags), &decision(disposition), "officer");
                let open = flags.first().is_some_and(|f| f.is_question());
                let words = match answer {
                    Ok(Outcome::Changed(next)) => next.code(),
                    Ok(_) => "unexpected",
                    Err(refusal) => refusal.reason,
                };
                let expected = expected(state, disposition, open);
                table.push_str(&format!("{} + {} -> {words}\n", state.code(), disposition.code()));
                assert_eq!(words, expected, "{}", table.lines().last().unwrap_or_default());
            }
        }
    }
    assert_eq!(table.lines().count(), 6 * 10 * 3);
}

fn expected(state: State, disposition: Disposition, open_question: bool) -> &'static str {
    use Disposition as D;
    let case_is_open = state == State::Accepted || state == State::IndirectOnly;
    match disposition {
        D::Accepted | D::IndirectOnly if open_question => "conditions-not-stated",
        D::Accepted => "screened-accepted",
        D::IndirectOnly => "screened-indirect-only",
        // [L26-6]
        D::Withdrawn | D::NoContactPermitted => "screened-closed",
        _ if case_is_open => "case-already-open",
        D::DeferredForPreparation => "screened-deferred",
        _ => "screened-closed",
    }
}

#[test]
fn no_question_of_the_directive_can_be_passed_over() {
    for flag in Flag::ALL.iter().copied() {
        for state in [State::Received, State::NeedsClarification, State::Deferred, State::Closed] {
            for disposition in [Disposition::Accepted, Disposition::IndirectOnly] {
                let answer = decide(&standing(state, &[flag]), &decision(disposition), "officer");
                match flag.is_question() {
                    true => assert_eq!(answer.unwrap_err().reason, flag.code()),
                    false => assert!(answer.is_ok(), "a condition is reviewed and never rejects: {flag:?}"),
                }
            }
        }
    }
}

#[test]
fn the_same_decision_twice_is_one_decision_and_a_colleague_confirming_it_is_kept() {
    let accepted = decision(Disposition::Accepted);
    let standing = Standing {
        latest: Some(Latest { decision: accepted.clone(), decided_by: "officer".into(), decided_at: MOMENT }),
        ..standing(State::Accepted, &[])
    };
    assert_eq!(decide(&standing, &accepted, "officer"), Ok(Outcome::Repeated(State::Accepted)));
    assert_eq!(decide(&standing, &accepted, "colleague"), Ok(Outcome::Confirmed(State::Accepted)));
    let again = Decision { reason: "asked once more".to_owned().into(), ..accepted };
    assert_eq!(decide(&standing, &again, "officer"), Ok(Outcome::Confirmed(State::Accepted)));
    assert_eq!(decide(&standing, &decision(Disposition::IndirectOnly), "officer"), Ok(Outcome::Changed(State::IndirectOnly)));
}

#[test]
fn a_decision_is_later_than_the_one_before_it_even_when_the_clock_was_set_back() {
    let undecided = standing(State::Received, &[]);
    assert_eq!(undecided.moment(MOMENT), MOMENT);
    let latest = Latest { decision: decision(Disposition::Accepted), decided_by: "officer".into(), decided_at: MOMENT };
    let decided = Standing { latest: Some(latest), ..standing(State::Accepted, &[]) };
    for back in [Duration::ZERO, Duration::MICROSECOND, Duration::HOUR, Duration::days(400)] {
        assert_eq!(decided.moment(MOMENT - back), MOMENT + Duration::MICROSECOND, "{back}");
    }
    assert_eq!(decided.moment(MOMENT + Duration::HOUR), MOMENT + Duration::HOUR);
}

#[test]
fn a_new_review_date_is_a_new_decision() {
    let first = decision(Disposition::DeferredForPreparation);
    let standing = Standing {
        latest: Some(Latest { decision: first.clone(), decided_by: "officer".into(), decided_at: MOMENT }),
        ..standing(State::Deferred, &[])
    };
    let later = Decision { review_on: Some(date!(2026 - 05 - 01)), ..first };
    assert_eq!(decide(&standing, &later, "officer"), Ok(Outcome::Changed(State::Deferred)));
}

#[test]
fn a_decision_without_a_reason_or_a_real_review_date_is_refused() {
    use Disposition as D;
    let cases = [
        (None, "because", "", "disposition-missing"),
        (Some(D::Accepted), "", "", "reason-missing"),
        (Some(D::Accepted), " \n", "", "reason-missing"),
        (Some(D::Accepted), "a\0", "", "control-character"),
        (Some(D::Accepted), "because", "2026-03-02", "review-date-out-of-place"),
        (Some(D::DeferredForPreparation), "because", "", "review-date-missing"),
        (Some(D::DeferredForPreparation), "because", "soon", "review-date-malformed"),
        (Some(D::DeferredForPreparation), "because", "2026-02-29", "review-date-malformed"),
        (Some(D::DeferredForPreparation), "because", "2026-03-01", "review-date-past"),
        (Some(D::DeferredForPreparation), "because", "2027-03-04", "review-date-far-ahead"),
        (Some(D::DeferredForPreparation), "because", "9999-12-31", "review-date-far-ahead"),
        (Some(D::Accepted), "\u{200b}\u{3164}", "", "reason-missing"),
    ];
    for (disposition, reason, review_on, expected) in cases {
        let answer = Decision::read(disposition, reason.to_owned().into(), review_on, TODAY);
        assert_eq!(answer.map(|_| ()).map_err(|r| r.reason), Err(expected), "{reason:?} {review_on:?}");
    }
    for day in ["2026-03-02", " 2027-03-03 "] {
        let read = Decision::read(Some(D::DeferredForPreparation), "because".to_owned().into(), day, TODAY).unwrap();
        assert!(read.review_on >= Some(TODAY));
    }
}

#[test]
fn every_code_is_read_back_as_what_it_was() {
    for state in State::ALL.iter().copied() {
        assert_eq!(State::from_code(state.code()), Some(state));
    }
    for disposition in Disposition::ALL.iter().copied() {
        assert_eq!(Disposition::from_code(disposition.code()), Some(disposition));
    }
}

#[test]
fn a_decision_after_a_correction_is_told_even_where_it_is_the_same_and_is_later_whatever_the_clock_says() {
    let accepted = decision(Disposition::Accepted);
    let latest = Latest { decision: accepted.clone(), decided_by: "officer".into(), decided_at: MOMENT };
    let told_at = Some(MOMENT + Duration::HOUR);
    let corrected =
        Standing { latest: Some(latest), told_at, ..standing(State::Accepted, &[Flag::CorrectedAfterDecision, Flag::NoContactCondition]) };
    assert_eq!(decide(&corrected, &accepted, "officer"), Ok(Outcome::Changed(State::Accepted)));
    assert_eq!(corrected.moment(MOMENT), MOMENT + Duration::HOUR + Duration::MICROSECOND);
    let asked = Standing { flags: Flags::from_codes(&["offender-asked-not-stated", "corrected-after-decision"]), ..corrected };
    assert_eq!(decide(&asked, &accepted, "officer").map_err(|refusal| refusal.reason), Err("offender-asked-not-stated"));
    assert_eq!(decide(&asked, &decision(Disposition::NoContactPermitted), "officer"), Ok(Outcome::Changed(State::Closed)));
}
