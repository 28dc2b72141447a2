//! Uniform answers: no call tells what is hidden from what does not exist, by its bytes or by its database statements [R3c, TRAP-6].

use harness::uniform::{asked, every_rpc_of, refused, same};
use intake::grpc::Server;
use proto::intake::v1::{GetReceiptRequest, GetReferralRequest, ScreenReferralRequest, referral_service_server::ReferralService};
use uuid::Uuid;

use crate::support::{app, only_id, referral, staff, submit};

const RECORDS: &str = "records, and names nothing of anybody else";
const OTHERS: [(&str, &str); 6] = [
    ("SubmitReferral", RECORDS),
    ("SubmitReferrals", RECORDS),
    ("PushContact", RECORDS),
    ("ListQueue", "answers an empty list for a number that is hidden or absent"),
    ("ListReceipts", "names no referral"),
    ("GetContact", "notification alone may call it, and reads every contact"),
];

#[tokio::test]
async fn a_hidden_receipt_or_referral_an_absent_one_and_no_name_at_all_are_the_same_bytes_and_the_same_statements() {
    every_rpc_of("ro.intake.v1", &["GetReceipt", "GetReferral", "ScreenReferral"], &OTHERS);
    let app = app().await;
    let receipt = submit(&app, &staff("mission"), referral("key-1")).await;
    let (id, absent) = (only_id(&app).await, Uuid::from_u128(0xabc).to_string());
    let server = Server(app.clone());
    let stranger = staff("kent");

    let read = async |number: &str| refused(server.get_receipt(asked(&stranger, GetReceiptRequest { number: number.into() }))).await;
    let number = proto::reference::make("RO", 4_711);
    same("GetReceipt", &read(&receipt.number).await, &read(&number).await, &read("no number").await);

    // These two refuse without a look-up.
    let read = async |id: &str| {
        refused(server.get_referral(asked(&stranger, GetReferralRequest { referral_id: id.into(), ..Default::default() }))).await
    };
    same("GetReferral", &read(&id).await, &read(&absent).await, &read("no id").await);
    let screen = async |id: &str| {
        let request = ScreenReferralRequest { referral_id: id.into(), ..Default::default() };
        refused(server.screen_referral(asked(&stranger, request))).await
    };
    same("ScreenReferral", &screen(&id).await, &screen(&absent).await, &screen("no id").await);
}
