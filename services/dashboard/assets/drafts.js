// Keeps what is typed into a long form in this browser until it is sent: for the same person only, for some hours at most, and gone on
// signing out. Without it every form works, and nothing is kept.
(() => {
  "use strict";
  const LASTS = 8 * 3600 * 1000, PREFIX = "ro-draft:";
  const person = document.body.dataset.person, mine = `${PREFIX}${person}:`;
  let store;
  try { store = window.localStorage; store.getItem(PREFIX); } catch { return; }
  const read = (key) => { try { return JSON.parse(store.getItem(key)); } catch { return null; } };
  const isFresh = (key) => { const age = Date.now() - (read(key)?.at ?? 0); return age >= 0 && age < LASTS; };
  const purge = (keeps) => { for (const key of Object.keys(store)) if (key.startsWith(PREFIX) && !keeps(key)) store.removeItem(key); };

  // Whoever is signed in finds no draft of another person; who is not signed in yet may be the same one again.
  purge((key) => isFresh(key) && (!person || key.startsWith(mine)));
  if (!person) return;
  const done = document.querySelector("[data-draft-done]");
  if (done) store.removeItem(mine + done.dataset.draftDone);
  let stopped = false;
  document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => { stopped = true; purge(() => false); });

  const notice = document.querySelector("[data-draft]"), form = document.querySelector("main form.form");
  if (!notice || !form) return;
  const name = mine + notice.dataset.draft;
  const typed = () => [...new FormData(form)].filter(([field, value]) => field !== "form_token" && typeof value === "string");
  const keep = () => { if (!stopped) try { store.setItem(name, JSON.stringify({ at: Date.now(), fields: typed() })); } catch { /* full: it is not kept */ } };
  const restore = (fields) => {
    for (const field of form.elements) {
      if (!field.name || field.name === "form_token") continue;
      const values = fields.filter(([of]) => of === field.name).map(([, value]) => value);
      if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
  };
  const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang + "-CA", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  form.autocomplete = "off"; // the draft brings back what was typed; the browser would do so against somebody who discards it
  const asDrawn = JSON.stringify(typed());
  const begin = () => {
    const draft = read(name);
    if (JSON.stringify(typed()) !== asDrawn) keep(); // somebody was faster
    else if (document.querySelector(".errors")) keep(); // it came back with what was just sent
    else if (draft) {
      restore(draft.fields);
      const words = notice.querySelector("span");
      words.textContent = words.dataset.text.replace("{at}", clock(draft.at));
      notice.hidden = false;
      notice.querySelector("button").addEventListener("click", () => { stopped = true; store.removeItem(name); location.reload(); });
    }
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
  };
  // Two tabs with the same form would write over each other: the first one keeps the draft. The page before this one in the same tab lets go
  // of it a moment after this one is there.
  if (navigator.locks) navigator.locks.request(name, { signal: AbortSignal.timeout(2000) }, () => new Promise(begin)).catch(() => {});
  else begin();
})();
