// Makes open pages follow what happens. Without it everything still reads and works.
// One tab of a browser holds the stream (Web Locks) and tells the others (BroadcastChannel); each watches the beats for itself.
(() => {
  "use strict";
  const data = document.body.dataset;
  const lang = document.documentElement.lang;
  const byId = (id) => document.getElementById(id);
  const SILENCE = 7000, GUARD = 400, ANSWER = 8000;
  const known = new Map(); // id -> newest item
  const WARNING = 5 * 60; // seconds before the end of the session
  let until = Number(data.until), warned = false;
  // Two clocks: one goes on while the machine sleeps, the other is not set back.
  const mark = () => ({ wall: Date.now(), steady: performance.now() });
  const since = (then) => { const wall = Date.now() - then.wall; return wall < -1000 ? Infinity : Math.max(wall, performance.now() - then.steady); };
  let heardAt = mark(), chain = null, ended = null, movedAt = -GUARD, first = true, arrivals = [], unseen = [], announcing = 0;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  // ---- clocks
  const clock = new Intl.DateTimeFormat(lang + "-CA", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short", timeZone: data.zone });
  const pad = (n) => String(n).padStart(2, "0");
  const elapsed = (seconds) => seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h ${pad(Math.floor(seconds % 3600 / 60))} min`;
  const localTimes = (root) => {
    for (const time of root.querySelectorAll("time[data-clock]")) {
      const parts = Object.fromEntries(clock.formatToParts(new Date(time.dateTime)).map((p) => [p.type, p.value]));
      time.textContent = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second} ${parts.timeZoneName}`;
      time.title = time.dateTime;
    }
    // The clock of the site, where it shows the time of this device. The server knows it where a zone was chosen.
    if (!data.zone) for (const there of root.querySelectorAll("[data-offset]")) there.hidden = -60 * new Date(there.dataset.at).getTimezoneOffset() === Number(there.dataset.offset);
  };
  const tellAges = () => {
    for (const age of document.querySelectorAll("[data-since]")) {
      age.textContent = fill(data.ago, { elapsed: elapsed(Math.max(0, Math.floor((Date.now() - Date.parse(age.dataset.since)) / 1000))) });
    }
  };

  // ---- what the page says about itself
  const trouble = () => {
    if (!data.events && !ended) return null; // this page follows nothing
    if (ended) return ended === "changed" ? data.changed : ended === "refused" ? data.refused : data.ended;
    if (since(heardAt) > SILENCE) return data.stale;
    if (!chain) return null;
    if (!chain.safety) return data.stale;
    if (!chain.ladder) return data.ladder;
    return chain.bus ? null : data.bus;
  };
  const tellState = () => {
    const text = trouble();
    const link = byId("link"), bar = byId("stale");
    const word = text ? text.split(/[:\u00a0]/)[0] : chain ? data.ok : data.connecting;
    if (link && link.textContent !== word) link.textContent = word;
    if (link) link.className = text ? "link stale" : chain ? "link ok" : "link";
    document.body.classList.toggle("stale", Boolean(text));
    if (text && bar.firstChild?.textContent !== text) {
      bar.replaceChildren(text);
      if (ended === "ended" || ended === "signed-out") bar.append(" ", signIn());
      say("announce", text);
    }
    if (!text) bar.textContent = "";
    bar.hidden = !text;
    const all = [...known.values()].filter((item) => item.waiting && item.open), waiting = all.length;
    tellStrip(all);
    const imminent = all.filter((item) => item.imminent).length;
    if (!first || ended) document.dispatchEvent(new CustomEvent("ro-waiting", { detail: { imminent, other: waiting - imminent, stale: Boolean(text) } }));
    const badge = byId("waiting");
    if (chain && badge) { badge.textContent = waiting; badge.hidden = waiting === 0; }
    const count = byId("count");
    if (chain && !first && count) count.textContent = fill(count.dataset.text, { n: waiting });
    if (chain || text) document.title = (text ? "⚠ " : "") + (waiting ? `(${waiting}) ` : "") + data.title;
  };
  const tellEnd = () => {
    const left = until - Date.now() / 1000, bar = byId("ending");
    bar.hidden = left > WARNING || left <= 0 || Boolean(ended);
    if (bar.hidden) { warned = false; return; }
    const text = fill(bar.dataset.text, { minutes: Math.ceil(left / 60) });
    const line = bar.querySelector("span");
    if (line.textContent !== text) line.textContent = text;
    if (!warned) { warned = true; say("polite", text); }
  };
  // A session that was extended in one tab is longer in all of them.
  const learnEnd = (end) => { if (end > until) { until = end; tellEnd(); } };
  const signIn = () => {
    const link = document.createElement("a");
    link.href = `/${lang}/sign-in?next=${encodeURIComponent(location.pathname)}`;
    link.textContent = data.signIn;
    return link;
  };
  // The imminent concern that waits longest, and how many more; on every page.
  const tellStrip = (all) => {
    const strip = byId("strip");
    if (!strip || first) return;
    const waiting = all.filter((item) => item.imminent).sort((one, other) => one.at - other.at), [oldest] = waiting;
    const box = strip.querySelector(".first"), more = strip.querySelector(".more"), link = more.querySelector("a");
    strip.querySelector(".unknown")?.remove(); // it is known now
    strip.hidden = !oldest;
    more.hidden = waiting.length < 2;
    link.textContent = fill(link.dataset.text, { n: waiting.length - 1 });
    if (!oldest || box.dataset.shown === `${oldest.id}/${oldest.revision}`) return;
    const held = box.contains(document.activeElement);
    box.dataset.shown = `${oldest.id}/${oldest.revision}`;
    box.innerHTML = oldest.strip;
    localTimes(box);
    movedAt = performance.now();
    if (held) box.querySelector("a").focus({ preventScroll: true });
  };
  const say = (region, text) => { byId(region).textContent = ""; setTimeout(() => { byId(region).textContent = text; }, 50); };

  // ---- concerns
  const draw = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html;
    const card = template.content.firstElementChild;
    localTimes(card);
    return card;
  };
  const put = (item) => {
    const wasOpen = known.get(item.id)?.open;
    known.set(item.id, item);
    const card = byId("c-" + item.id), event = byId("event");
    if (card && Number(card.dataset.revision) < item.revision) return replace(card, item);
    if (event && event.dataset.id === item.id && Number(event.dataset.revision) < item.revision) renew(event);
    if (card || !item.open) return;
    const group = byId("list") && !byId("list").dataset.filtered ? byId(item.group) : null;
    if (group) stand(group, draw(item.html));
    if (item.group !== "accepted" && !wasOpen && (group || !first)) announce(item);
  };
  const stand = (group, card) => steady(() => {
    group.querySelector(".cards").append(card);
    group.querySelector(".none")?.remove();
  });
  // What is pointed at, or else the first card in sight, stays where it is while another is put above it.
  const steady = (change) => {
    const inSight = (card) => { const top = card.getBoundingClientRect().top; return top >= 0 && top < innerHeight; };
    const anchor = document.querySelector("article.card:hover") ?? document.activeElement?.closest("article.card") ?? [...document.querySelectorAll("article.card")].find(inSight);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor) scrollBy(0, anchor.getBoundingClientRect().top - before);
    movedAt = performance.now();
  };
  const replace = (card, item) => {
    const fresh = draw(item.html), held = card.contains(document.activeElement), height = card.offsetHeight;
    fresh.style.minHeight = height + "px"; // what stands below does not move
    const failure = card.querySelector(".failure").textContent, told = card.querySelector(".told").textContent;
    card.replaceWith(fresh);
    if (fresh.querySelector("form.accept")) fresh.querySelector(".failure").textContent = failure;
    fresh.querySelector(".told").textContent = told;
    const imminent = byId("imminent");
    if (item.group === "imminent" && imminent && !imminent.contains(fresh)) { // it was said to be graver
      stand(imminent, fresh);
      announce(item);
    }
    if (fresh.offsetHeight !== height) movedAt = performance.now();
    if (held) (fresh.querySelector("form.accept button") ?? fresh.querySelector("h3")).focus({ preventScroll: true });
  };
  // What somebody was typing when the event changed stays theirs, with the place where they were.
  const keepTyped = (former) => {
    const now = byId(former.id);
    if (!now) return;
    now.value = former.value;
    now.setSelectionRange(former.selectionStart, former.selectionEnd);
    now.closest("details")?.setAttribute("open", "");
  };
  const renew = async (event) => {
    event.dataset.revision = "9e15"; // once for each change; the fresh page brings the true one
    try {
      const answer = await fetch(location.href, { headers: { "x-ro-session": data.session }, signal: AbortSignal.timeout(ANSWER) });
      if (answer.status === 409) return hear("ended", { why: "changed" });
      if (answer.status === 404) return location.reload(); // theirs no more, and it says so
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("event");
      if (!answer.ok || !fresh) throw new Error("no event");
      const held = event.contains(document.activeElement) ? document.activeElement : null, told = event.querySelector(".told").textContent;
      localTimes(fresh);
      const typed = [...event.querySelectorAll("textarea")].filter((one) => one.value);
      const ledger = event.querySelector("#ledger:not([data-from])");
      if (ledger) fresh.querySelector("#ledger")?.replaceChildren(...ledger.childNodes); // as it was, until the newer one comes
      event.replaceWith(fresh);
      for (const one of typed) keepTyped(one);
      followLedger();
      fresh.querySelector(".told").textContent = told;
      movedAt = performance.now();
      if (held) ((held.id && byId(held.id)) || fresh.querySelector("h1")).focus({ preventScroll: true });
    } catch { event.dataset.revision = "0"; }
  };
  // The ledger of an event comes from another service, and the event waits for no other.
  const followLedger = async () => {
    const place = byId("ledger"), from = place?.dataset.from;
    if (!from) return;
    try {
      const answer = await fetch(from, { headers: { "x-ro-session": data.session }, signal: AbortSignal.timeout(ANSWER) });
      const fresh = answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("ledger") : null;
      if (!fresh || !place.isConnected) return; // the link stays
      localTimes(fresh);
      place.replaceWith(fresh);
    } catch { /* the link stays */ }
  };
  // A burst is told as one, by its gravest event; what the bar says stays until it was followed or seen.
  const announce = (item) => {
    arrivals.push(item);
    announcing ||= setTimeout(tellArrivals, 300);
  };
  // Also by the clock of the watch: a hidden page's own timers are late.
  const tellArrivals = () => {
    if (!arrivals.length) return;
    clearTimeout(announcing);
    announcing = 0;
    unseen.push(...arrivals);
    say(arrivals.some((one) => one.imminent) ? "announce" : "polite", words(arrivals));
    document.dispatchEvent(new CustomEvent("ro-arrived", { detail: { items: arrivals, held } }));
    arrivals = [];
    const bar = byId("arrival"), { id } = gravest(unseen), card = byId("c-" + id);
    bar.querySelector("span").textContent = words(unseen);
    bar.querySelector("a").href = card ? "#c-" + id : `/${lang}/concerns/${id}`;
    bar.hidden = false;
    seen?.disconnect();
    if (card) seen?.observe(card);
  };
  const gravest = (items) => items.reduce((one, other) => other.gravity < one.gravity ? other : one);
  const words = (items) => fill(items.length === 1 ? data.newEvent : data.newEvents, { n: items.length, what: gravest(items).what });
  const hideArrival = () => { seen?.disconnect(); byId("arrival").hidden = true; unseen = []; };
  // Everything that is open; where there is more than one message holds, the rest follows and what is missing here may be open.
  const snapshot = ({ items, whole }) => {
    const now = new Set(items.map((item) => item.id));
    for (const item of items) put(item);
    if (whole) {
      for (const [id, item] of known) if (!now.has(id)) known.set(id, { ...item, open: false, waiting: false });
      for (const card of document.querySelectorAll("article.card[data-id]:not(.closed)")) if (!now.has(card.dataset.id)) close(card);
      const event = byId("event");
      if (event?.querySelector(".lead.ringing") && !now.has(event.dataset.id)) renew(event);
    }
    first = false;
  };
  const close = (card) => {
    card.classList.remove("ringing", "accepted");
    card.classList.add("closed");
    card.dataset.revision = "0"; // whatever is heard of it later is newer
    for (const form of card.querySelectorAll("form.accept")) form.remove();
    for (const state of card.querySelectorAll(".audiences .open .state")) state.textContent = data.closed;
    for (const next of card.querySelectorAll(".audiences .open .next")) next.textContent = "\u00a0";
  };

  // The bar goes when it has been followed, or when the event is in sight anyway.
  const seen = "IntersectionObserver" in window ? new IntersectionObserver((all) => { if (all.some((one) => one.isIntersecting)) hideArrival(); }, { threshold: 0.9 }) : null;
  byId("arrival").querySelector("a").addEventListener("click", hideArrival);

  // ---- accepting
  let pointedAt = -Infinity;
  addEventListener("pointerdown", () => { pointedAt = performance.now(); }, true);
  document.addEventListener("submit", async (submitted) => {
    const form = submitted.target;
    if (!form.matches("form.accept")) return;
    submitted.preventDefault();
    if (performance.now() - movedAt < GUARD && performance.now() - pointedAt < 1000) return; // the page moved under the hand; the focus does not move
    const button = form.querySelector("button"), place = form.closest("article, #event, #strip");
    button.disabled = true;
    let answer = null, failure = [data.failed];
    try {
      const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "x-ro-piece": "1", "x-ro-session": data.session }, redirect: "error", signal: AbortSignal.timeout(ANSWER) });
      const isJson = (sent.headers.get("content-type") ?? "").startsWith("application/json");
      const body = isJson ? await sent.json() : null;
      if (sent.status === 409) return hear("ended", { why: "changed" });
      if (sent.ok) answer = body ?? {};
      else if (body?.go) return location.assign(body.go);
      else if (sent.status === 401) failure = [data.signedOut, " ", signIn()];
      else failure = [body?.message ?? data.failed];
    } catch { /* reported below */ }
    button.disabled = false;
    const now = place.isConnected ? place : byId(place.id);
    now?.querySelector(".failure").replaceChildren(...(answer ? [] : failure));
    if (!answer?.item) return;
    // Visible where it was pressed, whoever was first; the focus goes on to what can be done next.
    if (answer.message) {
      const card = byId("c-" + answer.item.id), event = byId("event");
      const told = card ?? (event?.dataset.id === answer.item.id ? event : byId("strip"));
      told?.querySelector(".told").replaceChildren(answer.message);
      say("polite", answer.message);
    }
    put(answer.item);
    tell("changed", answer.item);
    tellState();
    if (now?.id === "strip") (now.hidden ? byId("content") : now.querySelector("a")).focus({ preventScroll: true });
    else if (now?.id === "event") byId("event").querySelector("h1").focus({ preventScroll: true });
    else byId("c-" + answer.item.id)?.querySelector("a.details").focus({ preventScroll: true });
  });

  // ---- what is heard
  const hear = (name, body) => {
    if (name === "until") return learnEnd(body);
    if (name === "beat") { heardAt = mark(); chain = body; ended = null; learnEnd(body.until); }
    if (ended === "changed") return; // whoever is signed in now is not the one this page was made for
    if (name === "ended") { ended = body.why; chain = null; }
    if (ended === "changed") stop();
    if (name === "snapshot") snapshot(body);
    if (name === "changed") put(body);
    tellState();
  };
  // Somebody else may be looking: what the page showed goes, and nothing on it can be pressed.
  const stop = () => {
    byId("content").hidden = true;
    for (const part of document.querySelectorAll("main, header form, #arrival")) part.inert = true;
    known.clear();
  };
  // Whichever page of this browser was made last says who is signed in.
  if ("BroadcastChannel" in window) {
    const pages = new BroadcastChannel("ro-pages");
    pages.onmessage = ({ data: other }) => { if (other.session !== data.session && other.made > Number(data.made)) hear("ended", { why: "changed" }); };
    pages.postMessage({ session: data.session, made: Number(data.made) });
  }

  document.addEventListener("click", (pressed) => { if (pressed.target.closest("button.print")) print(); });

  // ---- a receipt, which changes while its raiser looks at it
  const RECEIPT = 4000;
  let askedAt = mark(), asks = false;
  const followReceipt = async () => {
    const receipt = byId("receipt");
    if (!receipt?.dataset.open || asks || ended || since(askedAt) < RECEIPT) return;
    asks = true;
    try {
      const answer = await fetch(location.href, { headers: { "x-ro-session": data.session }, signal: AbortSignal.timeout(ANSWER) });
      if (answer.status === 409) return hear("ended", { why: "changed" });
      if (answer.redirected) return hear("ended", { why: "signed-out" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("receipt");
      if (!answer.ok || !fresh) throw new Error("no receipt");
      localTimes(fresh);
      const state = receipt.querySelector(".state").textContent, now = fresh.querySelector(".state").textContent;
      receipt.replaceWith(fresh);
      if (now !== state) say("polite", now);
    } catch {
      receipt.querySelector(".failure").textContent = receipt.dataset.stale;
    } finally {
      asks = false;
      askedAt = mark();
    }
  };

  // ---- the stream
  // One tab holds it, by a lock, and tells the others. A tab that cannot get a stream gives the lock up, and whoever hears nothing of the
  // tab that holds it takes it over.
  const OPENS = 2500, LONGEST_ATTEMPT = 6000, SILENT_ATTEMPT = 2000, CONNECTIONS = 5, LONGEST_PAUSE = 3000, ENDED_PAUSE = 5000, ATTEMPTS = 4, ORPHANED = 8000 + 3000 * Math.random();
  const channel = data.events && "BroadcastChannel" in window ? new BroadcastChannel(data.tabs) : null;
  const sharing = Boolean(channel && navigator.locks);
  const tell = (name, body) => channel?.postMessage({ name, body });
  let held = Boolean(data.events) && !sharing, release = () => {}, source = null, begunAt = mark(), opened = false, attempts = 0, next = 0, leaderAt = mark(), asking = null, suspect = false;
  const shut = () => { source?.close(); source = null; };
  const again = (pause) => {
    suspect = !pause && since(begunAt) > SILENT_ATTEMPT;
    shut();
    attempts += 1;
    next = Date.now() + (pause ?? Math.min(LONGEST_PAUSE, 250 * 2 ** attempts)) * (0.75 + Math.random() / 2);
    if (sharing && attempts % ATTEMPTS === 0) release();
  };
  const open = () => {
    shut();
    if (ended === "changed") return;
    const mine = source = new EventSource(data.events);
    begunAt = mark();
    opened = false;
    // After a hole in the network the browser's other connections are as dead, and each would be tried in turn: all are tried at once.
    if (suspect) for (let n = 0; n < CONNECTIONS; n += 1) fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(OPENS) }).catch(() => {});
    mine.onopen = () => { if (source === mine) { opened = true; begunAt = mark(); } };
    mine.onerror = () => { if (source === mine) again(); };
    for (const name of ["snapshot", "changed", "beat", "ended"]) {
      mine.addEventListener(name, (event) => {
        if (source !== mine) return;
        const body = JSON.parse(event.data);
        begunAt = mark();
        attempts = 0;
        hear(name, body);
        tell(name, body);
        // Whoever signs in again in another tab is heard of within seconds.
        if (name === "ended") again(body.why === "changed" ? 0 : ENDED_PAUSE);
      });
    }
  };
  // A stream that says nothing is dead, whatever the browser takes it for; an attempt that takes too long is given up, as it may wait for
  // an answer that was lost.
  const watch = () => {
    if (!held) {
      if (sharing && since(leaderAt) > ORPHANED) { leaderAt = mark(); ask(true); }
    } else if (source) {
      if (since(begunAt) > (opened ? SILENCE : Math.min(LONGEST_ATTEMPT, OPENS + 500 * attempts))) again();
    } else if (Date.now() >= next || next - Date.now() > 2 * ENDED_PAUSE) open();
    if (held) tell("here");
    tellState();
    tellAges();
    tellEnd();
    if (document.hidden) tellArrivals();
    followReceipt();
  };
  // The machine woke, the network is back or the page is looked at again: what is dead is found now and not in some seconds.
  const wake = () => {
    tell("hello");
    if (held && since(heardAt) > SILENCE / 2 && since(begunAt) > 1000) { attempts = 0; suspect = true; open(); }
    watch();
  };
  const ask = (steal) => {
    asking?.abort();
    const mine = asking = new AbortController();
    const done = () => {
      if (asking !== mine) return;
      held = false;
      leaderAt = mark();
      shut();
      if (ended !== "changed") ask(false);
    };
    const hold = () => asking === mine ? new Promise((free) => { held = true; release = free; watch(); }) : undefined;
    navigator.locks.request(data.tabs, steal ? { steal } : { signal: mine.signal }, hold).then(done, done);
  };
  if (channel) {
    channel.onmessage = ({ data: message }) => {
      leaderAt = message.name === "hello" ? leaderAt : mark();
      if (message.name === "here") return;
      if (message.name !== "hello") return hear(message.name, message.body);
      if (held && !first) tell("snapshot", { items: [...known.values()].filter((item) => item.open), whole: true });
    };
  }
  for (const happening of ["online", "pageshow", "resume"]) addEventListener(happening, wake);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) wake(); });
  tell("hello");
  tell("until", until);
  if (sharing) ask(false);

  localTimes(document);
  followLedger();
  document.body.classList.add("scripted");
  watch();
  setInterval(watch, 1000);
  // A worker's clock goes on at its pace where the page is hidden.
  try { new Worker(data.pace).onmessage = watch; } catch { /* the other clock goes on */ }
})();
