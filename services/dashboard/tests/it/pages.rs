//! Every page, in both languages.

use axum::body::Body;
use dashboard::pages;
use http::{Request, StatusCode, header};
use proto::{
    role,
    safety::v1::{Audience, ConcernState, Grade},
};
use tonic::Status;

use super::{
    html::{assert_sound, tags},
    safety::ringing,
    world::{World, location, text},
};

const FIRST: &str = "00000000-0000-7000-8000-0000000000AA";

fn fill(world: &World) {
    let now = world.safety.now;
    world.safety.put(ringing("AA", Grade::Concern, 3, now));
    world.safety.put(ringing("CC", Grade::Imminent, 1, now));
    world.safety.put(ringing("DD", Grade::Imminent, 9, now));
    world.safety.put(ringing("EE", Grade::Question, 70, now));
    for (id, state) in [("FF", ConcernState::Accepted), ("GG", ConcernState::Closed)] {
        let mut view = ringing(id, Grade::Concern, 200, now);
        view.state = state.into();
        for told in &mut view.audiences {
            told.accepted_at = Some(base::wire::timestamp(now));
            told.accepted_by = "rj-officer-2".into();
        }
        world.safety.put(view);
    }
}

#[tokio::test]
async fn every_page_is_sound_and_the_same_in_both_languages() {
    let world = World::new().await;
    fill(&world);
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    browser.submit("/en/raise", &[("grade", "2"), ("concern_id", FIRST), ("text", "x")]).await;
    let addresses = [
        "concerns".to_owned(),
        "concerns?closed=1".to_owned(),
        format!("concerns?accepted={FIRST}"),
        format!("concerns/{FIRST}"),
        format!("concerns/{FIRST}/close"),
        format!("concerns/{FIRST}/route"),
        "concerns?grade=imminent&site=kent&from=2026-11-30".to_owned(),
        "concerns?reference=RS-9999-9999".to_owned(),
        "raise".to_owned(),
        format!("raise/{FIRST}"),
        "sign-in".to_owned(),
        "sign-in?signed_out=1".to_owned(),
        "sign-in?again=1".to_owned(),
        "sign-in/stayed".to_owned(),
        "nowhere".to_owned(),
        "concerns/unknown".to_owned(),
    ];
    for address in addresses {
        let mut shapes = Vec::new();
        let mut titles = Vec::new();
        for language in ["en", "fr"] {
            let here = format!("/{language}/{address}");
            let answer = browser.get(&here).await;
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{here}");
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store", "{here}");
            let page = text(answer).await;
            assert_sound(&page, language, &here);
            for (key, en, fr) in pages::texts().filter(|(key, ..)| *key != "other_language") {
                let foreign = if language == "en" { fr } else { en };
                assert!(foreign.chars().count() < 12 || !page.contains(foreign), "{here}: {key} stands in the other language");
            }
            shapes.push(tags(&page).into_iter().map(|t| t.name).collect::<Vec<_>>());
            titles.push(page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap().to_owned());
        }
        assert_eq!(shapes[0], shapes[1], "{address}");
        assert_ne!(titles[0], titles[1], "{address}");
    }
}

#[tokio::test]
async fn after_a_re_route_the_event_page_shows_in_both_languages_which_offices_ring_beside_the_responsible_one() {
    let world = World::new().await;
    let mut view = ringing("AA", Grade::Imminent, 3, world.safety.now);
    let head = view.audiences.iter_mut().find(|told| told.audience() == Audience::ResponsibleHead).unwrap();
    // A former head sees the row of their own office, which is not said twice.
    head.also_rung = vec!["institutional-head/kent".into(), head.office.clone(), "institutional-head/matsqui".into()];
    let office = head.office.clone();
    world.safety.put(view);
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    for (language, also) in
        [("en", "Rings beside it, as the person was there before:"), ("fr", "Avisé aussi, car la personne en relevait auparavant :")]
    {
        let page = browser.read(&format!("/{language}/concerns/{FIRST}")).await;
        assert_sound(&page, language, language);
        let kent = if language == "en" {
            "<li>Institutional Head, <span>Kent Institution</span></li>"
        } else {
            "<li>Directeur de l’établissement, <span>Établissement de Kent</span></li>"
        };
        assert!(page.contains(kent) && !page.contains(&office), "{page}");
        assert_eq!(page.matches(also).count(), 1, "NHQ has no other office");
    }
}

#[tokio::test]
async fn the_language_link_leads_to_the_same_page() {
    let world = World::new().await;
    fill(&world);
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let page = browser.read("/en/concerns?closed=1").await;
    assert!(page.contains("href=\"/fr/concerns?closed=1\""));
    assert!(page.contains("Mission Institution"));
    assert!(browser.read("/fr/concerns").await.contains("Établissement de Mission"));
}

#[tokio::test]
async fn imminent_concerns_stand_first_and_in_each_group_those_that_wait_longest() {
    let world = World::new().await;
    fill(&world);
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let page = browser.read("/en/concerns").await;
    let places: Vec<usize> = ["DD", "CC", "EE", "AA", "FF"].iter().map(|id| page.find(&format!("RS-7KDM-Q4{id}")).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(page.contains("<title>(4) Safety events") && page.contains("4 waiting for acceptance"));
    assert!(!page.contains("RS-7KDM-Q4GG"), "closed ones only where they are asked for");
    assert!(browser.read("/en/concerns?closed=1").await.contains("RS-7KDM-Q4GG"));
}

#[tokio::test]
async fn a_list_says_nothing_of_what_a_concern_says() {
    let world = World::new().await;
    fill(&world);
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let list = browser.read("/en/concerns").await;
    assert!(!list.contains("Fictional Person") && !list.contains("fictional worry"));
    let page = browser.read(&format!("/en/concerns/{FIRST}")).await;
    assert!(page.contains("Fictional Person") && page.contains("&lt;b&gt;no markup&lt;/b&gt;"));
}

#[tokio::test]
async fn whoever_may_not_accept_is_offered_no_button() {
    let world = World::new().await;
    fill(&world);
    for (role, offered, audience) in [(role::RJ_OFFICER, true, "1"), (role::INSTITUTIONAL_HEAD, true, "2"), (role::DASHBOARD, false, "")] {
        let page = world.sign_in("someone-1", role).await.read("/en/concerns").await;
        let found: Vec<_> = tags(&page).into_iter().filter(|t| t.get("name") == Some("audience")).collect();
        assert_eq!(!found.is_empty(), offered, "{role}");
        assert!(found.iter().all(|t| t.get("value") == Some(audience)), "{role}: each accepts for their own audience only");
    }
}

#[tokio::test]
async fn whoever_does_not_follow_the_alarm_is_shown_no_list_that_could_be_taken_for_all_clear() {
    let world = World::new().await;
    fill(&world);
    let mediator = world.sign_in("mediator-1", role::MEDIATOR).await;
    let answer = mediator.get("/en/concerns").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    let page = text(answer).await;
    assert!(!page.contains("None that you may see") && !page.contains("href=\"/en/concerns\"") && !page.contains("data-events"));
    assert_ne!(location(&mediator.get("/en/").await), "/en/concerns");
    let empty = World::new().await.sign_in("rj-officer-1", role::RJ_OFFICER).await.read("/en/concerns").await;
    assert!(empty.contains("None that you may see."));
}

#[tokio::test]
async fn the_imminent_concern_that_waits_longest_stands_on_every_page_until_it_is_accepted() {
    let world = World::new().await;
    fill(&world);
    let officer = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let strip = |page: &str| page.split("id=\"strip\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    let page = officer.read("/en/raise").await;
    assert!(strip(&page).contains("RS-7KDM-Q4DD") && strip(&page).contains("and 1 more imminent"), "{page}");
    let accept = "/en/concerns/00000000-0000-7000-8000-0000000000DD/accept";
    assert!(strip(&page).contains(accept));
    officer.submit(accept, &[("audience", "1")]).await;
    let page = officer.read("/fr/raise").await;
    assert!(strip(&page).contains("RS-7KDM-Q4CC") && !strip(&page).contains("RS-7KDM-Q4DD"));
    officer.submit("/en/concerns/00000000-0000-7000-8000-0000000000CC/accept", &[("audience", "1")]).await;
    assert!(officer.read("/en/raise").await.contains("aria-labelledby=\"strip-title\" hidden"));
    let mediator = world.sign_in("mediator-1", role::MEDIATOR).await;
    assert!(!mediator.read("/en/raise").await.contains("id=\"strip\""));
}

#[tokio::test]
async fn a_page_says_so_where_it_cannot_be_read_what_is_imminent() {
    let world = World::with_a_clock_of_its_own().await;
    let officer = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let unknown = "What is imminent cannot be read now";
    let page = officer.read("/en/raise").await;
    assert!(page.contains("aria-labelledby=\"strip-title\" hidden") && !page.contains(unknown));
    // That nothing was imminent a moment ago says nothing of now.
    *world.safety.refuse.lock().unwrap() = Some(Status::unavailable("down"));
    world.clock.advance(time::Duration::seconds(4));
    let page = officer.read("/en/raise").await;
    assert!(page.contains(unknown) && !page.contains("aria-labelledby=\"strip-title\" hidden"), "{page}");
    *world.safety.refuse.lock().unwrap() = None;
    assert!(!officer.read("/en/raise").await.contains(unknown));
}

#[tokio::test]
async fn a_reference_leads_to_its_event_and_the_filters_stay_in_the_address() {
    let world = World::new().await;
    fill(&world);
    let officer = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    assert_eq!(location(&officer.get("/en/concerns?reference=RS-7KDM-Q4AA").await), format!("/en/concerns/{FIRST}"));
    assert!(officer.read("/en/concerns?reference=RS-9999-9999").await.contains("No safety event that you may see has this reference."));
    let page = officer.read("/fr/concerns?grade=imminent").await;
    let list = page.split("id=\"list\"").nth(1).unwrap().split("<details").next().unwrap();
    assert!(list.contains("RS-7KDM-Q4DD") && !list.contains("RS-7KDM-Q4EE") && list.starts_with(" data-filtered=\"1\""));
    assert!(page.contains("href=\"/en/concerns?grade=imminent\"") && page.contains("<option value=\"imminent\" selected>"));
}

#[tokio::test]
async fn what_is_absent_and_what_is_hidden_read_the_same() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let absent = browser.get("/en/concerns/00000000-0000-7000-8000-000000000001").await;
    assert_eq!(absent.status(), StatusCode::NOT_FOUND);
    assert!(text(absent).await.contains("There is no such page, or it is not for you."));
}

#[tokio::test]
async fn when_the_safety_service_is_silent_the_page_says_so_and_what_to_do() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    *world.safety.refuse.lock().unwrap() = Some(Status::unavailable("down"));
    let answer = browser.get("/fr/concerns").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let page = text(answer).await;
    assert_sound(&page, "fr", "/fr/concerns");
    assert!(page.contains("téléphonez") && !page.contains("down"));
    *world.safety.refuse.lock().unwrap() = Some(Status::permission_denied("no"));
    assert_eq!(browser.get("/en/concerns").await.status(), StatusCode::FORBIDDEN);
    *world.safety.refuse.lock().unwrap() = Some(Status::unauthenticated("no"));
    assert_eq!(location(&browser.get("/en/concerns").await), "/en/sign-in/start?next=/en/concerns");
}

#[tokio::test]
async fn style_script_and_icon_come_from_here_and_may_be_kept_for_ever() {
    let world = World::new().await;
    let browser = world.sign_in("rj-officer-1", role::RJ_OFFICER).await;
    let page = browser.read("/en/raise").await;
    let assets: Vec<String> = tags(&page)
        .iter()
        .filter_map(|t| t.get("href").or(t.get("src")))
        // The icon of an installed page is no part of the first view.
        .filter(|address| address.starts_with("/assets/") && !address.ends_with(".png"))
        .map(str::to_owned)
        .collect();
    assert_eq!(assets.len(), 7);
    let mut first_view = page.len();
    for asset in assets {
        let answer = browser.get(&asset).await;
        assert_eq!(answer.status(), StatusCode::OK, "{asset}");
        assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        let plain = axum::body::to_bytes(answer.into_body(), 1_000_000).await.unwrap().len();
        let request = Request::get(&asset).header(header::ACCEPT_ENCODING, "br, gzip").body(Body::empty()).unwrap();
        let answer = browser.send(request).await;
        assert_eq!(answer.headers()[header::CONTENT_ENCODING], "gzip", "{asset}");
        let compressed = axum::body::to_bytes(answer.into_body(), 1_000_000).await.unwrap().len();
        first_view += compressed;
        assert!(compressed < plain || plain < 1_000, "{asset}: {compressed} of {plain} bytes");
    }
    assert!(first_view < 100_000, "the first view takes {first_view} bytes");
    assert_eq!(browser.get("/assets/app.css").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(world.stranger().get("/health").await.status(), StatusCode::OK);
}
