//! Two people who accept the same concern in the same moment.

use proto::safety::v1::Grade;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    proxy::Proxy,
    scene::{self, LIVE, OFFICER, SECOND_OFFICER},
    sign_in::sign_in,
    system,
};

/// Two browsers press Accept, and the press of the second is on its way while that of the first is taken. Answers with the page of the second,
/// once it was told, and the reference of the concern.
async fn race(first: &Browser, second: &Browser) -> (Page, Proxy, String, String) {
    let system = system().await;
    let proxy = Proxy::to(&origin(&system)).await;
    let (winner, loser) = (first.page(&origin(&system)).await, second.page(&proxy.origin).await);
    sign_in(&winner, OFFICER).await;
    // The sign-in leads back to the dashboard's own address; the cookies of a host are those of all its ports.
    let way_in = second.page(&origin(&system)).await;
    sign_in(&way_in, SECOND_OFFICER).await;
    way_in.close().await;
    let concern = scene::raise(&system, Grade::Imminent).await;
    for page in [&winner, &loser] {
        page.open("/en/concerns").await;
        page.until("the page is live", LIVE).await;
        page.until("the concern is there", &scene::card(&concern)).await;
    }
    proxy.hold();
    // A press within 0.4 s of a change of the page is not taken: it is pressed until it is.
    let pressed = format!(
        "(button => button.disabled || (button.click(), button.disabled))(document.querySelector(\"{}\"))",
        scene::accept_button(&concern)
    );
    loser.until("the press is on its way", &pressed).await;
    let pressed = format!(
        "(button => button === null || button.disabled || (button.click(), button.disabled))(document.querySelector(\"{}\"))",
        scene::accept_button(&concern)
    );
    winner.until("the press of the first is on its way", &pressed).await;
    let mine = format!("document.getElementById('c-{concern}').innerText.includes('Accepted by you')");
    winner.until("the first was answered", &mine).await;
    proxy.release();
    let told = format!("document.querySelector(\"{}\") === null", scene::accept_button(&concern));
    loser.until("the second was answered", &told).await;
    assert_eq!(scene::accepted_by(&system, &concern).await, OFFICER);
    let reference = scene::reference(&system, &concern).await;
    (loser, proxy, concern, reference)
}

#[tokio::test]
async fn of_two_who_accept_in_the_same_moment_the_second_sees_who_was_first() {
    let (first, second) = (Browser::start("race").await, Browser::start("race").await);
    let (loser, _proxy, concern, _) = race(&first, &second).await;
    let card = loser.text(&format!("document.getElementById('c-{concern}').innerText")).await;
    assert!(card.contains(&format!("Accepted by {OFFICER}")), "{card}");
    loser.picture("second").await;
}

#[tokio::test]
async fn the_second_of_two_is_told_in_a_sentence_on_the_page_that_somebody_else_was_first() {
    let (first, second) = (Browser::start("race-told").await, Browser::start("race-told").await);
    let (loser, _proxy, _, reference) = race(&first, &second).await;
    loser.picture("second").await;
    look::until_seen(&loser, &format!("{reference}: {OFFICER} (Restorative Justice Unit) was first and had accepted it already.")).await;
}
