// The round on the phone: one meter at a time in walking order, large keys, the answer of each entry in sight.
(() => {
  const data = JSON.parse(document.getElementById("round-data").textContent);
  const { words } = outbox;
  const find = (id) => document.getElementById(id);
  const card = find("round-card");
  const stops = data.stops;
  let at = Math.max(stops.findIndex((stop) => !stop.read && !stop.billed && !stop.missed), 0);
  let photo = null;
  let warned = "";
  let kept = [];

  const kwh = (wh) => (wh / 1000).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 3 });

  function made(tag, text = "", name = "") {
    const element = document.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    return element;
  }

  function standing(stop) {
    if (stop.billed) return ["ok", words.billed];
    if (kept.some((entry) => entry.point === stop.id && !entry.answer && entry.form.kind !== "found")) return ["info", words.queued];
    if (stop.read) return ["ok", words.read];
    return stop.missed ? ["warn", words.missed] : ["info", words.to_read];
  }

  function fields(stop) {
    const box = find("round-registers");
    box.replaceChildren();
    for (const register of stop.registers) {
      const row = made("div", "", "round-register");
      const label = made("label", register.label);
      label.htmlFor = `register-${register.code}`;
      const input = made("input");
      Object.assign(input, { id: label.htmlFor, autocomplete: "off", disabled: stop.billed });
      // With keys of its own the page wants no other keyboard over it; where one is plugged in, it works all the same.
      input.setAttribute("inputmode", "none");
      input.dataset.code = register.code;
      if (register.entered !== null) input.value = (register.entered / 1000).toFixed(2);
      const known = [register.last === null ? words.no_last : `${words.last} ${kwh(register.last)} (${register.last_date})`];
      if (register.expected_to !== null) known.push(`${words.expected} ${kwh(register.expected_from)} — ${kwh(register.expected_to)}`);
      row.append(label, input, made("span", known.join(" · "), "soft"));
      box.append(row);
    }
    box.querySelector("input:not(:disabled)")?.focus();
  }

  function overview() {
    const list = find("round-stops");
    list.replaceChildren(...stops.map((stop, place) => {
      const item = made("li");
      const button = made("button", `${stop.order ?? "·"} ${stop.name}`, "plain");
      button.type = "button";
      button.dataset.place = place;
      if (place === at) button.setAttribute("aria-current", "true");
      const [tone, title] = standing(stop);
      item.append(button, made("span", title, `state ${tone}`));
      return item;
    }));
    const done = stops.filter((stop) => stop.read || stop.billed).length;
    find("round-count").textContent = `${done} / ${stops.length}`;
  }

  function draw() {
    const stop = stops[at];
    warned = "";
    photo = null;
    find("round-photo").value = "";
    find("round-photo-name").textContent = "";
    find("round-name").textContent = `${stop.order ?? "·"} ${stop.name}`;
    find("round-number").textContent = stop.number;
    find("round-address").textContent = stop.address;
    find("round-meter").textContent = stop.multiplier === 1 ? stop.meter : `${stop.meter} × ${stop.multiplier}`;
    const [tone, title] = standing(stop);
    find("round-standing").className = `state ${tone}`;
    find("round-standing").textContent = title;
    find("round-changes").replaceChildren(...stop.changes.map((change) => made("li", change)));
    say(stop.waits);
    find("round-save").textContent = stop.waits ? words.confirm : find("round-save").dataset.words;
    for (const button of card.querySelectorAll("[data-needs-open]")) button.disabled = stop.billed;
    fields(stop);
    overview();
  }

  function say(text, tone = "warn") {
    const note = find("round-note");
    note.textContent = text;
    note.hidden = !text;
    note.className = `note ${tone}`;
  }

  function form(stop, kind, more) {
    return {
      kind, period: data.period, day: data.day, made_at: new Date().toISOString(), meter: stop.meter, registers: "{}", ...more,
    };
  }

  async function keep(stop, kind, more) {
    try {
      await outbox.add({
        point: stop.id, title: stop.name, take: stop.take, photo, photo_name: photo?.name ?? "", form: form(stop, kind, more),
      });
    } catch {
      say(words.no_store, "bad");
      return false;
    }
    return true;
  }

  // What can be doubted without the server, so that a slip is seen at the meter and not two days later.
  function doubts(stop, given) {
    const said = [];
    for (const register of stop.registers) {
      if (!(register.code in given)) continue;
      const wh = Math.round(Number(given[register.code]) * 1000);
      if (register.last !== null && wh < register.last) said.push(`${register.label} ${words.below}`);
      else if (register.expected_to !== null && (wh < register.expected_from || wh > register.expected_to)) said.push(`${register.label} ${words.outside}`);
    }
    return said;
  }

  async function save() {
    const stop = stops[at];
    const given = {};
    for (const input of card.querySelectorAll("input[data-code]")) {
      const value = input.value.trim();
      if (!value) continue;
      if (!/^\d+(\.\d{0,3})?$/.test(value)) return say(`${input.labels[0].textContent} ${words.no_number}`, "bad");
      given[input.dataset.code] = value;
    }
    if (!("0" in given)) return say(words.needed, "bad");
    const doubted = doubts(stop, given).join("；");
    const signature = JSON.stringify(given);
    if (doubted && warned !== signature) {
      warned = signature;
      return say(`${doubted}。${words.look_again}`);
    }
    const confirmed = doubted ? "on" : "";
    if (!await keep(stop, "reading", { registers: signature, confirmed })) return;
    for (const register of stop.registers) {
      if (register.code in given) register.entered = Math.round(Number(given[register.code]) * 1000);
    }
    stop.read = true;
    next();
  }

  function next() {
    const later = stops.findIndex((stop, place) => place > at && !stop.read && !stop.billed && !stop.missed);
    const any = later >= 0 ? later : stops.findIndex((stop) => !stop.read && !stop.billed && !stop.missed);
    if (any >= 0) at = any;
    draw();
    if (any < 0) say(words.done_all, "ok");
  }

  async function miss(reason) {
    const stop = stops[at];
    if (!await keep(stop, "missed", { text: reason })) return;
    stop.missed = reason;
    next();
  }

  async function report(found) {
    const stop = stops[at];
    const [, title] = data.found.find(([code]) => code === found);
    if (!await keep(stop, "found", { found, text: "" })) return;
    photo = null;
    stop.changes = [...stop.changes, title];
    find("round-changes").append(made("li", title));
  }

  async function chosen(event) {
    const [file] = event.target.files;
    photo = null;
    find("round-photo-name").textContent = "";
    if (!file) return;
    const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
    const text = String.fromCharCode(...head);
    const known = text.startsWith("\xff\xd8\xff") || text.startsWith("\x89PNG\r\n\x1a\n") || (text.startsWith("RIFF") && text.slice(8) === "WEBP");
    event.target.value = "";
    if (!known) return say(words.no_photo, "bad");
    if (file.size > 8 * 2 ** 20) return say(words.too_large, "bad");
    photo = file;
    find("round-photo-name").textContent = file.name;
  }

  function press(key) {
    const input = card.querySelector("input[data-code].current") || card.querySelector("input[data-code]");
    if (!input || input.disabled) return;
    if (key === "⌫") input.value = input.value.slice(0, -1);
    else if (key !== "." || !input.value.includes(".")) input.value += key;
  }

  function answers(mine) {
    const list = find("round-answers");
    list.replaceChildren(...mine.filter((entry) => entry.answer && !entry.done).map((entry) => {
      const item = made("li", "", `note ${{ refused: "bad", asks: "warn", proposed: "info" }[entry.answer.outcome] ?? "ok"}`);
      item.append(made("strong", `${entry.title} ${entry.answer.title}`), made("span", ` ${entry.answer.words} `));
      if (entry.answer.outcome === "asks") {
        const sure = made("button", words.confirm, "button danger");
        sure.type = "button";
        sure.addEventListener("click", () => outbox.add({ ...entry, form: { ...entry.form, confirmed: "on" } }));
        item.append(sure);
      }
      const button = made("button", words.dismiss, "button");
      button.type = "button";
      button.addEventListener("click", () => outbox.dismiss(entry.id));
      item.append(button);
      return item;
    }));
  }

  // A refused reading is not read: the stop stands open again.
  function answered(entry, answer) {
    const stop = stops.find((one) => one.id === entry.point);
    if (!stop || answer.outcome !== "refused") return;
    if (entry.form.kind === "reading") stop.read = false;
    if (entry.form.kind === "missed") stop.missed = "";
  }

  outbox.listen((mine, entry, answer) => {
    if (entry) return answered(entry, answer);
    kept = mine;
    answers(mine);
    overview();
  });

  if (!stops.length) return;
  card.hidden = false;
  find("round-save").addEventListener("click", save);
  find("round-skip").addEventListener("click", () => { at = (at + 1) % stops.length; draw(); });
  find("round-back").addEventListener("click", () => { at = (at + stops.length - 1) % stops.length; draw(); });
  find("round-photo").addEventListener("change", chosen);
  find("round-stops").addEventListener("click", (event) => {
    const button = event.target.closest("[data-place]");
    if (!button) return;
    at = Number(button.dataset.place);
    draw();
    card.scrollIntoView();
  });
  card.addEventListener("focusin", (event) => {
    if (!event.target.matches("input[data-code]")) return;
    card.querySelector("input.current")?.classList.remove("current");
    event.target.classList.add("current");
  });
  card.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input[data-code]")) save();
  });
  card.addEventListener("click", (event) => {
    const button = event.target.closest("[data-key], [data-reason], [data-found]");
    if (!button) return;
    const { key, reason, found } = button.dataset;
    if (key) press(key);
    if (reason) miss(reason);
    if (found) report(found);
    button.closest("details")?.removeAttribute("open");
  });
  outbox.settle(data.served_at, stops.map((stop) => stop.id)).then(outbox.all).then((mine) => {
    kept = mine;
    // What is still on the phone, or went from it since, counts as done here, whatever the page was served with.
    for (const entry of mine.filter((one) => (!one.answer || outbox.went(one)) && one.form.period === data.period)) {
      const stop = stops.find((one) => one.id === entry.point);
      if (stop && entry.form.kind === "reading") stop.read = true;
      if (stop && entry.form.kind === "missed") stop.missed = entry.form.text;
    }
    answers(mine);
    next();
  }, () => draw());
})();
