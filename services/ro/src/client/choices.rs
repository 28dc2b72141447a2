//! Allowed values of command-line options: the wire's codes in the form people type, for example `any-communication`.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use proto::{
    cases::v1::{
        ConditionEnd, ConditionKind, CurfewKind, DeliveryWay, DocumentKind, DocumentSide, DueKind, EngagementEnd, EngagementKind,
        EntryGround, EntryNeed, EntryPurpose, EntryScreening, ExtractPurpose, InformedHow, Initiative, PartKind, ParticipantKind,
        RequestFile, RequestOutcome, Requirement, ReviewFinding, RiskLevel, SessionOutcome, Stage, Understanding, Wait, Wish,
    },
    intake::v1::{ContactKind, Disposition, Known, Language, Mode, Origin, QueueList},
    reporting::v1::Table,
    safety::v1::{Audience, Grade},
};

/// Name on the wire of a typed code, by the name of the enum's first value, which ends with `UNSPECIFIED`.
fn wire_name(unspecified: &str, typed: &str) -> String {
    let prefix = unspecified.trim_end_matches("UNSPECIFIED");
    format!("{prefix}{}", typed.trim().to_ascii_uppercase().replace(['-', ' '], "_"))
}

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $kind:ty, [$($value:literal),+ $(,)?]) => {
        $(#[$doc])*
        #[must_use]
        pub fn $name() -> impl TypedValueParser<Value = $kind> {
            PossibleValuesParser::new([$($value),+])
                .try_map(|typed| <$kind>::from_str_name(&wire_name(<$kind>::Unspecified.as_str_name(), &typed)).ok_or("not a known value"))
        }
    };
}

choice!(origin, Origin, ["victim", "institutional", "community", "any-communication"]);
choice!(queue_list, QueueList, ["waiting", "received", "needs-clarification", "corrected", "deferred", "closed", "all"]);
choice!(known, Known, ["yes", "no", "unknown"]);
choice!(language, Language, ["english", "french"]);
choice!(mode, Mode, ["letter", "video", "shuttle", "face-to-face", "group", "other"]);
choice!(contact_kind, ContactKind, ["phone", "email", "post", "tty"]);
choice!(grade, Grade, ["imminent", "concern", "question"]);
choice!(engagement_kind, EngagementKind, ["casual", "contract"]);
choice!(engagement_end, EngagementEnd, ["own-wish", "not-renewed", "contract-ended", "by-the-programme"]);
choice!(part_kind, PartKind, ["rule", "checklist", "wording"]);
choice!(requirement, Requirement, ["not-taken", "by-supervisor"]);
choice!(risk, RiskLevel, ["low", "moderate", "high", "imminent"]);
choice!(
    participant,
    ParticipantKind,
    ["victim", "offender", "community-member", "support-person", "representative", "interpreter", "elder"]
);
choice!(wish, Wish, ["own-wish", "by-the-unit", "by-the-mediator", "unable", "by-mistake"]);
choice!(initiative, Initiative, ["in-person", "by-telephone", "in-writing", "by-video", "through-representative"]);
choice!(understanding, Understanding, ["own-words", "free-to-refuse", "may-withdraw", "who-reads", "questions-answered"]);
choice!(document_kind, DocumentKind, ["consent-form", "letter", "agreement", "report", "other"]);
choice!(document_side, DocumentSide, ["file", "victim", "offender"]);
choice!(condition_kind, ConditionKind, ["court-order", "parole-board", "other"]);
choice!(condition_end, ConditionEnd, ["removed", "ran-out", "by-mistake"]);
choice!(informed_how, InformedHow, ["in-person", "by-telephone", "in-writing", "by-video", "through-representative"]);
choice!(entry_purpose, EntryPurpose, ["preparation", "mediation", "clearance"]);
choice!(entry_need, EntryNeed, ["interpreter", "sign-language", "mobility", "tty", "vision", "service-animal", "escort"]);
choice!(entry_ground, EntryGround, ["safety", "offence", "screening", "time-or-place"]);
choice!(entry_screening, EntryScreening, ["done", "waived"]);
choice!(extract_purpose, ExtractPurpose, ["referral", "assessment", "preparation"]);
choice!(request_file, RequestFile, ["offender", "victim"]);
choice!(request_outcome, RequestOutcome, ["given", "declined", "not-held"]);
choice!(curfew_kind, CurfewKind, ["curfew", "reporting"]);
choice!(wait, Wait, ["officer", "mediator", "end-of-concern"]);
choice!(
    session_outcome,
    SessionOutcome,
    ["completed", "stopped-by-participant", "stopped-by-mediator", "stopped-for-safety", "someone-did-not-come"]
);
choice!(
    delivery_way,
    DeliveryWay,
    ["handed-over", "read-aloud", "by-telephone", "by-video-link", "through-victim-services", "institutional-mail"]
);
choice!(
    due_kind,
    DueKind,
    ["assessment", "consent", "condition", "follow-up", "schedule", "review", "sign-off", "engagement", "training", "request"]
);
choice!(review_finding, ReviewFinding, ["goes-on", "goes-on-with-measures"]);
choice!(stage, Stage, ["assessment", "preparation", "mediation", "follow-up", "paused", "closed"]);
choice!(
    disposition,
    Disposition,
    [
        "accepted",
        "indirect-only",
        "deferred-for-preparation",
        "other-party-inaccessible",
        "other-party-unwilling",
        "motivation-not-appropriate",
        "no-contact-permitted",
        "withdrawn",
        "out-of-jurisdiction",
        "duplicate"
    ]
);
choice!(
    report_table,
    Table,
    [
        "referrals-by-origin",
        "referrals-by-region",
        "referrals-by-month",
        "referrals-by-disposition",
        "referrals-by-origin-and-region",
        "concern-time-to-accept",
        "concerns-by-grade"
    ]
);

/// NHQ, or the responsible institutional head or district director.
#[must_use]
pub fn audience() -> impl TypedValueParser<Value = Audience> {
    PossibleValuesParser::new(["nhq", "head"]).map(|typed| if typed == "nhq" { Audience::Nhq } else { Audience::ResponsibleHead })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every value of the enum but the unspecified one can be typed, without the prefix that its name has on the wire.
    fn complete<T: Clone + Send + Sync + 'static>(parser: impl TypedValueParser<Value = T>, name: impl Fn(i32) -> Option<&'static str>) {
        let typed: Vec<String> = parser.possible_values().unwrap().map(|v| v.get_name().to_owned()).collect();
        let prefix = name(0).unwrap().trim_end_matches("UNSPECIFIED");
        let wire: Vec<String> =
            (1..).map_while(&name).map(|name| name.trim_start_matches(prefix).to_ascii_lowercase().replace('_', "-")).collect();
        assert_eq!(typed, wire);
    }

    #[test]
    fn whatever_the_wire_can_say_a_person_can_type() {
        complete(origin(), |n| Origin::try_from(n).ok().map(|v| v.as_str_name()));
        complete(queue_list(), |n| QueueList::try_from(n).ok().map(|v| v.as_str_name()));
        complete(known(), |n| Known::try_from(n).ok().map(|v| v.as_str_name()));
        complete(language(), |n| Language::try_from(n).ok().map(|v| v.as_str_name()));
        complete(mode(), |n| Mode::try_from(n).ok().map(|v| v.as_str_name()));
        complete(contact_kind(), |n| ContactKind::try_from(n).ok().map(|v| v.as_str_name()));
        // A drill is begun, and never raised.
        complete(grade(), |n| Grade::try_from(n).ok().filter(|grade| *grade != Grade::Drill).map(|v| v.as_str_name()));
        complete(risk(), |n| RiskLevel::try_from(n).ok().map(|v| v.as_str_name()));
        complete(participant(), |n| ParticipantKind::try_from(n).ok().map(|v| v.as_str_name()));
        complete(wish(), |n| Wish::try_from(n).ok().map(|v| v.as_str_name()));
        complete(initiative(), |n| Initiative::try_from(n).ok().map(|v| v.as_str_name()));
        complete(understanding(), |n| Understanding::try_from(n).ok().map(|v| v.as_str_name()));
        complete(document_kind(), |n| DocumentKind::try_from(n).ok().map(|v| v.as_str_name()));
        complete(document_side(), |n| DocumentSide::try_from(n).ok().map(|v| v.as_str_name()));
        complete(condition_kind(), |n| ConditionKind::try_from(n).ok().map(|v| v.as_str_name()));
        complete(condition_end(), |n| ConditionEnd::try_from(n).ok().map(|v| v.as_str_name()));
        complete(informed_how(), |n| InformedHow::try_from(n).ok().map(|v| v.as_str_name()));
        complete(extract_purpose(), |n| ExtractPurpose::try_from(n).ok().map(|v| v.as_str_name()));
        complete(request_file(), |n| RequestFile::try_from(n).ok().map(|v| v.as_str_name()));
        complete(request_outcome(), |n| RequestOutcome::try_from(n).ok().map(|v| v.as_str_name()));
        complete(due_kind(), |n| DueKind::try_from(n).ok().map(|v| v.as_str_name()));
        complete(review_finding(), |n| ReviewFinding::try_from(n).ok().map(|v| v.as_str_name()));
        complete(stage(), |n| Stage::try_from(n).ok().map(|v| v.as_str_name()));
        complete(wait(), |n| Wait::try_from(n).ok().map(|v| v.as_str_name()));
        complete(disposition(), |n| Disposition::try_from(n).ok().map(|v| v.as_str_name()));
        complete(report_table(), |n| Table::try_from(n).ok().map(|v| v.as_str_name()));
    }
}
