//! The pages of safety events.

use http::StatusCode;

use crate::signed_in;

const OUTCOME: &str = "he was spoken to, and watched through the night";

#[tokio::test]
async fn a_concern_without_a_site_is_routed_accepted_by_both_and_closed_with_its_outcome() {
    let mut mediator = signed_in("mediator-1").await;
    let raised = mediator.fill_in("/en/raise", "/en/raise", &[("grade", "1"), ("text", "a fictional person said so")]).await;
    let receipt = raised.location.clone();
    let event = receipt.replace("/raise/", "/concerns/");
    let mut officer = signed_in("rj-officer-1").await;
    assert!(officer.read(&event).await.says("The site is not known"));

    let route = format!("{event}/route");
    assert_eq!(officer.fill_in(&route, &route, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let routed = officer.fill_in(&route, &route, &[("site", "mission")]).await;
    assert_eq!(routed.location, format!("{event}?done=routed"), "{}", routed.text);
    let page = officer.read(&routed.location).await;
    assert!(page.says("Routed to another site") && page.says("Institutional Head") && !page.says("institutional-head/mission"));

    // Closing too early is refused with its reason, and the words are kept.
    let close = format!("{event}/close");
    let early = officer.fill_in(&close, &close, &[("outcome", OUTCOME)]).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.says("not every audience has accepted") && early.says("not-every-audience-accepted") && early.says(OUTCOME));

    let accept = format!("{event}/accept");
    let accepted = officer.fill_in(&event, &accept, &[("audience", "1"), ("note", "I call the head")]).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER);
    assert!(mediator.read(&receipt).await.says("It rings: not everyone has accepted it yet."));
    let mut head = signed_in("institutional-head-mission").await;
    assert_eq!(head.fill_in(&event, &accept, &[("audience", "2")]).await.status, StatusCode::SEE_OTHER);
    assert!(mediator.read(&receipt).await.says("Everyone who must has accepted it."));

    let closed = officer.fill_in(&close, &close, &[("outcome", OUTCOME)]).await;
    assert_eq!(closed.location, format!("{event}?done=closed"), "{}", closed.text);
    let page = officer.read(&closed.location).await;
    assert!(page.says("It is closed.") && page.says(OUTCOME) && page.says("What happened"));
    // The head is told that it is closed, and neither the outcome nor who raised it.
    let page = head.read(&event).await;
    assert!(page.says("Closed") && !page.says(OUTCOME) && !page.says("by mediator-1"));
    assert!(mediator.read(&receipt).await.says("It is closed."));
}

#[tokio::test]
async fn only_who_may_routes_and_closes_and_nobody_is_shown_what_is_not_theirs() {
    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "2"), ("site", "mission"), ("text", "a fictional worry")]).await;
    let event = raised.location.replace("/raise/", "/concerns/");
    let mut head = signed_in("institutional-head-mission").await;
    let page = head.read(&event).await;
    assert!(!page.text.contains("/route\"") && !page.text.contains("/close\""), "{}", page.text);
    for (what, field) in [("route", ("site", "kent")), ("close", ("outcome", "done"))] {
        let action = format!("{event}/{what}");
        assert_eq!(head.fill_in(&action, &action, &[field]).await.status, StatusCode::FORBIDDEN, "{what}");
    }
    assert_eq!(staff.get(&event).await.status, StatusCode::NOT_FOUND);
    assert_eq!(staff.get("/en/concerns").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_list_is_narrowed_by_its_address_and_a_reference_leads_to_its_event() {
    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "3"), ("site", "mission"), ("text", "a fictional question")]).await;
    let id = raised.location.rsplit('/').next().unwrap().to_owned();
    let receipt = staff.read(&raised.location).await;
    let reference = receipt.text.split("class=\"big\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut officer = signed_in("rj-officer-1").await;
    let card = format!("id=\"c-{id}\"");
    for (query, found) in [
        ("grade=question", true),
        ("grade=question&site=mission&state=ringing", true),
        ("grade=imminent", false),
        ("site=kent", false),
        ("to=2020-01-01", false),
    ] {
        assert_eq!(officer.read(&format!("/en/concerns?{query}")).await.text.contains(&card), found, "{query}");
    }
    assert_eq!(officer.get(&format!("/fr/concerns?reference={reference}")).await.location, format!("/fr/concerns/{id}"));
}

#[tokio::test]
async fn the_list_is_a_file_of_what_it_shows_and_of_nothing_that_was_said() {
    let secret = "words for no spreadsheet";
    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "2"), ("site", "mission"), ("text", secret)]).await;
    let receipt = staff.read(&raised.location).await;
    let reference = receipt.text.split("class=\"big\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let mut officer = signed_in("rj-officer-1").await;
    let link = officer.read("/fr/concerns?grade=concern&site=mission").await;
    assert!(link.text.contains("href=\"/fr/concerns/csv?grade=concern&amp;site=mission\""), "{}", link.text);
    for (path, found) in [
        ("/fr/concerns/csv?grade=concern&site=mission", true),
        ("/en/concerns/csv?site=kent", false),
        ("/en/concerns/csv?to=2020-01-01", false),
    ] {
        let file = officer.read(path).await;
        assert!(file.content_type.starts_with("text/csv") && file.headers["content-disposition"].to_str().unwrap().contains(".csv"));
        assert_eq!(file.text.contains(&reference), found, "{path}: {}", file.text);
        assert!(!file.text.contains(secret));
    }
    let french = officer.read("/fr/concerns/csv?grade=concern&site=mission").await;
    assert!(french.text.contains("\"Référence\";\"Gravité\"") && french.text.contains("Administration centrale"), "{}", french.text);
    // The head of another site finds none of it, and who does not follow the alarm gets no file.
    assert!(!signed_in("institutional-head-kent").await.read("/en/concerns/csv").await.text.contains(&reference));
    assert_eq!(staff.get("/en/concerns/csv").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_page_of_an_event_waits_for_no_ledger_and_leads_to_it() {
    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "1"), ("site", "mission"), ("text", "a fictional worry")]).await;
    let event = raised.location.replace("/raise/", "/concerns/");
    let mut officer = signed_in("rj-officer-1").await;
    let page = officer.read(&event).await;
    let ledger = page.text.split("data-from=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let said = harness::wait::eventually("the rings stand in the ledger", std::time::Duration::from_secs(30), || {
        let (mut officer, ledger) = (officer.clone(), ledger.clone());
        async move {
            let page = officer.read(&ledger).await;
            if page.says("Inbox") { Ok(page) } else { Err(page.text) }
        }
    });
    assert!(said.await.says("Deliveries of RS-"));
    assert_eq!(officer.get("/en/concerns/nothing/ledger").await.status, StatusCode::NOT_FOUND);
    let mut head = signed_in("institutional-head-mission").await;
    assert!(!head.read(&event).await.text.contains("id=\"ledger\""));
    assert_eq!(head.get(&ledger).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_one_officer_has_accepted_is_handed_to_another_and_notes_stay_with_the_event() {
    let mut staff = signed_in("staff-mission").await;
    let raised = staff.fill_in("/en/raise", "/en/raise", &[("grade", "1"), ("site", "mission"), ("text", "a fictional worry")]).await;
    let event = raised.location.replace("/raise/", "/concerns/");
    let (mut officer, mut head) = (signed_in("rj-officer-1").await, signed_in("institutional-head-mission").await);
    let give = format!("{event}/hand-over/nhq");
    // Before anybody has accepted there is nothing to hand over.
    let early = officer.fill_in(&give, &give, &[]).await;
    assert!(early.status == StatusCode::UNPROCESSABLE_ENTITY && early.says("not-accepted"), "{}", early.text);
    let accept = format!("{event}/accept");
    assert_eq!(officer.fill_in(&event, &accept, &[("audience", "1"), ("note", "I call the unit")]).await.status, StatusCode::SEE_OTHER);
    assert!(officer.read(&event).await.text.contains("/hand-over/nhq\""));
    let unknown = officer.fill_in(&give, &give, &[("to", "mediator-1"), ("note", "he is in cell 12")]).await;
    assert!(unknown.says("cannot-accept") && unknown.says("he is in cell 12"), "{}", unknown.text);
    let given = officer.fill_in(&give, &give, &[("to", "rj-officer-2"), ("note", "he is in cell 12")]).await;
    assert_eq!(given.location, format!("{event}?done=handed-over"), "{}", given.text);
    let mut second = signed_in("rj-officer-2").await;
    let page = second.read(&event).await;
    assert!(
        page.says("Handed over by rj-officer-1 (Restorative Justice Unit), who answers for it until somebody accepts"),
        "{}",
        page.text
    );
    assert!(page.says("I call the unit") && page.says("he is in cell 12") && page.says("It rings"));
    assert_eq!(second.fill_in(&event, &accept, &[("audience", "1")]).await.status, StatusCode::SEE_OTHER);
    let page = second.read(&event).await;
    assert!(page.says("Accepted by you") && !page.says("who answers for it until"), "{}", page.text);

    let note = format!("{event}/note");
    assert_eq!(head.fill_in(&note, &note, &[("text", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = head.read(&note).await;
    let fields = ["form_token", "key"].map(|name| (name, form.value(name).unwrap()));
    let sent = [(fields[0].0, fields[0].1.as_str()), (fields[1].0, fields[1].1.as_str()), ("text", "health services are with him")];
    for _ in 0..2 {
        let noted = head.post(&note, &sent).await;
        assert_eq!(noted.location, format!("{event}?done=noted"), "{}", noted.text);
    }
    let page = second.read(&event).await;
    assert_eq!(page.text.matches("health services are with him").count(), 1, "sent twice it is one");
    // What NHQ notes may come from the RO file: no head reads it.
    let page = head.read(&event).await;
    assert!(page.says("health services are with him") && !page.says("he is in cell 12"), "{}", page.text);
}
