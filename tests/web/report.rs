//! The page of the reports.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn a_report_is_a_chart_with_its_finding_a_table_and_a_file_in_the_language_of_the_page() {
    let mut browser = signed_in("statistics-officer-1").await;
    let page = browser.read("/fr/reports?table=referrals-by-region").await;
    assert!(page.says("Renvois selon la région") && page.says("<figcaption") && page.says("<tfoot>"), "{}", page.text);
    assert!(page.text.contains("<svg") && !page.text.contains("style="), "the policy of the pages allows no style in an element");
    let file = browser.read("/fr/reports/csv?table=referrals-by-region").await;
    assert_eq!(file.content_type, "text/csv; charset=utf-8");
    assert!(file.text.starts_with("\u{feff}\"code_1\";\"Région\";\"Renvois\";\"retenues\"\r\n"), "{}", file.text);
    let english = browser.read("/en/reports/csv?table=referrals-by-region").await;
    assert!(english.text.starts_with("\"code_1\",\"Region\",\"Referrals\",\"withheld\"\r\n"), "{}", english.text);
}

#[tokio::test]
async fn a_table_or_a_year_that_there_is_not_leads_to_one_that_there_is() {
    let mut browser = signed_in("acce-1").await;
    for strange in ["table=%3Cb%3E&fiscal_year=1867", "table=&fiscal_year=99999999999999999999", "fiscal_year=-1"] {
        assert!(browser.read(&format!("/en/reports?{strange}")).await.says("Referrals by origin"), "{strange}");
    }
}

#[tokio::test]
async fn a_year_that_has_not_ended_is_refused_with_the_reason_and_another_can_be_chosen() {
    let mut browser = signed_in("statistics-officer-1").await;
    let page = browser.read("/en/reports").await;
    // The first year offered is the one that runs.
    let years = page.text.split("name=\"fiscal_year\"").nth(1).unwrap();
    let running =
        years.split("<option value=\"").map(|option| option.split('"').next().unwrap()).find(|year| year.starts_with("20")).unwrap();
    let answer = browser.get(&format!("/en/reports?table=concerns-by-grade&fiscal_year={running}")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
    assert!(answer.says("is reported when it has ended") && answer.says("fiscal-year-not-finished") && answer.says("name=\"table\""));
}

#[tokio::test]
async fn whoever_may_not_read_the_statistics_is_told_so_by_the_service() {
    let mut browser = signed_in("rvs-manager-pacific").await;
    for address in ["/en/reports", "/en/reports/csv"] {
        let answer = browser.get(address).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.says("L13"), "{}", answer.text);
    }
}
