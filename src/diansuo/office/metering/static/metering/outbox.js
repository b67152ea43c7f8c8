// The outbox of a reader's phone: entries lie in IndexedDB until the station's server has said what became of them.
// Each has its own number before it is sent, so that one sent twice is known there. Other scripts use window.outbox.
(() => {
  const words = JSON.parse(document.getElementById("round-words").textContent);
  const bar = document.getElementById("round-state");
  const me = bar.dataset.user;
  const listeners = [];
  let sending = false;
  let reached = navigator.onLine;
  // An answer says its instant to the second; a page is kept for so long at most (round_worker.js).
  const SECOND_MS = 1000;
  const OLDEST_MS = 3 * 24 * 3600 * 1000;
  const PATIENCE_MS = 5000;

  const database = new Promise((resolve, reject) => {
    const opening = indexedDB.open("diansuo-rounds", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "id" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });

  async function work(mode, act) {
    const store = (await database).transaction("entries", mode).objectStore("entries");
    const asked = act(store);
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      store.transaction.onabort = () => reject(store.transaction.error);
    });
  }

  const all = () => work("readonly", (store) => store.getAll());
  const put = (entry) => work("readwrite", (store) => store.put(entry));
  const drop = (id) => work("readwrite", (store) => store.delete(id));

  // crypto.randomUUID is there on encrypted pages only; a station's own network may have none.
  function number() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const cookie = (name) => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const token = () => cookie("csrftoken") || document.querySelector("[name=csrfmiddlewaretoken]").value;

  async function send(entry) {
    const form = new FormData();
    for (const [name, value] of Object.entries(entry.form)) form.append(name, value);
    form.append("id", entry.id);
    form.append("user", entry.user);
    if (entry.photo) form.append("photo", entry.photo, entry.photo_name);
    return fetch(entry.take, {
      method: "POST", body: form, redirect: "manual", credentials: "same-origin", headers: { "X-CSRFToken": token() },
    });
  }

  // A phone may think itself online where nothing gets through: only an answer tells. The worker leaves HEAD alone.
  async function answers() {
    if (!navigator.onLine) return false;
    try {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      await fetch(bar.dataset.home, { method: "HEAD", cache: "no-store", redirect: "manual", signal: patience });
      return true;
    } catch {
      return false;
    }
  }

  const went = (entry) => ["stored", "same", "proposed"].includes(entry.answer?.outcome);

  function over({ id, user, point, at, answer: { outcome }, form: { kind, period, text } }) {
    return { id, user, point, done: at, answer: { outcome }, form: { kind, period, text } };
  }

  async function show(trouble = "") {
    const kept = await all();
    const mine = kept.filter((entry) => entry.user === me);
    const waiting = mine.filter((entry) => !entry.answer).length;
    const said = [reached ? words.online : words.offline];
    said.push(waiting ? `${words.queued} ${waiting}` : words.all_sent);
    if (kept.some((entry) => entry.user !== me && !entry.done)) said.push(words.others);
    if (trouble) said.push(trouble);
    bar.textContent = said.join(" · ");
    bar.className = `round-state ${trouble || waiting ? "warn" : "ok"}`;
    for (const listener of listeners) listener(mine);
  }

  // One after the other, in the order they were made; stops where the network does, and goes on from there.
  async function flush() {
    if (sending) return;
    sending = true;
    let trouble = "";
    try {
      const mine = (await all()).filter((entry) => entry.user === me && !entry.answer);
      reached = await answers();
      mine.sort((one, other) => one.form.made_at.localeCompare(other.form.made_at));
      for (const entry of mine) {
        let answer;
        try {
          answer = await send(entry);
        } catch {
          reached = await answers();
          trouble = reached ? words.failed : "";
          break;
        }
        if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 409) {
          trouble = words.sign_in;
          break;
        }
        if (!answer.ok) {
          trouble = words.failed;
          break;
        }
        const said = await answer.json();
        // What went well and needs no words is done; all else stays until the reader has read it. A page kept from
        // before does not know of it, so that its point stays here, without name and registers, until one from after does.
        const heard = { ...entry, answer: said, at: Date.parse(answer.headers.get("date")) };
        await put(said.final && !said.words && said.outcome === "stored" ? over(heard) : heard);
        for (const listener of listeners) listener(null, entry, said);
      }
    } finally {
      sending = false;
    }
    await show(trouble);
  }

  window.outbox = {
    words,
    all: async () => (await all()).filter((entry) => entry.user === me),
    listen: (listener) => listeners.push(listener),
    async add(entry) {
      await put({ ...entry, id: entry.id || number(), user: me, answer: null });
      await show();
      flush();
    },
    // Forget what was done before a page with these points was served, for it shows them, and what no kept page is older than.
    async settle(servedAt, points) {
      const shown = (entry) => entry.done + SECOND_MS < servedAt && (points.includes(entry.point) || entry.done + OLDEST_MS < servedAt);
      for (const entry of (await all()).filter(shown)) await drop(entry.id);
    },
    went,
    async dismiss(id) {
      const entry = (await all()).find((one) => one.id === id);
      await (entry && went(entry) ? put(over(entry)) : drop(id));
      await show();
    },
  };

  database.then(() => show().then(flush), () => { bar.textContent = words.no_store; bar.className = "round-state bad"; });
  addEventListener("online", flush);
  addEventListener("offline", () => { reached = false; show(); });
  setInterval(flush, 20000);
})();
