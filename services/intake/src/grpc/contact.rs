//! gRPC endpoints of victim contacts: pushed by a region, taken over by notification.

use base::{Caller, Error, wire::timestamp};
use proto::intake::v1::{GetContactRequest, GetContactResponse, PushContactRequest, PushContactResponse};
use tonic::{Request, Status};

use crate::{
    app::{
        App,
        contact::{get::get_contact, push::push_contact},
    },
    wire,
};

pub async fn push(app: &App, request: Request<PushContactRequest>) -> Result<PushContactResponse, Status> {
    let caller = Caller::of(&request)?;
    let (told, body) = wire::contact(request.into_inner().contact.unwrap_or_default());
    let receipt = push_contact(app, &caller, &told, &body).await?;
    Ok(PushContactResponse { receipt: Some(wire::receipt(&receipt)) })
}

pub async fn get(app: &App, request: Request<GetContactRequest>) -> Result<GetContactResponse, Status> {
    let caller = Caller::of(&request)?;
    let (id, full) = get_contact(app, &caller, &request.get_ref().contact_id).await?;
    let contact = wire::kept_contact(&full.content, &full.key);
    Ok(GetContactResponse {
        contact_id: id.to_string(),
        contact: Some(contact.ok_or_else(|| Error::Internal("a kept contact cannot be read back".into()))?),
        received_at: Some(timestamp(full.received_at)),
    })
}
