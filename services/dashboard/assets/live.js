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
  let heardAt = Date.now(), chain = null, ended = null, movedAt = -GUARD, first = true, arrivals = [], announcing = 0;

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  // ---- clocks
  const clock = new Intl.DateTimeFormat(lang + "-CA", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const pad = (n) => String(n).padStart(2, "0");
  const elapsed = (seconds) => seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h ${pad(Math.floor(seconds % 3600 / 60))} min`;
  const localTimes = (root) => {
    for (const time of root.querySelectorAll("time[data-clock]")) {
      const parts = Object.fromEntries(clock.formatToParts(new Date(time.dateTime)).map((p) => [p.type, p.value]));
      time.textContent = `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}:${parts.second}`;
      time.title = time.dateTime;
    }
  };
  const tellAges = () => {
    for (const age of document.querySelectorAll("[data-since]")) {
      age.textContent = fill(data.ago, { elapsed: elapsed(Math.max(0, Math.floor((Date.now() - Date.parse(age.dataset.since)) / 1000))) });
    }
  };

  // ---- what the page says about itself
  const trouble = () => {
    if (ended) return ended === "changed" ? data.changed : ended === "refused" ? data.refused : data.ended;
    if (Date.now() - heardAt > SILENCE) return data.stale;
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
    if (text && bar.textContent !== text) { bar.textContent = text; say("announce", text); }
    if (!text) bar.textContent = "";
    bar.hidden = !text;
    const waiting = [...known.values()].filter((item) => item.waiting && item.open).length;
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
    known.set(item.id, item);
    const card = byId("c-" + item.id), event = byId("event");
    if (card && Number(card.dataset.revision) < item.revision) return replace(card, item);
    if (event && event.dataset.id === item.id && Number(event.dataset.revision) < item.revision) renew(event);
    if (card || !item.open) return;
    if (byId("arrived")) {
      byId("arrived").hidden = false;
      byId("arrived").querySelector(".cards").append(draw(item.html));
      announce(item);
    } else if (!first) announce(item);
  };
  const replace = (card, item) => {
    const fresh = draw(item.html), held = card.contains(document.activeElement), height = card.offsetHeight;
    fresh.style.minHeight = height + "px"; // what stands below does not move
    const failure = card.querySelector(".failure").textContent;
    card.replaceWith(fresh);
    if (fresh.querySelector("form.accept")) fresh.querySelector(".failure").textContent = failure;
    if (fresh.offsetHeight !== height) movedAt = performance.now();
    if (held) (fresh.querySelector("form.accept button") ?? fresh.querySelector("h3")).focus({ preventScroll: true });
  };
  const renew = async (event) => {
    event.dataset.revision = "9e15"; // once for each change; the fresh page brings the true one
    try {
      const answer = await fetch(location.href, { headers: { "x-ro-session": data.session }, signal: AbortSignal.timeout(ANSWER) });
      if (answer.status === 409) return hear("ended", { why: "changed" });
      if (answer.status === 404) return location.reload(); // theirs no more, and it says so
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("event");
      if (!answer.ok || !fresh) throw new Error("no event");
      const held = event.contains(document.activeElement);
      localTimes(fresh);
      event.replaceWith(fresh);
      movedAt = performance.now();
      if (held) byId("content").focus({ preventScroll: true });
    } catch { event.dataset.revision = "0"; }
  };
  const announce = (item) => {
    arrivals.push(item);
    clearTimeout(announcing);
    announcing = setTimeout(() => {
      const text = fill(arrivals.length === 1 ? data.newEvent : data.newEvents, { n: arrivals.length, what: arrivals[0].what });
      say(arrivals.some((one) => one.imminent) ? "announce" : "polite", text);
      const bar = byId("arrival");
      bar.querySelector("span").textContent = text;
      bar.querySelector("a").href = byId("arrived") ? "#c-" + arrivals[0].id : `/${lang}/concerns/${arrivals[0].id}`;
      bar.hidden = false;
      seen?.disconnect();
      const card = byId("c-" + arrivals[0].id);
      if (card) seen?.observe(card);
      arrivals = [];
    }, 300);
  };
  const snapshot = (items) => {
    const now = new Set(items.map((item) => item.id));
    for (const item of items) put(item);
    for (const [id, item] of known) if (!now.has(id)) known.set(id, { ...item, open: false, waiting: false });
    for (const card of document.querySelectorAll("article.card:not(.closed)")) if (!now.has(card.dataset.id)) close(card);
    const event = byId("event");
    if (event?.querySelector(".lead.ringing") && !now.has(event.dataset.id)) renew(event);
    first = false;
  };
  const close = (card) => {
    card.classList.remove("ringing", "accepted");
    card.classList.add("closed");
    for (const form of card.querySelectorAll("form.accept")) form.remove();
    for (const state of card.querySelectorAll(".audiences .open .state")) state.textContent = data.closed;
    for (const next of card.querySelectorAll(".audiences .open .next")) next.textContent = "\u00a0";
  };

  // The bar goes when it has been followed, or when the event is in sight anyway.
  const seen = "IntersectionObserver" in window ? new IntersectionObserver((all) => { if (all.some((one) => one.isIntersecting)) { seen.disconnect(); byId("arrival").hidden = true; } }, { threshold: 0.9 }) : null;
  byId("arrival").querySelector("a").addEventListener("click", () => { byId("arrival").hidden = true; });

  // ---- accepting
  document.addEventListener("submit", async (submitted) => {
    const form = submitted.target;
    if (!form.matches("form.accept")) return;
    submitted.preventDefault();
    if (performance.now() - movedAt < GUARD) return; // the page moved under the hand
    const button = form.querySelector("button"), card = form.closest("article, #event");
    button.disabled = true;
    let answer = null, failure = data.failed;
    try {
      const sent = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "x-ro-piece": "1", "x-ro-session": data.session }, redirect: "error", signal: AbortSignal.timeout(ANSWER) });
      const isJson = (sent.headers.get("content-type") ?? "").startsWith("application/json");
      const body = isJson ? await sent.json() : null;
      if (sent.status === 409) return hear("ended", { why: "changed" });
      if (sent.ok) answer = body ?? {};
      else if (body?.go) return location.assign(body.go);
      else failure = body?.message ?? failure;
    } catch { /* reported below */ }
    button.disabled = false;
    if (!answer) {
      const now = card.isConnected ? card : byId(card.id);
      if (now) now.querySelector(".failure").textContent = failure;
      return;
    }
    if (answer.message) say("polite", answer.message);
    if (!answer.item) return;
    put(answer.item);
    if (channel) channel.postMessage({ name: "changed", body: answer.item });
    byId("h-" + answer.item.id)?.focus({ preventScroll: true });
    tellState();
  });

  // ---- the stream
  const hear = (name, body) => {
    if (name === "until") return learnEnd(body);
    if (name === "beat") { heardAt = Date.now(); chain = body; ended = null; learnEnd(body.until); }
    if (ended === "changed") return; // whoever is signed in now is not the one this page was made for
    if (name === "ended") { ended = body.why; chain = null; }
    if (ended === "changed") stop();
    if (name === "snapshot") snapshot(body.items);
    if (name === "changed") put(body);
    tellState();
  };
  // Somebody else may be looking: what the page showed goes, and nothing on it can be pressed.
  const stop = () => {
    byId("content").hidden = true;
    for (const part of document.querySelectorAll("main, header form, #arrival")) part.inert = true;
    known.clear();
  };
  const channel = "BroadcastChannel" in window ? new BroadcastChannel(data.tabs) : null;
  let leading = false, refusals = 0;
  const lead = () => new Promise(() => {
    leading = true;
    const open = () => {
      if (ended === "changed") return;
      const source = new EventSource(data.events);
      for (const name of ["snapshot", "changed", "beat", "ended"]) {
        source.addEventListener(name, (event) => {
          const body = JSON.parse(event.data);
          hear(name, body);
          channel?.postMessage({ name, body });
          refusals = name === "ended" ? refusals + 1 : 0;
          // At first at once: somebody may have signed in anew in this browser, and this page must say so.
          if (name === "ended") { source.close(); if (body.why !== "changed") setTimeout(open, refusals > 1 ? 30000 : 1000); }
        });
      }
      source.onerror = () => { if (source.readyState === EventSource.CLOSED && !ended) setTimeout(open, 3000); };
    };
    open();
  });
  if (channel) {
    channel.onmessage = ({ data: message }) => {
      if (message.name !== "hello") return hear(message.name, message.body);
      if (!leading || first) return;
      channel.postMessage({ name: "snapshot", body: { items: [...known.values()].filter((item) => item.open) } });
    };
  }
  if (channel && navigator.locks) {
    channel.postMessage({ name: "hello" });
    channel.postMessage({ name: "until", body: until });
    navigator.locks.request(data.tabs, lead);
  } else lead();

  localTimes(document);
  tellAges();
  tellState();
  tellEnd();
  setInterval(() => { tellState(); tellAges(); tellEnd(); }, 1000);
})();
