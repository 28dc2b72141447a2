//! Tests of consent: every transition, its end, and a new consent after a withdrawal.

use time::{Duration, macros::datetime};

use super::*;

const NOW: OffsetDateTime = datetime!(2026-03-02 15:00 UTC);
const YEAR: Validity = Validity(12);

const GIVING: WrittenGiving<'static> =
    WrittenGiving { how: Some(How::InPerson), understanding: &[Understanding::OwnWords], note: "", witness: "", scan: "" };

fn written(form_version: &'static str, language: &'static str, informed: bool) -> Written<'static> {
    Written { form_version, language, informed, ends_on: "", initiative: (None, None), giving: GIVING }
}

fn statement(status: Status) -> Statement {
    Statement::parse(Mode::Letter, status, written("RO-1", "fr", true), YEAR, NOW).unwrap()
}

fn current(status: Status) -> Consent {
    Consent {
        mode: Mode::Letter,
        status,
        form_version: "RO-1".into(),
        language: Some(Language::French),
        recorded_at: NOW - Duration::DAY,
        ends_on: (status == Status::Given).then(|| YEAR.ends_on(NOW)),
        initiative: None,
        giving: if status == Status::Given { Giving::parse(GIVING).unwrap() } else { Giving::unsaid() },
    }
}

fn word(outcome: Result<Recorded, Refusal>) -> &'static str {
    match outcome {
        Ok(Recorded::New) => "new",
        Ok(Recorded::Already) => "already",
        Err(refusal) => refusal.reason,
    }
}

fn outcome(before: Option<Status>, after: Status) -> &'static str {
    let current = before.map(current);
    let withdrawn_at = current.as_ref().filter(|c| c.status == Status::Withdrawn).map(|c| c.recorded_at);
    word(decide(Before { current: current.as_ref(), withdrawn_at }, &statement(after), Recorder::Unit, YEAR, NOW))
}

// [L26.1-2] [IM1c]
#[test]
fn every_step_of_a_consent_is_as_the_law_has_it() {
    use Status::{Expired, Given, Offered, Withdrawn};
    let table = [
        (None, Offered, "new"),
        (None, Given, "consent-not-offered"),
        (None, Withdrawn, "new"),
        (None, Expired, "consent-not-given"),
        (Some(Offered), Offered, "already"),
        (Some(Offered), Given, "new"),
        (Some(Offered), Withdrawn, "new"),
        (Some(Offered), Expired, "consent-not-given"),
        (Some(Given), Offered, "consent-already-given"),
        (Some(Given), Given, "already"),
        (Some(Given), Withdrawn, "new"),
        (Some(Given), Expired, "new"),
        (Some(Withdrawn), Offered, "own-initiative-missing"),
        (Some(Withdrawn), Given, "own-initiative-missing"),
        (Some(Withdrawn), Withdrawn, "already"),
        (Some(Withdrawn), Expired, "consent-not-given"),
        (Some(Expired), Offered, "new"),
        (Some(Expired), Given, "consent-not-offered-again"),
        (Some(Expired), Withdrawn, "new"),
        (Some(Expired), Expired, "already"),
    ];
    assert_eq!(table.len(), (Status::ALL.len() + 1) * Status::ALL.len());
    for (before, after, expected) in table {
        assert_eq!(outcome(before, after), expected, "{before:?} then {after:?}");
    }
}

// [IM1c]
#[test]
fn after_a_withdrawal_nothing_is_offered_or_given_in_any_mode_without_the_participants_own_initiative() {
    let withdrawn_at = Some(NOW - Duration::HOUR);
    let own = |at: OffsetDateTime| Statement { initiative: Some(Initiative { how: How::ByTelephone, at }), ..statement(Status::Offered) };
    // Whatever the status of this mode: the withdrawal may have been from another one.
    for before in [None, Some(Status::Offered), Some(Status::Given), Some(Status::Withdrawn), Some(Status::Expired)] {
        let current = before.map(current);
        let before = Before { current: current.as_ref(), withdrawn_at };
        let said = |said: &Statement, by| word(decide(before, said, by, YEAR, NOW));
        assert_eq!(said(&statement(Status::Offered), Recorder::Unit), "own-initiative-missing", "{before:?}");
        assert_eq!(said(&statement(Status::Given), Recorder::Unit), "own-initiative-missing", "{before:?}");
        assert_eq!(said(&own(NOW), Recorder::Mediator), "own-initiative-by-mediator", "{before:?}");
        assert_eq!(said(&own(NOW), Recorder::Unit), "new", "{before:?}");
        assert_eq!(said(&own(NOW - Duration::HOUR), Recorder::Unit), "new", "{before:?}");
        assert_eq!(said(&own(NOW - Duration::hours(2)), Recorder::Unit), "own-initiative-time", "before the withdrawal");
        assert_eq!(said(&own(NOW + Duration::SECOND), Recorder::Unit), "own-initiative-time", "in the future");
    }
    // They came back for another mode: a second withdrawal from this one is new, and so is a third.
    let current = current(Status::Withdrawn);
    let turned = Before { current: Some(&current), withdrawn_at: None };
    assert_eq!(word(decide(turned, &statement(Status::Withdrawn), Recorder::Unit, YEAR, NOW)), "new");
    assert_eq!(word(decide(turned, &statement(Status::Offered), Recorder::Unit, YEAR, NOW)), "own-initiative-missing");
    assert_eq!(word(decide(turned, &statement(Status::Given), Recorder::Unit, YEAR, NOW)), "own-initiative-missing");
}

#[test]
fn half_a_statement_of_initiative_is_refused_and_only_an_offer_carries_one() {
    let parse = |status, initiative| {
        let written = Written { initiative, ..written("RO-1", "en", true) };
        Statement::parse(Mode::Letter, status, written, YEAR, NOW).map(|said| said.initiative).map_err(|r| r.reason)
    };
    let how = Some(How::InWriting);
    assert_eq!(parse(Status::Offered, (how, None)), Err("own-initiative-incomplete"));
    assert_eq!(parse(Status::Offered, (None, Some(NOW))), Err("own-initiative-incomplete"));
    assert_eq!(parse(Status::Offered, (how, Some(NOW))), Ok(Some(Initiative { how: How::InWriting, at: NOW })));
    assert_eq!(parse(Status::Given, (how, Some(NOW))), Ok(None));
    for &how in How::ALL {
        assert_eq!(how.code().parse(), Ok(how));
    }
}

#[test]
fn a_consent_counts_to_its_last_day_and_is_given_again_only_after_a_new_offer() {
    let today = NOW.date();
    let given = Consent { ends_on: Some(today), ..current(Status::Given) };
    assert_eq!(given.stands(YEAR, today), Status::Given);
    assert_eq!(given.stands(YEAR, today.next_day().unwrap()), Status::Expired);
    let tomorrow = NOW + Duration::DAY;
    let again =
        |status| word(decide(Before { current: Some(&given), withdrawn_at: None }, &statement(status), Recorder::Unit, YEAR, tomorrow));
    assert_eq!(again(Status::Given), "consent-not-offered-again");
    assert_eq!(again(Status::Offered), "new");
    // A line of a former version ends as long after its recording as the programme allows.
    let former = Consent { ends_on: None, ..current(Status::Given) };
    assert_eq!(former.last_day(YEAR).to_string(), "2027-03-01");
    assert!(former.recorded_at.date() >= YEAR.surely_since(today));
    for months in [1, 2, 12, 120] {
        let validity = Validity(months);
        // Whatever was recorded on that day or later still counts.
        let oldest = validity.surely_since(today).midnight().assume_utc();
        assert!(validity.ends_on(oldest) >= today, "{months}");
    }
}

#[test]
fn the_end_of_a_consent_is_a_day_from_today_on_and_no_later_than_the_programme_allows() {
    let parse = |ends_on| {
        let written = Written { ends_on, ..written("RO-1", "en", true) };
        Statement::parse(Mode::Letter, Status::Given, written, YEAR, NOW)
            .map(|said| said.ends_on.unwrap().to_string())
            .map_err(|r| r.reason)
    };
    assert_eq!(parse(""), Ok("2027-03-02".into()));
    assert_eq!(parse(" 2026-03-02 "), Ok("2026-03-02".into()));
    assert_eq!(parse("2027-03-02"), Ok("2027-03-02".into()));
    for wrong in ["2026-03-01", "2027-03-03", "soon", "2026-02-30"] {
        assert_eq!(parse(wrong), Err("consent-end-impossible"), "{wrong}");
    }
}

#[test]
fn consent_on_a_newer_form_is_a_new_line_of_the_record() {
    let newer = Statement { form_version: "RO-2".into(), ..statement(Status::Given) };
    let current = current(Status::Given);
    let before = Before { current: Some(&current), withdrawn_at: None };
    assert_eq!(decide(before, &newer, Recorder::Mediator, YEAR, NOW).unwrap(), Recorded::New);
}

#[test]
fn consent_without_understanding_form_or_language_is_no_consent() {
    let parse = |form, language, informed| {
        let written = written(form, language, informed);
        Statement::parse(Mode::Video, Status::Given, written, YEAR, NOW).map_err(|r| (r.reason, r.field)).err()
    };
    assert_eq!(parse("RO-1", "en", false), Some(("consent-not-voluntary", Some("informed_and_voluntary"))));
    assert_eq!(parse(" ", "en", true), Some(("consent-form-missing", Some("form_version"))));
    assert_eq!(parse("RO-1", "de", true), Some(("consent-language-missing", Some("language"))));
    assert_eq!(parse("RO-1", "en", true), None);
}

#[test]
fn a_withdrawal_needs_no_form() {
    assert!(Statement::parse(Mode::Video, Status::Withdrawn, written("", "", false), YEAR, NOW).is_ok());
}

// [IM1c] [L26.1-2]
#[test]
fn a_consent_says_how_it_was_given_what_was_checked_and_who_was_there() {
    let parse = |giving| {
        let written = Written { giving, ..written("RO-1", "en", true) };
        Statement::parse(Mode::Letter, Status::Given, written, YEAR, NOW).map(|said| said.giving).map_err(|r| (r.reason, r.field.unwrap()))
    };
    let no_how = WrittenGiving { how: None, ..GIVING };
    assert_eq!(parse(no_how), Err(("consent-how-missing", "how")));
    let no_check = WrittenGiving { understanding: &[], ..GIVING };
    assert_eq!(parse(no_check), Err(("consent-understanding-missing", "understanding")));
    assert_eq!(parse(WrittenGiving { scan: "the blue one", ..GIVING }), Err(("consent-scan-unknown", "scan_document_id")));
    let twice = [Understanding::MayWithdraw, Understanding::OwnWords, Understanding::MayWithdraw];
    let said = parse(WrittenGiving { understanding: &twice, witness: " Ada Fictive ", ..GIVING }).unwrap();
    assert_eq!(said.understanding, [Understanding::OwnWords, Understanding::MayWithdraw]);
    assert_eq!((said.witness.expose().as_str(), said.scan), ("Ada Fictive", None));
    for &checked in Understanding::ALL {
        assert_eq!(checked.code().parse(), Ok(checked));
    }
    // Nothing of it is needed, or kept, for a withdrawal.
    let written = Written { giving: no_how, ..written("", "", false) };
    assert_eq!(Statement::parse(Mode::Letter, Status::Withdrawn, written, YEAR, NOW).unwrap().giving, Giving::unsaid());
}

#[test]
fn a_scan_that_follows_is_a_new_line_and_prolongs_nothing() {
    let current = Consent { ends_on: NOW.date().next_day(), ..current(Status::Given) };
    let before = Before { current: Some(&current), withdrawn_at: None };
    let id = Uuid::from_u128(7).to_string();
    let scanned = Written { giving: WrittenGiving { scan: &id, ..GIVING }, ..written("RO-1", "fr", true) };
    let said = Statement::parse(Mode::Letter, Status::Given, scanned, YEAR, NOW).unwrap();
    let followed = said.clone().with_its_end(Some(&current), false, YEAR, NOW.date());
    assert_eq!(followed.ends_on, current.ends_on);
    assert_eq!(word(decide(before, &followed, Recorder::Mediator, YEAR, NOW)), "new");
    // Once recorded, the same consent without its scan is nothing new, and neither is the same scan.
    let kept = Consent { giving: followed.giving.clone(), ..current.clone() };
    let before = Before { current: Some(&kept), withdrawn_at: None };
    assert_eq!(word(decide(before, &followed, Recorder::Mediator, YEAR, NOW)), "already");
    let bare = Statement { ends_on: kept.ends_on, ..statement(Status::Given) };
    assert_eq!(word(decide(before, &bare, Recorder::Mediator, YEAR, NOW)), "already");
    // An end that is stated, another form, or a consent that is over: the statement stands as it is.
    let newer = Consent { form_version: "RO-2".into(), ..current.clone() };
    let over = Consent { ends_on: NOW.date().previous_day(), ..current.clone() };
    for (current, states_end) in [(&current, true), (&newer, false), (&over, false)] {
        assert_eq!(said.clone().with_its_end(Some(current), states_end, YEAR, NOW.date()).ends_on, said.ends_on);
    }
}
