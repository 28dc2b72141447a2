//! An access model: who may do what to which case at which moment, written from the rules of the programme and not from the code. The
//! random questions are checked against it [R3c, IM1a, D-mediator].

use auth::grants::Line;
use base::Caller;
use cases::domain::access::decision::Verb;
use time::OffsetDateTime;

use crate::world::caller;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    Officer,
    Mediator,
    Glass,
}

/// Somebody was let to a case.
pub struct Let {
    pub case: usize,
    pub who: String,
    pub what: As,
    pub from: OffsetDateTime,
    pub to: Option<OffsetDateTime>,
    /// Taken away: from that moment on it never was of use to anybody.
    pub taken: bool,
    pub break_glass_id: String,
}

#[derive(Default)]
pub struct Model {
    pub lets: Vec<Let>,
    /// Whether each case is closed; there are no others.
    pub closed: Vec<bool>,
    /// Who broke a glass, and when.
    pub broken: Vec<(String, OffsetDateTime)>,
    /// Roles that anybody holds or held: who somebody is changes in time.
    pub roles: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The role may not even ask.
    Door,
    Yes,
    /// As if there were no such case.
    Nothing,
    /// Known, and refused.
    No(&'static str),
}

impl Model {
    /// Who somebody is at a moment: the roles that were given before, and have neither run out nor been taken back.
    pub fn who(&self, subject: &str, at: OffsetDateTime) -> Caller {
        let over = |end: Option<OffsetDateTime>| end.is_some_and(|end| end <= at);
        let live = self.roles.iter().filter(|l| l.subject == subject && l.since <= at && !over(l.until) && !over(l.ended_at));
        caller(subject, &live.map(|line| line.grant.role.as_str()).collect::<Vec<_>>())
    }

    pub fn let_as(&self, who: &Caller, what: As, case: usize, at: OffsetDateTime) -> bool {
        self.lets.iter().any(|l| {
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
            return Answer::Door;
        }
        let Some(closed) = self.closed.get(case) else { return Answer::Nothing };
        let officer = is("rj-officer") && self.let_as(who, As::Officer, case, at);
        let mediator = is("mediator") && self.let_as(who, As::Mediator, case, at);
        let break_glass = is("rj-officer") && self.let_as(who, As::Glass, case, at);
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

    /// Whether it has this very let already: to give it again changes nothing.
    pub fn has(&self, new: &Let) -> bool {
        self.lets.iter().any(|l| !l.taken && (l.case, &l.who, l.what, l.to) == (new.case, &new.who, new.what, new.to))
    }

    pub fn take(&mut self, chosen: impl Fn(&Let) -> bool) {
        self.lets.iter_mut().filter(|l| chosen(l)).for_each(|l| l.taken = true);
    }
}
