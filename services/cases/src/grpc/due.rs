//! gRPC endpoints of due things and of the workload.

use base::{Caller, Refusal, wire};
use proto::cases::v1::{
    DueHand, DueKind, DueThing, GetWorkloadRequest, GetWorkloadResponse, ListDueThingsRequest, ListDueThingsResponse, Workload,
    due_service_server::DueService,
};
use time::OffsetDateTime;
use tonic::{Request, Response};

use crate::{
    app::due::{
        list::{Asked, list_due_things},
        tell::wire_kind,
        workload::workload,
    },
    domain::{
        access::decision::Verb,
        due::{Hand, Kind},
    },
    error,
    grpc::{Answer, Server},
    store::due::Waiting,
};

#[tonic::async_trait]
impl DueService for Server {
    async fn list_due_things(&self, request: Request<ListDueThingsRequest>) -> Answer<ListDueThingsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let kinds: Vec<Kind> = asked.kinds.iter().map(|kind| parse_kind(*kind)).collect::<Result<_, _>>()?;
        let wanted = Asked {
            case_ref: &asked.case_ref,
            kinds: &kinds,
            mediator: &asked.mediator,
            overdue: asked.overdue,
            page_size: asked.page_size,
            page_token: &asked.page_token,
        };
        let ended = list_due_things(&self.0, &caller, wanted).await;
        let page = self.0.watched(&caller, Verb::ListDueThings, &asked.case_ref, ended).await?;
        let total = i32::try_from(page.total).unwrap_or(i32::MAX);
        let things = page.things.into_iter().map(|thing| encode(thing, page.at)).collect();
        Ok(Response::new(ListDueThingsResponse { things, next_page_token: page.next, total }))
    }

    async fn get_workload(&self, request: Request<GetWorkloadRequest>) -> Answer<GetWorkloadResponse> {
        let caller = Caller::of(&request)?;
        let ended = workload(&self.0, &caller).await;
        let loads = self.0.watched(&caller, Verb::GetWorkload, "", ended).await?;
        let counted = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        let people = loads.into_iter().map(|load| Workload {
            cases: counted(load.cases),
            overdue: counted(load.overdue),
            soon: counted(load.soon),
            person: load.person,
            role: load.role,
        });
        Ok(Response::new(GetWorkloadResponse { people: people.collect() }))
    }
}

fn encode(from: Waiting, at: OffsetDateTime) -> DueThing {
    let object = from.object.shown().to_owned();
    let (case_id, case_number) = from.case.map(|(case, number)| (case.to_string(), number)).unwrap_or_default();
    DueThing {
        kind: wire_kind(from.object.kind).into(),
        hand: encode_hand(from.object.kind.hand()).into(),
        case_id,
        case_number,
        object,
        mediator: from.mediator.unwrap_or_default(),
        due_at: Some(wire::timestamp(from.at)),
        since: Some(wire::timestamp(from.since)),
        overdue: from.at <= at,
    }
}

const fn encode_hand(hand: Hand) -> DueHand {
    match hand {
        Hand::Mediator => DueHand::Mediator,
        Hand::Officer => DueHand::Officer,
        Hand::Supervisor => DueHand::Supervisor,
        Hand::NationalManager => DueHand::NationalManager,
    }
}

/// A kind that is not known is refused: the list would show less than was asked for.
fn parse_kind(stated: i32) -> Result<Kind, Refusal> {
    let stated = DueKind::try_from(stated).map_err(|_| error::filter_unknown("kinds"))?;
    Kind::ALL.iter().copied().find(|kind| wire_kind(*kind) == stated).ok_or_else(|| error::filter_unknown("kinds"))
}
