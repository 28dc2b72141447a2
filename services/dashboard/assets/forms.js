// Makes forms forgiving: one press is one request, and the language link keeps what was typed. Without it every form still works.
(() => {
  "use strict";
  const AGAIN = 10000, KEPT = 600000;
  const place = () => location.pathname.replace(/^\/(en|fr)(?=\/|$)/, "");
  const store = "ro-typed-" + (document.body.dataset.session ?? "");
  const own = () => [...document.querySelectorAll("main form")].filter((form) => !form.matches(".accept, .press"));
  const typed = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type));

  // ---- one press is one request
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches(".accept")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, AGAIN);
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

  // ---- the rest of the navigation closes as menus do
  const shut = (keep) => { for (const menu of document.querySelectorAll("nav details[open]")) if (!menu.contains(keep)) menu.open = false; };
  document.addEventListener("click", (event) => shut(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("nav details[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // ---- a file on its way says how far it has come
  const arrived = (request, form) => {
    const page = new DOMParser().parseFromString(request.responseText, "text/html").querySelector("main");
    if (request.responseURL !== form.action || !page) return location.assign(request.responseURL || form.action);
    document.querySelector("main").replaceWith(page);
    page.querySelector("[autofocus]")?.focus();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target, file = form.querySelector("input[type=file]");
    if (event.defaultPrevented || !file?.files.length) return;
    event.preventDefault();
    const bar = document.createElement("progress"), words = document.createElement("p"), request = new XMLHttpRequest();
    const say = (percent) => { bar.value = percent; words.textContent = file.dataset.sending.replace("{percent}", percent); };
    bar.max = 100;
    words.setAttribute("role", "status");
    form.append(words, bar);
    say(0);
    request.upload.onprogress = ({ loaded, total }) => say(Math.floor(loaded * 100 / total));
    request.onload = () => arrived(request, form);
    // Without an answer the browser sends the form itself, and says what it finds: nothing is done twice.
    request.onerror = () => { delete form.dataset.sent; words.remove(); bar.remove(); form.submit(); };
    request.open("POST", form.action);
    request.send(new FormData(form));
  });

  // ---- the language link keeps what was typed
  const keep = () => {
    const forms = own().map((form) => typed(form).map((field) => [field.name, field.value, field.checked === true]));
    if (forms.flat().length) sessionStorage.setItem(store, JSON.stringify({ place: place(), at: Date.now(), forms }));
  };
  const bring = () => {
    const kept = JSON.parse(sessionStorage.getItem(store) ?? "null");
    sessionStorage.removeItem(store);
    if (!kept || kept.place !== place() || Date.now() - kept.at > KEPT) return;
    own().forEach((form, number) => {
      const values = [...(kept.forms[number] ?? [])];
      for (const field of typed(form)) {
        const choice = ["radio", "checkbox"].includes(field.type);
        const found = values.findIndex(([name, value]) => name === field.name && (!choice || value === field.value));
        if (found < 0) continue;
        const [[, value, checked]] = values.splice(found, 1);
        if (choice) field.checked = checked; else field.value = value;
      }
    });
  };
  try {
    document.querySelector("a.language")?.addEventListener("click", keep);
    bring();
  } catch { /* a browser that keeps nothing: the form is empty in the other language */ }
})();
