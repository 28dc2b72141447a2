//! The page of who read or changed a case.

use harness::{system::SOON, wait::eventually};
use http::StatusCode;

use crate::{
    casework::{MANAGER, OFFICER, SUPERVISOR, a_case, at},
    signed_in,
};

#[tokio::test]
async fn the_national_manager_sees_in_words_who_read_a_case_and_nobody_else_does() {
    let case = a_case("access").await;
    signed_in(OFFICER).await.read(&at(&case, "")).await;
    assert_eq!(signed_in(SUPERVISOR).await.get(&at(&case, "/access")).await.status, StatusCode::FORBIDDEN);
    let manager = signed_in(MANAGER).await;
    eventually("the reading is on the list", SOON, || {
        let (mut manager, address) = (manager.clone(), at(&case, "/access"));
        async move {
            let page = manager.read(&address).await;
            if page.says("Read the case") && page.says(OFFICER) { Ok(()) } else { Err(page.text) }
        }
    })
    .await;
}
