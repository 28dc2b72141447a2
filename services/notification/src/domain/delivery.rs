//! Delivery in the ledger: its channel, its state, and the reason it was not made.

use strum::{EnumString, IntoStaticStr};
use time::{Duration, OffsetDateTime};

/// Channel of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Channel {
    Inbox,
    Email,
    /// The deployment's own gateway to telephones, pagers or a chat.
    Gateway,
    /// A browser of a person, with the page closed.
    Push,
    /// A number of a person, by the gateway: a text message, or a call.
    Text,
    Voice,
}

impl Channel {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Pause before a channel that wakes people is asked again, after so many attempts.
#[must_use]
pub const fn pause(attempts: i32) -> Duration {
    match attempts {
        ..=1 => Duration::seconds(5),
        2 => Duration::seconds(15),
        3.. => Duration::minutes(1),
    }
}

/// State of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum State {
    Pending,
    /// A gateway took it; its report is awaited.
    Sent,
    Delivered,
    Retrying,
    /// A rule forbade it before a byte was sent.
    Withheld,
    /// Given up; a person must act.
    Failed,
}

impl State {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

/// Reason a delivery was not made, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Reason {
    /// Its audience accepted the concern before the mail was sent.
    Accepted,
    AddressMalformed,
    AddressMissing,
    /// The person removed it before it was used.
    ChannelRemoved,
    /// It was never shown to be the person's.
    ChannelUnconfirmed,
    ClassForbidsEmail,
    /// The code is no longer good.
    CodeOver,
    /// Contact with the participant is stopped in their case.
    ContactStopped,
    DoNotContact,
    EmailNotConfigured,
    /// The gateway says that it is no longer there (410).
    GatewayGone,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreachable,
    /// The gateway took it, and never said what came of it.
    NoReport,
    /// The gateway reports that it reached nobody.
    NotReached,
    /// The browser is no longer enrolled at its push service.
    PushGone,
    /// The deployment no longer allows requests to the host of the push service.
    PushHostForbidden,
    /// It was enrolled under a key that is no longer here: the browser must be enrolled again.
    PushKeyGone,
    PushNotConfigured,
    PushRefused,
    PushTimeout,
    PushUnreachable,
    SmtpRefused,
    SmtpTimeout,
    SmtpUnreachable,
}

impl Reason {
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.into_str()
    }
}

/// Attempts in vain after which a channel that is tried again counts as one that reaches nobody.
pub const TRIES: i32 = 2;

/// State of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    pub state: State,
    pub reason: Option<Reason>,
    /// When it is tried again, or asked for; `None`: it has ended.
    pub again_at: Option<OffsetDateTime>,
}
