//! Uniform answers: no call tells a hidden concern from one that does not exist, by its bytes or by its database statements [R3c, TRAP-6].

use base::Caller;
use harness::uniform::{Seen, asked, every_rpc_of, refused, same};
use proto::safety::v1::{
    AcceptConcernRequest, AddConcernNoteRequest, Audience, GetConcernReceiptRequest, GetConcernRequest, HandOverConcernRequest,
    alarm_service_server::AlarmService,
};
use safety::grpc::alarm::AlarmServer;
use uuid::Uuid;

use crate::world::{World, caller, head_of, imminent_at};

const COMPARED: [&str; 5] = ["GetConcern", "GetConcernReceipt", "AcceptConcern", "HandOverConcern", "AddConcernNote"];
const NATIONAL: &str = "open to national offices, from which no concern is hidden";
const OTHERS: [(&str, &str); 27] = [
    ("BeginDrill", NATIONAL),
    ("ListDrills", "names no drill; what is hidden is not listed"),
    ("RaiseConcern", "records, and refuses nothing"),
    ("CloseConcern", NATIONAL),
    ("RouteConcern", NATIONAL),
    ("ListConcerns", "names no concern; what is hidden is not counted"),
    ("WatchConcerns", "names no concern; what is hidden is not told"),
    ("ListSites", "the directory of sites is open"),
    ("SetSiteZone", "names a site, to administrators of the directory"),
    ("AssignOffice", "names an office"),
    ("ProposeGrants", "names a person, to administrators of the directory"),
    ("ConfirmChanges", "names a proposal, to administrators of the directory, who may list them all"),
    ("ListProposals", "names nothing"),
    ("EndGrant", "names a grant, to administrators of the directory, who may list them all"),
    ("ListGrants", "names a person, to administrators of the directory"),
    ("ProposeDevice", "names a person and a key, to administrators of the directory"),
    ("ListDevices", "names a person, to administrators of the directory"),
    ("EndDevice", "names a device, to administrators of the directory, who may list them all"),
    ("ListPeople", "names nobody; who works in the programme is no secret of a concern"),
    ("NamePerson", "names a person, to administrators of the directory"),
    ("WhoAmI", "names nobody but the caller"),
    ("EndOffice", "names an office and a person, to administrators of the directory"),
    ("ListOfficeHolders", "names an office or none"),
    ("CompareConcerns", "open to notification alone, which holds every concern"),
    ("RestoreConcern", "open to notification alone, which holds every concern"),
    ("ListConcernTies", "open to cases and intake alone, which ask of every concern"),
    ("FollowCase", "open to cases alone, which follows every concern"),
];

async fn ask(server: &AlarmServer, who: &Caller, rpc: &str, name: &str) -> Seen {
    let name = name.to_owned();
    match rpc {
        "GetConcern" => refused(server.get_concern(asked(who, GetConcernRequest { concern_ref: name, with_history: false }))).await,
        "GetConcernReceipt" => refused(server.get_concern_receipt(asked(who, GetConcernReceiptRequest { concern_id: name }))).await,
        "HandOverConcern" => {
            let audience = Audience::ResponsibleHead.into();
            refused(server.hand_over_concern(asked(who, HandOverConcernRequest { concern_id: name, audience, ..Default::default() }))).await
        }
        "AddConcernNote" => {
            let request = AddConcernNoteRequest { concern_id: name, text: "a note".into(), ..Default::default() };
            refused(server.add_concern_note(asked(who, request))).await
        }
        _ => {
            let audience = Audience::ResponsibleHead.into();
            refused(server.accept_concern(asked(who, AcceptConcernRequest { concern_id: name, audience, ..Default::default() }))).await
        }
    }
}

#[tokio::test]
async fn a_hidden_concern_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.safety.v1", &COMPARED, &OTHERS);
    let world = World::new().await;
    let hidden = world.raise(imminent_at("mission")).await;
    let server = world.server(&world.db.pool).await;
    let (id, absent) = (hidden.id.to_string(), Uuid::from_u128(0xabc).to_string());
    for who in [head_of("kent"), caller("mediator-1", &[proto::role::MEDIATOR], &[]), caller("nobody", &[], &[])] {
        for rpc in COMPARED {
            let none = ask(&server, &who, rpc, &absent).await;
            let malformed = if rpc == "GetConcern" { none.clone() } else { ask(&server, &who, rpc, "no id").await };
            same(rpc, &ask(&server, &who, rpc, &id).await, &none, &malformed);
        }
        // By its reference it is looked up in one statement more, whether it exists or not.
        let number = proto::reference::make("RS", 4_711);
        let by = async |name: &str| ask(&server, &who, "GetConcern", name).await;
        same("GetConcern", &by(&hidden.reference).await, &by(&number).await, &by("no reference").await);
    }
}
