//! gRPC service of the caller's own preferences.

use audit_log::Act;
use base::{Caller, Private};
use proto::notification::v1::{
    ConfirmAddressRequest, ConfirmAddressResponse, GetPreferencesRequest, GetPreferencesResponse, Preferences, SetPreferencesRequest,
    SetPreferencesResponse, preference_service_server::PreferenceService,
};
use proto::zone::Zone;
use tonic::{Request, Response, Status};

use super::Server;
use crate::{
    app::preference::{self, Asked},
    domain::{language::Language, quiet},
};

#[tonic::async_trait]
impl PreferenceService for Server {
    async fn set_preferences(&self, request: Request<SetPreferencesRequest>) -> Result<Response<SetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner().preferences.unwrap_or_default();
        let wanted = Asked {
            language: &asked.language,
            email: &asked.email,
            zone: &asked.zone,
            quiet_from: &asked.quiet_from,
            quiet_until: &asked.quiet_until,
        };
        let awaits_code = preference::set(&self.app, &caller, &wanted).await?;
        Ok(Response::new(SetPreferencesResponse { awaits_code }))
    }

    async fn confirm_address(&self, request: Request<ConfirmAddressRequest>) -> Result<Response<ConfirmAddressResponse>, Status> {
        let caller = Caller::of(&request)?;
        let confirmed = preference::confirm(&self.app, &caller, &request.get_ref().code).await;
        let act = Act::new(&caller, "preference.confirm", "address", &caller.subject);
        audit_log::watched(&self.app.pool, act, self.app.clock.now(), confirmed).await?;
        Ok(Response::new(ConfirmAddressResponse {}))
    }

    async fn get_preferences(&self, request: Request<GetPreferencesRequest>) -> Result<Response<GetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let (wishes, awaiting) = preference::get(&self.app, &caller).await?;
        let hours = wishes.quiet.as_ref().map(|quiet| quiet.minutes()).map(|(from, until)| (quiet::text(from), quiet::text(until)));
        let (quiet_from, quiet_until) = hours.unwrap_or_default();
        let preferences = Preferences {
            zone: wishes.zone.as_ref().map_or("", Zone::name).to_owned(),
            quiet_from,
            quiet_until,
            language: wishes.language.map_or("", Language::code).to_owned(),
            email: wishes.email.map(Private::into_inner).unwrap_or_default(),
            email_awaiting_code: awaiting.map(Private::into_inner).unwrap_or_default(),
        };
        Ok(Response::new(GetPreferencesResponse { preferences: Some(preferences) }))
    }
}
