//! The pages of entry to sites: asked for on a case, decided by the head, listed for the gate.

use base::wire;
use http::StatusCode;
use proto::cases::v1::{AskEntryRequest, Case, DecideEntryRequest, EntryPurpose, EntryScreening, EntryStep, ParticipantKind};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    casework::{MEDIATOR, OFFICER, at, in_mediation},
    signed_in, system,
};

const HEAD: &str = "institutional-head-mission";

fn id(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone()
}

/// The victim and the mediator may enter Mission around this moment.
pub async fn admitted(case: &Case, moment: &str) {
    let (system, moment) = (system().await, OffsetDateTime::parse(moment, &Rfc3339).unwrap());
    let entry = AskEntryRequest {
        case_ref: case.case_id.clone(),
        purpose: EntryPurpose::Mediation.into(),
        site: "mission".into(),
        starts_at: Some(wire::timestamp(moment - Duration::hours(1))),
        ends_at: Some(wire::timestamp(moment + Duration::hours(3))),
        participant_ids: vec![id(case, ParticipantKind::Victim)],
        mediator: MEDIATOR.into(),
        mediator_name: "Morgan Made-up".into(),
        ..AskEntryRequest::default()
    };
    let entry_id = system.entries(OFFICER).ask_entry(entry).await.unwrap().into_inner().entry_id;
    let screening = EntryScreening::Done.into();
    let approve = DecideEntryRequest { entry_id, step: EntryStep::Approve.into(), screening, ..DecideEntryRequest::default() };
    system.entries(HEAD).decide_entry(approve).await.unwrap();
}

/// Address of a step of the only entry with this name, as the page offers it.
fn offered(page: &str, step: &str, entry: &str) -> String {
    let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.filter(|to| to.ends_with(&format!("/{step}")) && to.contains(entry)).last().unwrap_or_default().to_owned()
}

// [R2a]
#[tokio::test]
async fn a_mediator_asks_the_head_declines_with_grounds_hears_representations_approves_and_prints_the_list_for_the_gate() {
    let case = in_mediation("entry", "face_to_face").await;
    let (list, ask) = (at(&case, "/entries"), at(&case, "/entries/ask"));
    let mut browser = signed_in(MEDIATOR).await;
    assert!(browser.read(&list).await.says("No entry was asked for in this case."));
    let victim = id(&case, ParticipantKind::Victim);
    let filled = [
        ("purpose", "2"),
        ("site", "mission"),
        ("starts_at", "2099-03-02T10:00"),
        ("ends_at", "2099-03-02T13:00"),
        ("participant_ids", victim.as_str()),
        ("mediator", MEDIATOR),
        ("mediator_name", "Morgan <b>Made-up"),
        ("needs", "1"),
    ];
    let telling = [filled.as_slice(), &[("place", "the mediation room")]].concat();
    let refused = browser.fill_in(&ask, &ask, &telling).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("href=\"#place\""), "{}", refused.text);
    assert_eq!(refused.value("starts_at").unwrap(), "2099-03-02T10:00", "what was typed is kept");
    let sent = browser.fill_in(&ask, &ask, &[filled.as_slice(), &[("place", "room 4")]].concat()).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", sent.text);
    let cancel = offered(&browser.read(&list).await.text, "cancel", "/entries/");
    let entry = cancel.rsplit('/').nth(1).unwrap().to_owned();

    let mut head = signed_in(HEAD).await;
    let page = head.read("/en/entries").await;
    assert!(page.text.contains("Morgan &lt;b&gt;Made-up") && page.says("Sam Sample") && page.says("Interpreter"), "{}", page.text);
    let shown = page.text.split("<main").nth(1).unwrap_or_default().to_lowercase();
    for told in ["mediat", "victim", "offender", &case.case_number.to_lowercase(), &case.case_id] {
        assert!(!shown.contains(told), "the head reads {told:?}");
    }
    let decline = offered(&page.text, "decline", &entry);
    let silent = head.fill_in(&decline, &decline, &[("words", "a search found something")]).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.says("href=\"#grounds\""), "{}", silent.text);
    let declined = head.fill_in(&decline, &decline, &[("grounds", "1"), ("words", "a search found something")]).await;
    assert_eq!(declined.status, StatusCode::SEE_OTHER, "{}", declined.text);
    let page = browser.read(&list).await;
    assert!(page.says("Declined") && page.says("a search found something") && page.says("CCRR 91"), "{}", page.text);
    let represent = offered(&page.text, "represent", &entry);
    let said = browser.fill_in(&represent, &represent, &[("words", "it was a toy of her child")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    let page = head.read("/en/entries").await;
    assert!(page.says("it was a toy of her child"), "{}", page.text);
    let approve = offered(&page.text, "approve", &entry);
    assert!(head.fill_in(&approve, &approve, &[]).await.says("screened"), "the outcome of the screening is asked for");
    assert_eq!(head.fill_in(&approve, &approve, &[("screening", "1")]).await.status, StatusCode::SEE_OTHER);
    let manifest = offered(&head.read("/en/entries").await.text, "manifest", &entry);
    for language in ["/en/", "/fr/"] {
        let page = head.read(&manifest.replacen("/en/", language, 1)).await;
        assert!(page.says("Sam Sample") && page.says("room 4"), "{}", page.text);
        let shown = page.text.split("<main").nth(1).unwrap_or_default().to_lowercase();
        assert!(!shown.contains("mediat") && !shown.contains("médiat") && !shown.contains(&case.case_number.to_lowercase()), "{shown}");
    }
    let register = signed_in(OFFICER).await.read(&format!("/en/disclosures?case={}", case.case_id)).await;
    assert!(register.says("List for the gate of a site") && register.says("Entry to a site"), "{}", register.text);
    assert!(browser.read(&list).await.says("Approved"));
    assert_eq!(browser.fill_in(&cancel, &cancel, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.read(&list).await.says("Cancelled"));
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
    assert!(!signed_in("institutional-head-kent").await.read("/en/entries").await.says("Sam Sample"), "the head of another site");
}

// [R7d]
#[tokio::test]
async fn a_curfew_is_recorded_and_ended_on_the_file() {
    let case = in_mediation("curfew", "face_to_face").await;
    let (list, record) = (at(&case, "/entries"), at(&case, "/entries/curfew"));
    let mut browser = signed_in(OFFICER).await;
    let offender = id(&case, ParticipantKind::Offender);
    let filled = [
        ("participant_id", offender.as_str()),
        ("kind", "1"),
        ("begins", "21:00"),
        ("ends", "25:00"),
        ("zone", "America/Vancouver"),
        ("weekdays", "1"),
        ("since", "2026-01-01"),
    ];
    let wrong = browser.fill_in(&record, &record, &filled).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
    let right = filled.map(|(name, value)| (name, if name == "ends" { "06:00" } else { value }));
    assert_eq!(browser.fill_in(&record, &record, &right).await.status, StatusCode::SEE_OTHER);
    let page = browser.read(&list).await;
    assert!(page.says("Curfew") && page.says("21:00–06:00") && page.says("Monday"), "{}", page.text);
    let end = offered(&page.text, "end", "/curfews/");
    assert_eq!(browser.fill_in(&end, &end, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.read(&list).await.says("Over since"));
}
