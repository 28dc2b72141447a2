//! Texts of the demo's referrals and concerns: fictional names, and only what each person would know.

use proto::intake::v1::{Known, Language, Mode, Origin, Referral};

use super::day::Day;

/// The offender of the institutional referral: at risk later in the day.
pub const OFFENDER: &str = "Alex Exemple";

/// Referral of an offender in custody, through the institution's system.
pub fn institutional(day: &Day) -> Referral {
    Referral {
        idempotency_key: day.key("institutional"),
        origin: Origin::Institutional as i32,
        site: day.cast.site.clone(),
        request: "asks to meet the person he harmed, when that person is ready".to_owned(),
        offender_name: OFFENDER.to_owned(),
        victim_name: "Sam Sample".to_owned(),
        offender_asked: Known::Yes as i32,
        offender_in_custody: Known::Yes as i32,
        no_contact_condition: Known::No as i32,
        modes: vec![Mode::Letter as i32, Mode::FaceToFace as i32],
        ..Referral::default()
    }
}

/// Referral by a parole officer of a released offender's request.
pub fn community(day: &Day) -> Referral {
    Referral {
        idempotency_key: day.key("community"),
        origin: Origin::Community as i32,
        site: day.cast.parole_site.clone(),
        offender_name: "Jordan Sample".to_owned(),
        offender_asked: Known::Yes as i32,
        offender_in_custody: Known::No as i32,
        no_contact_condition: Known::No as i32,
        ..Referral::default()
    }
}

/// Referral by a victim, in French.
pub fn from_a_victim(day: &Day) -> Referral {
    Referral {
        idempotency_key: day.key("victim"),
        origin: Origin::Victim as i32,
        site: format!("rhq-{}", day.cast.region),
        request: "aimerait comprendre ce qui s'est passé".to_owned(),
        victim_name: "Camille Exemple".to_owned(),
        victim_registered: Known::Yes as i32,
        language: Language::French as i32,
        ..Referral::default()
    }
}

/// Referral of any other communication between a victim and an offender: one line is enough.
pub fn any_communication(day: &Day) -> Referral {
    Referral {
        idempotency_key: day.key("letter"),
        origin: Origin::AnyCommunication as i32,
        site: day.cast.site.clone(),
        request: "inmate wants to send an apology letter".to_owned(),
        ..Referral::default()
    }
}
