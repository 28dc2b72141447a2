//! Entry to a site: asked for, decided by whoever answers for the site without a word of why, on hold while something changed, lapsed in the end
//! [R2a, R6d, R7d, X-559].

use std::{fmt::Write as _, fs, path::Path};

use base::{Caller, Error, Result};
use cases::{
    app::{
        condition::{
            change::{Named, end_condition},
            record::record_condition,
        },
        disclosure::list_disclosures,
        entry::{
            ask::{self, ask_entry},
            curfew::{self, end_curfew, record_curfew},
            decide::{self, decide_entry},
            lapse::lapse,
            list::{list_entries, list_site_entries},
            manifest::hand_out,
            step::{self, step_entry},
        },
        gate::recheck::recheck_all,
    },
    domain::{
        case::stage::Stage,
        condition::{
            entry::{Kind as Imposed, Written as Condition},
            step::End,
        },
        entry::{
            Answer, Entry, Ground, Need, Purpose, Screening, Written,
            change::Change,
            curfew::{Kind as Binds, Written as Hours},
            machine::{By, Decided, State, Step, decide},
        },
        participant::leaving::Wish,
        session::machine::Step as Meets,
        site::How as Move,
    },
    grpc::Server,
};
use harness::{
    dump::{holders, rows},
    uniform::asked as asks,
};
use prost::Message as _;
use proto::{
    cases::v1::{EntryChanged, EntryNews, GetEntryManifestRequest, ListSiteEntriesRequest, entry_service_server::EntryService as _},
    id::ParticipantId,
    role, subject,
};
use sqlx::Executor as _;
use time::Duration;
use uuid::Uuid;

use crate::{
    purge_retention::{go_to, purged, two_years_after},
    session::{codes, only, plan, take},
    world::{NOW, Opened, World, mediator, officer, other_officer, refusal},
};

const DAY: Duration = Duration::days(14);

/// An office in the community.
fn office() -> &'static str {
    include_str!("../../data/site-kind.csv").lines().find_map(|line| line.strip_suffix(",community")).unwrap()
}

fn at(role: &str, site: &str) -> Caller {
    Caller::acting(&format!("{role}-{site}"), &[role], &[site], &[], NOW + Duration::days(900))
}

fn head() -> Caller {
    at(role::INSTITUTIONAL_HEAD, "mission")
}

const VISIT: Written<'static> = Written {
    site: "mission",
    starts_at: None,
    ends_at: None,
    participants: &[],
    mediator: "mediator-1",
    mediator_name: "Morgan Made-up",
    place: "room 4 marker-place",
    words: "marker-needs",
};

impl World {
    /// Asks for an entry around the moment of the sessions of the tests.
    pub async fn ask_for(&self, case: &Opened, purpose: Purpose, people: &[ParticipantId], written: Written<'_>) -> Result<(Uuid, State)> {
        let people: Vec<String> = people.iter().map(ToString::to_string).collect();
        let written = Written {
            participants: &people,
            starts_at: written.starts_at.or(Some(NOW + DAY - Duration::HOUR)),
            ends_at: written.ends_at.or(Some(NOW + DAY + Duration::hours(3))),
            ..written
        };
        let command = ask::Command { case_ref: &case.id, purpose, written, needs: &[Need::Interpreter, Need::Tty], key: "" };
        ask_entry(&self.app, &mediator("mediator-1"), command).await
    }

    /// Somebody at a site decides on an entry.
    pub async fn decide_as(&self, who: &Caller, entry: Uuid, step: Step) -> Result<State> {
        let answer = Answer { grounds: &[Ground::Safety], screening: Some(Screening::Done), words: "marker-reasons" };
        decide_entry(&self.app, who, decide::Command { entry: &entry.to_string(), step, answer }).await
    }

    /// The victim and the mediator may enter Mission for a session of the tests.
    pub async fn admitted(&self, case: &Opened) -> Uuid {
        self.admitted_with(case, &[case.victim]).await
    }

    pub async fn admitted_with(&self, case: &Opened, people: &[ParticipantId]) -> Uuid {
        let (entry, _) = self.ask_for(case, Purpose::Mediation, people, VISIT).await.unwrap();
        self.decide_as(&head(), entry, Step::Approve).await.unwrap();
        entry
    }

    async fn entry(&self, case: &Opened, id: Uuid) -> Entry {
        let listed = list_entries(&self.app, &officer(), &case.id).await.unwrap();
        listed.entries.into_iter().find(|one| one.id == id).unwrap()
    }

    async fn changes(&self, case: &Opened, id: Uuid) -> Vec<Change> {
        self.entry(case, id).await.hold.map_or_else(Vec::new, |hold| hold.changes)
    }

    /// What was told of entries, oldest first: to whom, what, and whether with the case.
    async fn told(&self) -> Vec<(String, EntryNews, bool)> {
        let events = self.outbox(subject::ENTRY_CHANGED).await;
        let read = |body: &Vec<u8>| EntryChanged::decode(body.as_slice()).unwrap();
        events.iter().map(read).map(|event| (event.recipient.clone(), event.news(), !event.case_id.is_empty())).collect()
    }

    async fn was_told(&self, who: &str, news: EntryNews) -> usize {
        self.told().await.into_iter().filter(|(recipient, told, _)| recipient == who && *told == news).count()
    }

    async fn forbid_contact(&self, case: &Opened) -> Uuid {
        let (text, source) = ("not to communicate with her", "a court");
        let said = Condition { text, source, protects: &[], since: "", until: "", has_exception_words: false };
        record_condition(&self.app, &officer(), &case.id, Imposed::CourtOrder, said, "").await.unwrap()
    }
}

fn table() -> String {
    let mut table = "# state | step, who takes it: the state afterwards\n".to_owned();
    for from in State::ALL {
        for step in Step::ALL {
            for by in By::ALL.iter().filter(|by| step.is_of(**by)) {
                let outcome = match decide(*from, *step, *by) {
                    Ok(Decided::To(state)) => state.code().to_owned(),
                    Ok(Decided::Already) => "as it was".to_owned(),
                    Err(refusal) => format!("refused {} [{}]", refusal.reason, refusal.clause),
                };
                let _ = writeln!(table, "{} | {}, {}: {outcome}", from.code(), step.code(), by.code());
            }
        }
    }
    table
}

// [R2a]
#[test]
fn the_table_of_entries_is_the_one_that_was_agreed() {
    let now = table();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots/entries.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let agreed = fs::read_to_string(&path).unwrap_or_default();
    assert!(agreed == now, "the table has changed; if that is meant, snapshots/entries.txt becomes:\n{now}");
}

// The acceptance of R2a, in its own words.
#[tokio::test]
async fn approving_an_entry_gives_the_site_a_manifest_without_the_programme_and_it_lapses_and_alarms_when_the_offender_is_transferred() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let (entry, state) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    assert_eq!((state, refusal(hand_out(&world.app, &head(), &entry.to_string()).await).reason), (State::Asked, "entry-not-valid"));
    assert_eq!(world.decide_as(&head(), entry, Step::Approve).await.unwrap(), State::Approved);
    let door = Server::new(world.app.clone());
    let request = GetEntryManifestRequest { entry_id: entry.to_string() };
    let manifest = door.get_entry_manifest(asks(&head(), request)).await.unwrap().into_inner().manifest.unwrap();
    assert_eq!(manifest.names, ["Morgan Made-up", "Vera Imaginary"]);
    assert_eq!((manifest.place.as_str(), manifest.needs.len(), manifest.site.as_str()), ("room 4 marker-place", 2, "mission"));
    let listed = door.list_site_entries(asks(&head(), ListSiteEntriesRequest {})).await.unwrap().into_inner();
    let file = world.read(&case).await.file;
    for bytes in [manifest.encode_to_vec(), listed.encode_to_vec()] {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        let id = case.id.clone();
        for told in ["mediat", "victim", "offender", "oscar", &file.number.to_lowercase(), &id, &case.victim.to_string()] {
            assert!(!text.contains(told), "the site reads {told:?}: {text}");
        }
    }
    let register = list_disclosures(&world.app, &officer(), &case.id, 0, "").await.unwrap().disclosures;
    let mut kinds: Vec<(&str, &str, &str)> =
        register.iter().map(|one| (one.kind.code(), one.recipient.as_str(), one.authority.as_str())).collect();
    kinds.sort_unstable();
    let at_the_site = "institutional-head/mission";
    assert_eq!(kinds, [("entry-manifest", "institutional-head-mission", "R2a"), ("entry-request", at_the_site, "R2a")]);
    // The offender is transferred before the date.
    world.change_site(&officer(), &case, Move::Transfer, "kent", "2026-03-02", "").await.unwrap();
    assert_eq!(world.changes(&case, entry).await, [Change::Transferred]);
    let same = "select count(*) from entry_hold h join case_site s on h.xmin = s.xmin";
    assert_eq!(world.count(same).await, 1, "in one transaction");
    for told in ["mediator-1", "rj-officer-1", "rj-unit"] {
        assert_eq!(world.was_told(told, EntryNews::OnHold).await, 1, "{told}");
    }
    assert_eq!(world.was_told(at_the_site, EntryNews::Changed).await, 1);
    assert!(world.told().await.iter().all(|(who, _, with_case)| *with_case == (who != at_the_site)), "the site learns of no case");
    assert_eq!(refusal(hand_out(&world.app, &head(), &entry.to_string()).await).reason, "entry-not-valid");
    assert_eq!(refusal(world.decide_as(&head(), entry, Step::Confirm).await).reason, "entry-on-hold");
    assert_eq!(lapse(&world.app).await.unwrap(), 0, "before the date it may still be undone");
    go_to(&world, NOW + DAY);
    let both = tokio::join!(lapse(&world.app), lapse(&world.app));
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 1, "once, however many look");
    assert_eq!(world.entry(&case, entry).await.state, State::Lapsed);
    for told in ["mediator-1", "rj-officer-1", "rj-unit"] {
        assert_eq!(world.was_told(told, EntryNews::Lapsed).await, 1, "{told}");
    }
    for mark in ["marker-place", "marker-needs", "marker-reasons", "Morgan Made-up", "Vera Imaginary"] {
        assert!(holders(&rows(&world.db.admin).await, mark).is_empty(), "{mark}");
    }
}

// [R2a]
#[tokio::test]
async fn what_is_undone_clears_by_itself_and_a_meeting_that_rests_on_it_is_blocked_and_clear_with_it() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    let who = mediator("mediator-1");
    let refused = refusal(take(&world, &who, &case, session, Meets::Confirm).await);
    for code in ["entry-missing:victim", "entry-missing:mediator"] {
        assert!(refused.en.contains(code) && refused.fr.contains(code), "{code}: {}", refused.en);
    }
    let entry = world.admitted(&case).await;
    take(&world, &who, &case, session, Meets::Confirm).await.unwrap();
    world.change_site(&officer(), &case, Move::Correction, "kent", "", "").await.unwrap();
    assert_eq!(world.changes(&case, entry).await, [Change::Transferred]);
    assert!(only(&world, &case).await.blocked_since.is_some());
    world.change_site(&officer(), &case, Move::Correction, "mission", "", "").await.unwrap();
    assert_eq!(world.changes(&case, entry).await, []);
    assert_eq!((only(&world, &case).await.blocked_since, codes(&only(&world, &case).await)), (None, Vec::new()));
    assert_eq!(world.was_told("mediator-1", EntryNews::Clear).await, 1);
    // A new condition holds it until the head confirms anew, and then no more.
    world.forbid_contact(&case).await;
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, entry).await, [Change::Condition]);
    assert_eq!(world.decide_as(&head(), entry, Step::Confirm).await.unwrap(), State::Approved);
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, entry).await, []);
    // Somebody leaves: nothing but their coming back would clear it.
    world.leave(&case, case.victim, Wish::Own).await.unwrap();
    assert_eq!(world.changes(&case, entry).await, [Change::PersonLeft]);
    assert_eq!(refusal(world.decide_as(&head(), entry, Step::Confirm).await).reason, "entry-on-hold");
}

// The acceptance of R6d, in its own words. [GL2b]
#[tokio::test]
async fn a_preparatory_meeting_is_booked_for_a_cleared_mediator_though_a_condition_forbids_contact_and_mediation_is_refused() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let year = Written { starts_at: Some(NOW), ends_at: Some(NOW + Duration::days(365)), ..VISIT };
    let (clearance, state) = world.ask_for(&case, Purpose::Clearance, &[], year).await.unwrap();
    assert_eq!(state, State::Asked);
    world.decide_as(&head(), clearance, Step::Approve).await.unwrap();
    world.forbid_contact(&case).await;
    let (booked, state) = world.ask_for(&case, Purpose::Preparation, &[], VISIT).await.unwrap();
    assert_eq!(state, State::Approved, "by the clearance");
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, booked).await, [], "a meeting with the mediator is no breach");
    assert!(hand_out(&world.app, &head(), &booked.to_string()).await.is_ok());
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    let refused = refusal(take(&world, &mediator("mediator-1"), &case, session, Meets::Confirm).await);
    assert!(refused.en.contains("condition-forbids-contact") && !refused.en.contains("entry-missing:mediator"), "{}", refused.en);
    // In another case the clearance is the entry of the same mediator, and of nobody else.
    let other = world.in_mediation("face_to_face").await;
    let session = plan(&world, &other, &[other.victim, other.offender], "face_to_face").await.unwrap();
    let refused = refusal(take(&world, &mediator("mediator-1"), &other, session, Meets::Confirm).await);
    assert!(!refused.en.contains("entry-missing:mediator") && refused.en.contains("entry-missing:victim"), "{}", refused.en);
    // Who has no clearance waits for a yes, and a clearance does not outlast the engagement.
    let (waits, state) = world.ask_for(&other, Purpose::Preparation, &[], Written { mediator: "mediator-2", ..VISIT }).await.unwrap();
    assert_eq!((state, world.entry(&other, waits).await.steps.len()), (State::Asked, 0));
    world.db.admin.execute("update mediator set last_day = first_day where subject = 'mediator-1'").await.unwrap();
    go_to(&world, NOW + Duration::days(2));
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, clearance).await, [Change::NotEngaged]);
}

const NIGHT: Hours<'static> =
    Hours { participant: "", weekdays: &[], begins: "10:00", ends: "11:30", zone: "America/Toronto", since: "2026-03-01", until: "" };

// The acceptance of R7d, in its own words.
#[tokio::test]
async fn a_session_that_clashes_with_a_curfew_is_flagged_before_confirmation_and_again_when_it_changes_and_not_when_it_goes() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    world.change_site(&officer(), &case, Move::Correction, office(), "", "").await.unwrap();
    let session = plan(&world, &case, &[case.victim, case.offender], "face_to_face").await.unwrap();
    let (who, offender) = (mediator("mediator-1"), case.offender.to_string());
    let record = async |begins: &str, ends: &str| {
        let written = Hours { participant: &offender, begins, ends, ..NIGHT };
        record_curfew(&world.app, &who, curfew::Command { case_ref: &case.id, kind: Binds::Curfew, written, key: "" }).await.unwrap()
    };
    // The session is at 15:00 in UTC, when it is 11:00 in Toronto.
    let clash = record("10:00", "11:30").await;
    assert_eq!(codes(&only(&world, &case).await), ["curfew-clash"]);
    assert!(refusal(take(&world, &who, &case, session, Meets::Confirm).await).en.contains("curfew-clash"));
    end_curfew(&world.app, &who, &case.id, &clash.to_string()).await.unwrap();
    end_curfew(&world.app, &who, &case.id, &clash.to_string()).await.unwrap();
    assert!(codes(&only(&world, &case).await).is_empty());
    take(&world, &who, &case, session, Meets::Confirm).await.unwrap();
    record("12:00", "13:00").await;
    assert_eq!(only(&world, &case).await.blocked_since, None);
    let again = record("09:00", "12:00").await;
    assert!(only(&world, &case).await.blocked_since.is_some(), "the condition changed after the confirmation");
    end_curfew(&world.app, &who, &case.id, &again.to_string()).await.unwrap();
    assert_eq!(only(&world, &case).await.blocked_since, None);
    // An entry to the office with the offender is on hold for the same reason.
    let people = [case.victim, case.offender];
    let (entry, _) = world.ask_for(&case, Purpose::Mediation, &people, Written { site: office(), ..VISIT }).await.unwrap();
    let director = at(role::DISTRICT_DIRECTOR, office());
    world.decide_as(&director, entry, Step::Approve).await.unwrap();
    record("10:00", "10:30").await;
    assert_eq!(world.changes(&case, entry).await, [Change::Curfew]);
    assert_eq!(world.decide_as(&at(role::PAROLE_OFFICER_SUPERVISOR, office()), entry, Step::Confirm).await.unwrap(), State::Approved);
    assert_eq!(world.changes(&case, entry).await, []);
    let of_a_victim = Hours { participant: &case.victim.to_string(), ..NIGHT };
    let command = curfew::Command { case_ref: &case.id, kind: Binds::Reporting, written: of_a_victim, key: "" };
    assert_eq!(refusal(record_curfew(&world.app, &who, command).await).reason, "curfew-of-nobody");
}

// The acceptance of X-559, in its own words.
#[tokio::test]
async fn a_refusal_without_grounds_and_reasons_is_rejected_and_the_representations_are_kept_and_can_change_it() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let (entry, _) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    let decline = async |grounds: &[Ground], words: &str| {
        let answer = Answer { grounds, screening: None, words };
        decide_entry(&world.app, &head(), decide::Command { entry: &entry.to_string(), step: Step::Decline, answer }).await
    };
    assert_eq!(refusal(decline(&[], "marker-reasons").await).reason, "grounds-missing");
    assert_eq!(refusal(decline(&[Ground::Safety], " ").await).reason, "reasons-missing");
    assert_eq!(world.entry(&case, entry).await.state, State::Asked);
    let (grounds, unscreened) = ([Ground::Safety, Ground::Screening], Answer::default());
    let approve = decide::Command { entry: &entry.to_string(), step: Step::Approve, answer: unscreened };
    assert_eq!(refusal(decide_entry(&world.app, &head(), approve).await).reason, "screening-missing");
    assert_eq!(decline(&grounds, "marker-reasons").await.unwrap(), State::Declined);
    assert_eq!(decline(&grounds, "marker-reasons").await.unwrap(), State::Declined, "said twice it is said once");
    assert_eq!(world.was_told("mediator-1", EntryNews::Decided).await, 1);
    let say = async |words: &str| {
        let command = step::Command { case_ref: &case.id, entry: &entry.to_string(), step: Step::Represent, words };
        step_entry(&world.app, &mediator("mediator-1"), command).await
    };
    assert_eq!(refusal(say("").await).reason, "representations-missing");
    assert_eq!(refusal(say("she is the victim").await).reason, "entry-says-too-much");
    assert_eq!(say("marker-representations").await.unwrap(), State::Declined);
    let (read, _) = list_site_entries(&world.app, &head()).await.unwrap();
    let steps: Vec<_> = read[0].steps.iter().map(|taken| (taken.said.step, taken.said.words.expose().as_str())).collect();
    assert_eq!(steps, [(Step::Decline, "marker-reasons"), (Step::Represent, "marker-representations")]);
    assert_eq!(read[0].steps[0].said.grounds, grounds);
    assert_eq!(world.decide_as(&head(), entry, Step::Approve).await.unwrap(), State::Approved);
    for mark in ["marker-reasons", "marker-representations"] {
        assert!(holders(&rows(&world.db.admin).await, mark).is_empty(), "{mark}");
    }
    for rewrite in ["update entry_step set step = 'approve'", "delete from entry_step", "delete from entry_person"] {
        assert!(world.db.admin.execute(rewrite).await.is_err(), "{rewrite}");
    }
}

// [R3c] [TRAP-6]
#[tokio::test]
async fn each_site_reads_and_decides_its_own_and_who_knows_nothing_of_the_case_knows_nothing_of_its_entries() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let (entry, _) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    let hidden = |outcome: Result<State>| matches!(outcome, Err(Error::NotFound));
    for stranger in [
        at(role::INSTITUTIONAL_HEAD, "kent"),
        at(role::DISTRICT_DIRECTOR, "mission"),
        at(role::PAROLE_OFFICER_SUPERVISOR, "mission"),
        at(role::MANAGER_ASSESSMENT_INTERVENTIONS, "mission"),
    ] {
        assert!(hidden(world.decide_as(&stranger, entry, Step::Approve).await), "{}", stranger.subject);
        assert!(hidden(world.decide_as(&stranger, Uuid::nil(), Step::Approve).await), "{}", stranger.subject);
    }
    let arranges = at(role::MANAGER_ASSESSMENT_INTERVENTIONS, "mission");
    assert_eq!(list_site_entries(&world.app, &arranges).await.unwrap().0.len(), 1);
    assert!(list_site_entries(&world.app, &at(role::INSTITUTIONAL_HEAD, "kent")).await.unwrap().0.is_empty());
    for stranger in [mediator("mediator-2"), other_officer(), head()] {
        assert!(matches!(list_entries(&world.app, &stranger, &case.id).await, Err(Error::NotFound)), "{}", stranger.subject);
    }
    // Who heads a site and mediates the case acts for the site as anybody who heads it, and learns of the case as its mediator alone.
    let both = Caller::acting("mediator-1", &[role::INSTITUTIONAL_HEAD, role::MEDIATOR], &["kent"], &[], NOW + Duration::days(900));
    assert!(list_site_entries(&world.app, &both).await.unwrap().0.is_empty());
    assert_eq!(list_entries(&world.app, &both, &case.id).await.unwrap().entries.len(), 1);
}

async fn cancel(world: &World, case: &Opened, entry: Uuid) -> Result<State> {
    let command = step::Command { case_ref: &case.id, entry: &entry.to_string(), step: Step::Cancel, words: "" };
    step_entry(&world.app, &mediator("mediator-1"), command).await
}

// [R2a]
#[tokio::test]
async fn what_comes_late_twice_or_out_of_order_changes_nothing() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    // An approval after the entry was cancelled.
    let (entry, _) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    assert_eq!(cancel(&world, &case, entry).await.unwrap(), State::Cancelled);
    assert_eq!(cancel(&world, &case, entry).await.unwrap(), State::Cancelled);
    assert_eq!(refusal(world.decide_as(&head(), entry, Step::Approve).await).reason, "no-such-entry-step");
    // A transfer while it is asked for: it cannot be approved, and is told of when that is undone.
    let (entry, _) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    world.change_site(&officer(), &case, Move::Correction, "kent", "", "").await.unwrap();
    assert_eq!(refusal(world.decide_as(&head(), entry, Step::Approve).await).reason, "entry-on-hold");
    assert_eq!(refusal(world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await).reason, "entry-elsewhere");
    world.change_site(&officer(), &case, Move::Correction, "mission", "", "").await.unwrap();
    let head_of_it = head();
    let approve = || world.decide_as(&head_of_it, entry, Step::Approve);
    let (one, two) = tokio::join!(approve(), approve());
    assert_eq!((one.unwrap(), two.unwrap()), (State::Approved, State::Approved));
    assert_eq!(world.count("select count(*) from entry_step where step = 'approve'").await, 1, "pressed twice");
    // A use before its time, and an approval after it.
    assert_eq!(refusal(world.decide_as(&head(), entry, Step::Use).await).reason, "entry-not-yet");
    let (late, _) = world.ask_for(&case, Purpose::Mediation, &[case.victim], VISIT).await.unwrap();
    go_to(&world, NOW + DAY);
    assert_eq!(world.decide_as(&head(), entry, Step::Use).await.unwrap(), State::Used);
    go_to(&world, NOW + DAY + Duration::hours(4));
    assert_eq!(refusal(world.decide_as(&head(), late, Step::Approve).await).reason, "entry-over");
    assert_eq!(lapse(&world.app).await.unwrap(), 1);
    assert_eq!((world.entry(&case, entry).await.state, world.entry(&case, late).await.state), (State::Used, State::Lapsed));
}

// [R2a]
#[tokio::test]
async fn one_key_asks_for_one_entry_and_only_known_mediators_enter() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let people = [case.victim.to_string()];
    let window = (Some(NOW + DAY), Some(NOW + DAY + Duration::HOUR));
    let written = Written { participants: &people, starts_at: window.0, ends_at: window.1, ..VISIT };
    let keyed = ask::Command { case_ref: &case.id, purpose: Purpose::Mediation, written, needs: &[], key: "key-Vera" };
    let first = ask_entry(&world.app, &officer(), keyed).await.unwrap();
    assert_eq!(ask_entry(&world.app, &officer(), keyed).await.unwrap(), first);
    let other = ask::Command { purpose: Purpose::Preparation, ..keyed };
    assert_eq!(refusal(ask_entry(&world.app, &officer(), other).await).reason, "key-used");
    let nobody = ask::Command { written: Written { mediator: "somebody-else", ..written }, key: "", ..keyed };
    assert_eq!(refusal(ask_entry(&world.app, &officer(), nobody).await).reason, "mediator-unknown");
    assert_eq!(world.count("select count(*) from entry").await, 1);
    assert_eq!(world.was_told("institutional-head/mission", EntryNews::Asked).await, 1);
}

// [LPR4]
#[tokio::test]
async fn with_a_purged_case_its_entries_go_and_notification_hears_under_which_ids_they_were_told() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let entry = world.admitted(&case).await;
    let hours = Hours { participant: &case.offender.to_string(), ..NIGHT };
    let command = curfew::Command { case_ref: &case.id, kind: Binds::Reporting, written: hours, key: "" };
    record_curfew(&world.app, &officer(), command).await.unwrap();
    world.change_site(&officer(), &case, Move::Correction, "kent", "", "").await.unwrap();
    world.go(&case, Stage::Closed, "").await.unwrap();
    go_to(&world, two_years_after(NOW));
    let ids: Vec<Uuid> = sqlx::query_scalar("select id from entry union all select id from entry_step union all select id from entry_hold")
        .fetch_all(&world.db.admin)
        .await
        .unwrap();
    let certificate = purged(&world, &case).await;
    for table in ["entry", "entry_person", "entry_step", "entry_hold", "curfew"] {
        assert!(certificate.deleted.iter().any(|rows| rows.table == table && rows.rows > 0), "{table}");
    }
    let event = proto::cases::v1::CasePurged::decode(world.outbox(subject::CASE_PURGED).await[0].as_slice()).unwrap();
    assert!(ids.len() >= 3 && ids.iter().all(|id| event.entry_notice_ids.contains(&id.to_string())), "{:?}", event.entry_notice_ids);
    assert!(ids.contains(&entry));
}

// [R8d]
#[tokio::test]
async fn a_condition_that_ended_clears_what_it_held() {
    let world = World::new().await;
    let case = world.in_mediation("face_to_face").await;
    let entry = world.admitted(&case).await;
    let condition = world.forbid_contact(&case).await;
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, entry).await, [Change::Condition]);
    let named = Named { case_ref: &case.id, condition: &condition.to_string() };
    end_condition(&world.app, &officer(), named, (End::ByMistake, "recorded in the wrong file"), "").await.unwrap();
    recheck_all(&world.app).await.unwrap();
    assert_eq!(world.changes(&case, entry).await, []);
}
