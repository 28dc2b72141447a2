// Enrols this browser, so that it rings with the page closed: at a press only, as a browser asks for permission only then.
(() => {
  "use strict";
  const form = document.querySelector("form.enrol");
  if (!form) return;
  const button = form.querySelector("button"), words = form.querySelector("[role=status]"), data = form.dataset;
  const say = (text) => { words.textContent = text; };
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return say(data.unsupported);
  if (Notification.permission === "denied") return say(data.denied);
  button.hidden = false;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  // What the person knows this browser by, as far as it says so itself.
  const name = () => {
    const agent = navigator.userAgent;
    const of = (found, other) => found.find(([pattern]) => pattern.test(agent))?.[1] ?? other;
    const browser = of([[/Edg/, "Edge"], [/Firefox|FxiOS/, "Firefox"], [/Chrome|CriOS/, "Chrome"], [/Safari/, "Safari"]], "Browser");
    const system = of([[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS/, "macOS"], [/Linux/, "Linux"]], "");
    return system ? `${browser}, ${system}` : browser;
  };
  const enrol = async () => {
    if (await Notification.requestPermission() !== "granted") return say(data.denied);
    const worker = await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
    const former = await worker.pushManager.getSubscription();
    if (former && text(former.options.applicationServerKey) !== data.key) await former.unsubscribe();
    const place = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(data.key) });
    const fields = { endpoint: place.endpoint, public_key: text(place.getKey("p256dh")), auth: text(place.getKey("auth")), push_key: data.key, name: name() };
    for (const [field, value] of Object.entries(fields)) form.elements[field].value = value;
    form.submit();
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    enrol().catch(() => say(data.failed)).finally(() => { button.disabled = false; });
  });
})();
