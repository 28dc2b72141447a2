//! What comes out of the printer: every sheet bears the mark, holds what the page says and nothing that can only be pressed, and no line is
//! wider than the paper.

use base64::Engine as _;
use proto::safety::v1::Grade;
use serde_json::json;

use crate::{
    chromium::Browser,
    look, origin,
    page::Page,
    pages::LANGUAGES,
    samples,
    scene::{self, OFFICER},
    sign_in::sign_in,
    system,
};

/// Width of a letter sheet between its margins, in CSS pixels.
const SHEET: u32 = 680;
/// What can only be pressed, or leads elsewhere.
const ON_SCREEN: &str = "nav, button, #bars, .filter, .filters, .skip, .pages, .links, .back, noscript";

/// What of the page would be printed and must not, or must and would not.
async fn faults(page: &Page) -> Vec<String> {
    let shown = format!(
        "[...document.querySelectorAll({})].filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 120))",
        json!(ON_SCREEN)
    );
    let mut found: Vec<String> = look::strings(&page.eval(&shown).await).into_iter().map(|one| format!("is printed: {one}")).collect();
    let folded = "[...document.querySelectorAll('main details:not(.filters)')].filter((one) => [...one.children].some((part) => !part.checkVisibility({ contentVisibilityAuto: true }))).map((one) => one.innerHTML.slice(0, 120))";
    found.extend(look::strings(&page.eval(folded).await).into_iter().map(|one| format!("stays folded: {one}")));
    let mark = "(() => { const one = document.querySelector('.protected'); return one.checkVisibility() && getComputedStyle(one).position === 'fixed' && one.innerText.length > 5; })()";
    if page.eval(mark).await != true {
        found.push("the mark stands on one sheet at most".to_owned());
    }
    let dark = page.eval("matchMedia('print').matches && getComputedStyle(document.body).backgroundColor").await;
    if dark != "rgb(255, 255, 255)" {
        found.push(format!("is printed on {dark}"));
    }
    let sideways = look::sideways(page).await;
    if !sideways.is_empty() {
        found.push(format!("wider than the paper by {sideways}"));
    }
    found
}

/// The page as a PDF file, as the print function of the browser makes it, kept beside the pictures.
async fn sheets(page: &Page, name: &str) -> usize {
    let answer = page.call("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": false })).await;
    let bytes = base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
    page.keep(&format!("{name}.pdf"), &bytes);
    let marks = [b"/Type /Page\n".as_slice(), b"/Type /Page\r".as_slice()];
    bytes.windows(12).filter(|part| marks.contains(part)).count()
}

#[tokio::test]
async fn what_is_printed_bears_the_mark_and_holds_the_page_without_what_can_only_be_pressed() {
    let (system, browser) = (system().await, Browser::start("print").await);
    let concern = scene::raise(&system, Grade::Imminent).await;
    scene::accept(&system, &concern).await;
    let places = samples::all(&system).await;
    let case = places.iter().find(|(place, _)| *place == "{case}").map(|(_, id)| id.clone()).unwrap();
    let referral = places.iter().find(|(place, _)| *place == "{referral}").map(|(_, id)| id.clone()).unwrap();
    let page = browser.page(&origin(&system)).await;
    sign_in(&page, OFFICER).await;
    let mut found = Vec::new();
    for (name, path) in [
        ("event", format!("/concerns/{concern}")),
        ("events", "/concerns".to_owned()),
        ("case", format!("/cases/{case}")),
        ("cases", "/cases".to_owned()),
        ("referral", format!("/referrals/{referral}")),
        ("report", "/reports".to_owned()),
    ] {
        for language in LANGUAGES {
            page.size(1280, 900).await;
            page.call("Emulation.setEmulatedMedia", json!({ "media": "" })).await;
            page.open(&format!("/{language}{path}")).await;
            let name = format!("{name}-{language}");
            assert!(sheets(&page, &name).await > 0, "{name} has no sheet");
            page.size(SHEET, 900).await;
            // A dark room prints on white paper too.
            let features = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
            page.call("Emulation.setEmulatedMedia", json!({ "media": "print", "features": features })).await;
            found.extend(faults(&page).await.into_iter().map(|fault| format!("{name}: {fault}")));
            page.picture(&name).await;
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
