//! The page behind every rule and every refusal.

use http::StatusCode;

use crate::{casework::OFFICER, signed_in};

// [P1]
#[tokio::test]
async fn a_refusal_leads_to_the_page_of_its_clause_which_says_what_names_it_in_both_languages() {
    let mut staff = signed_in("staff-mission").await;
    let refused = staff.get("/en/cases").await;
    assert!(refused.status == StatusCode::FORBIDDEN && refused.says("href=\"/en/clauses/R3c\""), "{}", refused.text);
    let page = staff.read("/en/clauses/R3c").await;
    assert!(page.says("Management of the case files") && page.says("not-found") && page.says("case.read"), "{}", page.text);
    let french = staff.read("/fr/clauses/GL2c%2F2d").await;
    assert!(french.says("Mots exacts de l’exception") && french.says("Lignes directrices 785-1"), "{}", french.text);
    assert!(signed_in(OFFICER).await.read("/en/clauses").await.says("/en/clauses/CCRA%202%284%29"));
    assert_eq!(staff.get("/en/clauses/R99").await.status, StatusCode::NOT_FOUND);
}
