// Shows what rings for a person whose page is closed, and opens the event at a press. It keeps nothing, and reads no page.
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { /* something rings all the same */ }
  const title = typeof told.title === "string" ? told.title : "Safety events / Événements de sécurité";
  event.waitUntil(self.registration.showNotification(title, {
    body: told.body ?? "", lang: told.lang ?? "", tag: told.tag ?? "ring", renotify: true, requireInteraction: told.urgent === true,
    icon: "/assets/icon-192.png", badge: "/assets/icon-192.png", vibrate: told.urgent === true ? [400, 200, 400, 200, 400] : [200],
    data: { open: told.open },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const asked = event.notification.data?.open, open = /^\/(en|fr)\/[\w/-]*$/.test(asked) ? asked : "/";
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = pages.find((page) => new URL(page.url).pathname === open);
    if (there) return there.focus();
    return self.clients.openWindow(open);
  })());
});
