//! The wallboard.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn the_wallboard_shows_what_rings_and_where_and_no_word_of_what_was_said() {
    let mut staff = signed_in("staff-mission").await;
    let fields = [("grade", "1"), ("site", "mission"), ("text", "a fictional person"), ("person_at_risk", "Fictional Name")];
    assert_eq!(staff.fill_in("/en/raise", "/en/raise", &fields).await.status, StatusCode::SEE_OTHER);
    for who in ["dashboard-1", "nmc-supervisor-1"] {
        let page = signed_in(who).await.read("/fr/wall").await;
        assert!(page.says("Établissement de Mission") && page.says("en attente d’acceptation"), "{who}: {}", page.text);
        // Where the live stream puts what arrives: without them the board would stand still and look calm.
        for id in ["list", "count", "imminent", "other", "accepted"] {
            assert!(page.text.contains(&format!("id=\"{id}\"")), "{who}: {id}");
        }
        assert!(!page.says("Fictional Name") && !page.says("a fictional person"), "{who}");
    }
}
