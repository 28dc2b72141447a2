//! gRPC service of the caller's own preferences.

use base::{Caller, Private};
use proto::notification::v1::{
    GetPreferencesRequest, GetPreferencesResponse, Preferences, SetPreferencesRequest, SetPreferencesResponse,
    preference_service_server::PreferenceService,
};
use tonic::{Request, Response, Status};

use super::Server;
use crate::{app::preference, domain::language::Language};

#[tonic::async_trait]
impl PreferenceService for Server {
    async fn set_preferences(&self, request: Request<SetPreferencesRequest>) -> Result<Response<SetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = request.into_inner().preferences.unwrap_or_default();
        preference::set(&self.app, &caller, &asked.language, &asked.email).await?;
        Ok(Response::new(SetPreferencesResponse {}))
    }

    async fn get_preferences(&self, request: Request<GetPreferencesRequest>) -> Result<Response<GetPreferencesResponse>, Status> {
        let caller = Caller::of(&request)?;
        let wishes = preference::get(&self.app, &caller).await?;
        let preferences = Preferences {
            language: wishes.language.map_or("", Language::code).to_owned(),
            email: wishes.email.map(Private::into_inner).unwrap_or_default(),
        };
        Ok(Response::new(GetPreferencesResponse { preferences: Some(preferences) }))
    }
}
