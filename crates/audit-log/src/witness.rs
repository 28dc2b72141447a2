//! Witness of a neighbour's audit log: every service stores the states of one other log in its own database, signs each, and refuses what
//! does not continue from there.

use std::sync::Arc;

use base::clock::{Clock, Ids};
use messaging::Endpoint;
use messaging::{
    inbox::{Handler, Incoming, Rejection},
    outbox::{Fresh, Outgoing, enqueue},
};
use opentelemetry::{KeyValue, global};
use prost::Message as _;
use signed_messages::{CheckpointRefused, CheckpointSealed, CheckpointWitnessed};
use sqlx::PgConnection;
use topology::WitnessRing;

use super::{
    AuditLog, history,
    key::{Signer, public_key, signed_by},
    statement::{Known, Memory, Verdict, cosigned_bytes, judge, signed_bytes},
    stating::{self, NewestCosignature},
};

impl AuditLog {
    /// Begins to witness the ward's log and to have its own witnessed, until the process stops. Without an audit key and the public keys of
    /// the others it does neither, and logs that.
    ///
    /// # Errors
    /// A key cannot be read.
    pub fn join(&self, ring: WitnessRing) -> anyhow::Result<()> {
        let (Some(key), Some(peers)) = (&self.key_file, &self.peers) else {
            tracing::warn!("no audit key or no keys of the others are set: nobody witnesses this log, and this service witnesses none");
            return Ok(());
        };
        let Endpoint { name: own, clock, ids, .. } = self.endpoint.clone();
        let signer = Arc::new(Signer::from_file(key)?);
        let wards = Wards { ring, own, key: public_key(peers, ring.ward)?, signer: signer.clone(), clock: clock.clone(), ids };
        self.endpoint.consume(ring.wards, wards);
        let newest = NewestCosignature::default();
        let answers = Answers { ring, own, key: public_key(peers, ring.witness)?, clock, newest: newest.clone() };
        self.endpoint.consume(ring.answers, answers);
        self.stating.set(ring.sealed).ok();
        let check = history::Check::new(self.clone(), ring, signer, newest);
        self.endpoint.tasks.every("audit-history", history::CHECK_INTERVAL, None, check);
        Ok(())
    }
}

/// Handler of the ward's statements.
struct Wards {
    ring: WitnessRing,
    own: &'static str,
    key: Vec<u8>,
    signer: Arc<Signer>,
    clock: Clock,
    ids: Ids,
}

impl Handler for Wards {
    type Work = CheckpointSealed;

    async fn read(&self, message: &Incoming) -> Result<CheckpointSealed, Rejection> {
        let statement: CheckpointSealed = message.decode()?;
        let genuine = statement.log == self.ring.ward && signed_by(&self.key, &signed_bytes(&statement), &statement.signature);
        if genuine { Ok(statement) } else { Err(not_genuine("the statement is not signed by the service whose log it names")) }
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, statement: CheckpointSealed, _: &Incoming) -> Result<(), Rejection> {
        let now = self.clock.now();
        let memory = recall(tx, &statement).await?;
        let verdict = judge(&statement, &memory);
        let CheckpointSealed { log, epoch, size, root, .. } = statement.clone();
        let answer = if let Some(kind) = verdict.fault() {
            let known = memory.newest.map_or((0, 0), |known| (known.epoch, known.size));
            self.keep_evidence(tx, &statement, kind, known).await?;
            let (known_epoch, known_size) = known;
            let refused = CheckpointRefused { log, epoch, size, witness: self.own.into(), known_epoch, known_size, reason: kind.into() };
            Outgoing::event(&self.ids, stating::aggregate(), self.ring.refused, &refused).urgent()
        } else if verdict == Verdict::Late {
            return Ok(());
        } else {
            sqlx::query!(
                "insert into audit_witnessed (log, epoch, size, root, stated_at, signature, witnessed_at)
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
                log,
                epoch,
                size,
                root,
                statement.stated_at,
                statement.signature,
                now
            )
            .execute(&mut *tx)
            .await?;
            let signature = self.signer.sign_bytes(&cosigned_bytes(&log, epoch, size, &root, self.own));
            let witnessed = CheckpointWitnessed { log, epoch, size, root, witness: self.own.into(), signature };
            Outgoing::event(&self.ids, stating::aggregate(), self.ring.witnessed, &witnessed)
        };
        enqueue(tx, &answer, now).await?;
        Ok(())
    }
}

impl Wards {
    async fn keep_evidence(&self, tx: &mut PgConnection, statement: &CheckpointSealed, kind: &str, known: (i64, i64)) -> sqlx::Result<()> {
        sqlx::query!(
            "insert into audit_conflict (log, epoch, size, root, kind, known_epoch, known_size, statement, found_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
            statement.log,
            statement.epoch,
            statement.size,
            statement.root,
            kind,
            known.0,
            known.1,
            statement.encode_to_vec(),
            self.clock.now()
        )
        .execute(tx)
        .await?;
        let counter = global::meter("audit-log").u64_counter("audit.conflicts").build();
        counter.add(1, &[KeyValue::new("log", self.ring.ward), KeyValue::new("kind", kind.to_owned())]);
        let (stated, held) = (statement.size, known.1);
        tracing::error!(
            log = self.ring.ward,
            kind,
            stated,
            held,
            "the audit log of another service does not go on from what is known of it: it was rewritten, or its database was set back"
        );
        Ok(())
    }
}

/// What is known of the log, as far as this statement needs it; locked, so that the same log is judged once at a time.
async fn recall(tx: &mut PgConnection, statement: &CheckpointSealed) -> sqlx::Result<Memory> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 50))", statement.log).fetch_one(&mut *tx).await?;
    let newest = sqlx::query_as!(
        Known,
        "select epoch, size, root, stated_at from audit_witnessed where log = $1 order by epoch desc, size desc limit 1",
        statement.log
    )
    .fetch_optional(&mut *tx)
    .await?;
    let near = sqlx::query_as!(
        Known,
        "select epoch, size, root, stated_at from audit_witnessed where log = $1 and epoch = $2 and size = any($3)",
        statement.log,
        statement.epoch,
        &[statement.size, statement.former_size][..]
    )
    .fetch_all(tx)
    .await?;
    let of = |size: i64| near.iter().find(|known| known.size == size).cloned();
    Ok(Memory { newest, same: of(statement.size), former: of(statement.former_size) })
}

/// Handler of the witness's answers.
struct Answers {
    ring: WitnessRing,
    own: &'static str,
    key: Vec<u8>,
    clock: Clock,
    newest: NewestCosignature,
}

/// Answer of the witness.
enum Answer {
    Witnessed(CheckpointWitnessed),
    Refused(CheckpointRefused),
}

impl Handler for Answers {
    type Work = Answer;

    async fn read(&self, message: &Incoming) -> Result<Answer, Rejection> {
        if self.ring.answers.filters.first().is_some_and(|signed| *signed == message.subject) {
            let answer: CheckpointWitnessed = message.decode()?;
            let bytes = cosigned_bytes(self.own, answer.epoch, answer.size, &answer.root, self.ring.witness);
            let genuine = answer.log == self.own && answer.witness == self.ring.witness && signed_by(&self.key, &bytes, &answer.signature);
            if genuine { Ok(Answer::Witnessed(answer)) } else { Err(not_genuine("the co-signature is not that of the witness")) }
        } else {
            let answer: CheckpointRefused = message.decode()?;
            let ours = answer.log == self.own && answer.witness == self.ring.witness;
            if ours { Ok(Answer::Refused(answer)) } else { Err(not_genuine("the refusal is not for this log")) }
        }
    }

    async fn apply(&self, tx: &mut PgConnection, _: &mut Fresh, answer: Answer, _: &Incoming) -> Result<(), Rejection> {
        let now = self.clock.now();
        match answer {
            Answer::Witnessed(CheckpointWitnessed { epoch, size, root, witness, signature, .. }) => {
                sqlx::query!(
                    "insert into audit_cosigned (epoch, size, root, witness, signature, cosigned_at)
                     values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                    epoch,
                    size,
                    root,
                    witness,
                    signature,
                    now
                )
                .execute(tx)
                .await?;
                self.newest.note(epoch, size);
            }
            Answer::Refused(CheckpointRefused { epoch, size, known_epoch, known_size, witness, reason, .. }) => {
                tracing::error!(
                    witness,
                    reason,
                    stated = size,
                    known = known_size,
                    "the witness of this log knows more of it than this database"
                );
                sqlx::query!(
                    "insert into audit_refused (epoch, size, known_epoch, known_size, witness, reason, refused_at)
                     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
                    epoch,
                    size,
                    known_epoch,
                    known_size,
                    witness,
                    reason,
                    now
                )
                .execute(tx)
                .await?;
            }
        }
        Ok(())
    }
}

fn not_genuine(detail: &str) -> Rejection {
    Rejection::Never { reason: "not-genuine", detail: detail.to_owned() }
}
