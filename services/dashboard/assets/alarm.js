// Sound, notification, icon and screen of a page that follows the alarm: it hears of what waits from live.js.
(() => {
  "use strict";
  const data = document.body.dataset, lang = document.documentElement.lang;
  const byId = (id) => document.getElementById(id);
  const remembered = (name) => { try { return localStorage.getItem(name) === "on"; } catch { return false; } };
  const remember = (name, on) => { try { localStorage.setItem(name, on ? "on" : "off"); } catch { /* it holds for this page */ } };
  const EVERY_IMMINENT = 5000, EVERY_OTHER = 60000;

  // A switch of the page: pressed or not, and remembered by this browser.
  const toggle = (id, supported, change) => {
    const button = byId(id);
    if (!button || !supported) return null;
    button.hidden = false;
    byId("tools").hidden = false;
    const show = (on) => button.setAttribute("aria-pressed", String(on));
    button.addEventListener("click", async () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      show(on && await change(on) !== false);
      remember(id, on);
    });
    show(false);
    return show;
  };

  // ---- sound: one tab of a browser makes it, in which somebody has pressed something since it was opened
  let context = null, sounds = remembered("sound"), asked = false, mine = !navigator.locks, rungAt = 0, waiting = { imminent: 0, other: 0 };
  const runs = () => context?.state === "running";
  const unlock = async () => {
    if (!sounds || !("AudioContext" in window)) return false;
    context ??= new AudioContext();
    if (!runs()) await context.resume().catch(() => {});
    if (runs() && !asked && navigator.locks) {
      asked = true;
      navigator.locks.request(`${data.tabs}-sound`, () => new Promise(() => { mine = true; }));
    }
    showSound?.(runs());
    return runs();
  };
  const tone = (at, pitch, length) => {
    const source = context.createOscillator(), volume = context.createGain();
    source.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    source.connect(volume).connect(context.destination);
    source.start(at);
    source.stop(at + length);
  };
  const ring = () => {
    const pause = waiting.imminent ? EVERY_IMMINENT : EVERY_OTHER;
    if (!sounds || !runs() || !mine || !(waiting.imminent || waiting.other) || Date.now() - rungAt < pause) return;
    rungAt = Date.now();
    for (let n = 0; n < (waiting.imminent ? 4 : 1); n += 1) tone(context.currentTime + n * 0.3, n % 2 ? 660 : 880, 0.25);
  };
  const showSound = toggle("sound", "AudioContext" in window, async (on) => {
    sounds = on;
    if (!on) return true;
    const works = await unlock();
    if (works) tone(context.currentTime, 880, 0.25);
    return works;
  });
  for (const press of ["pointerdown", "keydown"]) addEventListener(press, unlock, { passive: true });
  unlock();

  // ---- notification: the reference and how urgent, nothing of what it is about
  let notifies = remembered("notify") && "Notification" in window && Notification.permission === "granted";
  const showNotify = toggle("notify", "Notification" in window, async (on) => {
    notifies = on && await Notification.requestPermission() === "granted";
    return notifies || !on;
  });
  showNotify?.(notifies);
  document.addEventListener("ro-arrived", ({ detail: { items, held } }) => {
    if (!notifies || !held || document.hasFocus()) return;
    for (const item of items.slice(0, 3)) {
      try {
        const shown = new Notification(item.imminent ? data.imminent : data.event, { body: item.reference, tag: item.id, lang, requireInteraction: item.imminent });
        shown.onclick = () => { focus(); location.assign(`/${lang}/concerns/${item.id}`); };
      } catch { /* a telephone shows none without an installed page */ }
    }
  });

  // ---- screen
  let awake = remembered("awake"), lock = null;
  const hold = async () => {
    if (!awake || document.hidden || lock) return Boolean(lock);
    lock = await navigator.wakeLock.request("screen").catch(() => null);
    lock?.addEventListener("release", () => { lock = null; showAwake?.(false); hold(); });
    showAwake?.(Boolean(lock));
    return Boolean(lock);
  };
  const showAwake = toggle("awake", "wakeLock" in navigator, async (on) => {
    awake = on;
    if (on) return hold();
    await lock?.release();
    return true;
  });
  if (showAwake) {
    document.addEventListener("visibilitychange", hold);
    hold();
  }

  // ---- icon and what waits
  const icon = document.querySelector("link[rel=icon]"), plain = icon.href;
  document.addEventListener("ro-waiting", ({ detail }) => {
    waiting = detail;
    const count = detail.imminent + detail.other;
    const href = count ? `/assets/waiting-${Math.min(count, 10)}${detail.imminent ? "i" : ""}.svg` : plain;
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
    ring();
  });
})();
