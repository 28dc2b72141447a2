//! The command `ro concern route`: NHQ names the site a concern is about, or follows the person to another one [R3e].

use clap::Args;
use proto::{
    role,
    safety::v1::{GetConcernRequest, RouteConcernRequest},
};

use super::view;
use crate::{
    client::{
        common::Common,
        failure::Failure,
        output,
        session::{Session, Wanted},
    },
    print,
};

/// Ring the head of another site: where the person is, or has moved to; the former head rings on until somebody accepts
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ro concern route RS-7KDM-Q4XP --site kent")]
pub struct Route {
    /// Reference or id
    concern: String,
    /// Code of the site
    #[arg(long)]
    site: String,
    #[command(flatten)]
    pub common: Common,
}

impl Route {
    /// # Errors
    /// See [`Failure`].
    pub async fn run(&self, session: &Session) -> Result<(), Failure> {
        let mut client = session.alarm(&session.who(&[Wanted::role(role::RJ_OFFICER)])?)?;
        let request = GetConcernRequest { concern_ref: self.concern.clone(), with_history: false };
        let concern = client.get_concern(request).await?.into_inner().concern.unwrap_or_default();
        let request = RouteConcernRequest { concern_id: concern.concern_id, site: self.site.clone() };
        let answer = client.route_concern(request).await?.into_inner();
        if session.json {
            output::print_json(&answer);
        } else {
            print::line(view::audience(&answer.status.unwrap_or_default(), session.lang));
        }
        Ok(())
    }
}
