//! What cases and intake ask of the alarm: which concerns are open, and which cases and referrals they name.

use std::str::FromStr;

use chassis::{Result, wire::timestamp};
use proto::{id::ConcernId, safety::v1};
use uuid::Uuid;

use super::Door;
use crate::{
    app::{
        envelope,
        ties::{self, Ties},
    },
    domain::concern::State,
};

impl Door {
    pub(super) async fn ties(&self, asked: v1::ListConcernTiesRequest) -> Result<v1::ListConcernTiesResponse> {
        let ids: Vec<Uuid> = asked.concern_ids.iter().map(|id| id_of(id)).collect();
        let told = ties::ties(&self.ctx.pool, &self.tools, &ids).await?;
        let (open, more) = match asked.open {
            true => ties::open(&self.ctx.pool, id_of(&asked.after)).await?,
            false => (Vec::new(), false),
        };
        Ok(v1::ListConcernTiesResponse {
            ties: told.into_iter().map(encode).collect(),
            open: open.into_iter().map(|(id, at)| v1::OpenConcern { concern_id: id.to_string(), said_at: Some(timestamp(at)) }).collect(),
            more,
        })
    }
}

/// What is no id names a concern that is not known, and stands before every other.
fn id_of(text: &str) -> Uuid {
    ConcernId::from_str(text).map_or(Uuid::nil(), ConcernId::uuid)
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
