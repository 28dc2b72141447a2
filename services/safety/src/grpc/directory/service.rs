//! RPCs of the directory: sites, office holders, grants and devices.

use base::{Caller, Error, database, page};
use proto::safety::v1::{self, directory_service_server::DirectoryService};
use tonic::{Request, Response};

use super::{encode, server::DirectoryServer};
use crate::{
    app::{
        directory::{devices, grants, people, proposals, roster, sites},
        row_security,
    },
    domain::directory::office::Holder,
    grpc::transactions::Answer,
};

#[tonic::async_trait]
impl DirectoryService for DirectoryServer {
    async fn list_sites(&self, request: Request<v1::ListSitesRequest>) -> Answer<v1::ListSitesResponse> {
        let mut tx = self.transactions.begin(&Caller::of(&request)?).await?;
        let sites = sites::sites(&mut tx).await?;
        Ok(Response::new(v1::ListSitesResponse { sites: sites.into_iter().map(encode::site).collect() }))
    }

    async fn set_site_zone(&self, request: Request<v1::SetSiteZoneRequest>) -> Answer<v1::SetSiteZoneResponse> {
        let caller = Caller::of(&request)?;
        let v1::SetSiteZoneRequest { site, zone } = request.into_inner();
        let set = self.set_zone(&caller, &site, &zone).await?;
        Ok(Response::new(v1::SetSiteZoneResponse { site: Some(encode::site(set)) }))
    }

    async fn assign_office(&self, request: Request<v1::AssignOfficeRequest>) -> Answer<v1::AssignOfficeResponse> {
        let caller = Caller::of(&request)?;
        let outcome = self.propose_office(&caller, request.into_inner().holder.unwrap_or_default()).await?;
        Ok(Response::new(v1::AssignOfficeResponse { outcome: Some(encode::outcome(&outcome)) }))
    }

    async fn end_office(&self, request: Request<v1::EndOfficeRequest>) -> Answer<v1::EndOfficeResponse> {
        let caller = Caller::of(&request)?;
        let v1::EndOfficeRequest { office, holder } = request.into_inner();
        let outcome = self.propose_leaving(&caller, &office, &holder).await?;
        Ok(Response::new(v1::EndOfficeResponse { outcome: Some(encode::outcome(&outcome)) }))
    }

    async fn propose_grants(&self, request: Request<v1::ProposeGrantsRequest>) -> Answer<v1::ProposeGrantsResponse> {
        let caller = Caller::of(&request)?;
        let outcomes = self.propose(&caller, request.into_inner().grants).await?;
        Ok(Response::new(v1::ProposeGrantsResponse { outcomes: outcomes.iter().map(encode::outcome).collect() }))
    }

    async fn confirm_changes(&self, request: Request<v1::ConfirmChangesRequest>) -> Answer<v1::ConfirmChangesResponse> {
        let caller = Caller::of(&request)?;
        self.confirm(&caller, &request.into_inner().proposal_ids).await?;
        Ok(Response::new(v1::ConfirmChangesResponse {}))
    }

    async fn list_proposals(&self, request: Request<v1::ListProposalsRequest>) -> Answer<v1::ListProposalsResponse> {
        let caller = Caller::of(&request)?;
        let mut tx = self.transactions.begin(&caller).await?;
        let waiting = proposals::waiting(&mut tx, self.app.clock.now()).await?;
        Ok(Response::new(v1::ListProposalsResponse { proposals: waiting.into_iter().map(encode::proposal).collect() }))
    }

    async fn end_grant(&self, request: Request<v1::EndGrantRequest>) -> Answer<v1::EndGrantResponse> {
        let caller = Caller::of(&request)?;
        let outcome = self.end(&caller, &request.into_inner().grant_id).await?;
        Ok(Response::new(v1::EndGrantResponse { outcome: Some(encode::outcome(&outcome)) }))
    }

    async fn list_grants(&self, request: Request<v1::ListGrantsRequest>) -> Answer<v1::ListGrantsResponse> {
        let caller = Caller::of(&request)?;
        let mut tx = self.transactions.begin(&caller).await?;
        let grants = grants::of(&mut tx, request.into_inner().subject.trim()).await?;
        Ok(Response::new(v1::ListGrantsResponse { grants: grants.into_iter().map(encode::grant).collect() }))
    }

    async fn propose_device(&self, request: Request<v1::ProposeDeviceRequest>) -> Answer<v1::ProposeDeviceResponse> {
        let caller = Caller::of(&request)?;
        let outcome = self.propose_enrolment(&caller, request.into_inner().device.unwrap_or_default()).await?;
        Ok(Response::new(v1::ProposeDeviceResponse { outcome: Some(encode::outcome(&outcome)) }))
    }

    async fn list_devices(&self, request: Request<v1::ListDevicesRequest>) -> Answer<v1::ListDevicesResponse> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let after = page::decode(&request.page_token)?;
        let limit = page::size(request.page_size, 100, 500);
        let mut tx = self.transactions.begin(&caller).await?;
        let (devices, next) = devices::list(&mut tx, request.person.trim(), after, limit).await?;
        Ok(Response::new(v1::ListDevicesResponse {
            devices: devices.into_iter().map(encode::device).collect(),
            next_page_token: next.map(|p| page::encode(&p)).unwrap_or_default(),
        }))
    }

    async fn end_device(&self, request: Request<v1::EndDeviceRequest>) -> Answer<v1::EndDeviceResponse> {
        let caller = Caller::of(&request)?;
        self.end_enrolment(&caller, &request.into_inner().device_id).await?;
        Ok(Response::new(v1::EndDeviceResponse {}))
    }

    async fn list_people(&self, request: Request<v1::ListPeopleRequest>) -> Answer<v1::ListPeopleResponse> {
        // Who may read it is decided by role alone; the rows are the service's own.
        Caller::of(&request)?;
        let mut tx = database::begin(&self.transactions.pool, &row_security::itself()).await.map_err(Error::from)?;
        let (people, is_cut) = people::everybody(&mut tx, &self.app).await?;
        Ok(Response::new(v1::ListPeopleResponse { people: people.into_iter().map(encode::person).collect(), is_cut }))
    }

    async fn name_person(&self, request: Request<v1::NamePersonRequest>) -> Answer<v1::NamePersonResponse> {
        let caller = Caller::of(&request)?;
        self.name(&caller, &request.into_inner()).await?;
        Ok(Response::new(v1::NamePersonResponse {}))
    }

    async fn who_am_i(&self, request: Request<v1::WhoAmIRequest>) -> Answer<v1::WhoAmIResponse> {
        let caller = Caller::of(&request)?;
        let caller = self.grants.again(&caller, self.app.clock.now()).await.map_err(Error::from)?;
        Ok(Response::new(encode::who(caller)))
    }

    async fn list_office_holders(&self, request: Request<v1::ListOfficeHoldersRequest>) -> Answer<v1::ListOfficeHoldersResponse> {
        let caller = Caller::of(&request)?;
        let office = request.into_inner().office.trim().to_owned();
        let mut tx = self.transactions.begin(&caller).await?;
        let offices = sites::offices(&mut tx, &office).await?;
        let named = roster::named(&mut tx, &self.app, &offices).await.map_err(Error::from)?;
        let able = roster::able(&mut tx, &self.app, &named, None).await.map_err(Error::from)?;
        let listed = |holder: Holder| v1::OfficeHolder { cannot_accept: !able.contains(&holder), ..encode::holder(holder) };
        Ok(Response::new(v1::ListOfficeHoldersResponse { holders: named.into_iter().map(listed).collect(), offices }))
    }
}
