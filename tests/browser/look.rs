//! What a person sees on a page: its words, how wide it is, and what axe says of it.

use std::path::PathBuf;

use local::{browser, tools::Wishes};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::page::Page;

/// The text that can be seen: nothing hidden, and nothing that only a screen reader is told.
const SEEN: &str = r"(() => {
  const hidden = (one) => {
    for (; one && one.nodeType === 1; one = one.parentElement) {
      const style = getComputedStyle(one), box = one.getBoundingClientRect();
      if (style.display === 'none' || style.visibility !== 'visible' || Number(style.opacity) === 0) return true;
      if (style.overflow !== 'visible' && (box.width <= 1 || box.height <= 1)) return true;
      if (style.clipPath.startsWith('inset(50%')) return true;
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.replace(/\s+/g, ' ').trim();
    if (text && !hidden(walker.currentNode.parentElement)) texts.push(text);
  }
  return texts.join('\n');
})()";

/// Every text in the language of the page: what stands on it, its title, and what a screen reader or a script is given. Parts that say that
/// they are in another language are left out, and items of an inbox: they are in the language in which they were told, or in both.
const WORDS: &str = r"(() => {
  const own = document.documentElement.lang, texts = [document.title];
  const foreign = (one) => one.closest('[lang]')?.lang !== own || one.closest('article.told') !== null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!foreign(parent) && !['SCRIPT', 'STYLE'].includes(parent.tagName)) texts.push(walker.currentNode.textContent);
  }
  for (const one of document.querySelectorAll('*')) {
    if (foreign(one)) continue;
    for (const { name, value } of one.attributes) {
      if (name.startsWith('data-') || ['aria-label', 'title', 'alt', 'placeholder', 'content'].includes(name)) texts.push(value);
    }
  }
  return texts.map((text) => text.replace(/[ \t\n]+/g, ' ').trim()).filter(Boolean);
})()";

/// How far the page is wider than its window, and what reaches out.
const SIDEWAYS: &str = r"(() => {
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
  if (over <= 0) return '';
  // What lies in a part that scrolls by itself widens no page, unless it stands out of it.
  const scrolls = (one) => one !== document.body && getComputedStyle(one).overflowX !== 'visible';
  const holder = (one) => getComputedStyle(one).position === 'absolute' ? one.offsetParent : one.parentElement;
  const held = (one) => { for (let at = holder(one); at && at !== document.body; at = holder(at)) if (scrolls(at)) return true; return false; };
  const out = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5 && !held(one));
  return `${over} px: ` + out.slice(0, 3).map((one) => one.outerHTML.slice(0, 160)).join(' | ');
})()";

const VIOLATIONS: &str = r"axe.run(document, { resultTypes: ['violations'] }).then((found) =>
  found.violations.map((one) => `${one.id}: ${one.help}: ` + one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')))";

/// What can be seen.
pub async fn seen(page: &Page) -> String {
    page.text(SEEN).await
}

/// Waits until a text can be seen.
pub async fn until_seen(page: &Page, text: &str) {
    page.until(&format!("{text:?} can be seen"), &format!("{SEEN}.includes({})", serde_json::json!(text))).await;
}

/// Every text in the language of the page.
pub async fn words(page: &Page) -> Vec<String> {
    strings(&page.eval(WORDS).await)
}

/// What reaches out of the window sideways; empty where nothing does.
pub async fn sideways(page: &Page) -> String {
    page.text(SIDEWAYS).await
}

/// What axe finds wrong.
pub async fn violations(page: &Page) -> Vec<String> {
    static AXE: OnceCell<String> = OnceCell::const_new();
    let read = async || {
        let search = || browser::axe(&Wishes::from_env(), &mut |progress| println!("{progress:?}"));
        let found: Result<PathBuf, _> = tokio::task::spawn_blocking(search).await.unwrap();
        let file = found.unwrap_or_else(|error| panic!("no axe to test with: {error}"));
        format!("{}; true", std::fs::read_to_string(file).unwrap())
    };
    if page.eval("typeof axe === 'undefined'").await == true {
        page.eval(AXE.get_or_init(read).await).await;
    }
    strings(&page.eval(VIOLATIONS).await)
}

/// The texts of a list.
pub fn strings(values: &Value) -> Vec<String> {
    values.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
