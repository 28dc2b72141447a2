// Clock of the live page: a worker's timers are not slowed while the page is hidden.
setInterval(() => postMessage(0), 500);
