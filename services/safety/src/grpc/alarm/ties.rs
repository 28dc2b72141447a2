//! gRPC endpoints of cases and intake: which concerns are open, and which cases and referrals they name; and where cases reports the person
//! of one to be.

use std::str::FromStr;

use base::{Result, wire::timestamp};
use proto::{id::SiteCode, safety::v1};
use uuid::Uuid;

use super::server::{AlarmServer, id_of};
use crate::{
    app::alarm::{
        envelope,
        follow_case::{self, Word},
        ties::{self, Ties},
    },
    domain::alarm::concern::State,
    error,
    store::alarm::ties::Open,
};

impl AlarmServer {
    pub(super) async fn ties(&self, asked: v1::ListConcernTiesRequest) -> Result<v1::ListConcernTiesResponse> {
        let ids: Vec<Uuid> = asked.concern_ids.iter().map(|id| id_of(id)).collect();
        let told = ties::ties(&self.transactions.pool, &self.app, &ids).await?;
        let (open, more) = match asked.open {
            true => ties::open(&self.transactions.pool, id_of(&asked.after)).await?,
            false => (Vec::new(), false),
        };
        Ok(v1::ListConcernTiesResponse { ties: told.into_iter().map(encode).collect(), open: open.into_iter().map(listed).collect(), more })
    }

    pub(super) async fn follow(&self, asked: v1::FollowCaseRequest) -> Result<v1::FollowCaseResponse> {
        let site = SiteCode::from_str(&asked.site).map_err(|_| error::site_malformed())?;
        // What is no valid site was never the site of a concern.
        let former: Vec<SiteCode> = asked.former_sites.iter().filter_map(|site| site.parse().ok()).collect();
        let word = Word { concern: id_of(&asked.concern_id), id: id_of(&asked.case_site), site: &site, former: &former };
        let moved = follow_case::follow(&self.transactions.pool, &self.app, &word).await?;
        self.transactions.outbox.wake();
        Ok(v1::FollowCaseResponse { moved })
    }
}

fn listed(open: Open) -> v1::OpenConcern {
    v1::OpenConcern {
        concern_id: open.id.to_string(),
        said_at: Some(timestamp(open.said_at)),
        case_site: open.case_site.map(|word| word.to_string()).unwrap_or_default(),
    }
}

fn encode(ties: Ties) -> v1::ConcernTies {
    v1::ConcernTies {
        concern_id: ties.id.to_string(),
        state: ties.state.map_or(v1::ConcernState::Unspecified as i32, |state: State| envelope::state(state) as i32),
        said_at: ties.said_at.map(timestamp),
        names: ties.names.into_iter().collect(),
        unread: ties.unread,
    }
}
