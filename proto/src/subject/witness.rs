//! Ring of witnesses: which service stores checkpoints of which other's audit log, and the subjects they use for it.

use topology::WitnessRing;

use super::stream::{CASES, INTAKE, NOTIFICATION, REPORTING, SAFETY, consumer};

macro_rules! place {
    ($service:literal, ward $ward:literal in $wards:ident, witness $witness:literal in $answers:ident) => {
        WitnessRing {
            service: $service,
            ward: $ward,
            witness: $witness,
            sealed: concat!("ro.", $service, ".event.checkpoint-sealed"),
            witnessed: concat!("ro.", $service, ".event.checkpoint-witnessed"),
            refused: concat!("ro.", $service, ".event.checkpoint-refused"),
            wards: consumer($service, &$wards, concat!($service, "-checkpoints"), &[concat!("ro.", $ward, ".event.checkpoint-sealed")]),
            answers: consumer(
                $service,
                &$answers,
                concat!($service, "-checkpoint-answers"),
                &[concat!("ro.", $witness, ".event.checkpoint-witnessed"), concat!("ro.", $witness, ".event.checkpoint-refused")],
            ),
        }
    };
}

/// The ring: intake is witnessed by cases, cases by safety, safety by notification, notification by reporting, reporting by intake.
pub const WITNESSES: [WitnessRing; 5] = [
    place!("intake", ward "reporting" in REPORTING, witness "cases" in CASES),
    place!("cases", ward "intake" in INTAKE, witness "safety" in SAFETY),
    place!("safety", ward "cases" in CASES, witness "notification" in NOTIFICATION),
    place!("notification", ward "safety" in SAFETY, witness "reporting" in REPORTING),
    place!("reporting", ward "notification" in NOTIFICATION, witness "intake" in INTAKE),
];

/// The place of a service; that of the first for an unknown name.
#[must_use]
pub fn witnessing(service: &str) -> WitnessRing {
    WITNESSES.into_iter().find(|place| place.service == service).unwrap_or(WITNESSES[0])
}
