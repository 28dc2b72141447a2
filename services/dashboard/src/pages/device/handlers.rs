//! Handlers of the devices.

use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use base::wire::timestamp;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use proto::safety::v1::{Device, EndDeviceRequest, ListDevicesRequest, ListDevicesResponse, ProposeDeviceRequest};
use serde::Deserialize;
use tonic::Status;

use super::{
    texts,
    view::{self, Listing, PERSON, PUBLIC_KEY, UNTIL},
};
use crate::{
    frame::trouble::Trouble,
    parts::{address, form::FormValues, proposed, time},
    web::{App, submitted::Submitted, visitor::Member},
};

/// Devices on one page.
const PAGE: i32 = 100;
/// Most pages looked through for one device of a person.
const PAGES: usize = 20;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    person: String,
    page: String,
    done: Option<u8>,
}

async fn devices_of(app: &App, member: &Member, person: &str, page: String) -> Result<ListDevicesResponse, Status> {
    let request = ListDevicesRequest { person: person.to_owned(), page_size: PAGE, page_token: page };
    Ok(app.clients.directory(&member.session).list_devices(request).await?.into_inner())
}

pub async fn list(State(app): State<App>, member: Member, Query(query): Query<ListQuery>) -> Response {
    match devices_of(&app, &member, &query.person, query.page.clone()).await {
        Ok(answer) => {
            let listing = Listing { answer, person: query.person, is_first: query.page.is_empty(), ended: query.done.is_some() };
            member.page(texts::of(member.visitor.language).devices, &listing.draw(&member.drawing()))
        }
        Err(status) => member.visitor.refused(&status),
    }
}

pub async fn propose(member: Member, Query(query): Query<ListQuery>) -> Response {
    member.sheet(&view::proposal(&member.drawing()), &FormValues::default().with(PERSON, &query.person))
}

/// As the command printed it, or as JSON writes bytes. What is neither is no key, as the service will say.
fn public_key(text: &str) -> Vec<u8> {
    BASE64.decode(text.trim_end_matches('=').replace('+', "-").replace('/', "_")).unwrap_or_default()
}

pub async fn submit_proposal(State(app): State<App>, submitted: Submitted) -> Response {
    let Submitted { member, filled } = submitted;
    let sheet = view::proposal(&member.drawing());
    if let Some(again) = member.check(&sheet, &filled) {
        return again;
    }
    let device = Device {
        person: filled.get(PERSON),
        public_key: public_key(&filled.get(PUBLIC_KEY)),
        until: time::day(&filled.get(UNTIL)).and_then(time::ends).map(timestamp),
        ..Device::default()
    };
    match app.clients.directory(&member.session).propose_device(ProposeDeviceRequest { device: Some(device) }).await {
        Ok(answer) => member.done(&proposed::leads_to(answer.into_inner().outcome.as_ref(), "/devices")),
        Err(status) => member.refuse(&sheet, &filled, &status),
    }
}

/// The device of a person with this id.
async fn found(app: &App, member: &Member, person: &str, id: &str) -> Result<Device, Response> {
    let mut page = String::new();
    for _ in 0..PAGES {
        let answer = devices_of(app, member, person, page).await.map_err(|status| member.visitor.refused(&status))?;
        if let Some(device) = answer.devices.into_iter().find(|device| device.device_id == id) {
            return Ok(device);
        }
        page = answer.next_page_token;
        if page.is_empty() {
            break;
        }
    }
    Err(member.visitor.trouble(Trouble::NotFound))
}

pub async fn end(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
    member: Member,
) -> Response {
    match found(&app, &member, &query.person, &id).await {
        Ok(device) => member.sheet(&view::ending(&device, &member.drawing()), &FormValues::default()),
        Err(response) => response,
    }
}

pub async fn submit_end(
    State(app): State<App>,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<ListQuery>,
    submitted: Submitted,
) -> Response {
    let Submitted { member, filled } = submitted;
    match app.clients.directory(&member.session).end_device(EndDeviceRequest { device_id: id.clone() }).await {
        Ok(_) => member.done(&address::with("/devices?done=1", &[(PERSON, &query.person)])),
        Err(status) => match found(&app, &member, &query.person, &id).await {
            Ok(device) => member.refuse(&view::ending(&device, &member.drawing()), &filled, &status),
            Err(_) => member.visitor.refused(&status),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_key_is_read_as_it_was_printed() {
        let key: Vec<u8> = (190..255).collect();
        for printed in [BASE64.encode(&key), base64::engine::general_purpose::STANDARD.encode(&key)] {
            assert_eq!(public_key(&printed), key, "{printed}");
        }
        assert!(public_key("not a key!").is_empty());
    }
}
