//! Health of the services, as each of them reports it by gRPC to whoever asks, without a token.

use std::time::Duration;

use futures::future::join_all;
use server::NAMED_HEALTH;
use tonic::{Code, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};

use super::Clients;

/// Time limit of one answer.
const WITHIN: Duration = Duration::from_secs(2);

/// What a service says of one of its healths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Well,
    Bad,
    /// It has no health of this name.
    Absent,
    /// It does not answer.
    Silent,
}

/// Health of one service: as a whole, and each of its named ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub service: &'static str,
    pub whole: Answer,
    pub named: Vec<(&'static str, Answer)>,
}

impl Clients {
    /// The health of every service, all asked at once.
    pub async fn health(&self) -> Vec<Health> {
        join_all(self.all().map(|(service, channel)| of(service, channel))).await
    }
}

async fn of(service: &'static str, channel: &Channel) -> Health {
    let named = join_all(NAMED_HEALTH.map(|name| async move { (name, ask(channel, name).await) }));
    let (whole, named) = tokio::join!(ask(channel, ""), named);
    Health { service, whole, named }
}

async fn ask(channel: &Channel, name: &str) -> Answer {
    let mut client = HealthClient::new(channel.clone());
    let request = HealthCheckRequest { service: name.to_owned() };
    match tokio::time::timeout(WITHIN, client.check(request)).await {
        Ok(Ok(answer)) if answer.get_ref().status() == ServingStatus::Serving => Answer::Well,
        Ok(Ok(_)) => Answer::Bad,
        Ok(Err(status)) if status.code() == Code::NotFound => Answer::Absent,
        Ok(Err(_)) | Err(_) => Answer::Silent,
    }
}
