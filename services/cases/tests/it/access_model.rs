//! An access model: who may do what to which case at which moment, written from the rules of the programme and not from the code. The
//! random questions are checked against it [R3c, IM1a, D-mediator].

use auth::grants::Line;
use base::Caller;
use cases::domain::access::decision::Verb;
use time::OffsetDateTime;

use crate::world::caller;

/// Kind of access to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Officer,
    Mediator,
    BreakGlass,
}

/// Access of a person to a case.
pub struct Access {
    pub case: usize,
    pub who: String,
    pub what: Kind,
    pub from: OffsetDateTime,
    pub to: Option<OffsetDateTime>,
    /// Whether it was taken away.
    pub taken: bool,
    pub break_glass_id: String,
}

/// Who may know of which case, as far as the random events have gone.
#[derive(Default)]
pub struct Model {
    pub accesses: Vec<Access>,
    /// Whether each case is closed; there are no others.
    pub closed: Vec<bool>,
    /// Break-glasses: by whom, and when.
    pub broken: Vec<(String, OffsetDateTime)>,
    /// Roles, those that have ended included.
    pub roles: Vec<Line>,
}

/// Expected answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Refused by the access rules, whatever the case.
    NoRole,
    Yes,
    /// As if there were no such case.
    Nothing,
    /// Known, and refused.
    No(&'static str),
}

impl Model {
    /// Caller with the roles that are live at a moment.
    pub fn who(&self, subject: &str, at: OffsetDateTime) -> Caller {
        let over = |end: Option<OffsetDateTime>| end.is_some_and(|end| end <= at);
        let live = self.roles.iter().filter(|l| l.subject == subject && l.since <= at && !over(l.until) && !over(l.ended_at));
        caller(subject, &live.map(|line| line.grant.role.as_str()).collect::<Vec<_>>())
    }

    pub fn has_access_as(&self, who: &Caller, what: Kind, case: usize, at: OffsetDateTime) -> bool {
        self.accesses.iter().any(|l| {
            !l.taken && l.case == case && l.what == what && l.who == who.subject && l.from <= at && l.to.is_none_or(|end| at < end)
        })
    }

    pub fn answer(&self, who: &Caller, verb: Verb, case: usize, at: OffsetDateTime) -> Answer {
        let is = |role: &str| who.has_role(role);
        let chief = is("national-manager") || is("rj-supervisor");
        let unit = chief || is("rj-officer");
        let may_ask = match verb {
            Verb::AssignMediator | Verb::EndMediator => unit,
            Verb::AssignOfficer | Verb::EndOfficer => chief,
            Verb::WhoViewed => is("national-manager"),
            Verb::Read | Verb::Find | Verb::List | Verb::AddParticipant | Verb::RecordAssessment | Verb::RecordConsent | Verb::Move => {
                unit || is("mediator")
            }
            other => panic!("{other:?} is not asked here"),
        };
        if !may_ask {
            return Answer::NoRole;
        }
        let Some(closed) = self.closed.get(case) else { return Answer::Nothing };
        let officer = is("rj-officer") && self.has_access_as(who, Kind::Officer, case, at);
        let mediator = is("mediator") && self.has_access_as(who, Kind::Mediator, case, at);
        let break_glass = is("rj-officer") && self.has_access_as(who, Kind::BreakGlass, case, at);
        let reading = matches!(verb, Verb::Read | Verb::Find | Verb::List);
        let answer = if chief || officer {
            Answer::Yes
        } else if mediator {
            if matches!(verb, Verb::AssignMediator | Verb::EndMediator) { Answer::No("not-your-part") } else { Answer::Yes }
        } else if break_glass {
            if reading { Answer::Yes } else { Answer::No("read-only-access") }
        } else {
            Answer::Nothing
        };
        let needs_an_open_case = matches!(verb, Verb::AddParticipant | Verb::AssignMediator);
        if answer == Answer::Yes && needs_an_open_case && *closed { Answer::No("case-closed") } else { answer }
    }

    /// Whether the same access is live already: to give it again changes nothing.
    pub fn has(&self, new: &Access) -> bool {
        self.accesses.iter().any(|l| !l.taken && (l.case, &l.who, l.what, l.to) == (new.case, &new.who, new.what, new.to))
    }

    pub fn take(&mut self, chosen: impl Fn(&Access) -> bool) {
        self.accesses.iter_mut().filter(|l| chosen(l)).for_each(|l| l.taken = true);
    }
}
