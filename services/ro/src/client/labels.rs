//! Display names of the wire's codes. Every `match` is exhaustive: a new code does not compile without both languages.

use proto::{
    cases::v1::{
        ConsentStatus, DeliveryWay, DocumentKind, DocumentSide, ItemState, ItemStep, ParticipantKind, RiskLevel, SessionOutcome,
        SessionState, SessionStep, SiteChange, Stage, Wish,
    },
    intake::v1::{Origin, QueueList, ReferralState},
    safety::v1::{Audience, ConcernState, Grade},
};

use super::text::Words;

const fn words(en: &'static str, fr: &'static str) -> Words {
    Words { en, fr }
}

const NOT_STATED: Words = words("not stated", "non précisé");

#[must_use]
pub const fn origin(value: Origin) -> Words {
    match value {
        Origin::Unspecified => NOT_STATED,
        Origin::Victim => words("victim", "victime"),
        Origin::Institutional => words("institutional", "établissement"),
        Origin::Community => words("community", "collectivité"),
        Origin::AnyCommunication => words("any communication", "autre communication"),
    }
}

#[must_use]
pub const fn queue_list(value: QueueList) -> Words {
    match value {
        QueueList::Unspecified => NOT_STATED,
        QueueList::Waiting => words("to decide", "à trancher"),
        QueueList::Received => words("new", "nouveaux"),
        QueueList::NeedsClarification => words("waiting for information", "en attente d'information"),
        QueueList::Corrected => words("to decide anew", "à trancher de nouveau"),
        QueueList::Deferred => words("deferred", "reportés"),
        QueueList::Closed => words("not proceeding", "sans suite"),
        QueueList::All => words("all of these", "tous ceux-ci"),
    }
}

#[must_use]
pub const fn referral_state(value: ReferralState) -> Words {
    match value {
        ReferralState::Unspecified => NOT_STATED,
        ReferralState::Received => words("received", "reçu"),
        ReferralState::NeedsClarification => words("to be clarified", "à préciser"),
        ReferralState::ScreenedAccepted => words("accepted", "accepté"),
        ReferralState::ScreenedIndirectOnly => words("accepted, indirect only", "accepté, indirect seulement"),
        ReferralState::ScreenedDeferred => words("deferred", "reporté"),
        ReferralState::ScreenedClosed => words("closed", "fermé"),
    }
}

#[must_use]
pub const fn stage(value: Stage) -> Words {
    match value {
        Stage::Unspecified => NOT_STATED,
        Stage::Assessment => words("assessment", "évaluation"),
        Stage::Preparation => words("preparation", "préparation"),
        Stage::Mediation => words("mediation", "médiation"),
        Stage::FollowUp => words("follow-up", "suivi"),
        Stage::Paused => words("paused", "suspendu"),
        Stage::Closed => words("closed", "fermé"),
    }
}

#[must_use]
pub const fn participant(value: ParticipantKind) -> Words {
    match value {
        ParticipantKind::Unspecified => NOT_STATED,
        ParticipantKind::Victim => words("victim", "victime"),
        ParticipantKind::Offender => words("offender", "délinquant"),
        ParticipantKind::CommunityMember => words("community member", "membre de la collectivité"),
        ParticipantKind::SupportPerson => words("support person", "personne de soutien"),
        ParticipantKind::Representative => words("representative", "représentant"),
        ParticipantKind::Interpreter => words("interpreter", "interprète"),
        ParticipantKind::Elder => words("Elder", "Aîné"),
    }
}

#[must_use]
pub const fn wish(value: Wish) -> Words {
    match value {
        Wish::Unspecified => NOT_STATED,
        Wish::OwnWish => words("at their own wish", "de sa propre volonté"),
        Wish::ByTheUnit => words("by decision of the RJ Unit", "par décision de l'Unité de la justice réparatrice"),
        Wish::ByTheMediator => words("by decision of the mediator", "par décision du médiateur"),
        Wish::Unable => words("can take part no longer", "ne peut plus participer"),
        Wish::ByMistake => words("was put on the file by mistake", "inscrit au dossier par erreur"),
    }
}

#[must_use]
pub const fn session_state(value: SessionState) -> Words {
    match value {
        SessionState::Unspecified => NOT_STATED,
        SessionState::Planned => words("planned", "planifiée"),
        SessionState::Confirmed => words("confirmed", "confirmée"),
        SessionState::UnderWay => words("under way", "en cours"),
        SessionState::Held => words("held", "tenue"),
        SessionState::Done => words("done with", "terminée"),
        SessionState::Cancelled => words("cancelled", "annulée"),
    }
}

#[must_use]
pub const fn session_step(value: SessionStep) -> Words {
    match value {
        SessionStep::Unspecified => NOT_STATED,
        SessionStep::Confirm => words("confirmed", "confirmée"),
        SessionStep::Cancel => words("cancelled", "annulée"),
        SessionStep::Begin => words("begun", "commencée"),
        SessionStep::End => words("ended", "close"),
        SessionStep::Debrief => words("debrief", "bilan"),
        SessionStep::FollowUp => words("follow-up", "suivi"),
        SessionStep::Finish => words("done with", "terminée"),
    }
}

#[must_use]
pub const fn session_outcome(value: SessionOutcome) -> Words {
    match value {
        SessionOutcome::Unspecified => NOT_STATED,
        SessionOutcome::Completed => words("completed", "menée à terme"),
        SessionOutcome::StoppedByParticipant => words("stopped by a participant", "interrompue par une personne participante"),
        SessionOutcome::StoppedByMediator => words("stopped by the mediator", "interrompue par le médiateur"),
        SessionOutcome::StoppedForSafety => words("stopped for safety", "interrompue pour la sécurité"),
        SessionOutcome::SomeoneDidNotCome => words("somebody did not come", "une personne n'est pas venue"),
    }
}

#[must_use]
pub const fn item_state(value: ItemState) -> Words {
    match value {
        ItemState::Unspecified => NOT_STATED,
        ItemState::Received => words("received and held", "reçu et gardé"),
        ItemState::InReview => words("in review", "à l'examen"),
        ItemState::Returned => words("returned to its sender", "rendu à son expéditeur"),
        ItemState::Withheld => words("withheld", "retenu"),
        ItemState::Released => words("released", "mis en circulation"),
        ItemState::Delivered => words("delivered", "remis"),
        ItemState::Acknowledged => words("receipt acknowledged", "réception confirmée"),
        ItemState::Declined => words("declined by the person it was for", "refusé par la personne à qui il était destiné"),
        ItemState::TakenBack => words("taken back by its sender", "repris par son expéditeur"),
    }
}

#[must_use]
pub const fn item_step(value: ItemStep) -> Words {
    match value {
        ItemStep::Unspecified => NOT_STATED,
        ItemStep::Review => words("review begun", "examen commencé"),
        ItemStep::Release => words("released", "mis en circulation"),
        ItemStep::Return => words("returned with advice", "rendu avec un conseil"),
        ItemStep::Withhold => words("withheld", "retenu"),
        ItemStep::Deliver => words("delivered", "remis"),
        ItemStep::Acknowledge => words("receipt acknowledged", "réception confirmée"),
        ItemStep::Decline => words("declined", "refusé"),
        ItemStep::TakeBack => words("taken back", "repris"),
    }
}

#[must_use]
pub const fn delivery_way(value: DeliveryWay) -> Words {
    match value {
        DeliveryWay::Unspecified => NOT_STATED,
        DeliveryWay::HandedOver => words("handed over", "remis en mains propres"),
        DeliveryWay::ReadAloud => words("read aloud or shown in person", "lu ou montré en personne"),
        DeliveryWay::ByTelephone => words("by telephone", "par téléphone"),
        DeliveryWay::ByVideoLink => words("by video link", "par lien vidéo"),
        DeliveryWay::ThroughVictimServices => words("through the victim services", "par les services aux victimes"),
        DeliveryWay::InstitutionalMail => words("institutional mail", "courrier de l'établissement"),
    }
}

#[must_use]
pub const fn consent(value: ConsentStatus) -> Words {
    match value {
        ConsentStatus::Unspecified => NOT_STATED,
        ConsentStatus::Offered => words("offered", "offert"),
        ConsentStatus::Given => words("given", "donné"),
        ConsentStatus::Withdrawn => words("withdrawn", "retiré"),
        ConsentStatus::Expired => words("expired", "expiré"),
    }
}

#[must_use]
pub const fn site_change(value: SiteChange) -> Words {
    match value {
        SiteChange::Unspecified => NOT_STATED,
        SiteChange::Opening => words("as the referral said", "selon le renvoi"),
        SiteChange::Correction => words("corrected", "corrigé"),
        SiteChange::Transfer => words("transfer", "transfèrement"),
        SiteChange::Release => words("release to the community", "mise en liberté dans la collectivité"),
    }
}

#[must_use]
pub const fn risk(value: RiskLevel) -> Words {
    match value {
        RiskLevel::Unspecified => NOT_STATED,
        RiskLevel::Low => words("low", "faible"),
        RiskLevel::Moderate => words("moderate", "modéré"),
        RiskLevel::High => words("high", "élevé"),
        RiskLevel::Imminent => words("IMMINENT", "IMMINENT"),
    }
}

#[must_use]
pub const fn grade(value: Grade) -> Words {
    match value {
        Grade::Imminent => words("IMMINENT", "IMMINENT"),
        // Not stated counts as a concern, never as nothing.
        Grade::Unspecified | Grade::Concern => words("concern", "préoccupation"),
        Grade::Question => words("question", "question"),
        Grade::Drill => words("drill: nobody is at risk", "exercice : personne n'est en danger"),
    }
}

#[must_use]
pub const fn concern_state(value: ConcernState) -> Words {
    match value {
        ConcernState::Unspecified => NOT_STATED,
        ConcernState::Ringing => words("ringing", "sonne"),
        ConcernState::Accepted => words("accepted", "prise en charge"),
        ConcernState::Closed => words("closed", "fermée"),
    }
}

#[must_use]
pub const fn audience(value: Audience) -> Words {
    match value {
        Audience::Unspecified => NOT_STATED,
        Audience::Nhq => words("NHQ", "AC"),
        Audience::ResponsibleHead => words("head of the site", "directeur responsable"),
    }
}

#[must_use]
pub const fn document_kind(value: DocumentKind) -> Words {
    match value {
        DocumentKind::Unspecified => NOT_STATED,
        DocumentKind::ConsentForm => words("consent form", "formulaire de consentement"),
        DocumentKind::Letter => words("letter", "lettre"),
        DocumentKind::Agreement => words("agreement", "entente"),
        DocumentKind::Report => words("report", "rapport"),
        DocumentKind::Other => words("other", "autre"),
    }
}

#[must_use]
pub const fn document_side(value: DocumentSide) -> Words {
    match value {
        DocumentSide::Unspecified | DocumentSide::File => words("file", "dossier"),
        DocumentSide::Victim => words("victim", "victime"),
        DocumentSide::Offender => words("offender", "délinquant"),
    }
}
