//! The pages of the national queue, of one referral and of its screening, and the submission of a referral.

use harness::{system::SOON, wait::eventually, web::Browser};
use http::StatusCode;

use crate::signed_in;

/// Submits a referral, and answers its receipt number.
async fn submitted(browser: &mut Browser, request: &str, more: &[(&str, &str)]) -> Option<String> {
    let fields = [&[("origin", "4"), ("site", "mission"), ("request", request)], more].concat();
    let sent = browser.fill_in("/en/referrals/new", "/en/referrals/new", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    sent.location.rsplit('/').next().map(str::to_owned)
}

/// The address of the referral with this number, as the queue leads to it.
async fn address(officer: &mut Browser, number: &str) -> Option<String> {
    let mut page = officer.read("/en/referrals").await;
    for _ in 0..20 {
        if let Some((before, _)) = page.text.split_once(&format!("\">{number}<")) {
            return before.rsplit("href=\"").next().map(str::to_owned);
        }
        let next = page.text.split("rel=\"next\" href=\"").nth(1)?.split('"').next()?.replace("&amp;", "&");
        page = officer.read(&next).await;
    }
    None
}

#[tokio::test]
async fn a_first_referral_needs_three_answers_and_ends_with_a_number_to_read_out() {
    let mut staff = signed_in("staff-mission").await;
    let number = submitted(&mut staff, "wants to send an apology letter", &[]).await.unwrap();
    let receipt = staff.read(&format!("/en/receipts/{number}")).await;
    assert!(receipt.says(&number) && receipt.says("The referral was received") && !receipt.says("apology"));
    // It is found again by its number, however that is typed; nobody else finds it.
    let typed = number.to_lowercase().replace('-', " ");
    let found = staff.fill_in("/fr/receipts", "/fr/receipts", &[("number", &typed)]).await;
    assert_eq!(found.location, format!("/fr/receipts/{number}"));
    let mut other = signed_in("mediator-2").await;
    let hidden = other.fill_in("/en/receipts", "/en/receipts", &[("number", &typed)]).await;
    assert_eq!(hidden.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(hidden.says("No receipt with this number that you may see.") && hidden.value("number").unwrap() == typed);
}

#[tokio::test]
async fn a_form_sent_twice_is_one_referral_and_one_with_nothing_in_it_comes_back() {
    let mut staff = signed_in("staff-mission").await;
    let form = staff.read("/en/referrals/new").await;
    let hidden = ["form_token", "key"].map(|name| (name, form.value(name).unwrap()));
    let typed = [("origin", "2"), ("site", "mission"), ("offender_name", "Alex Exemple")];
    let fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).chain(typed).collect();
    let (first, again) = (staff.post("/en/referrals/new", &fields).await, staff.post("/en/referrals/new", &fields).await);
    assert!(first.status == StatusCode::SEE_OTHER && first.location == again.location, "{} {}", first.location, again.location);
    let empty = [("origin", "2"), ("site", "mission"), ("modes", "1"), ("no_contact_condition", "1")];
    let refused = staff.fill_in("/fr/referrals/new", "/fr/referrals/new", &empty).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("id=\"request-why\"") && refused.says("code de motif nothing-told"), "{}", refused.text);
    assert!(refused.text.contains("name=\"modes\" value=\"1\" checked"), "what was chosen is kept");
    // What is seldom known is folded until it is filled in.
    assert!(form.text.contains("<details class=\"folded\"><summary>") && refused.text.contains("<details class=\"folded\" open>"));
}

#[tokio::test]
async fn a_referral_for_another_site_is_refused_at_its_field_and_the_concern_in_it_rings_all_the_same() {
    let mut staff = signed_in("staff-mission").await;
    let fields = [("origin", "4"), ("site", "kent"), ("request", "kept words"), ("safety_concern", "a fictional person at risk")];
    let refused = staff.fill_in("/en/referrals/new", "/en/referrals/new", &fields).await;
    assert!(refused.says("your own site only") && refused.says("kept words"), "{}", refused.text);
    assert!(refused.says("has been raised all the same") || refused.says("was raised all the same"), "{}", refused.text);
}

#[tokio::test]
async fn an_officer_screens_from_the_queue_and_checks_the_decision_before_it_is_recorded() {
    let mut staff = signed_in("staff-mission").await;
    let number = submitted(&mut staff, "a letter of apology <b>bold</b>", &[("offender_asked", "1")]).await.unwrap();
    let mut officer = signed_in("rj-officer-1").await;
    let referral = address(&mut officer, &number).await.unwrap();
    let page = officer.read(&referral).await;
    assert!(page.says("a letter of apology <b>bold</b>") && !page.text.contains("<b>bold"), "{}", page.text);
    let (screening, decision) = (format!("{referral}/screening"), format!("{referral}/decision"));
    // A decision without a reason comes back with what was chosen.
    let missing = officer.fill_in(&screening, &screening, &[("disposition", "3")]).await;
    assert!(missing.status == StatusCode::UNPROCESSABLE_ENTITY && missing.text.contains("href=\"#reason\""), "{}", missing.text);
    let typed = [("disposition", "3"), ("reason", "in treatment until spring"), ("review_on", "2001-01-01")];
    let check = officer.fill_in(&screening, &screening, &typed).await;
    assert!(check.status == StatusCode::OK && check.says("Nothing is recorded yet") && check.says("in treatment until spring"));
    // Nothing is lost on the way back, and what the service refuses stands at its field.
    let change = officer.fill_in(&screening, &screening, &[&typed[..], &[("change", "1")]].concat()).await;
    assert!(
        change.status == StatusCode::OK && change.says("in treatment until spring") && change.value("review_on").unwrap() == "2001-01-01"
    );
    let past = officer.fill_in(&screening, &decision, &typed).await;
    assert!(past.text.contains("id=\"review_on-why\"") && past.says("review-date-past"), "{}", past.text);
    assert!(past.says("in treatment until spring"));
    let closed = [("disposition", "9"), ("reason", "outside the programme")];
    let recorded = officer.fill_in(&screening, &decision, &closed).await;
    assert_eq!(recorded.location, format!("{referral}?decided=1"), "{}", recorded.text);
    let after = officer.read(&recorded.location).await;
    assert!(after.says("The decision was recorded.") && after.says("Closed: outside the programme’s reach"), "{}", after.text);
    assert!(!officer.read("/en/referrals").await.says(&number));
}

#[tokio::test]
async fn an_open_question_is_shown_keeps_a_case_from_opening_and_is_answered_by_the_unit() {
    let mut staff = signed_in("staff-mission").await;
    let community = [("origin", "3"), ("site", "mission"), ("offender_name", "Alex Exemple")];
    let sent = staff.fill_in("/en/referrals/new", "/en/referrals/new", &community).await;
    let number = sent.location.rsplit('/').next().unwrap().to_owned();
    let mut officer = signed_in("rj-officer-1").await;
    let referral = address(&mut officer, &number).await.unwrap();
    let question = "Does an order or condition forbid contact?";
    assert!(officer.read(&referral).await.says(question));
    let accepted = [("disposition", "1"), ("reason", "both sides asked")];
    let decision = format!("{referral}/decision");
    let refused = officer.fill_in(&format!("{referral}/screening"), &decision, &accepted).await;
    assert!(refused.says("conditions-not-stated") && refused.says("both sides asked"), "{}", refused.text);
    let completion = format!("{referral}/completion");
    assert!(officer.read(&completion).await.value("offender_name").unwrap() == "Alex Exemple");
    let answers = [("offender_name", "Alex Exemple"), ("no_contact_condition", "2"), ("offender_asked", "1"), ("offender_in_custody", "2")];
    let answered = officer.fill_in(&completion, &completion, &answers).await;
    assert_eq!(answered.location, format!("{referral}?answered=1"), "{}", answered.text);
    assert!(officer.read(&answered.location).await.says("No question is open."));
    let accepted = officer.fill_in(&format!("{referral}/screening"), &decision, &accepted).await;
    assert_eq!(accepted.location, format!("{referral}?decided=1"), "{}", accepted.text);
}

#[tokio::test]
async fn the_queue_is_narrowed_turned_round_and_searched_by_its_address() {
    let mut staff = signed_in("staff-mission").await;
    let number = submitted(&mut staff, "wants to be found", &[("offender_asked", "1")]).await.unwrap();
    let mut officer = signed_in("rj-officer-1").await;
    // Its list, its site, its region, its source and its day hold it; newest first it is on the first page.
    let held = "/en/referrals?list=new&site=mission&origin=any-communication&sort=-received";
    let page = officer.read(held).await;
    assert!(
        page.says(&number) && page.text.contains("aria-current=\"page\"") && page.text.contains("value=\"mission\" selected"),
        "{}",
        page.text
    );
    assert!(page.says("Referrals, newest first") && page.text.contains("aria-sort=\"descending\""));
    assert!(officer.read("/en/referrals?region=pacific&sort=age").await.says(&number));
    for other in ["?list=closed", "?site=kent", "?region=ontario", "?origin=victim", "?to=2001-01-01", "?region=ontario&site=mission"] {
        let page = officer.read(&format!("/en/referrals{other}")).await;
        assert!(!page.says(&number), "{other}");
    }
    let none = officer.read("/fr/referrals?to=2001-01-01").await;
    assert!(none.says("Aucun que vous puissiez voir ne correspond à votre demande.") && none.says("Afficher toute la liste"));
    // Every list has its number; the numbers are those of what is asked for.
    assert!(none.text.contains("class=\"number\">0<"), "{}", none.text);
    // A number leads to its referral, however it is typed; what is no number, or nobody's, is said so.
    let typed = number.to_lowercase().replace('-', "%20");
    let found = officer.get(&format!("/en/referrals?reference={typed}")).await;
    assert!(found.status == StatusCode::SEE_OTHER && officer.read(&found.location).await.says("wants to be found"), "{}", found.text);
    for unknown in ["nonsense", "RO-0000-0000"] {
        assert!(officer.read(&format!("/en/referrals?reference={unknown}")).await.says("No referral with this number that you may see."));
    }
}

#[tokio::test]
async fn two_referrals_about_the_same_persons_point_at_each_other_and_the_page_says_what_happened_to_each() {
    let mut staff = signed_in("staff-mission").await;
    let persons =
        [("offender_name", "Casimir Doublon"), ("victim_name", "Ève Fictive"), ("offender_fps", "765432D"), ("offender_asked", "1")];
    let first = submitted(&mut staff, "a letter", &persons).await.unwrap();
    let second = submitted(&mut staff, "a meeting", &[("offender_fps", "765 432d")]).await.unwrap();
    let mut officer = signed_in("rj-officer-1").await;
    let referral = address(&mut officer, &second).await.unwrap();
    let shown = eventually("the referrals were compared", SOON, || {
        let (mut officer, referral, first) = (officer.clone(), referral.clone(), first.clone());
        async move {
            let page = officer.read(&referral).await;
            if page.says(&first) && page.says("same FPS number") { Ok(page) } else { Err(page.text) }
        }
    })
    .await;
    assert!(shown.says("What happened") && shown.says("Nothing is merged"), "{}", shown.text);
    assert!(officer.read("/en/referrals?list=new&sort=age").await.says("Another referral may be about the same persons"));
    // They are shown before the decision too, and hold nothing back.
    let screening = format!("{referral}/screening");
    assert!(officer.read(&screening).await.says(&first));
    let duplicate = [("disposition", "10"), ("reason", "sent twice by this site"), ("duplicate_of", first.as_str())];
    let recorded = officer.fill_in(&screening, &format!("{referral}/decision"), &duplicate).await;
    assert_eq!(recorded.location, format!("{referral}?decided=1"), "{}", recorded.text);
    let after = officer.read(&referral.replace("/en/", "/fr/")).await;
    assert!(
        after.says("Ce qui s’est passé")
            && after.says("sent twice by this site")
            && after.says("(disposition <a href=\"/fr/clauses/LPR4\">LPR4</a>)"),
        "{}",
        after.text
    );
    assert!(after.says("Agent, Unité de la justice réparatrice"));
}

#[tokio::test]
async fn whoever_lost_a_number_finds_it_in_the_list_of_what_they_sent() {
    let mut staff = signed_in("staff-mission").await;
    let number = submitted(&mut staff, "something confidential to find again", &[]).await.unwrap();
    let list = staff.read("/en/receipts").await;
    assert!(list.says(&number) && list.text.contains(&format!("href=\"/en/receipts/{number}\"")), "{}", list.text);
    assert!(!list.says("confidential to find again"));
    let mut other = signed_in("mediator-2").await;
    assert!(!other.read("/fr/receipts").await.says(&number));
}

#[tokio::test]
async fn who_is_not_of_the_unit_reads_no_queue_and_no_referral_and_is_not_offered_them() {
    let mut staff = signed_in("staff-mission").await;
    let number = submitted(&mut staff, "something confidential", &[]).await.unwrap();
    let mut officer = signed_in("rj-officer-1").await;
    let referral = address(&mut officer, &number).await.unwrap();
    let home = staff.read("/en/account").await;
    assert!(home.text.contains("\"/en/referrals/new\"") && !home.text.contains("\"/en/referrals\""));
    assert!(![StatusCode::OK, StatusCode::SEE_OTHER].contains(&staff.get("/en/referrals").await.status));
    for page in [referral.clone(), format!("{referral}/screening"), format!("{referral}/completion")] {
        let answer = staff.get(&page).await;
        assert!(answer.status != StatusCode::OK && !answer.says("something confidential"), "{page}");
    }
    let made_up = officer.get("/en/referrals/not-an-id").await;
    assert_eq!(made_up.status, StatusCode::NOT_FOUND);
}
