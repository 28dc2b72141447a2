//! The pages of the roles of persons.

use http::StatusCode;

use crate::signed_in;

#[tokio::test]
async fn a_role_that_decides_nothing_of_the_alarm_is_in_force_at_once_and_is_ended_by_one() {
    let mut browser = signed_in("directory-administrator-1").await;
    let fields = [("subject", "new-mediator"), ("role", "mediator"), ("site", ""), ("region", ""), ("since", ""), ("until", "2099-03-31")];
    let sent = browser.fill_in("/en/grants/propose?subject=new-mediator", "/en/grants/propose", &fields).await;
    assert_eq!(sent.location, "/en/grants?subject=new-mediator&done=in-force", "{}", sent.text);
    let list = browser.read(&sent.location).await;
    // In force through the last day where in Canada it ends last.
    assert!(list.says("Mediator") && list.says("In force") && list.says("2099-04-01 08:00:00 UTC"), "{}", list.text);
    let end = list.text.split("href=\"").find(|link| link.contains("/end?subject=new-mediator")).unwrap();
    let end = end.split('"').next().unwrap().to_owned();
    assert!(browser.read(&end).await.says("It ends now"));
    let ended = browser.fill_in(&end, &end, &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    let list = browser.read("/fr/grants?subject=new-mediator").await;
    assert!(list.says("Terminé par directory-administrator-1"), "{}", list.text);
    assert!(browser.read("/en/grants?subject=new-mediator&only=in-force").await.says("No role of this person that you may see."));
}

#[tokio::test]
async fn a_role_at_the_wrong_place_and_a_day_that_is_none_come_back_with_all_that_was_typed() {
    let mut browser = signed_in("directory-administrator-2").await;
    let fields = |site: &'static str, until: &'static str| {
        [("subject", "head-of-kent"), ("role", "institutional-head"), ("site", site), ("region", ""), ("since", ""), ("until", until)]
    };
    let sent = browser.fill_in("/en/grants/propose", "/en/grants/propose", &fields("", "")).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sent.says("id=\"site-why\"") && sent.says("place-wrong"), "{}", sent.text);
    assert_eq!(sent.value("subject").unwrap(), "head-of-kent");
    let sent = browser.fill_in("/en/grants/propose", "/en/grants/propose", &fields("kent", "31 March")).await;
    assert!(sent.says("id=\"until-why\"") && sent.says("31 March"), "{}", sent.text);
}

#[tokio::test]
async fn nobody_but_administrators_and_the_national_manager_reads_who_may_what() {
    assert_eq!(signed_in("rj-officer-1").await.get("/en/grants?subject=mediator-1").await.status, StatusCode::FORBIDDEN);
    let page = signed_in("national-manager-1").await.read("/en/grants?subject=mediator-1").await;
    assert!(page.says("Roles of mediator-1") && !page.says("Give a role"));
}

#[tokio::test]
async fn whatever_is_typed_for_a_person_is_shown_as_text_and_never_lost() {
    let mut browser = signed_in("directory-administrator-2").await;
    let page = browser.read("/en/grants?subject=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%E2%80%AE").await;
    assert!(page.text.contains("&lt;script&gt;") && !page.text.contains("<script>alert"), "{}", page.text);
    // One letter of two units too many, as a browser counts; the service is not asked.
    let long = "😀".repeat(101);
    let fields = |subject: &str| [("subject", subject.to_owned()), ("role", "mediator".to_owned()), ("until", String::new())];
    for (typed, what) in [(long.as_str(), "202"), ("service:cases", "subject-missing"), ("\r\n", "is needed")] {
        let fields = fields(typed);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let sent = browser.fill_in("/en/grants/propose", "/en/grants/propose", &fields).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
        assert!(sent.says(what) && sent.says(typed.trim()) && sent.says("id=\"subject-why\""), "{typed:?}: {}", sent.text);
    }
}
