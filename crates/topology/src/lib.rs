#![doc = include_str!("../README.md")]

/// What a programme gives the crates of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Programme {
    /// Domain of the details of a refusal, and scheme of the URI by which a certificate names a service.
    pub name: &'static str,
    /// Service that keeps the directory, unless a setting names another.
    pub directory: &'static str,
    /// Issuer and audience of access tokens, unless a setting names others.
    pub issuer: &'static str,
    pub audience: &'static str,
    /// Command that creates the streams and consumers, for whoever finds one missing.
    pub provision: &'static str,
    /// Command that begins with empty databases, for a machine whose data may go.
    pub reset: &'static str,
    /// Roles that may read the state of every service, and have it try again what it set aside; and the clause that grants it.
    pub operators: &'static [&'static str],
    pub operations_clause: &'static str,
    /// Clause of the programme's rules behind each refusal of the crates, by its reason.
    pub clauses: &'static [(&'static str, &'static str)],
}

/// Declared stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSpec {
    pub name: &'static str,
    pub subjects: &'static [&'static str],
    pub keeps: Keeps,
    /// Largest message in bytes, headers included.
    pub max_message_bytes: i32,
    /// Largest total in bytes; what does not fit is refused to its publisher.
    pub max_bytes: i64,
    /// Largest number of messages under one subject, where that is bounded.
    pub max_per_subject: Option<i64>,
    /// Days after which a message is deleted, read or not.
    pub kept_days: u16,
}

/// Retention of a stream's messages, besides their age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// To the end of their age: several consumers read them, and a re-created one reads them again.
    ToItsAge,
    /// Until the only consumer has acknowledged them: consumed messages take no room.
    UntilHeard,
    /// Until newer ones of the same subject replace them.
    WhileNewest,
}

/// Declared durable pull consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsumerSpec {
    /// Service that owns it; its name begins with it.
    pub service: &'static str,
    pub stream: &'static str,
    pub name: &'static str,
    pub filters: &'static [&'static str],
}

/// Place of a service in the ring of witnesses: every service stores the checkpoints of its neighbour's audit log, in another database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessRing {
    pub service: &'static str,
    /// Service whose log it witnesses.
    pub ward: &'static str,
    /// Service that witnesses its log.
    pub witness: &'static str,
    /// Subject of the checkpoints of its own log.
    pub sealed: &'static str,
    /// Subjects of its answers to its ward.
    pub witnessed: &'static str,
    pub refused: &'static str,
    /// Consumer of the ward's checkpoints.
    pub wards: ConsumerSpec,
    /// Consumer of the witness's answers: first the subject of co-signatures, then that of refusals.
    pub answers: ConsumerSpec,
}

impl StreamSpec {
    /// The same with its limits multiplied.
    #[must_use]
    pub fn times(self, factor: u16) -> Self {
        let factor = i64::from(factor.max(1));
        let max_per_subject = self.max_per_subject.map(|most| most.saturating_mul(factor));
        Self { max_bytes: self.max_bytes.saturating_mul(factor), max_per_subject, ..self }
    }
}
