//! gRPC service of the caller's own channels.

use audit_log::Act;
use base::{Caller, Private, wire::timestamp};
use proto::notification::v1::{
    self as wire, AddChannelRequest, AddChannelResponse, ConfirmChannelRequest, ConfirmChannelResponse, ListChannelsRequest,
    ListChannelsResponse, OwnChannel, RemoveChannelRequest, RemoveChannelResponse, channel_service_server::ChannelService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::Server;
use crate::{
    app::channel::{self, Browser},
    domain::channel::Kind,
    error,
    store::channel::Listed,
};

/// Kind of thing in the audit log.
const CHANNEL: &str = "channel";

#[tonic::async_trait]
impl ChannelService for Server {
    async fn list_channels(&self, request: Request<ListChannelsRequest>) -> Result<Response<ListChannelsResponse>, Status> {
        let caller = Caller::of(&request)?;
        let newest = self.app.pusher.as_ref().and_then(|pusher| pusher.newest_key());
        let listed = channel::list(&self.app, &caller).await?;
        let channels = listed.into_iter().map(|listed| encode(listed, newest.map(|(version, _)| version))).collect();
        let push_key = newest.map(|(_, key)| key.to_owned()).unwrap_or_default();
        Ok(Response::new(ListChannelsResponse { channels, push_key, takes_numbers: self.app.calls.is_on() }))
    }

    async fn add_channel(&self, request: Request<AddChannelRequest>) -> Result<Response<AddChannelResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner();
        let added = match &asked.number {
            Some(number) => channel::add_number(&self.app, &caller, kind_of(number.kind())?, &number.number).await,
            None => {
                let browser = asked.browser.unwrap_or_default();
                let browser = Browser {
                    endpoint: &browser.endpoint,
                    public: &browser.public_key,
                    auth: &browser.auth,
                    key: &browser.push_key,
                    name: &asked.name,
                };
                channel::add_browser(&self.app, &caller, &browser).await
            }
        };
        let channel_id = added.as_ref().map(ToString::to_string).unwrap_or_default();
        let act = Act::new(&caller, "channel.add", CHANNEL, &channel_id);
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), added).await?;
        Ok(Response::new(AddChannelResponse { channel_id }))
    }

    async fn confirm_channel(&self, request: Request<ConfirmChannelRequest>) -> Result<Response<ConfirmChannelResponse>, Status> {
        let caller = Caller::of(&request)?;
        let channel = Uuid::try_parse(&request.get_ref().channel_id).unwrap_or_default();
        let confirmed = channel::confirm(&self.app, &caller, channel, &request.get_ref().code).await;
        let act = Act::new(&caller, "channel.confirm", CHANNEL, request.get_ref().channel_id.trim());
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), confirmed).await?;
        Ok(Response::new(ConfirmChannelResponse {}))
    }

    async fn remove_channel(&self, request: Request<RemoveChannelRequest>) -> Result<Response<RemoveChannelResponse>, Status> {
        let caller = Caller::of(&request)?;
        // An id that is none is asked for like one that is not there.
        let channel = Uuid::try_parse(&request.get_ref().channel_id).unwrap_or_default();
        let removed = channel::remove(&self.app, &caller, channel).await;
        let act = Act::new(&caller, "channel.remove", CHANNEL, request.get_ref().channel_id.trim());
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), removed).await?;
        Ok(Response::new(RemoveChannelResponse {}))
    }
}

/// Kind of a number.
fn kind_of(channel: wire::Channel) -> Result<Kind, base::Error> {
    match channel {
        wire::Channel::Text => Ok(Kind::Text),
        wire::Channel::Voice => Ok(Kind::Voice),
        _ => Err(error::number_malformed().into()),
    }
}

fn encode(listed: Listed, newest: Option<i32>) -> OwnChannel {
    let kind = match listed.kind {
        Kind::Push => wire::Channel::Push,
        Kind::Text => wire::Channel::Text,
        Kind::Voice => wire::Channel::Voice,
    };
    OwnChannel {
        channel_id: listed.channel_id.to_string(),
        kind: kind.into(),
        name: Private::into_inner(listed.name),
        added_at: Some(timestamp(listed.added_at)),
        used_at: listed.used_at.map(timestamp),
        reason: listed.reason,
        former_key: listed.key_version.is_some() && newest != listed.key_version,
        confirmed: listed.is_confirmed,
    }
}
