//! Test fixtures: a database of its own, the use cases on it, and the people of the tests. All of them are invented.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use audit_log::Signer;
use auth::grants::Line;
use aws_lc_rs::{rand::SystemRandom, signature::Ed25519KeyPair};
use base::{
    Caller, Clock, Error, Ids, Refusal, Result,
    database::{Actor, begin},
};
use cases::{
    app::{
        App,
        assessment::record::{self, Answer, record_assessment},
        case::{
            move_case::{self, move_case},
            open::open_case,
            read::{self, Whole},
            take_back::take_back,
        },
        concern::{compare::compare, open_concerns::OpenConcerns},
        consent::{self, record_consent},
        document::documents::Documents,
        mediator::{
            assign::assign_mediator,
            engagement::{self, Engagement},
            training::record_training,
        },
        mode::describe_mode,
        participant::{
            add::{self, add_participant},
            leave::{self, leave_case},
        },
        review::{finish::finish_review, list::list_reviews},
        site::change::{self, change_site},
    },
    domain::{
        assessment::{Risk, Written},
        break_glass::Limits,
        case::{
            opening::{Known, Origin, Referral, Screened, TakenBack},
            stage::Stage,
        },
        consent::{How, Status, Understanding, Validity, WrittenGiving},
        due::rule::Days,
        language::Language,
        mediator::{
            engagement::Kind as Engaged,
            entry::Given,
            training::{self, Catalogue},
        },
        participant::{kind::Kind, leaving::Wish},
        purge::{FLOOR, Retention},
        review::Finding,
        site::{How as Move, Stay},
    },
};
use harness::{
    alarm::Alarm,
    database::{Database, fresh},
};
use messaging::outbox::Wake;
use proto::{
    id::{ParticipantId, ReferralId},
    role,
};
use sqlx::{Postgres, Transaction};
use time::{OffsetDateTime, macros::datetime};
use to_safety::TellSafety;
use uuid::Uuid;

pub const NOW: OffsetDateTime = datetime!(2026-03-02 15:00 UTC);
pub const REVIEW: &str = "2026-06-01";

pub fn signer() -> Signer {
    Signer::from_pkcs8(Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap().as_ref()).unwrap()
}

pub struct World {
    pub app: App,
    pub alarm: Arc<Alarm>,
    pub db: Database,
    referrals: AtomicU64,
    keys: AtomicU64,
}

/// A case with a victim and an offender on its file.
pub struct Opened {
    pub id: String,
    pub victim: ParticipantId,
    pub offender: ParticipantId,
}

impl World {
    pub async fn new() -> Self {
        let db = fresh(&[&server::MIGRATOR, &cases::MIGRATOR]).await;
        let clock = Clock::fixed(NOW);
        let vault = harness::vault::vault("cases", &clock);
        let break_glass = Limits { lasts: time::Duration::hours(4), quota: 3 };
        let alarm = Arc::new(Alarm::default());
        let app = App {
            pool: db.pool.clone(),
            clock,
            ids: Ids::seeded(7),
            break_glass,
            outbox: Wake::default(),
            vault,
            documents: Documents { blobs: None, largest: 0 },
            retention: Retention::months(FLOOR).unwrap(),
            consents: Validity(12),
            training: Arc::new(Catalogue::example().unwrap()),
            due: Days::EXAMPLE,
            concerns: OpenConcerns::new(Arc::clone(&alarm) as Arc<dyn TellSafety>, time::Duration::seconds(10)),
            oms: None,
            signer: Some(Arc::new(signer())),
        };
        let world = Self { app, alarm, db, referrals: AtomicU64::new(1), keys: AtomicU64::new(1) };
        for person in ["rj-officer-1", "rj-officer-2", "rj-officer-3"] {
            world.grant(person, role::RJ_OFFICER).await;
        }
        for person in ["mediator-1", "mediator-2"] {
            world.grant(person, role::MEDIATOR).await;
            world.engage_for_good(person).await;
        }
        world
    }

    /// Somebody holds a role, since before the tests' day and without an end; the line that says so.
    pub async fn grant(&self, person: &str, role: &str) -> Line {
        let line = Line { since: NOW - time::Duration::days(1), ..harness::grants::line(person, role, None) };
        harness::grants::hold(&self.app.pool, &line).await;
        line
    }

    /// The registry has a mediator, for a year from the tests' day on and with every training that is required.
    pub async fn engage(&self, mediator: &str) {
        self.engage_as(mediator, "ontario", &["en", "fr"], 50).await;
        let required: Vec<String> = self.app.training.required().map(|module| module.code.clone()).collect();
        let given = training::Given { modules: &required, completed_on: "", expires_on: "", evidence: "CERT-1" };
        record_training(&self.app, &national_manager(), mediator, &given).await.unwrap();
    }

    /// The same for longer than any history of the tests, and for as many cases as anybody takes.
    pub async fn engage_for_good(&self, mediator: &str) {
        self.engage(mediator).await;
        let longer = [
            "update mediator set last_day = '2190-12-31', capacity = 100 where subject = $1",
            "update mediator_training set expires_on = null where subject = $1",
            "update due set settled_at = since where subject = $1",
        ];
        for statement in longer {
            sqlx::query(statement).bind(mediator).execute(&self.db.admin).await.unwrap();
        }
    }

    /// The same without any training.
    pub async fn engage_as(&self, mediator: &str, region: &str, languages: &[&str], capacity: i32) {
        let languages: Vec<String> = languages.iter().map(|code| (*code).to_owned()).collect();
        let details = Given { region, languages: &languages, specialties: &[], capacity };
        engagement::engage(&self.app, &national_manager(), engagement(mediator, details)).await.unwrap();
    }

    pub fn screened(&self, indirect_only: bool) -> Screened {
        let referral = ReferralId::new(Uuid::from_u64_pair(9, self.referrals.fetch_add(1, Ordering::Relaxed)));
        let screened_by = Some(officer().subject);
        let referral_number = Some(proto::reference::make("RO", self.referrals.load(Ordering::Relaxed)));
        Screened {
            referral,
            referral_number,
            indirect_only,
            screened_at: NOW - time::Duration::hours(1),
            screened_by,
            content: referral_content(),
        }
    }

    /// A transaction as the service has it when it hears the bus.
    pub async fn service(&self) -> Transaction<'static, Postgres> {
        begin(&self.app.pool, &Actor::service("cases")).await.unwrap()
    }

    pub async fn apply(&self, screened: &Screened) -> Result<()> {
        let mut tx = self.service().await;
        open_case(&mut tx, &self.app.vault, &self.app.ids, screened, self.app.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    pub async fn take_back(&self, decision: TakenBack) {
        let mut tx = self.service().await;
        take_back(&mut tx, (&self.app.vault, &self.app.ids), decision, self.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Opens a case for an institutional referral at Mission that names a victim and an offender; it is in the portfolio of
    /// [`officer`], who screened it.
    pub async fn open(&self) -> Opened {
        let screened = self.screened(false);
        self.apply(&screened).await.unwrap();
        self.opened(&screened).await
    }

    pub async fn opened(&self, screened: &Screened) -> Opened {
        let whole = read::find_by_referral(&self.app, &officer(), &screened.referral.to_string()).await.unwrap();
        let who = |kind| whole.participants.iter().find(|p| p.person.kind == kind).unwrap().id;
        Opened { id: whole.file.id.to_string(), victim: who(Kind::Victim), offender: who(Kind::Offender) }
    }

    pub async fn read(&self, case: &Opened) -> Whole {
        read::get_case(&self.app, &officer(), &case.id).await.unwrap()
    }

    /// Whether somebody may read a case, or is told that there is none.
    pub async fn can_read(&self, who: &Caller, case: &Opened) -> bool {
        match read::get_case(&self.app, who, &case.id).await {
            Ok(_) => true,
            Err(Error::NotFound) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    pub async fn assign(&self, case: &Opened, mediator: &str) {
        assign_mediator(&self.app, &officer(), &case.id, mediator, None).await.unwrap();
    }

    pub async fn assess(&self, case: &Opened, who: ParticipantId, risk: Risk, notes: &str, head: &str) -> Result<Answer> {
        let key = format!("key-{}", self.keys.fetch_add(1, Ordering::Relaxed));
        let written = Written { notes, for_the_head: head, next_review_on: REVIEW, key: &key };
        let command = record::Command { case_ref: &case.id, participant: &who.to_string(), risk, written };
        record_assessment(&self.app, &officer(), command).await
    }

    pub async fn consent(&self, case: &Opened, who: ParticipantId, mode: &str, status: Status) -> Result<()> {
        self.consent_by(&officer(), case, who, mode, status, (None, None)).await
    }

    pub async fn consent_by(
        &self,
        by: &Caller,
        case: &Opened,
        who: ParticipantId,
        mode: &str,
        status: Status,
        initiative: (Option<How>, Option<OffsetDateTime>),
    ) -> Result<()> {
        let (mode, described) = named(mode);
        let command = consent::Command {
            case_ref: &case.id,
            participant: &who.to_string(),
            mode,
            described,
            status,
            form_version: "RO-form-3",
            language: "en",
            informed_and_voluntary: true,
            ends_on: "",
            initiative,
            giving: WrittenGiving { how: Some(How::InPerson), understanding: &[Understanding::OwnWords], ..WrittenGiving::default() },
        };
        record_consent(&self.app, by, command).await
    }

    /// A participant who had withdrawn says on their own initiative that they want to go on; the officer records it with the offer.
    pub async fn turn_back(&self, case: &Opened, who: ParticipantId, mode: &str) -> Result<()> {
        let initiative = (Some(How::ByTelephone), Some(self.app.clock.now()));
        self.consent_by(&officer(), case, who, mode, Status::Offered, initiative).await
    }

    /// Asks safety, as the watch does every few seconds.
    pub async fn ask_safety(&self) {
        compare(&self.app).await.unwrap();
    }

    pub async fn agree(&self, case: &Opened, who: ParticipantId, mode: &str) {
        self.consent(case, who, mode, Status::Offered).await.unwrap();
        self.consent(case, who, mode, Status::Given).await.unwrap();
    }

    /// The officer finishes every review that is open.
    pub async fn review(&self, case: &Opened) {
        for review in list_reviews(&self.app, &officer(), &case.id).await.unwrap().0 {
            if review.found.is_none() {
                finish_review(&self.app, &officer(), &case.id, &review.id.to_string(), Finding::GoesOn, "").await.unwrap();
            }
        }
    }

    /// Moves a case whose reviews are finished: what they stand in the way of is tested on its own, in review.rs.
    pub async fn go(&self, case: &Opened, to: Stage, mode: &str) -> Result<Stage> {
        if to == Stage::Mediation {
            self.review(case).await;
        }
        self.go_at_once(case, to, mode).await
    }

    /// Moves a case as it stands.
    pub async fn go_at_once(&self, case: &Opened, to: Stage, mode: &str) -> Result<Stage> {
        let (mode, described) = named(mode);
        let command = move_case::Command { case_ref: &case.id, to, mode, described, reason: "as agreed" };
        move_case(&self.app, &officer(), command).await
    }

    pub async fn add(&self, case: &Opened, kind: Kind, fps: &str) -> Result<ParticipantId> {
        self.add_as(case, kind, "Robin Fictional", fps, "", false).await
    }

    /// The same with a name, a key, and whether it was made sure that it is another person.
    pub async fn add_as(&self, case: &Opened, kind: Kind, name: &str, fps: &str, key: &str, another: bool) -> Result<ParticipantId> {
        let command = add::Command { case_ref: &case.id, kind, name, fps, language: "fr", key, is_another_person: another };
        Ok(self.add_by(&officer(), command).await?.id)
    }

    pub async fn add_by(&self, by: &Caller, command: add::Command<'_>) -> Result<add::Added> {
        add_participant(&self.app, by, command).await
    }

    /// Somebody leaves; the officer records it, with a reason where one is needed.
    pub async fn leave(&self, case: &Opened, who: ParticipantId, wish: Wish) -> Result<OffsetDateTime> {
        let reason = if wish == Wish::Own { "" } else { "marker-leaving" };
        self.leave_by(&officer(), case, who, wish, reason).await
    }

    pub async fn leave_by(&self, by: &Caller, case: &Opened, who: ParticipantId, wish: Wish, reason: &str) -> Result<OffsetDateTime> {
        let command = leave::Command { case_ref: &case.id, participant: &who.to_string(), wish, reason };
        leave_case(&self.app, by, command).await
    }

    /// Describes a mode; how the tests name it.
    pub async fn describe(&self, case: &Opened, text: &str) -> String {
        format!("other:{}", describe_mode(&self.app, &officer(), &case.id, text).await.unwrap())
    }

    /// A case ready for preparation: a mediator, and a current assessment of each principal.
    pub async fn prepared(&self, mode: &str) -> Opened {
        let case = self.open().await;
        self.assign(&case, "mediator-1").await;
        for who in [case.victim, case.offender] {
            self.assess(&case, who, Risk::Low, "calm", "").await.unwrap();
        }
        self.go(&case, Stage::Preparation, mode).await.unwrap();
        case
    }

    /// A case in mediation.
    pub async fn in_mediation(&self, mode: &str) -> Opened {
        let case = self.prepared(mode).await;
        for who in [case.victim, case.offender] {
            self.agree(&case, who, mode).await;
        }
        self.go(&case, Stage::Mediation, mode).await.unwrap();
        case
    }

    /// Somebody puts the case to another site.
    pub async fn change_site(&self, by: &Caller, case: &Opened, how: Move, site: &str, on: &str, key: &str) -> Result<Stay> {
        let reason = "told by the sending institution";
        change_site(&self.app, by, change::Command { case_ref: &case.id, how, site, moved_on: on, reason, key }).await
    }

    /// Bodies waiting in the outbox, as they travel, oldest first.
    pub async fn outbox(&self, subject: &str) -> Vec<Vec<u8>> {
        harness::vault::outbox(&mut *self.service().await, &self.app.vault, subject).await
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.db.admin).await.unwrap()
    }
}

/// A mode as the tests name it: `other:ID` is a described one.
fn named(mode: &str) -> (&str, &str) {
    mode.split_once(':').unwrap_or((mode, ""))
}

pub fn referral_content() -> Referral {
    Referral {
        origin: Origin::Institutional,
        site: "mission".parse().ok(),
        victim_name: "Vera Imaginary".to_owned().into(),
        offender_name: "Oscar Invented".to_owned().into(),
        offender_fps: "123456A".to_owned().into(),
        representative_name: String::new().into(),
        offender_asked: Known::Yes,
        offender_in_custody: Known::Yes,
        no_contact_condition: Known::No,
        language: Some(Language::English),
    }
}

pub fn caller(subject: &str, roles: &[&str]) -> Caller {
    Caller::acting(subject, roles, &[], &[], NOW + time::Duration::days(1))
}

pub fn officer() -> Caller {
    caller("rj-officer-1", &[role::RJ_OFFICER])
}

pub fn national_manager() -> Caller {
    caller("national-manager-1", &[role::NATIONAL_MANAGER])
}

/// A casual engagement of a year that begins today.
pub fn engagement<'a>(mediator: &'a str, details: Given<'a>) -> Engagement<'a> {
    Engagement { mediator, kind: Engaged::Casual, first_day: "", last_day: "", details, contract: "", again: false }
}

/// An officer who screened nothing.
pub fn other_officer() -> Caller {
    caller("rj-officer-2", &[role::RJ_OFFICER])
}

pub fn supervisor() -> Caller {
    caller("rj-supervisor-1", &[role::RJ_SUPERVISOR])
}

pub fn mediator(subject: &str) -> Caller {
    caller(subject, &[role::MEDIATOR])
}

/// The refusal a request ended with.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
