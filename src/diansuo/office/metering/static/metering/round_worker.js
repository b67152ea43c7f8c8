// The worker of the reader's round: its pages open again without a network, as they were served last. It keeps the list of
// routes, the rounds that were opened and what these are made of, and nothing else; the sign-in page clears all of it.
const here = new URL(location.href);
const CACHE = `diansuo-rounds-${here.searchParams.get("v")}`;
const STATIC = here.searchParams.get("static");
const HOME = new URL("./", here).pathname;
const PAGE = new RegExp(`^${HOME}(?:\\d+/\\d{4}-\\d{2}/)?$`);
const PATIENCE_MS = 5000;
const OLDEST_MS = 3 * 24 * 3600 * 1000;

const isPage = (address) => PAGE.test(address.pathname);
const isOurs = (address) => address.origin === here.origin && (isPage(address) || address.pathname.startsWith(STATIC));

// A phone nobody could reach for days shows nobody's registers.
function young(answer) {
  return Date.now() - Date.parse(answer.headers.get("date")) < OLDEST_MS;
}

async function stored(request) {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreVary: true });
  return kept && (!isPage(new URL(request.url)) || young(kept)) ? kept : undefined;
}

// What leads elsewhere (to the sign-in), or is refused, is not kept.
async function fresh(request) {
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic" && !answer.redirected) await (await caches.open(CACHE)).put(request.url, answer.clone());
  return answer;
}

// The network goes first. Where it is gone or hangs, what was kept stands in.
async function answer(event) {
  const kept = await stored(event.request);
  const asked = fresh(event.request);
  if (!kept) return asked;
  event.waitUntil(asked.catch(() => null));
  const waited = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, kept); });
  return Promise.race([asked.catch(() => kept), waited]);
}

async function keep(addresses) {
  for (const address of addresses.map((one) => new URL(one, here)).filter(isOurs)) {
    const request = new Request(address.href, { credentials: "same-origin" });
    if (!await stored(request)) await fresh(request).catch(() => null);
  }
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(takeOver()));
addEventListener("message", (event) => {
  if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep));
});
addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && isOurs(new URL(event.request.url))) event.respondWith(answer(event));
});
