//! One Chromium of a test: a profile of its own, no port, no way out of this machine, and gone when dropped.

use std::{
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use local::{browser, process, sys, tools::Wishes};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::{devtools::Devtools, page::Page};

/// Flags of every browser. Hosts other than this machine do not resolve: nothing can leave it, even where a page tries. The pages are our
/// own, and a sandbox needs privileges that a container or a fetched copy does not have.
const FLAGS: [&str; 16] = [
    "--headless",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-breakpad",
    "--hide-scrollbars",
    "--lang=en-CA",
];

/// The shell joins the pipes, which are standard input and output, to the two descriptors that Chromium uses.
const JOIN_PIPES: &str = "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// What went wrong in the pages of a browser.
pub type Problems = Arc<Mutex<Vec<String>>>;

/// Tries to start a browser.
const STARTS: usize = 3;

/// A running browser.
pub struct Browser {
    pub devtools: Arc<Devtools>,
    pub problems: Problems,
    /// Parts of problems that a test expects, because it causes them.
    expected: Mutex<Vec<&'static str>>,
    /// Name of the folder of its screenshots.
    pub name: &'static str,
    child: Child,
    profile: PathBuf,
}

impl Browser {
    /// Starts a browser for a test, found or fetched as `cargo ro test` does.
    ///
    /// # Panics
    /// There is none.
    pub async fn start(name: &'static str) -> Self {
        static TOOL: OnceCell<browser::ChromiumTool> = OnceCell::const_new();
        let find = async || {
            let search = || browser::chromium(&Wishes::from_env(), &mut |progress| println!("{progress:?}"));
            tokio::task::spawn_blocking(search).await.unwrap().unwrap_or_else(|error| panic!("no browser to test with: {error}"))
        };
        let tool = TOOL.get_or_init(find).await;
        let mut failures = Vec::new();
        // On a busy machine a browser may crash before it answers anything: that says nothing of the pages.
        for _ in 0..STARTS {
            match Self::started(name, tool).await {
                Ok(browser) => return browser,
                Err(why) => failures.push(why),
            }
        }
        panic!("{} does not start: {}", tool.program.display(), failures.join("; "));
    }

    async fn started(name: &'static str, tool: &browser::ChromiumTool) -> Result<Self, String> {
        let profile = profile();
        let log = File::create(profile.join("chromium.log")).unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", JOIN_PIPES, "sh"]).arg(&tool.program).args(FLAGS).arg(format!("--user-data-dir={}", profile.display()));
        command.env_clear().envs(tool.environment()).env("HOME", &profile).env("TMPDIR", &profile);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log);
        let mut child = process::spawn_tied(command, sys::SIGKILL).unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let devtools = Arc::new(Devtools::over(to, from).unwrap());
        let browser = Self { devtools, problems: Problems::default(), expected: Mutex::default(), name, child, profile };
        match browser.devtools.call(None, "Browser.getVersion", json!({})).await {
            Ok(_) => Ok(browser),
            Err(why) => Err(format!("{why}; {}", fs::read_to_string(browser.profile.join("chromium.log")).unwrap_or_default())),
        }
    }

    /// A new tab that visits one origin, such as `http://127.0.0.1:8080`.
    pub async fn page(&self, origin: &str) -> Page {
        Page::open_in(self, origin, None).await
    }

    /// A tab of another person: it shares no cookie and no storage with the others.
    pub async fn private_page(&self, origin: &str) -> Page {
        let context = self.devtools.call(None, "Target.createBrowserContext", json!({})).await.unwrap();
        Page::open_in(self, origin, context["browserContextId"].as_str()).await
    }

    /// Does not count as a problem whatever contains this: the test causes it.
    pub fn expects(&self, part: &'static str) {
        self.expected.lock().unwrap().push(part);
    }

    /// What went wrong and is not expected: errors on the console, and requests to anywhere but the origin.
    pub fn unexpected(&self) -> Vec<String> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.iter().filter(|problem| !expected.iter().any(|part| problem.contains(part))).cloned().collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its renderers are in the group that `spawn_tied` makes.
        let _gone = rustix::process::kill_process_group(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::KILL);
        let _status = self.child.wait();
        let _left = fs::remove_dir_all(&self.profile);
        let problems = self.unexpected();
        if !std::thread::panicking() {
            assert!(problems.is_empty(), "{}: {}", self.name, problems.join("\n"));
        }
    }
}

/// A folder that no other browser has; those of processes that are gone are removed.
fn profile() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let of_all = std::env::temp_dir();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    if number == 0 {
        for entry in fs::read_dir(&of_all).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix("ro-browser-")?.split('-').next()?.parse::<u32>().ok());
            if owner.is_some_and(|owner| !sys::alive(owner)) && matches!(local::place::check(&entry.path()), Ok(true)) {
                let _left = fs::remove_dir_all(entry.path());
            }
        }
    }
    let dir = of_all.join(format!("ro-browser-{}-{number}", std::process::id()));
    local::place::make(&dir, 0o700).unwrap();
    dir
}
