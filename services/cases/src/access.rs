//! Access rules: which roles may call which RPC. Whether a caller may know of a case is decided by its access list.

use auth::access::{ANY_GRANTED, Rule};
use proto::role::{
    ACCE, DISTRICT_DIRECTOR, INSTITUTIONAL_HEAD, MANAGER_ASSESSMENT_INTERVENTIONS, MEDIATOR, NATIONAL_MANAGER, PAROLE_OFFICER,
    PAROLE_OFFICER_SUPERVISOR, RJ_OFFICER, RJ_SUPERVISOR, RVS_MANAGER, STAFF, VICTIM_SERVICES_OFFICER,
};

use crate::domain::condition::advice::DRAFTERS;

/// The RJ Unit has custody of every file [IM1c].
const UNIT: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER];
/// The roles that supervise the whole unit.
const SUPERVISORS: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR];
/// The registry of mediators is kept by the National Manager [R3d].
const REGISTRY: &[&str] = &[NATIONAL_MANAGER];
/// The protocols are drafted by the National Manager, and approved by the ACCE [R1].
const DRAFTER: &[&str] = &[NATIONAL_MANAGER];
const APPROVER: &[&str] = &[ACCE];
/// Whoever follows the protocols in a case, and who approves them.
const PROTOCOL_READERS: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, MEDIATOR, ACCE];
/// The RJ Unit, and the mediators of their own cases [R4a].
const UNIT_AND_MEDIATORS: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, MEDIATOR];
/// Whoever may have to do with the words of a condition: they are about no case [R8d].
const WORDING_READERS: &[&str] = &[
    NATIONAL_MANAGER,
    RJ_SUPERVISOR,
    RJ_OFFICER,
    MEDIATOR,
    MANAGER_ASSESSMENT_INTERVENTIONS,
    PAROLE_OFFICER_SUPERVISOR,
    PAROLE_OFFICER,
    STAFF,
];

/// Whoever answers for a site decides on entries to it [R2a]; and whoever arranges them there reads them [R6d].
const DECIDE_AT_SITES: &[&str] = &[INSTITUTIONAL_HEAD, DISTRICT_DIRECTOR, PAROLE_OFFICER_SUPERVISOR];
const AT_SITES: &[&str] = &[INSTITUTIONAL_HEAD, DISTRICT_DIRECTOR, PAROLE_OFFICER_SUPERVISOR, MANAGER_ASSESSMENT_INTERVENTIONS];

/// Whoever is asked for information: staff of a site for the offender's file, victim services for the victim's [R5c, R6c, R7c, R8b].
const ASKED: &[&str] =
    &[MANAGER_ASSESSMENT_INTERVENTIONS, PAROLE_OFFICER_SUPERVISOR, PAROLE_OFFICER, STAFF, RVS_MANAGER, VICTIM_SERVICES_OFFICER];
/// Victim services record what they disclosed to a victim; whoever works on a case is told to ask them.
const TELL_VICTIM: &[&str] = &[NATIONAL_MANAGER, RJ_SUPERVISOR, RJ_OFFICER, MEDIATOR, RVS_MANAGER, VICTIM_SERVICES_OFFICER];

const fn rule(method: &'static str, permission: &'static str, clause: &'static str, allow: &'static [&'static str]) -> Rule {
    Rule { method, permission, clause, allow }
}

/// RPCs that no quota and no other call delays: an assessment may flag an imminent risk, and is then a concern [R3e].
pub const URGENT: &[&str] = &[ASSESS];
const ASSESS: &str = "/ro.cases.v1.AssessmentService/RecordAssessment";

/// One rule for each RPC.
pub const RULES: &[Rule] = &[
    rule("/ro.cases.v1.CaseService/ListCases", "case.list", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.CaseService/GetCase", "case.read", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.CaseService/ReplayCase", "case.replay", "L18", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.CaseService/FindCaseByReferral", "case.find", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ParticipantService/AddParticipant", "participant.add", "D-RO", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ParticipantService/LeaveCase", "participant.leave", "IM1c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.AccessService/AssignMediator", "mediator.assign", "D-mediator", UNIT),
    rule("/ro.cases.v1.AccessService/EndAssignment", "mediator.end", "R5c", UNIT),
    rule("/ro.cases.v1.AccessService/AssignOfficer", "officer.assign", "R3c", SUPERVISORS),
    rule("/ro.cases.v1.AccessService/EndOfficer", "officer.end", "R3c", SUPERVISORS),
    rule("/ro.cases.v1.MediatorService/EngageMediator", "mediator.engage", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/RenewMediator", "mediator.renew", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/EndEngagement", "mediator.end-engagement", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/AmendMediator", "mediator.amend", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/RecordTraining", "mediator.train", "R3d", REGISTRY),
    rule("/ro.cases.v1.MediatorService/RecordConflict", "mediator.conflict", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/LiftConflict", "mediator.lift-conflict", "D-mediator", REGISTRY),
    rule("/ro.cases.v1.MediatorService/GetMediator", "mediator.read", "D-mediator", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.MediatorService/ListMediators", "mediator.list", "D-mediator", UNIT),
    rule("/ro.cases.v1.MediatorService/MatchMediators", "mediator.match", "D-mediator", UNIT),
    rule("/ro.cases.v1.BreakGlassService/BreakGlass", "break-glass.open", "R3c", &[RJ_SUPERVISOR, RJ_OFFICER]),
    rule("/ro.cases.v1.BreakGlassService/EndBreakGlass", "break-glass.end", "R3c", UNIT),
    rule("/ro.cases.v1.BreakGlassService/ListBreakGlass", "break-glass.list", "IM1a", SUPERVISORS),
    rule("/ro.cases.v1.BreakGlassService/ReviewBreakGlass", "break-glass.review", "IM1a", SUPERVISORS),
    rule(ASSESS, "assessment.record", "R4a", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ConsentService/RecordConsent", "consent.record", "IM1c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ModeService/DescribeMode", "mode.describe", "D-VOM", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ModeService/SayDirect", "mode.say", "D-VOM", UNIT),
    rule("/ro.cases.v1.CaseService/MoveCase", "case.move", "R3a", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.CaseService/CorrectSite", "site.correct", "R3e", UNIT),
    rule("/ro.cases.v1.CaseService/RecordPersonMove", "site.move", "R3e", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ConditionService/RecordCondition", "condition.record", "R8d", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ConditionService/StateNoCondition", "condition.none", "R7a", UNIT),
    rule("/ro.cases.v1.ConditionService/ListConditions", "condition.list", "R8d", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ConditionService/AdviseDrafter", "condition.advise", "GL2c/2d", UNIT),
    rule("/ro.cases.v1.ConditionService/RecordVictimInformed", "condition.inform", "L133-7", UNIT),
    rule("/ro.cases.v1.ConditionService/AmendCondition", "condition.amend", "L133-7", UNIT),
    rule("/ro.cases.v1.ConditionService/EndCondition", "condition.end", "R8d", UNIT),
    rule("/ro.cases.v1.ConditionService/GetExceptionWording", "condition.wording", "R8d", WORDING_READERS),
    rule("/ro.cases.v1.ConditionService/ListAdvice", "advice.list", "GL2c/2d", DRAFTERS),
    rule("/ro.cases.v1.ConditionService/ReadAdvice", "advice.read", "GL2c/2d", DRAFTERS),
    rule("/ro.cases.v1.DisclosureService/ListDisclosures", "disclosure.list", "X-701", UNIT),
    rule("/ro.cases.v1.DocumentService/KeepDocument", "document.keep", "TS1c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.DocumentService/ListDocuments", "document.list", "TS1c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.DocumentService/ReadDocument", "document.read", "TS1c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.DueService/ListDueThings", "due.list", "R3a", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.DueService/GetWorkload", "due.workload", "R3a", UNIT),
    rule("/ro.cases.v1.ReviewService/ListReviews", "review.list", "RM1a", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ReviewService/FinishReview", "review.finish", "RM1a", UNIT),
    rule("/ro.cases.v1.ReviewService/SignOffReview", "review.sign-off", "R3a", SUPERVISORS),
    rule("/ro.cases.v1.ExchangeService/RegisterItem", "item.register", "R4b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ExchangeService/StepItem", "item.step", "R4b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ExchangeService/ListItems", "item.list", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.SessionService/PlanSession", "session.plan", "R4b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.SessionService/StepSession", "session.step", "R4b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.SessionService/ListSessions", "session.list", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ExtractService/PullExtract", "extract.pull", "TS1b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ExtractService/ListExtracts", "extract.list", "TS1b", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.EntryService/AskEntry", "entry.ask", "R6d", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.EntryService/StepEntry", "entry.step", "R2a", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.EntryService/ListEntries", "entry.list", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.EntryService/ListSiteEntries", "entry.list-site", "R2a", AT_SITES),
    rule("/ro.cases.v1.EntryService/DecideEntry", "entry.decide", "R2a", DECIDE_AT_SITES),
    rule("/ro.cases.v1.EntryService/GetEntryManifest", "entry.manifest", "X-701", AT_SITES),
    rule("/ro.cases.v1.EntryService/RecordCurfew", "curfew.record", "R7d", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.EntryService/EndCurfew", "curfew.end", "R7d", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.RequestService/AskRequest", "request.ask", "R5c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.RequestService/WithdrawRequest", "request.withdraw", "R5c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.RequestService/ListRequests", "request.list", "R3c", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.RequestService/ListAddressedRequests", "request.list-addressed", "R8b", ASKED),
    rule("/ro.cases.v1.RequestService/AnswerRequest", "request.answer", "R8b", ASKED),
    rule("/ro.cases.v1.RequestService/DeclineRequest", "request.decline", "R8b", ASKED),
    rule("/ro.cases.v1.RequestService/RecordDisclosureToVictim", "victim.tell", "X-784", TELL_VICTIM),
    rule("/ro.cases.v1.ProtocolService/DraftProtocol", "protocol.draft", "R1", DRAFTER),
    rule("/ro.cases.v1.ProtocolService/PutPart", "protocol.put-part", "R1", DRAFTER),
    rule("/ro.cases.v1.ProtocolService/RemovePart", "protocol.remove-part", "R1", DRAFTER),
    rule("/ro.cases.v1.ProtocolService/SubmitProtocol", "protocol.submit", "R1", DRAFTER),
    rule("/ro.cases.v1.ProtocolService/ApproveProtocol", "protocol.approve", "R1", APPROVER),
    rule("/ro.cases.v1.ProtocolService/ReturnProtocol", "protocol.return", "R1", APPROVER),
    rule("/ro.cases.v1.ProtocolService/GetProtocol", "protocol.read", "R1", PROTOCOL_READERS),
    rule("/ro.cases.v1.ProtocolService/ListProtocols", "protocol.list", "R1", PROTOCOL_READERS),
    rule("/ro.cases.v1.ProtocolService/ListSteps", "step.list", "R1", UNIT_AND_MEDIATORS),
    rule("/ro.cases.v1.ClauseService/ListClauses", "clause.list", "P1", &[ANY_GRANTED]),
    rule("/ro.cases.v1.ClauseService/GetClause", "clause.read", "P1", &[ANY_GRANTED]),
    rule("/ro.cases.v1.AccessService/ListAccess", "case.access", "IM1a", &[NATIONAL_MANAGER]),
    rule("/ro.cases.v1.HoldService/PlaceHold", "hold.place", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.HoldService/LiftHold", "hold.lift", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.HoldService/ListHolds", "hold.list", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.PurgeService/ListDue", "purge.due", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.PurgeService/OrderPurge", "purge.order", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.PurgeService/ConfirmPurge", "purge.confirm", "LPR4", SUPERVISORS),
    rule("/ro.cases.v1.PurgeService/GetPurgeCertificate", "purge.certificate", "LPR4", SUPERVISORS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rpc_has_exactly_one_rule_and_every_rule_an_rpc() {
        let mut rpcs: Vec<String> = proto::rpcs("ro.cases.v1").map(|rpc| proto::path(&rpc)).collect();
        let mut ruled: Vec<String> = RULES.iter().map(|r| r.method.to_owned()).collect();
        rpcs.sort();
        ruled.sort();
        assert_eq!(rpcs, ruled);
    }

    #[test]
    fn only_the_rj_unit_gives_and_takes_cases() {
        for rule in RULES.iter().filter(|r| ["mediator.assign", "mediator.end"].contains(&r.permission)) {
            assert_eq!(rule.allow, UNIT, "{}", rule.permission);
        }
    }

    // [R1]
    #[test]
    fn who_drafts_the_protocols_does_not_approve_them() {
        for rule in RULES.iter().filter(|r| ["protocol.approve", "protocol.return"].contains(&r.permission)) {
            assert_eq!(rule.allow, [ACCE], "{}", rule.permission);
        }
        assert_eq!(RULES.iter().filter(|r| r.allow == DRAFTER && r.permission.starts_with("protocol.")).count(), 4);
    }

    // [R3d]
    #[test]
    fn only_the_national_manager_writes_the_registry_of_mediators() {
        let writes = RULES.iter().filter(|r| r.method.contains(".MediatorService/") && r.allow == REGISTRY);
        assert_eq!(writes.count(), 7);
    }
}
