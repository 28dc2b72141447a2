//! Templates: every text a person is sent, in both official languages. A template without one of them does not compile [LOLA].

mod break_glass;
mod casework;
mod concern;
mod due;
mod entry;
mod lines;
mod mediator;
mod outside;
mod request;
#[cfg(test)]
mod tests;

use base::Private;
use strum::{IntoStaticStr, VariantArray};
use time::OffsetDateTime;

use super::{
    concern::{Bulletin, Grade},
    language::{self, Language, Preference},
    text::plain,
};

/// Text with places to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Template {
    /// A concern in full, for NHQ.
    #[strum(serialize = "concern-ring")]
    ConcernRingNhq,
    /// An imminent risk, for the responsible head: what is needed to act, and nothing of where it comes from [TRAP-1, RM1b].
    #[strum(serialize = "concern-ring")]
    ConcernRingHeadImminent,
    /// Any other concern, for the responsible head: call NHQ [RM1c].
    #[strum(serialize = "concern-ring")]
    ConcernRingHead,
    /// For recipients rung in the place of a head that was not reached [R3e].
    #[strum(serialize = "concern-ring")]
    ConcernRingStandIn,
    /// A drill, for whomever it rings: nobody is at risk [R3e].
    DrillRing,
    /// The alarm should have rung again and has not: for its listeners [R3e].
    AlarmSilent,
    /// The alarm does not answer, whether a ring is due or not: for NHQ, the monitoring centre and its listeners [R3e].
    AlarmUnanswered,
    /// A concern had vanished from the alarm and was restored: for supervisors and the monitoring centre.
    ConcernVanished,
    ReferralReceived,
    /// Referrals that came together: one item, however many they become.
    ReferralImport,
    CaseOpened,
    MediatorAssigned,
    /// A case was assigned to the officer's portfolio [R3c].
    OfficerAssigned,
    /// An advice waits for the staff member who drafts a condition, without its content [GL2c/2d].
    ConditionAdvised,
    /// What was released or confirmed may not go on: for whoever works on the case [RM1].
    PassageBlocked,
    /// It may go on after all.
    PassageClear,
    /// Somebody asks to enter a site: for whoever answers for it, without a word of why [R2a].
    EntryAsked,
    /// Something about an entry to a site changed: for the same.
    EntryChanged,
    /// It was decided on an entry: for whoever works on the case.
    EntryDecided,
    EntryOnHold,
    EntryClear,
    /// For the same, and the RJ Unit.
    EntryLapsed,
    /// Information is asked for: for the addressee, without a word of the case [R8b].
    RequestAsked,
    /// A request that nobody answered in time: for the office to which it climbed [R7c].
    RequestClimbed,
    /// A request needs no answer any more: for its addressee.
    RequestWithdrawn,
    /// For whoever works on the case.
    RequestAnswered,
    /// For the same, and the RJ Unit.
    RequestLate,
    /// A case was opened by break-glass: for supervisors [IM1a].
    BreakGlassOpened,
    /// A person was refused a further break-glass: for supervisors [IM1a].
    BreakGlassQuotaReached,
    /// Reviews of break-glass are overdue: for supervisors [IM1a].
    BreakGlassReviewDue,
    /// The mediator's own engagement ends in some weeks [D-mediator].
    EngagementEnding,
    /// The engagement of a mediator ends, and their open cases are to be handed over: for the RJ Unit [D-mediator].
    CasesToHandOver,
    /// Something is due soon: for whoever works on the case, or the RJ Unit [R3a].
    ThingDue,
    /// The same once it is overdue.
    ThingOverdue,
    /// A finished review waits for a signature: for the supervisors [R3a].
    SignOffDue,
    /// Regions hold different contacts for one victim [CARD5].
    ContactReview,
    /// By e-mail to a staff address: grade, reference and where to accept.
    OutsideRing,
    /// By e-mail to any address: there is a message.
    OutsideNotice,
    /// By e-mail to the staff address that a person set: the code that shows that it is theirs.
    AddressCode,
}

/// Class of a rendered text: where it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// To any address.
    Open,
    /// To staff mail systems and to inboxes.
    NeedToKnow,
    /// To inboxes inside the wall only.
    Protected,
}

/// Origin of a referral, as the national queue counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Victim,
    Institutional,
    Community,
    AnyCommunication,
    Unknown,
}

/// Something that is due, as cases names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Assessment,
    Consent,
    Condition,
    FollowUp,
    Review,
    SignOff,
    Training,
}

/// Values for the places of a template; each uses what it needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    pub reference: String,
    pub grade: Option<Grade>,
    pub bulletin: Bulletin,
    pub origin: Option<Origin>,
    pub site: String,
    pub case_id: Private<String>,
    /// Opaque identity of a member of staff.
    pub person: String,
    pub due: Option<Due>,
    /// Number of waiting items.
    pub waiting: Option<i32>,
    pub happened_at: Option<OffsetDateTime>,
    /// Address of the pages, such as `https://dashboard.example.org`; empty where it is not known.
    pub pages: String,
    /// Code that shows that an address is its person's.
    pub code: Private<String>,
}

/// Rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// `en`, `fr` or `en+fr`.
    pub language: &'static str,
    pub title: Private<String>,
    pub body: Private<String>,
}

struct Words {
    title: fn(&Data) -> String,
    body: fn(&Data) -> String,
}

struct Bilingual {
    en: Words,
    fr: Words,
}

impl Template {
    pub const ALL: &[Self] = Self::VARIANTS;

    /// What is told of entries to sites.
    pub const OF_ENTRIES: [Self; 6] =
        [Self::EntryAsked, Self::EntryChanged, Self::EntryDecided, Self::EntryOnHold, Self::EntryClear, Self::EntryLapsed];

    /// What is told of requests for information.
    pub const OF_REQUESTS: [Self; 5] =
        [Self::RequestAsked, Self::RequestClimbed, Self::RequestWithdrawn, Self::RequestAnswered, Self::RequestLate];

    /// Code on the wire and in tables. It does not distinguish one audience of a concern from another.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            // What the head reads may name a person at risk: it stays in the inbox like all the rest.
            Self::ConcernRingNhq
            | Self::ConcernRingHeadImminent
            | Self::ConcernRingHead
            | Self::ConcernRingStandIn
            | Self::DrillRing
            | Self::AlarmSilent
            | Self::AlarmUnanswered
            | Self::ConcernVanished
            | Self::ReferralReceived
            | Self::ReferralImport
            | Self::CaseOpened
            | Self::MediatorAssigned
            | Self::OfficerAssigned
            | Self::ConditionAdvised
            | Self::PassageBlocked
            | Self::PassageClear
            | Self::EntryAsked
            | Self::EntryChanged
            | Self::EntryDecided
            | Self::EntryOnHold
            | Self::EntryClear
            | Self::EntryLapsed
            | Self::RequestAsked
            | Self::RequestClimbed
            | Self::RequestWithdrawn
            | Self::RequestAnswered
            | Self::RequestLate
            | Self::BreakGlassOpened
            | Self::BreakGlassQuotaReached
            | Self::BreakGlassReviewDue
            | Self::EngagementEnding
            | Self::CasesToHandOver
            | Self::ThingDue
            | Self::ThingOverdue
            | Self::SignOffDue
            | Self::ContactReview => Class::Protected,
            Self::OutsideRing | Self::AddressCode => Class::NeedToKnow,
            Self::OutsideNotice => Class::Open,
        }
    }

    /// Whether each holder of the office gets a mail that there is something in its inbox: within a minute, not when they next look.
    #[must_use]
    pub const fn is_mailed_to_the_holders(self) -> bool {
        matches!(
            self,
            Self::BreakGlassOpened
                | Self::BreakGlassQuotaReached
                | Self::BreakGlassReviewDue
                | Self::ConcernVanished
                | Self::AlarmUnanswered
        )
    }

    /// Whether the item counts more and more objects, and is sent again when it does.
    #[must_use]
    pub const fn grows(self) -> bool {
        matches!(self, Self::ReferralImport)
    }

    const fn words(self) -> Bilingual {
        match self {
            Self::ConcernRingNhq => concern::NHQ,
            Self::ConcernRingHeadImminent => concern::HEAD_IMMINENT,
            Self::ConcernRingHead => concern::HEAD,
            Self::ConcernRingStandIn => concern::STAND_IN,
            Self::DrillRing => concern::DRILL,
            Self::AlarmSilent => concern::ALARM_SILENT,
            Self::AlarmUnanswered => concern::ALARM_UNANSWERED,
            Self::ConcernVanished => concern::VANISHED,
            Self::ReferralReceived => casework::REFERRAL_RECEIVED,
            Self::ReferralImport => casework::REFERRAL_IMPORT,
            Self::CaseOpened => casework::CASE_OPENED,
            Self::MediatorAssigned => casework::MEDIATOR_ASSIGNED,
            Self::OfficerAssigned => casework::OFFICER_ASSIGNED,
            Self::ConditionAdvised => casework::CONDITION_ADVISED,
            Self::PassageBlocked => casework::PASSAGE_BLOCKED,
            Self::PassageClear => casework::PASSAGE_CLEAR,
            Self::EntryAsked => entry::ASKED,
            Self::EntryChanged => entry::CHANGED,
            Self::EntryDecided => entry::DECIDED,
            Self::EntryOnHold => entry::ON_HOLD,
            Self::EntryClear => entry::CLEAR,
            Self::EntryLapsed => entry::LAPSED,
            Self::RequestAsked => request::ASKED,
            Self::RequestClimbed => request::CLIMBED,
            Self::RequestWithdrawn => request::WITHDRAWN,
            Self::RequestAnswered => request::ANSWERED,
            Self::RequestLate => request::LATE,
            Self::BreakGlassOpened => break_glass::BROKEN,
            Self::BreakGlassQuotaReached => break_glass::QUOTA_REACHED,
            Self::BreakGlassReviewDue => break_glass::REVIEW_DUE,
            Self::EngagementEnding => mediator::ENGAGEMENT_ENDING,
            Self::CasesToHandOver => mediator::CASES_TO_HAND_OVER,
            Self::ThingDue => due::SOON,
            Self::ThingOverdue => due::OVERDUE,
            Self::SignOffDue => due::SIGN_OFF,
            Self::ContactReview => casework::CONTACT_REVIEW,
            Self::OutsideRing => outside::RING,
            Self::OutsideNotice => outside::NOTICE,
            Self::AddressCode => outside::ADDRESS_CODE,
        }
    }

    /// Text in the language asked for; where none is known, in both, each under its own mark.
    #[must_use]
    pub fn render(self, preference: Preference, data: &Data) -> Rendered {
        let Bilingual { en, fr } = self.words();
        let (title, body) = match preference {
            Some(Language::English) => ((en.title)(data), (en.body)(data)),
            Some(Language::French) => ((fr.title)(data), (fr.body)(data)),
            None => (
                format!("{} / {}", (en.title)(data), (fr.title)(data)),
                format!("[English]\n{}\n\n[Français]\n{}", (en.body)(data), (fr.body)(data)),
            ),
        };
        Rendered { language: language::mark(preference), title: plain(&title).into(), body: plain(&body).into() }
    }
}
