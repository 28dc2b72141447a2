// Keeps what is typed into a long form in this browser until it is sent: sealed under a key that only pages of the same person have, for some
// hours at most, and gone on signing out. Without it every form works, and nothing is kept.
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
  const subtle = window.crypto?.subtle;
  const keys = new Map((document.body.dataset.draftKeys ?? "").split(" ").filter(Boolean).map((key) => key.split(":")));
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""));
  const key = (version) => subtle.importKey("raw", bytes(keys.get(version)), "AES-GCM", false, ["encrypt", "decrypt"]);
  // A draft is bound to its form: it cannot be put under another one.
  const bound = (iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(name) });
  const seal = async (fields) => {
    const [version] = keys.keys(), iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await subtle.encrypt(bound(iv), await key(version), new TextEncoder().encode(JSON.stringify(fields)));
    return { at: Date.now(), version, iv: text(iv), sealed: text(sealed) };
  };
  const open = async (draft) => {
    const plain = await subtle.decrypt(bound(bytes(draft.iv)), await key(draft.version), bytes(draft.sealed));
    return JSON.parse(new TextDecoder().decode(plain));
  };
  const done = document.querySelector("[data-draft-done]");
  if (done) store.removeItem(mine + done.dataset.draftDone);
  let stopped = false;
  document.querySelector("form[action$='/sign-out']")?.addEventListener("submit", () => { stopped = true; purge(() => false); });

  const notice = document.querySelector("[data-draft]"), form = document.querySelector("main form.form");
  if (!notice || !form || !subtle || !keys.size) return;
  const name = mine + notice.dataset.draft;
  const typed = () => [...new FormData(form)].filter(([field, value]) => field !== "form_token" && typeof value === "string");
  // One after the other, and only the newest of those that wait: a slow machine writes nothing older over something newer.
  let keeping = Promise.resolve(), waits = false;
  const write = async () => {
    waits = false;
    if (stopped) return;
    const draft = JSON.stringify(await seal(typed()));
    if (!stopped) store.setItem(name, draft);
  };
  const keep = () => {
    if (waits) return;
    waits = true;
    keeping = keeping.then(write).catch(() => { /* no room: it is not kept */ });
  };
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
  const begin = async () => {
    const draft = read(name), fields = draft && await open(draft).catch(() => null);
    if (JSON.stringify(typed()) !== asDrawn) keep(); // somebody was faster
    else if (document.querySelector(".errors")) keep(); // it came back with what was just sent
    else if (fields) {
      restore(fields);
      for (const folded of form.querySelectorAll("details")) folded.open ||= [...folded.querySelectorAll("input, select, textarea")].some((field) => field.matches("[type=radio], [type=checkbox]") ? field.checked : field.value);
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
  if (navigator.locks) navigator.locks.request(name, { signal: AbortSignal.timeout(2000) }, () => { begin(); return new Promise(() => {}); }).catch(() => {});
  else begin();
})();
