{% autoescape off %}/* Keeps the files of the shell; pages come from the network, and without one the page that says what to do. */
const CACHE = "gridgov-field-{{ version }}";
const FILES = {{ files }};
const OFFLINE = "{{ offline }}";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => Promise.allSettled(FILES.map((file) => cache.add(new Request(file, { cache: "reload" })))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("gridgov-field-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

const fromNetwork = (request) => fetch(request).catch(() => caches.match(OFFLINE));

const fromShell = async (request) => {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  const fresh = fetch(request).then((answer) => {
    if (answer.ok) cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  fresh.catch(() => undefined);
  return kept;
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(fromNetwork(request));
  else if (FILES.includes(url.pathname)) event.respondWith(fromShell(request));
});
{% endautoescape %}
