//! Encoding of domain types as wire messages.

use chassis::{audit::log::Row, wire};
use proto::cases::v1 as wire_cases;
use time::{Date, OffsetDateTime};

use crate::{
    app::{events::stage_code, purge_case::Due, read_cases::Whole},
    domain::{
        assessment::{self, Assessment, Risk},
        break_glass::Finding,
        consent::{Consent, How, Status},
        leaving::{Leaving, Wish},
        mode::{Description, Mode},
        participant::{Kind, Language, Participant},
        retention::HoldKind,
        site::{self, Stay},
    },
    store::break_glass::Broken,
    store::case_file::CaseFile,
    store::hold::Hold,
};

/// A line of the audit log.
pub fn access(line: Row) -> wire_cases::Access {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(line.at) * 1_000).ok().map(wire::timestamp);
    wire_cases::Access { at, actor: line.actor, action: line.action, outcome: line.outcome, reason: line.reason }
}

/// A break-glass; a review due before today is overdue.
pub fn break_glass(broken: Broken, today: Date) -> wire_cases::BreakGlassUse {
    wire_cases::BreakGlassUse {
        break_glass_id: broken.id.to_string(),
        case_id: broken.case.to_string(),
        case_number: broken.number,
        broken_by: broken.subject,
        reason: broken.reason.into_inner(),
        broken_at: Some(wire::timestamp(broken.broken_at)),
        until: Some(wire::timestamp(broken.until)),
        ended_at: broken.ended_at.map(wire::timestamp),
        overdue: broken.finding.is_none() && broken.review_due < today,
        review_due: assessment::date_text(broken.review_due),
        finding: broken.finding.map_or(wire_cases::BreakGlassFinding::Unspecified, finding).into(),
        note: broken.note.into_inner(),
        reviewed_by: broken.reviewed_by.unwrap_or_default(),
        reviewed_at: broken.reviewed_at.map(wire::timestamp),
        readings: i32::try_from(broken.readings).unwrap_or(i32::MAX),
    }
}

const fn finding(from: Finding) -> wire_cases::BreakGlassFinding {
    match from {
        Finding::Justified => wire_cases::BreakGlassFinding::Justified,
        Finding::NotJustified => wire_cases::BreakGlassFinding::NotJustified,
    }
}

/// A hold; the fields of its lifting are empty while it stands.
pub fn hold(hold: Hold) -> wire_cases::Hold {
    let (lifted_by, lifted_at, lifted_because) = match hold.lifted {
        Some(lifted) => (lifted.by, Some(wire::timestamp(lifted.at)), lifted.because.into_inner()),
        None => (String::new(), None, String::new()),
    };
    wire_cases::Hold {
        hold_id: hold.id.to_string(),
        kind: hold_kind(hold.kind).into(),
        reason: hold.reason.into_inner(),
        placed_by: hold.placed_by,
        placed_at: Some(wire::timestamp(hold.placed_at)),
        lifted_by,
        lifted_at,
        lifted_because,
    }
}

const fn hold_kind(from: HoldKind) -> wire_cases::HoldKind {
    match from {
        HoldKind::AccessRequest => wire_cases::HoldKind::AccessRequest,
        HoldKind::Legal => wire_cases::HoldKind::Legal,
        HoldKind::Other => wire_cases::HoldKind::Other,
    }
}

/// A case whose retention is over.
pub fn due(due: Due) -> wire_cases::DueCase {
    let (ordered_by, ordered_at) = due.closed.order.map(|order| (order.by, wire::timestamp(order.at))).unzip();
    wire_cases::DueCase {
        case_id: due.closed.case.to_string(),
        case_number: due.closed.number,
        last_used_at: Some(wire::timestamp(due.closed.facts.last_use)),
        retention_over_at: Some(wire::timestamp(due.over_at)),
        kept_by: due.kept_by.unwrap_or_default().to_owned(),
        ordered_by: ordered_by.unwrap_or_default(),
        ordered_at,
    }
}

/// A case without participants and assessments.
pub fn file(file: CaseFile) -> wire_cases::Case {
    wire_cases::Case {
        case_id: file.id.to_string(),
        case_number: file.number,
        referral_id: file.referral.to_string(),
        stage: stage_code(file.standing.stage).into(),
        site: file.site.unwrap_or_default(),
        mediator: file.mediator.unwrap_or_default(),
        officers: file.officers,
        indirect_only: file.indirect_only,
        opened_at: Some(wire::timestamp(file.opened_at)),
        contact_frozen: file.contact_frozen,
        mode: file.standing.mode.map(Mode::code).unwrap_or_default().to_owned(),
        described_mode_id: described(file.standing.mode),
        ..wire_cases::Case::default()
    }
}

/// A case with its whole file.
pub fn whole(whole: Whole) -> wire_cases::Case {
    let Whole { file: own, participants, consents, assessments, modes, stays } = whole;
    let participants = participants
        .into_iter()
        .map(|person| {
            let own = consents.iter().filter(|(who, _)| *who == person.id).map(|(_, c)| consent(c)).collect();
            participant(person, own)
        })
        .collect();
    wire_cases::Case {
        participants,
        assessments: assessments.into_iter().map(assessment).collect(),
        described_modes: modes.into_iter().map(description).collect(),
        sites: stays.into_iter().map(stay).collect(),
        ..file(own)
    }
}

fn description(from: Description) -> wire_cases::DescribedMode {
    let (said_by, said_at) = from.said.map(|(by, at)| (by, wire::timestamp(at))).unzip();
    wire_cases::DescribedMode {
        mode_id: from.mode.id.to_string(),
        description: from.text.into_inner(),
        direct: from.mode.direct,
        described_by: from.described_by,
        described_at: Some(wire::timestamp(from.described_at)),
        said_by: said_by.unwrap_or_default(),
        said_at,
    }
}

/// The id of a described mode; empty for a mode of the list, and for no mode.
fn described(mode: Option<Mode>) -> String {
    mode.and_then(Mode::described).map(|described| described.id.to_string()).unwrap_or_default()
}

/// A stay at one site; without a change it is where the case opened.
pub fn stay(from: Stay) -> wire_cases::SiteStay {
    let how = from.change.as_ref().map_or(wire_cases::SiteChange::Opening, |change| match change.how {
        site::How::Correction => wire_cases::SiteChange::Correction,
        site::How::Transfer => wire_cases::SiteChange::Transfer,
        site::How::Release => wire_cases::SiteChange::Release,
    });
    let (reason, recorded_by, recorded_at) = match from.change {
        Some(change) => (change.reason.into_inner(), change.recorded_by, Some(wire::timestamp(change.recorded_at))),
        None => (String::new(), String::new(), None),
    };
    wire_cases::SiteStay {
        site: from.site.unwrap_or_default(),
        from: assessment::date_text(from.from),
        until: from.until.map(assessment::date_text).unwrap_or_default(),
        how: how.into(),
        reason,
        recorded_by,
        recorded_at,
    }
}

fn participant(from: Participant, consents: Vec<wire_cases::Consent>) -> wire_cases::Participant {
    wire_cases::Participant {
        participant_id: from.id.to_string(),
        kind: kind(from.person.kind).into(),
        name: from.person.name.into_inner(),
        fps: from.person.fps.into_inner(),
        language: language(from.person.language),
        consents,
        left: from.left.map(leaving),
        formerly: from.formerly.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn leaving(from: Leaving) -> wire_cases::Leaving {
    wire_cases::Leaving {
        wish: wish(from.wish).into(),
        reason: from.reason.into_inner(),
        recorded_by: from.recorded_by,
        left_at: Some(wire::timestamp(from.at)),
    }
}

const fn wish(from: Wish) -> wire_cases::Wish {
    match from {
        Wish::Own => wire_cases::Wish::OwnWish,
        Wish::Unit => wire_cases::Wish::ByTheUnit,
        Wish::Mediator => wire_cases::Wish::ByTheMediator,
        Wish::Unable => wire_cases::Wish::Unable,
        Wish::Mistake => wire_cases::Wish::ByMistake,
    }
}

fn consent(from: &Consent) -> wire_cases::Consent {
    wire_cases::Consent {
        mode: Mode::code(from.mode).to_owned(),
        status: status(from.status).into(),
        form_version: from.form_version.clone(),
        language: language(from.language),
        recorded_at: Some(wire::timestamp(from.recorded_at)),
        ends_on: from.ends_on.map(assessment::date_text).unwrap_or_default(),
        initiative: from.initiative.map_or(wire_cases::Initiative::Unspecified, |initiative| how(initiative.how)).into(),
        described_mode_id: described(Some(from.mode)),
        initiative_at: from.initiative.map(|initiative| wire::timestamp(initiative.at)),
    }
}

const fn how(from: How) -> wire_cases::Initiative {
    match from {
        How::InPerson => wire_cases::Initiative::InPerson,
        How::ByTelephone => wire_cases::Initiative::ByTelephone,
        How::InWriting => wire_cases::Initiative::InWriting,
        How::ByVideo => wire_cases::Initiative::ByVideo,
        How::ThroughRepresentative => wire_cases::Initiative::ThroughRepresentative,
    }
}

fn assessment(from: Assessment) -> wire_cases::Assessment {
    wire_cases::Assessment {
        assessment_id: from.id.to_string(),
        participant_id: from.said.participant.to_string(),
        risk: risk(from.said.risk).into(),
        notes: from.said.notes.into_inner(),
        recorded_by: from.recorded_by,
        recorded_at: Some(wire::timestamp(from.recorded_at)),
        next_review_on: from.said.next_review_on.map(assessment::date_text).unwrap_or_default(),
    }
}

fn language(from: Option<Language>) -> String {
    from.map(Language::code).unwrap_or_default().to_owned()
}

const fn kind(from: Kind) -> wire_cases::ParticipantKind {
    match from {
        Kind::Victim => wire_cases::ParticipantKind::Victim,
        Kind::Offender => wire_cases::ParticipantKind::Offender,
        Kind::CommunityMember => wire_cases::ParticipantKind::CommunityMember,
        Kind::SupportPerson => wire_cases::ParticipantKind::SupportPerson,
        Kind::Representative => wire_cases::ParticipantKind::Representative,
        Kind::Interpreter => wire_cases::ParticipantKind::Interpreter,
        Kind::Elder => wire_cases::ParticipantKind::Elder,
    }
}

const fn risk(from: Risk) -> wire_cases::RiskLevel {
    match from {
        Risk::Low => wire_cases::RiskLevel::Low,
        Risk::Moderate => wire_cases::RiskLevel::Moderate,
        Risk::High => wire_cases::RiskLevel::High,
        Risk::Imminent => wire_cases::RiskLevel::Imminent,
    }
}

const fn status(from: Status) -> wire_cases::ConsentStatus {
    match from {
        Status::Offered => wire_cases::ConsentStatus::Offered,
        Status::Given => wire_cases::ConsentStatus::Given,
        Status::Withdrawn => wire_cases::ConsentStatus::Withdrawn,
        Status::Expired => wire_cases::ConsentStatus::Expired,
    }
}
