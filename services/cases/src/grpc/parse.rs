//! Parsing of wire enums and instants into domain types. A value that is not stated, or not known, is refused by name.

use chassis::{Refusal, wire};
use prost_types::Timestamp;
use proto::cases::v1 as wire_cases;
use time::OffsetDateTime;

use crate::domain::{
    assessment::Risk,
    break_glass::Finding,
    consent::{How, Status},
    leaving::Wish,
    participant::Kind,
    retention::HoldKind,
    site,
    stage::Stage,
};

/// # Errors
/// No stage is stated.
pub fn stage(stated: wire_cases::Stage) -> Result<Stage, Refusal> {
    Ok(match stated {
        wire_cases::Stage::Assessment => Stage::Assessment,
        wire_cases::Stage::Preparation => Stage::Preparation,
        wire_cases::Stage::Mediation => Stage::Mediation,
        wire_cases::Stage::FollowUp => Stage::FollowUp,
        wire_cases::Stage::Paused => Stage::Paused,
        wire_cases::Stage::Closed => Stage::Closed,
        wire_cases::Stage::Unspecified => {
            return Err(Refusal::invalid("stage-unknown", "R3a", "to", "give the stage to move to", "indiquez l'étape visée"));
        }
    })
}

/// # Errors
/// No kind is stated.
pub fn kind(stated: wire_cases::ParticipantKind) -> Result<Kind, Refusal> {
    use wire_cases::ParticipantKind as Wire;
    Ok(match stated {
        Wire::Victim => Kind::Victim,
        Wire::Offender => Kind::Offender,
        Wire::CommunityMember => Kind::CommunityMember,
        Wire::SupportPerson => Kind::SupportPerson,
        Wire::Representative => Kind::Representative,
        Wire::Interpreter => Kind::Interpreter,
        Wire::Elder => Kind::Elder,
        Wire::Unspecified => {
            return Err(Refusal::invalid(
                "participant-kind-unknown",
                "D-RO",
                "kind",
                "give the part the person takes",
                "indiquez le rôle de la personne",
            ));
        }
    })
}

/// # Errors
/// No wish is stated.
pub fn wish(stated: wire_cases::Wish) -> Result<Wish, Refusal> {
    Ok(match stated {
        wire_cases::Wish::OwnWish => Wish::Own,
        wire_cases::Wish::ByTheUnit => Wish::Unit,
        wire_cases::Wish::ByTheMediator => Wish::Mediator,
        wire_cases::Wish::Unable => Wish::Unable,
        wire_cases::Wish::ByMistake => Wish::Mistake,
        wire_cases::Wish::Unspecified => {
            return Err(Refusal::invalid(
                "wish-unknown",
                "IM1c",
                "wish",
                "say at whose wish the participant leaves",
                "précisez à la demande de qui le participant quitte le dossier",
            ));
        }
    })
}

/// # Errors
/// No risk is stated.
pub fn risk(stated: wire_cases::RiskLevel) -> Result<Risk, Refusal> {
    Ok(match stated {
        wire_cases::RiskLevel::Low => Risk::Low,
        wire_cases::RiskLevel::Moderate => Risk::Moderate,
        wire_cases::RiskLevel::High => Risk::High,
        wire_cases::RiskLevel::Imminent => Risk::Imminent,
        wire_cases::RiskLevel::Unspecified => {
            return Err(Refusal::invalid(
                "risk-unknown",
                "R4a",
                "risk",
                "give the risk: low, moderate, high or imminent",
                "indiquez le risque : faible, modéré, élevé ou imminent",
            ));
        }
    })
}

/// # Errors
/// No finding is stated.
pub fn finding(stated: wire_cases::BreakGlassFinding) -> Result<Finding, Refusal> {
    Ok(match stated {
        wire_cases::BreakGlassFinding::Justified => Finding::Justified,
        wire_cases::BreakGlassFinding::NotJustified => Finding::NotJustified,
        wire_cases::BreakGlassFinding::Unspecified => {
            return Err(Refusal::invalid(
                "finding-missing",
                "IM1a",
                "finding",
                "say whether it was justified",
                "précisez si c'était justifié",
            ));
        }
    })
}

/// # Errors
/// No kind is stated.
pub fn hold_kind(stated: wire_cases::HoldKind) -> Result<HoldKind, Refusal> {
    Ok(match stated {
        wire_cases::HoldKind::AccessRequest => HoldKind::AccessRequest,
        wire_cases::HoldKind::Legal => HoldKind::Legal,
        wire_cases::HoldKind::Other => HoldKind::Other,
        wire_cases::HoldKind::Unspecified => {
            return Err(Refusal::invalid(
                "hold-kind-unknown",
                "LPR4",
                "kind",
                "say what the case is held for: an access request, a legal matter, or another",
                "précisez le motif de la suspension : demande d'accès, question juridique ou autre",
            ));
        }
    })
}

/// # Errors
/// No move is stated.
pub fn person_move(stated: wire_cases::SiteChange) -> Result<site::How, Refusal> {
    match stated {
        wire_cases::SiteChange::Transfer => Ok(site::How::Transfer),
        wire_cases::SiteChange::Release => Ok(site::How::Release),
        wire_cases::SiteChange::Unspecified | wire_cases::SiteChange::Opening | wire_cases::SiteChange::Correction => {
            Err(Refusal::invalid(
                "move-unknown",
                site::CLAUSE,
                "how",
                "say whether the person was transferred, or released to supervision in the community",
                "précisez si la personne a été transférée ou mise en liberté sous surveillance dans la collectivité",
            ))
        }
    }
}

/// # Errors
/// No status is stated.
pub fn status(stated: wire_cases::ConsentStatus) -> Result<Status, Refusal> {
    Ok(match stated {
        wire_cases::ConsentStatus::Offered => Status::Offered,
        wire_cases::ConsentStatus::Given => Status::Given,
        wire_cases::ConsentStatus::Withdrawn => Status::Withdrawn,
        wire_cases::ConsentStatus::Expired => Status::Expired,
        wire_cases::ConsentStatus::Unspecified => {
            return Err(Refusal::invalid(
                "consent-status-unknown",
                "IM1c",
                "status",
                "say whether the consent is offered, given, withdrawn or expired",
                "précisez si le consentement est offert, donné, retiré ou expiré",
            ));
        }
    })
}

/// How a participant expressed the wish to go on, on their own initiative, where that is stated.
pub const fn initiative(stated: wire_cases::Initiative) -> Option<How> {
    match stated {
        wire_cases::Initiative::InPerson => Some(How::InPerson),
        wire_cases::Initiative::ByTelephone => Some(How::ByTelephone),
        wire_cases::Initiative::InWriting => Some(How::InWriting),
        wire_cases::Initiative::ByVideo => Some(How::ByVideo),
        wire_cases::Initiative::ThroughRepresentative => Some(How::ThroughRepresentative),
        wire_cases::Initiative::Unspecified => None,
    }
}

/// # Errors
/// An instant outside the calendar.
pub fn until(stated: Option<&Timestamp>) -> Result<Option<OffsetDateTime>, Refusal> {
    let impossible = || {
        Refusal::invalid(
            "until-impossible",
            "D-mediator",
            "until",
            "the end of the assignment is not a point in time",
            "la fin de l'affectation n'est pas un moment possible",
        )
    };
    stated.map(|stamp| wire::instant(stamp).ok_or_else(impossible)).transpose()
}
