//! Samples of what pages show: a case with something of each kind on its file, an enrolled device, and a change that waits for a second
//! administrator. Everybody is obviously fictional, and what somebody wrote is in no language of the pages.

use auth::devices::Key;
use base::{Clock, Ids, wire};
use harness::{
    system::{SOON, System},
    wait::eventually,
};
use proto::{
    cases::v1::{
        AddParticipantRequest, AdviseDrafterRequest, AskEntryRequest, AskRequestRequest, AskedItem, AssignMediatorRequest,
        BreakGlassRequest, Case, ConditionKind, ConsentStatus, CurfewKind, DecideEntryRequest, DescribeModeRequest, DocumentKind,
        DocumentOffered, DraftProtocolRequest, EntryNeed, EntryPurpose, EntryScreening, EntryStep, FindCaseByReferralRequest,
        GetCaseRequest, HoldKind, Initiative, ItemStep, KeepDocumentRequest, ListReviewsRequest, PartKind, ParticipantKind,
        PlaceHoldRequest, PlanSessionRequest, ProtocolPart, PutPartRequest, RecordAssessmentRequest, RecordConditionRequest,
        RecordConsentRequest, RecordCurfewRequest, RegisterItemRequest, RequestFile, RequestItemKind, Requirement, RiskLevel,
        StepItemRequest, Understanding, keep_document_request::Part,
    },
    intake::v1::{Disposition, Known, ListQueueRequest, Origin, Referral, ScreenReferralRequest, SubmitReferralRequest},
    operations::v1::ListQuarantineRequest,
    role,
    safety::v1::{ConfirmChangesRequest, Device, ProposeDeviceRequest, ProposeGrantsRequest, RoleGrant},
};
use time::Duration;
use tokio::sync::OnceCell;

use crate::scene::{
    ADMINISTRATOR, HEAD, MANAGER, MEDIATOR, OFFICER, OPERATIONS, SAID, SECOND_ADMINISTRATOR, SECOND_OFFICER, STAFF, SUPERVISOR,
};

/// Places in the addresses of pages, each with the id that stands for it.
pub type Places = Vec<(&'static str, String)>;

/// The samples of this process, made when they are first asked for.
pub async fn all(system: &System) -> &'static Places {
    static MADE: OnceCell<Places> = OnceCell::const_new();
    MADE.get_or_init(|| make(system)).await
}

async fn make(system: &System) -> Places {
    let case = opened(system).await;
    let mut places = fill(system, case).await;
    places.push(("{referral}", referral(system).await));
    places.push(("{device}", device(system).await));
    places.push(("{proposal}", proposal(system).await));
    places.push(("{quarantined}", quarantined(system).await));
    places.push(("{protocol}", protocol(system).await));
    places
}

/// A version of the protocols that is being drafted, with a part; its number.
async fn protocol(system: &System) -> String {
    let draft = DraftProtocolRequest { number: 0, title: SAID.into(), effective_on: "2099-01-01".into() };
    let number = system.protocols(MANAGER).draft_protocol(draft).await.unwrap().into_inner().number;
    let part = ProtocolPart {
        kind: PartKind::Rule.into(),
        part_key: "lorem-ipsum".into(),
        clause: "D-VOM".into(),
        text_en: SAID.into(),
        text_fr: SAID.into(),
        step: "mode.describe".into(),
        requirement: Requirement::BySupervisor.into(),
    };
    system.protocols(MANAGER).put_part(PutPartRequest { number, part: Some(part) }).await.unwrap();
    number.to_string()
}

/// A message that intake cannot read and has set aside; answers with its id.
async fn quarantined(system: &System) -> String {
    let bus = system.bus("publishing-system-mission").await;
    bus.publish("ro.intake.submit.referral.mission", SAID.into()).await.unwrap();
    bus.flush().await.unwrap();
    eventually("intake has set it aside", SOON, async || {
        let asked = system.operations("intake", OPERATIONS).list_quarantine(ListQuarantineRequest::default()).await;
        let found = asked.map_err(|status| status.to_string())?.into_inner().messages.pop();
        found.map(|message| message.quarantine_id).ok_or_else(|| "nothing yet".to_owned())
    })
    .await
}

/// A referral in the national queue; answers with its id.
pub async fn referral(system: &System) -> String {
    let referral = Referral {
        idempotency_key: Ids::random().uuid().to_string(),
        origin: Origin::Institutional.into(),
        site: "mission".into(),
        request: SAID.into(),
        offender_name: "Alex Exemple".into(),
        offender_fps: "000000F".into(),
        offender_asked: Known::Yes.into(),
        offender_in_custody: Known::Yes.into(),
        victim_name: "Sam Sample".into(),
        ..Referral::default()
    };
    let request = SubmitReferralRequest { referral: Some(referral) };
    let receipt = system.referrals(HEAD).submit_referral(request).await.unwrap().into_inner().receipt.unwrap();
    eventually("the referral stands in the national queue", SOON, async || {
        let ask = ListQueueRequest { include_screened: true, page_size: 200, ..ListQueueRequest::default() };
        let queue = system.referrals(OFFICER).list_queue(ask).await.map_err(|status| status.to_string())?.into_inner();
        let found = queue.entries.into_iter().find(|entry| entry.receipt_number == receipt.number);
        found.map(|entry| entry.referral_id).ok_or_else(|| "not in the queue".to_owned())
    })
    .await
}

/// The case of a referral that an officer accepts.
async fn opened(system: &System) -> Case {
    let referral_id = referral(system).await;
    let decision = ScreenReferralRequest {
        referral_id: referral_id.clone(),
        disposition: Disposition::Accepted.into(),
        reason: SAID.into(),
        ..ScreenReferralRequest::default()
    };
    system.referrals(OFFICER).screen_referral(decision).await.unwrap();
    let case_id = eventually("a case opens in the portfolio of who screened it", SOON, async || {
        let ask = FindCaseByReferralRequest { referral_id: referral_id.clone() };
        let found = system.cases(OFFICER).find_case_by_referral(ask).await.map_err(|status| status.to_string())?;
        Ok::<_, String>(found.into_inner().case.unwrap().case_id)
    })
    .await;
    let ask = GetCaseRequest { case_ref: case_id };
    system.cases(OFFICER).get_case(ask).await.unwrap().into_inner().case.unwrap()
}

/// Puts something of each kind on the file of a case.
async fn fill(system: &System, case: Case) -> Places {
    let case_id = case.case_id.clone();
    let of = |kind: ParticipantKind| case.participants.iter().find(|one| one.kind() == kind).unwrap().participant_id.clone();
    let (victim, offender) = (of(ParticipantKind::Victim), of(ParticipantKind::Offender));
    let assigned = AssignMediatorRequest { case_id: case_id.clone(), mediator: MEDIATOR.into(), until: None };
    system.access(OFFICER).assign_mediator(assigned).await.unwrap();
    let support = AddParticipantRequest {
        case_id: case_id.clone(),
        kind: ParticipantKind::SupportPerson.into(),
        name: "Robin Modele".into(),
        language: "fr".into(),
        ..AddParticipantRequest::default()
    };
    system.participants(OFFICER).add_participant(support).await.unwrap();
    for (participant, status) in [(&victim, ConsentStatus::Offered), (&victim, ConsentStatus::Given), (&offender, ConsentStatus::Offered)] {
        let consent = RecordConsentRequest {
            case_id: case_id.clone(),
            participant_id: participant.clone(),
            mode: "letter".into(),
            status: status.into(),
            form_version: "1".into(),
            language: "en".into(),
            informed_and_voluntary: true,
            how: Initiative::InPerson.into(),
            understanding: vec![Understanding::OwnWords.into()],
            ..RecordConsentRequest::default()
        };
        system.consents(OFFICER).record_consent(consent).await.unwrap();
    }
    let assessed = RecordAssessmentRequest {
        case_id: case_id.clone(),
        participant_id: victim.clone(),
        risk: RiskLevel::Moderate.into(),
        notes: SAID.into(),
        next_review_on: (Clock::system().now() + Duration::days(30)).date().to_string(),
        idempotency_key: Ids::random().uuid().to_string(),
        ..RecordAssessmentRequest::default()
    };
    system.assessments(OFFICER).record_assessment(assessed).await.unwrap();
    let described = DescribeModeRequest { case_ref: case_id.clone(), description: SAID.into() };
    let mode = system.modes(OFFICER).describe_mode(described).await.unwrap().into_inner().mode_id;
    document(system, &case_id).await;
    let (item, meeting) = passages(system, &case_id, &victim, &offender).await;
    let hold = PlaceHoldRequest { case_ref: case_id.clone(), kind: HoldKind::Legal.into(), reason: SAID.into() };
    let hold = system.holds(SUPERVISOR).place_hold(hold).await.unwrap().into_inner().hold_id;
    let broken = BreakGlassRequest { case_ref: case_id.clone(), reason: SAID.into() };
    let glass = system.break_glass(SECOND_OFFICER).break_glass(broken).await.unwrap().into_inner().break_glass_id;
    let (condition, advice) = condition(system, &case_id).await;
    // The condition opened it.
    let request = ListReviewsRequest { case_ref: case_id.clone() };
    let review = system.reviews(OFFICER).list_reviews(request).await.unwrap().into_inner().reviews.remove(0).review_id;
    let (waits, admitted, curfew) = entries(system, &case_id, &victim, &offender).await;
    let ids = [
        ("{case}", case_id.clone()),
        ("{participant}", victim),
        ("{mode}", mode),
        ("{item}", item),
        ("{meeting}", meeting),
        ("{hold}", hold),
        ("{glass}", glass),
    ];
    let asked = information(system, &case_id, &offender).await;
    let of_entries = [("{request}", asked), ("{entry}", waits), ("{admitted}", admitted), ("{curfew}", curfew)];
    ids.into_iter().chain([("{condition}", condition), ("{advice}", advice), ("{review}", review)]).chain(of_entries).collect()
}

/// A letter in review, and a planned meeting.
async fn passages(system: &System, case: &str, victim: &str, offender: &str) -> (String, String) {
    let item = RegisterItemRequest {
        case_ref: case.into(),
        from: victim.into(),
        to: offender.into(),
        mode: "letter".into(),
        words: SAID.into(),
        held_at: "locker 4".into(),
        ..RegisterItemRequest::default()
    };
    let item = system.exchange(OFFICER).register_item(item).await.unwrap().into_inner().item_id;
    let review =
        StepItemRequest { case_ref: case.into(), item_id: item.clone(), step: ItemStep::Review.into(), ..StepItemRequest::default() };
    system.exchange(OFFICER).step_item(review).await.unwrap();
    let meeting = PlanSessionRequest {
        case_ref: case.into(),
        mode: "face_to_face".into(),
        starts_at: Some(base::wire::timestamp(Clock::system().now() + Duration::days(30))),
        participant_ids: vec![victim.into(), offender.into()],
        place: SAID.into(),
        needs: SAID.into(),
        ..PlanSessionRequest::default()
    };
    let meeting = system.sessions(OFFICER).plan_session(meeting).await.unwrap().into_inner().session_id;
    (item, meeting)
}

/// A request that waits for the answer of the staff of a site.
async fn information(system: &System, case: &str, offender: &str) -> String {
    let item = |kind: RequestItemKind, words: &str| AskedItem { kind: kind.into(), words: words.into() };
    let request = AskRequestRequest {
        case_ref: case.into(),
        file: RequestFile::Offender.into(),
        participant_id: offender.into(),
        office: role::STAFF.into(),
        place: "mission".into(),
        items: vec![item(RequestItemKind::Summary, ""), item(RequestItemKind::Other, "XQ-7")],
        reason: "XQ-8".into(),
        ..AskRequestRequest::default()
    };
    system.requests(OFFICER).ask_request(request).await.unwrap().into_inner().request_id
}

/// An entry that waits for a decision, one that was approved, and a curfew.
async fn entries(system: &System, case: &str, victim: &str, offender: &str) -> (String, String, String) {
    let mut asked = Vec::new();
    for days in [20, 30] {
        let starts = Clock::system().now() + Duration::days(days);
        let entry = AskEntryRequest {
            case_ref: case.into(),
            purpose: EntryPurpose::Mediation.into(),
            site: "mission".into(),
            starts_at: Some(wire::timestamp(starts)),
            ends_at: Some(wire::timestamp(starts + Duration::hours(2))),
            participant_ids: vec![victim.into()],
            mediator: MEDIATOR.into(),
            mediator_name: "Morgan Modele".into(),
            place: SAID.into(),
            needs: vec![EntryNeed::Interpreter.into(), EntryNeed::Tty.into()],
            needs_words: SAID.into(),
            ..AskEntryRequest::default()
        };
        asked.push(system.entries(OFFICER).ask_entry(entry).await.unwrap().into_inner().entry_id);
    }
    let admitted = asked.pop().unwrap();
    let approve = DecideEntryRequest {
        entry_id: admitted.clone(),
        step: EntryStep::Approve.into(),
        screening: EntryScreening::Done.into(),
        words: SAID.into(),
        ..DecideEntryRequest::default()
    };
    system.entries(HEAD).decide_entry(approve).await.unwrap();
    let curfew = RecordCurfewRequest {
        case_ref: case.into(),
        participant_id: offender.into(),
        kind: CurfewKind::Curfew.into(),
        begins: "21:00".into(),
        ends: "06:00".into(),
        zone: "America/Vancouver".into(),
        since: "2026-01-01".into(),
        ..RecordCurfewRequest::default()
    };
    let curfew = system.entries(OFFICER).record_curfew(curfew).await.unwrap().into_inner().curfew_id;
    (asked.pop().unwrap(), admitted, curfew)
}

/// A condition of the case, and the advice on it to somebody at an institution.
async fn condition(system: &System, case: &str) -> (String, String) {
    let recorded = RecordConditionRequest {
        case_ref: case.into(),
        kind: ConditionKind::CourtOrder.into(),
        text: SAID.into(),
        source: SAID.into(),
        ..RecordConditionRequest::default()
    };
    let condition = system.conditions(OFFICER).record_condition(recorded).await.unwrap().into_inner().condition_id;
    let advised = AdviseDrafterRequest {
        case_ref: case.into(),
        condition_id: condition.clone(),
        drafter: STAFF.into(),
        reason: SAID.into(),
        ..AdviseDrafterRequest::default()
    };
    let advice = system.conditions(OFFICER).advise_drafter(advised).await.unwrap().into_inner().advice_id;
    (condition, advice)
}

async fn document(system: &System, case: &str) {
    let offered = DocumentOffered {
        case_ref: case.into(),
        kind: DocumentKind::Letter.into(),
        media_type: "text/plain".into(),
        name: "lorem.txt".into(),
        key: Ids::random().uuid().to_string(),
        ..DocumentOffered::default()
    };
    let parts = [Part::Offered(offered), Part::Chunk(SAID.as_bytes().to_vec())].map(|part| KeepDocumentRequest { part: Some(part) });
    system.documents(OFFICER).keep_document(tokio_stream::iter(parts)).await.unwrap();
}

/// A device of somebody, enrolled by two administrators.
async fn device(system: &System) -> String {
    let key = Key::from_pkcs8(&Key::generate().unwrap()).unwrap();
    let until = wire::timestamp(Clock::system().now() + Duration::days(30));
    let device =
        Device { person: "institutional-head-kent".into(), public_key: key.public().to_vec(), until: Some(until), ..Device::default() };
    let proposed = system.directory(ADMINISTRATOR).propose_device(ProposeDeviceRequest { device: Some(device) }).await.unwrap();
    let proposal_ids = vec![proposed.into_inner().outcome.unwrap().proposal_id];
    system.directory(SECOND_ADMINISTRATOR).confirm_changes(ConfirmChangesRequest { proposal_ids }).await.unwrap();
    key.id().to_string()
}

/// A role that waits for a second administrator.
async fn proposal(system: &System) -> String {
    let grant = RoleGrant { subject: "officer-to-be".into(), role: role::RJ_OFFICER.into(), ..RoleGrant::default() };
    let proposed = system.directory(SECOND_ADMINISTRATOR).propose_grants(ProposeGrantsRequest { grants: vec![grant] }).await.unwrap();
    proposed.into_inner().outcomes.remove(0).proposal_id
}
