//! One tab of a browser: addresses, presses, what stands on it, and what went wrong on it.

use std::{fmt::Write as _, fs, sync::Arc, time::Duration};

use base64::Engine as _;
use harness::wait::eventually;
use serde_json::{Value, json};

use crate::{
    chromium::{Browser, Problems},
    devtools::Devtools,
    keys::Key,
};

/// Longest wait for what a page shows by itself.
pub const SOON: Duration = Duration::from_secs(30);
/// Most presses of Tab to a place that a keyboard must reach.
const MOST_STOPS: usize = 400;

/// A tab.
pub struct Page {
    devtools: Arc<Devtools>,
    session: String,
    target: String,
    origin: String,
    screenshots: &'static str,
}

impl Page {
    pub(crate) async fn open_in(browser: &Browser, origin: &str, context: Option<&str>) -> Self {
        let devtools = browser.devtools.clone();
        let mut wanted = json!({ "url": "about:blank" });
        if let Some(context) = context {
            wanted["browserContextId"] = context.into();
        }
        let made = devtools.call(None, "Target.createTarget", wanted).await.unwrap();
        let target = made["targetId"].as_str().unwrap().to_owned();
        let attached = devtools.call(None, "Target.attachToTarget", json!({ "targetId": target, "flatten": true })).await.unwrap();
        let session = attached["sessionId"].as_str().unwrap().to_owned();
        let (problems, own) = (browser.problems.clone(), origin.to_owned());
        devtools.listen(&session, Arc::new(move |name, params| note(&problems, &own, name, params)));
        let page = Self { devtools, session, target, origin: origin.to_owned(), screenshots: browser.name };
        for domain in ["Page", "Runtime", "Network", "Log"] {
            page.call(&format!("{domain}.enable"), json!({})).await;
        }
        page.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        page.size(1280, 900).await;
        page
    }

    /// Calls a method of the protocol for this tab.
    pub async fn call(&self, method: &str, params: Value) -> Value {
        self.devtools.call(Some(&self.session), method, params).await.unwrap_or_else(|why| panic!("{why}"))
    }

    /// Goes to an address of the origin and waits until it is loaded.
    pub async fn open(&self, path: &str) {
        let answer = self.call("Page.navigate", json!({ "url": format!("{}{path}", self.origin) })).await;
        assert!(answer["errorText"].is_null(), "{path}: {}", answer["errorText"]);
        self.loaded().await;
    }

    /// Waits until the page is read to its end.
    pub async fn loaded(&self) {
        self.until("the page is loaded", "document.readyState === 'complete'").await;
    }

    /// The value of an expression, or of the promise that it gives.
    pub async fn try_eval(&self, expression: &str) -> Result<Value, String> {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true });
        let answer = self.devtools.call(Some(&self.session), "Runtime.evaluate", params).await?;
        match answer.get("exceptionDetails") {
            Some(thrown) => Err(thrown["exception"]["description"].as_str().unwrap_or("it threw").to_owned()),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// The same; the test fails where it throws.
    pub async fn eval(&self, expression: &str) -> Value {
        self.try_eval(expression).await.unwrap_or_else(|why| panic!("{expression}: {why}"))
    }

    pub async fn text(&self, expression: &str) -> String {
        self.eval(expression).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true, a text or a number; a page that is being left counts as not yet.
    pub async fn until(&self, what: &str, expression: &str) -> Value {
        self.until_within(SOON, what, expression).await
    }

    pub async fn until_within(&self, within: Duration, what: &str, expression: &str) -> Value {
        let look = async || match self.try_eval(expression).await {
            Ok(Value::Null | Value::Bool(false)) => {
                let seen = self.try_eval("location.pathname + ': ' + document.body?.innerText.slice(0, 1500)").await;
                Err(seen.map_or_else(|why| why, |seen| seen.as_str().unwrap_or_default().to_owned()))
            }
            Ok(value) => Ok(value),
            Err(why) => Err(why),
        };
        eventually(what, within, look).await
    }

    /// Waits until the address ends so, and the page there is loaded.
    pub async fn until_at(&self, path: &str) {
        let there = format!("location.pathname + location.search === {} && document.readyState === 'complete'", json!(path));
        self.until(path, &there).await;
    }

    /// A press with the mouse in the middle of what a selector names, of its first line where it has several. A person must be able to see it.
    pub async fn click(&self, selector: &str) {
        let place = format!(
            "(() => {{ const one = document.querySelector({}); if (!one) return null; one.scrollIntoView({{ block: 'center' }}); \
             const box = one.getClientRects()[0]; if (!box) return null; const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]; \
             const top = document.elementFromPoint(x, y); return one.contains(top) ? [x, y] : null; }})()",
            json!(selector)
        );
        let at = self.until(&format!("{selector} can be pressed"), &place).await;
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event).await;
        }
    }

    pub async fn press(&self, key: Key) {
        for event in key.events() {
            self.call("Input.dispatchKeyEvent", event).await;
        }
    }

    /// Types into what has the focus.
    pub async fn write(&self, text: &str) {
        self.call("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses Tab until what a selector names has the focus. At every stop the focus is seen: an outline, in the window, under nothing.
    pub async fn tab_to(&self, selector: &str) {
        let look = format!(
            "(() => {{ const one = document.activeElement; if (!one || one === document.body) return 'body'; \
             if (one.matches({})) return 'there'; const style = getComputedStyle(one), box = one.getBoundingClientRect(); \
             const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 \
               && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth; \
             return seen ? 'on the way' : 'unseen: ' + one.outerHTML.slice(0, 200); }})()",
            json!(selector)
        );
        let mut way = String::new();
        for _ in 0..MOST_STOPS {
            self.press(Key::TAB).await;
            match self.text(&look).await.as_str() {
                "there" => return,
                unseen if unseen.starts_with("unseen") => panic!("a stop of the keyboard cannot be seen: {unseen}"),
                stop => write!(way, "{stop}, ").unwrap(),
            }
        }
        panic!("{selector} is not reached with Tab: {way}");
    }

    /// The size of the window, in CSS pixels.
    pub async fn size(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// The colours that a person has asked for, as in a dark room.
    pub async fn dark(&self) {
        // Colours that are still changing would be measured half way.
        let features = [("prefers-color-scheme", "dark"), ("prefers-reduced-motion", "reduce")];
        let features = features.map(|(name, value)| json!({ "name": name, "value": value }));
        self.call("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// Turns scripts off; pages opened afterwards run none.
    pub async fn without_script(&self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    }

    /// A picture of the whole page in `target/screenshots/<test>/<name>.png`.
    pub async fn picture(&self, name: &str) {
        let capture =
            || self.devtools.call(Some(&self.session), "Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        let answer = match capture().await {
            Ok(answer) => answer,
            // A tab behind another may draw nothing for long on a busy machine.
            Err(_) => {
                self.call("Page.bringToFront", json!({})).await;
                capture().await.unwrap_or_else(|why| panic!("{why}"))
            }
        };
        let bytes = base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        self.keep(&format!("{name}.png"), &bytes);
    }

    /// Keeps a file beside the pictures.
    pub fn keep(&self, file: &str, bytes: &[u8]) {
        let folder = harness::system::System::programs().with_file_name("screenshots").join(self.screenshots);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file), bytes).unwrap();
    }

    /// Takes the cookies away, as when they have run out.
    pub async fn forget_cookies(&self) {
        self.call("Network.clearBrowserCookies", json!({})).await;
    }

    pub async fn close(self) {
        self.devtools.call(None, "Target.closeTarget", json!({ "targetId": self.target })).await.unwrap();
    }
}

/// Notes what must not happen on a page of the origin.
fn note(problems: &Problems, origin: &str, event: &str, params: &Value) {
    let problem = match event {
        "Network.requestWillBeSent" if is_sign_in(params) => None,
        "Network.requestWillBeSent" => leaves(origin, params["request"]["url"].as_str().unwrap_or_default()),
        "Network.webSocketCreated" => leaves(origin, params["url"].as_str().unwrap_or_default()),
        "Runtime.exceptionThrown" => {
            let thrown = &params["exceptionDetails"];
            Some(format!("exception: {} {}", thrown["text"], thrown["exception"]["description"]))
        }
        "Runtime.consoleAPICalled" if ["error", "assert"].contains(&params["type"].as_str().unwrap_or_default()) => {
            Some(format!("console: {}", params["args"]))
        }
        "Log.entryAdded" if params["entry"]["level"] == "error" => {
            Some(format!("log: {} {}", params["entry"]["text"], params["entry"]["url"]))
        }
        "Page.javascriptDialogOpening" => Some(format!("dialogue: {}", params["message"])),
        _ => None,
    };
    if let Some(problem) = problem {
        problems.lock().unwrap().push(problem);
    }
}

/// Whether the browser is led to the development sign-in, which has an origin of its own.
fn is_sign_in(params: &Value) -> bool {
    let url = params["request"]["url"].as_str().unwrap_or_default();
    let path = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.split_once('/')).map_or("", |(_, path)| path);
    params["type"] == "Document" && ["authorize", "end-session"].contains(&path.split('?').next().unwrap_or_default())
}

fn leaves(origin: &str, url: &str) -> Option<String> {
    let inside = url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let local = ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme));
    (!inside && !local).then(|| format!("a request leaves the origin: {url}"))
}
