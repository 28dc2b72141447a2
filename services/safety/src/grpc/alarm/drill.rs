//! RPCs of the drills of the alarm.

use std::str::FromStr;

use audit_log::Act;
use base::{Caller, page, wire::timestamp};
use proto::{
    id::{ConcernId, SiteCode},
    safety::v1::{self, drill_service_server::DrillService},
};
use time::OffsetDateTime;
use tonic::{Request, Response};
use uuid::Uuid;

use super::server::AlarmServer;
use crate::{
    app::alarm::{
        drill::{self, KIND, View},
        envelope,
    },
    domain::alarm::{concern::AudienceStatus, drill::Ended},
    error,
    grpc::transactions::Answer,
};

#[tonic::async_trait]
impl DrillService for AlarmServer {
    async fn begin_drill(&self, request: Request<v1::BeginDrillRequest>) -> Answer<v1::BeginDrillResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let id = match asked.drill_id.trim() {
            "" => self.app.ids.uuid(),
            given => ConcernId::from_str(given).map_err(|_| error::drill_id_malformed())?.uuid(),
        };
        let site = SiteCode::from_str(asked.site.trim()).map_err(|_| error::site_malformed())?;
        // A negative number is none that a drill can last.
        let minutes = u32::try_from(asked.minutes).unwrap_or(u32::MAX);
        let mut tx = self.transactions.begin(&caller).await?;
        let ended = drill::begin(&mut tx, &self.app, &caller, (id, &site, minutes)).await;
        let act = Act::new(&caller, "drill.begin", KIND, &id.to_string());
        let (view, already_known) = self.transactions.settle(tx, act, ended).await?;
        Ok(Response::new(v1::BeginDrillResponse { drill: Some(encode(view)), already_known }))
    }

    async fn list_drills(&self, request: Request<v1::ListDrillsRequest>) -> Answer<v1::ListDrillsResponse> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let before = page::decode::<(OffsetDateTime, Uuid)>(&asked.page_token)?;
        let limit = page::size(asked.page_size, 50, 200);
        let site = Some(asked.site.trim()).filter(|site| !site.is_empty());
        let mut tx = self.transactions.begin(&caller).await?;
        let views = drill::list(&mut tx, &caller, site, before, limit).await?;
        let full = i64::try_from(views.len()).is_ok_and(|read| read == limit);
        let last = views.last().filter(|_| full).map(|last| (last.drill.begun_at, last.drill.concern));
        Ok(Response::new(v1::ListDrillsResponse {
            drills: views.into_iter().map(encode).collect(),
            next_page_token: last.map(|last| page::encode(&last)).unwrap_or_default(),
        }))
    }
}

fn encode(view: View) -> v1::Drill {
    let View { drill, offices, names } = view;
    let result = match drill.ended {
        None => v1::DrillResult::Unspecified,
        Some(Ended::Passed) => v1::DrillResult::Passed,
        Some(Ended::NotAccepted) => v1::DrillResult::NotAccepted,
        Some(Ended::Interrupted) => v1::DrillResult::Interrupted,
        Some(Ended::Overtaken) => v1::DrillResult::Overtaken,
    };
    v1::Drill {
        drill_id: drill.concern.to_string(),
        reference: drill.reference,
        site: drill.site,
        begun_by: if names { drill.begun_by } else { String::new() },
        begun_at: Some(timestamp(drill.begun_at)),
        ends_at: Some(timestamp(drill.ends_at)),
        ended_at: drill.ended_at.map(timestamp),
        result: result as i32,
        offices: offices.iter().filter(|office| !office.former).map(office).collect(),
    }
}

fn office(status: &AudienceStatus) -> v1::DrillOffice {
    v1::DrillOffice {
        audience: envelope::audience(status.audience) as i32,
        office: status.office.clone(),
        rings: i32::try_from(status.rings).unwrap_or(i32::MAX),
        delivered_at: status.delivered_at.map(timestamp),
        accepted_at: status.accepted.as_ref().map(|accepted| timestamp(accepted.at)),
        unheld: status.unheld,
    }
}
