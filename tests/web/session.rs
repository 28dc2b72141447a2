//! The pages of sessions.

use http::StatusCode;
use proto::cases::v1::{Case, ConsentStatus, ParticipantKind, RecordConsentRequest};

use crate::{
    casework::{MEDIATOR, OFFICER, at, in_mediation},
    entry::admitted,
    signed_in, system,
};

fn id(case: &Case, kind: ParticipantKind) -> String {
    case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone()
}

/// Address of the step of the only session, as the list offers it.
fn offered(page: &str, step: &str) -> String {
    let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
    links.filter(|to| to.ends_with(&format!("/{step}"))).last().unwrap().to_owned()
}

// [R4b]
#[tokio::test]
async fn a_mediator_plans_a_meeting_confirms_it_holds_it_and_follows_it_up() {
    let case = in_mediation("session", "face_to_face").await;
    let (list, plan) = (at(&case, "/sessions"), at(&case, "/sessions/plan"));
    let mut browser = signed_in(MEDIATOR).await;
    assert!(browser.read(&list).await.says("No session was planned in this case."));
    let (victim, offender) = (id(&case, ParticipantKind::Victim), id(&case, ParticipantKind::Offender));
    let filled = [("mode", "face_to_face"), ("starts_at", "2099-03-02T10:00"), ("place", "room 4 <b>"), ("participant_ids", &victim)];
    let alone = browser.fill_in(&plan, &plan, &filled).await;
    assert!(alone.status == StatusCode::UNPROCESSABLE_ENTITY && alone.says("href=\"#participant_ids\""), "{}", alone.text);
    assert_eq!(alone.value("starts_at").unwrap(), "2099-03-02T10:00", "what was typed is kept");
    let filled = [filled.as_slice(), &[("participant_ids", offender.as_str())]].concat();
    admitted(&case, "2099-03-02T10:00:00Z").await;
    let sent = browser.fill_in(&plan, &plan, &filled).await;
    assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, list.as_str()), "{}", sent.text);
    for (step, filled, said) in [
        ("confirm", [].as_slice(), "Confirmed"),
        ("begin", &[], "Under way"),
        ("end", &[("outcome", "1")], "Completed"),
        ("debrief", &[("side", "2"), ("words", "she is relieved")], "she is relieved"),
        ("follow-up", &[("next_on", "2099-05-01")], "2099-05-01"),
        ("finish", &[], "Done with"),
    ] {
        let to = offered(&browser.read(&list).await.text, step);
        let done = browser.fill_in(&to, &to, filled).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}: {}", done.text);
        assert!(browser.read(&list).await.says(said), "{step}");
    }
    assert!(browser.read(&list).await.text.contains("room 4 &lt;b&gt;"));
    assert_eq!(signed_in("rj-officer-2").await.get(&list).await.status, StatusCode::NOT_FOUND);
}

// [R4b] [IM1c]
#[tokio::test]
async fn a_confirmed_meeting_is_blocked_the_moment_somebody_withdraws_and_is_cancelled_with_a_reason() {
    let case = in_mediation("session-blocked", "face_to_face").await;
    let (list, plan) = (at(&case, "/sessions"), at(&case, "/sessions/plan"));
    let mut browser = signed_in(OFFICER).await;
    let (victim, offender) = (id(&case, ParticipantKind::Victim), id(&case, ParticipantKind::Offender));
    let filled = [
        ("mode", "face_to_face"),
        ("starts_at", "2099-03-02T10:00"),
        ("place", "room 4"),
        ("participant_ids", victim.as_str()),
        ("participant_ids", &offender),
    ];
    assert_eq!(browser.fill_in(&plan, &plan, &filled).await.status, StatusCode::SEE_OTHER);
    admitted(&case, "2099-03-02T10:00:00Z").await;
    let confirm = offered(&browser.read(&list).await.text, "confirm");
    assert_eq!(browser.fill_in(&confirm, &confirm, &[]).await.status, StatusCode::SEE_OTHER);
    let withdrawn = RecordConsentRequest {
        case_id: case.case_id.clone(),
        participant_id: victim,
        mode: "face_to_face".into(),
        status: ConsentStatus::Withdrawn.into(),
        ..RecordConsentRequest::default()
    };
    system().await.consents(OFFICER).record_consent(withdrawn).await.unwrap();
    let page = browser.read(&list).await;
    assert!(page.says("Blocked since") && page.says("L26.1-2"), "{}", page.text);
    let begin = offered(&page.text, "begin");
    let refused = browser.fill_in(&begin, &begin, &[]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.says("consent-missing:victim:face_to_face"), "{}", refused.text);
    let cancel = offered(&page.text, "cancel");
    assert!(browser.fill_in(&cancel, &cancel, &[]).await.says("href=\"#words\""));
    assert_eq!(browser.fill_in(&cancel, &cancel, &[("words", "as she wishes")]).await.status, StatusCode::SEE_OTHER);
    let page = browser.read(&list).await;
    assert!(page.says("Cancelled") && !page.says("Blocked since"), "{}", page.text);
}
