//! gRPC endpoints of entry to a site, and of curfews. What the site reads is cut by the class of each field.

use base::{Caller, Private, Refusal, wire};
use proto::cases::v1::{
    self as wire_cases, AskEntryRequest, AskEntryResponse, DecideEntryRequest, DecideEntryResponse, EndCurfewRequest, EndCurfewResponse,
    EntryChange, EntryGround, EntryManifest, EntryNeed, EntryPurpose, EntryScreening, EntryState, EntryStep, GetEntryManifestRequest,
    GetEntryManifestResponse, ListEntriesRequest, ListEntriesResponse, ListSiteEntriesRequest, ListSiteEntriesResponse,
    RecordCurfewRequest, RecordCurfewResponse, StepEntryRequest, StepEntryResponse, entry_service_server::EntryService,
};
use proto::{class::cut, wire::v1::Class};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::entry::{
        ask::{self, ask_entry},
        curfew::{self, end_curfew, record_curfew},
        decide::{self, decide_entry},
        list::{list_entries, list_site_entries},
        manifest::hand_out,
        step::{self, step_entry},
    },
    domain::{
        access::decision::Verb,
        calendar,
        entry::{
            Answer, Entry, Ground, Need, Purpose, Screening, Taken, Written,
            change::Change,
            curfew::{self as hours, Curfew, Kind},
            machine::{By, State, Step},
        },
    },
    error,
    grpc::{Answer as Answered, Server},
};

#[tonic::async_trait]
impl EntryService for Server {
    async fn ask_entry(&self, request: Request<AskEntryRequest>) -> Answered<AskEntryResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let needs: Vec<Need> = asked.needs().filter_map(parse_need).collect();
        // A moment outside the calendar counts as none.
        let written = Written {
            site: &asked.site,
            starts_at: asked.starts_at.as_ref().and_then(wire::instant),
            ends_at: asked.ends_at.as_ref().and_then(wire::instant),
            participants: &asked.participant_ids,
            mediator: &asked.mediator,
            mediator_name: &asked.mediator_name,
            place: &asked.place,
            words: &asked.needs_words,
        };
        let purpose = parse_purpose(asked.purpose())?;
        let command = ask::Command { case_ref: &asked.case_ref, purpose, written, needs: &needs, key: &asked.idempotency_key };
        let ended = ask_entry(&self.0, &caller, command).await;
        let (id, state) = self.0.watched(&caller, Verb::AskEntry, &asked.case_ref, ended).await?;
        Ok(Response::new(AskEntryResponse { entry_id: id.to_string(), state: encode_state(state).into() }))
    }

    async fn step_entry(&self, request: Request<StepEntryRequest>) -> Answered<StepEntryResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let step = parse_step(asked.step())?;
        let command = step::Command { case_ref: &asked.case_ref, entry: &asked.entry_id, step, words: &asked.words };
        let ended = step_entry(&self.0, &caller, command).await;
        let state = self.0.watched(&caller, Verb::StepEntry, &asked.case_ref, ended).await?;
        Ok(Response::new(StepEntryResponse { state: encode_state(state).into() }))
    }

    async fn list_entries(&self, request: Request<ListEntriesRequest>) -> Answered<ListEntriesResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = list_entries(&self.0, &caller, &asked.case_ref).await;
        let listed = self.0.watched(&caller, Verb::ListEntries, &asked.case_ref, ended).await?;
        Ok(Response::new(ListEntriesResponse {
            entries: listed.entries.into_iter().map(|one| encode(one, By::Asker, listed.at)).collect(),
            curfews: listed.curfews.into_iter().map(encode_curfew).collect(),
        }))
    }

    async fn list_site_entries(&self, request: Request<ListSiteEntriesRequest>) -> Answered<ListSiteEntriesResponse> {
        let caller = Caller::of(&request)?;
        let (entries, at) = list_site_entries(&self.0, &caller).await?;
        let entries = entries.into_iter().map(|one| cut(&encode(one, By::Site, at), Class::NeedToKnow)).collect();
        Ok(Response::new(ListSiteEntriesResponse { entries }))
    }

    async fn decide_entry(&self, request: Request<DecideEntryRequest>) -> Answered<DecideEntryResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let grounds: Vec<Ground> = asked.grounds().filter_map(parse_ground).collect();
        let answer = Answer { grounds: &grounds, screening: parse_screening(asked.screening()), words: &asked.words };
        let command = decide::Command { entry: &asked.entry_id, step: parse_step(asked.step())?, answer };
        let ended = decide_entry(&self.0, &caller, command).await;
        let state = self.0.watched(&caller, Verb::DecideEntry, &asked.entry_id, ended).await?;
        Ok(Response::new(DecideEntryResponse { state: encode_state(state).into() }))
    }

    async fn get_entry_manifest(&self, request: Request<GetEntryManifestRequest>) -> Answered<GetEntryManifestResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = hand_out(&self.0, &caller, &asked.entry_id).await;
        let (entry, at) = self.0.watched(&caller, Verb::HandOutManifest, &asked.entry_id, ended).await?;
        Ok(Response::new(GetEntryManifestResponse { manifest: Some(encode_manifest(entry, at)) }))
    }

    async fn record_curfew(&self, request: Request<RecordCurfewRequest>) -> Answered<RecordCurfewResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kind = parse_curfew(asked.kind())?;
        let written = hours::Written {
            participant: &asked.participant_id,
            weekdays: &asked.weekdays,
            begins: &asked.begins,
            ends: &asked.ends,
            zone: &asked.zone,
            since: &asked.since,
            until: &asked.until,
        };
        let command = curfew::Command { case_ref: &asked.case_ref, kind, written, key: &asked.idempotency_key };
        let ended = record_curfew(&self.0, &caller, command).await;
        let id = self.0.watched(&caller, Verb::RecordCurfew, &asked.case_ref, ended).await?;
        Ok(Response::new(RecordCurfewResponse { curfew_id: id.to_string() }))
    }

    async fn end_curfew(&self, request: Request<EndCurfewRequest>) -> Answered<EndCurfewResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let ended = end_curfew(&self.0, &caller, &asked.case_ref, &asked.curfew_id).await;
        self.0.watched(&caller, Verb::EndCurfew, &asked.case_ref, ended).await?;
        Ok(Response::new(EndCurfewResponse {}))
    }
}

fn encode(from: Entry, by: By, at: OffsetDateTime) -> wire_cases::Entry {
    let next = from.next(by, at).into_iter().map(|step| encode_step(step).into()).collect();
    let names = names(&from);
    let asked = from.asked;
    let (held_since, changes) = from.hold.map_or((None, Vec::new()), |hold| (Some(hold.since), hold.changes));
    wire_cases::Entry {
        entry_id: from.id.to_string(),
        purpose: encode_purpose(asked.purpose).into(),
        site: asked.site.to_string(),
        starts_at: Some(wire::timestamp(asked.starts_at)),
        ends_at: Some(wire::timestamp(asked.ends_at)),
        names,
        participant_ids: asked.visitors.iter().map(|one| one.participant.to_string()).collect(),
        mediator: asked.mediator.map(|one| one.identity).unwrap_or_default(),
        place: asked.place.into_inner(),
        needs: asked.needs.into_iter().map(|need| encode_need(need).into()).collect(),
        needs_words: asked.words.into_inner(),
        state: encode_state(from.state).into(),
        next,
        on_hold_since: held_since.map(wire::timestamp),
        changes: changes.into_iter().map(|change| encode_change(change).into()).collect(),
        standing: asked.purpose == Purpose::Clearance,
        asked_by: from.asked_by,
        asked_at: Some(wire::timestamp(from.asked_at)),
        steps: from.steps.into_iter().map(encode_taken).collect(),
    }
}

/// Everybody who enters, the mediator among them, without their part.
fn names(entry: &Entry) -> Vec<String> {
    let mut names: Vec<String> = entry.asked.visitors.iter().map(|one| one.name.expose().clone()).collect();
    names.extend(entry.asked.mediator.as_ref().map(|one| one.name.expose().clone()));
    names.sort_unstable();
    names
}

/// The manifest: what the site may read of the entry, and of that what the gate needs.
fn encode_manifest(entry: Entry, at: OffsetDateTime) -> EntryManifest {
    let of_the_site = cut(&encode(entry, By::Site, at), Class::NeedToKnow);
    EntryManifest {
        reference: of_the_site.entry_id.chars().rev().take(8).collect::<Vec<_>>().into_iter().rev().collect::<String>().to_uppercase(),
        site: of_the_site.site,
        starts_at: of_the_site.starts_at,
        ends_at: of_the_site.ends_at,
        names: of_the_site.names,
        place: of_the_site.place,
        needs: of_the_site.needs,
        needs_words: of_the_site.needs_words,
        standing: of_the_site.standing,
        handed_out_at: Some(wire::timestamp(at)),
    }
}

fn encode_taken(from: Taken) -> wire_cases::TakenEntryStep {
    wire_cases::TakenEntryStep {
        step: encode_step(from.said.step).into(),
        grounds: from.said.grounds.into_iter().map(|ground| encode_ground(ground).into()).collect(),
        screening: from.said.screening.map_or(EntryScreening::Unspecified, encode_screening).into(),
        words: Private::into_inner(from.said.words),
        taken_by: from.by,
        taken_at: Some(wire::timestamp(from.at)),
    }
}

fn encode_curfew(from: Curfew) -> wire_cases::Curfew {
    let of = from.said.hours;
    wire_cases::Curfew {
        curfew_id: from.id.to_string(),
        participant_id: from.said.participant.to_string(),
        kind: encode_kind(from.said.kind).into(),
        weekdays: of.weekdays.into_iter().map(i32::from).collect(),
        begins: hours::text(of.begins),
        ends: hours::text(of.ends),
        zone: of.zone.name().to_owned(),
        since: calendar::date_text(of.since),
        until: of.until.map(calendar::date_text).unwrap_or_default(),
        ended_at: from.ended_at.map(wire::timestamp),
    }
}

const fn encode_state(from: State) -> EntryState {
    match from {
        State::Asked => EntryState::Asked,
        State::Approved => EntryState::Approved,
        State::Declined => EntryState::Declined,
        State::Used => EntryState::Used,
        State::Lapsed => EntryState::Lapsed,
        State::Cancelled => EntryState::Cancelled,
    }
}

const fn encode_step(from: Step) -> EntryStep {
    match from {
        Step::Approve => EntryStep::Approve,
        Step::Decline => EntryStep::Decline,
        Step::Confirm => EntryStep::Confirm,
        Step::Represent => EntryStep::Represent,
        Step::Use => EntryStep::Use,
        Step::Cancel => EntryStep::Cancel,
        Step::Lapse => EntryStep::Lapse,
    }
}

const fn encode_purpose(from: Purpose) -> EntryPurpose {
    match from {
        Purpose::Preparation => EntryPurpose::Preparation,
        Purpose::Mediation => EntryPurpose::Mediation,
        Purpose::Clearance => EntryPurpose::Clearance,
    }
}

const fn encode_need(from: Need) -> EntryNeed {
    match from {
        Need::Interpreter => EntryNeed::Interpreter,
        Need::SignLanguage => EntryNeed::SignLanguage,
        Need::Mobility => EntryNeed::Mobility,
        Need::Tty => EntryNeed::Tty,
        Need::Vision => EntryNeed::Vision,
        Need::ServiceAnimal => EntryNeed::ServiceAnimal,
        Need::Escort => EntryNeed::Escort,
    }
}

const fn encode_ground(from: Ground) -> EntryGround {
    match from {
        Ground::Safety => EntryGround::Safety,
        Ground::Offence => EntryGround::Offence,
        Ground::Screening => EntryGround::Screening,
        Ground::TimeOrPlace => EntryGround::TimeOrPlace,
    }
}

const fn encode_screening(from: Screening) -> EntryScreening {
    match from {
        Screening::Done => EntryScreening::Done,
        Screening::Waived => EntryScreening::Waived,
    }
}

const fn encode_change(from: Change) -> EntryChange {
    match from {
        Change::Transferred => EntryChange::Transferred,
        Change::Released => EntryChange::Released,
        Change::Condition => EntryChange::Condition,
        Change::Curfew => EntryChange::Curfew,
        Change::PersonLeft => EntryChange::PersonLeft,
        Change::NotEngaged => EntryChange::NotEngaged,
    }
}

const fn encode_kind(from: Kind) -> wire_cases::CurfewKind {
    match from {
        Kind::Curfew => wire_cases::CurfewKind::Curfew,
        Kind::Reporting => wire_cases::CurfewKind::Reporting,
    }
}

/// # Errors
/// No step is stated, or one that happens by itself.
pub fn parse_step(stated: EntryStep) -> Result<Step, Refusal> {
    Ok(match stated {
        EntryStep::Approve => Step::Approve,
        EntryStep::Decline => Step::Decline,
        EntryStep::Confirm => Step::Confirm,
        EntryStep::Represent => Step::Represent,
        EntryStep::Use => Step::Use,
        EntryStep::Cancel => Step::Cancel,
        EntryStep::Lapse | EntryStep::Unspecified => return Err(error::entry_step_unknown()),
    })
}

/// # Errors
/// No purpose is stated.
pub fn parse_purpose(stated: EntryPurpose) -> Result<Purpose, Refusal> {
    Ok(match stated {
        EntryPurpose::Preparation => Purpose::Preparation,
        EntryPurpose::Mediation => Purpose::Mediation,
        EntryPurpose::Clearance => Purpose::Clearance,
        EntryPurpose::Unspecified => return Err(error::entry_purpose_unknown()),
    })
}

/// # Errors
/// No kind is stated.
pub fn parse_curfew(stated: wire_cases::CurfewKind) -> Result<Kind, Refusal> {
    Ok(match stated {
        wire_cases::CurfewKind::Curfew => Kind::Curfew,
        wire_cases::CurfewKind::Reporting => Kind::Reporting,
        wire_cases::CurfewKind::Unspecified => return Err(error::curfew_kind_unknown()),
    })
}

const fn parse_need(stated: EntryNeed) -> Option<Need> {
    match stated {
        EntryNeed::Interpreter => Some(Need::Interpreter),
        EntryNeed::SignLanguage => Some(Need::SignLanguage),
        EntryNeed::Mobility => Some(Need::Mobility),
        EntryNeed::Tty => Some(Need::Tty),
        EntryNeed::Vision => Some(Need::Vision),
        EntryNeed::ServiceAnimal => Some(Need::ServiceAnimal),
        EntryNeed::Escort => Some(Need::Escort),
        EntryNeed::Unspecified => None,
    }
}

const fn parse_ground(stated: EntryGround) -> Option<Ground> {
    match stated {
        EntryGround::Safety => Some(Ground::Safety),
        EntryGround::Offence => Some(Ground::Offence),
        EntryGround::Screening => Some(Ground::Screening),
        EntryGround::TimeOrPlace => Some(Ground::TimeOrPlace),
        EntryGround::Unspecified => None,
    }
}

const fn parse_screening(stated: EntryScreening) -> Option<Screening> {
    match stated {
        EntryScreening::Done => Some(Screening::Done),
        EntryScreening::Waived => Some(Screening::Waived),
        EntryScreening::Unspecified => None,
    }
}
