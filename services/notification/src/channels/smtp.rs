//! SMTP client. It sends only what [`Mail`] allows; the id of the delivery is the id of the mail.

use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use base::Private;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::PoolConfig,
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::domain::{
    delivery::Reason,
    mail::{attempt::Outcome, content::Mail, lane::Lane},
};

/// Timeout of sending one mail.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Connection to a mail system.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// `url` as in `smtps://user:password@host`; `smtp://host` speaks plain text.
    ///
    /// # Errors
    /// The URL or the sender's address cannot be used. The URL is not repeated: it may hold a password.
    pub fn new(url: &Private<String>, from: &str) -> anyhow::Result<Self> {
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose()).ok().context("the smtp url is malformed")?;
        let from = from.parse().ok().context("the sender of the mails is not a mailbox")?;
        // One connection for every mail that may be sent at once: no lane waits for one of another.
        let connections = u32::try_from(Lane::MAX_AT_ONCE * Lane::ALL.len()).unwrap_or(u32::MAX);
        let pool = PoolConfig::new().max_size(connections);
        Ok(Self { transport: builder.timeout(Some(DEADLINE)).pool_config(pool).build(), from })
    }

    /// Sends one mail, within the deadline.
    pub async fn send(&self, delivery_id: Uuid, mail: &Mail, now: OffsetDateTime) -> Outcome {
        let Some(message) = self.message(delivery_id, mail, now) else {
            return Outcome::Hopeless(Reason::AddressMalformed);
        };
        match tokio::time::timeout(DEADLINE, self.transport.send(message)).await {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) if error.is_timeout() => Outcome::NotTaken(Reason::SmtpTimeout),
            Ok(Err(error)) if error.is_permanent() || error.is_transient() => Outcome::NotTaken(Reason::SmtpRefused),
            Ok(Err(_)) => Outcome::NotTaken(Reason::SmtpUnreachable),
            Err(_) => Outcome::NotTaken(Reason::SmtpTimeout),
        }
    }

    /// The mailbox is parsed once more by the library that writes the header: nothing but an address can stand there.
    fn message(&self, delivery_id: Uuid, mail: &Mail, now: OffsetDateTime) -> Option<Message> {
        let to = Mailbox::new(None, mail.to.expose().parse().ok()?);
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(mail.subject.expose().as_str())
            .date(SystemTime::from(now))
            .message_id(Some(format!("<{delivery_id}@{}>", self.from.email.domain())))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Content-Language"), mail.language.replace('+', ", ")))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.expose().clone())
            .ok()
    }
}
