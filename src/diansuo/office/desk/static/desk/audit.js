// The auditor's desk by keyboard alone. Every key only does what a link or a button on the page does too.
(() => {
  const rows = () => [...document.querySelectorAll("#audit-rows li[data-finding]")];
  const shown = () => document.getElementById("audit-finding")?.dataset.finding;
  const rowOf = (id) => document.querySelector(`#audit-rows li[data-finding="${id}"]`);
  const current = () => document.activeElement?.closest("#audit-rows li") || rowOf(shown());
  const chosen = () => [...document.querySelectorAll("#audit-rows input[name=chosen]:checked")];
  let opening = 0;
  let busy = false;

  function mark() {
    for (const row of rows()) row.classList.toggle("shown", row.dataset.finding === shown());
    const many = document.querySelector(".audit-many");
    if (!many) return;
    many.hidden = chosen().length === 0;
    many.querySelector("b").textContent = chosen().length;
  }

  function go(row, now) {
    if (!row) return;
    const link = row.querySelector("a");
    link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    clearTimeout(opening);
    if (row.dataset.finding !== shown()) opening = setTimeout(() => link.click(), now ? 0 : 120);
  }

  function step(by) {
    const all = rows();
    const at = all.indexOf(current());
    go(all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]);
  }

  // The row that comes after all that is being decided: the first behind the current one, else the last before it.
  function following() {
    const ids = chosen().map((box) => box.value);
    const leaving = new Set(ids.length ? ids : [shown()]);
    const all = rows();
    const at = all.indexOf(rowOf(shown()));
    const stays = (row) => !leaving.has(row.dataset.finding);
    return all.slice(at + 1).find(stays) || all.slice(0, Math.max(at, 0)).reverse().find(stays);
  }

  function decide(value) {
    const button = document.querySelector(`#decide button[value=${value}]`);
    const row = current();
    if (!button || busy) return;
    // What is decided about must be what is seen.
    if (!chosen().length && row && row.dataset.finding !== shown()) return go(row, true);
    button.click();
  }

  function toggleRule() {
    const boxes = [...(current()?.closest(".audit-group")?.querySelectorAll("input[name=chosen]") || [])];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    mark();
  }

  function takeBack() {
    const button = document.querySelector("#undo button");
    if (button) return button.click();
    const place = document.getElementById("audit-said");
    if (!place || place.querySelector("[data-nothing-said]")) return;
    const said = document.createElement("span");
    said.className = "state warn";
    said.dataset.nothingSaid = "";
    said.textContent = place.dataset.nothing;
    place.append(said);
  }

  const keys = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    r: () => decide("released"),
    h: () => decide("held"),
    s: () => decide("site"),
    u: takeBack,
    a: toggleRule,
    " ": () => {
      const box = current()?.querySelector("input[name=chosen]");
      if (box) box.checked = !box.checked;
      mark();
    },
    e: () => document.querySelector("#decide input[name=reason]")?.focus(),
    "?": () => document.getElementById("audit-keys")?.togglePopover(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (field) {
      if (event.key === "Escape") go(rowOf(shown()));
      return;
    }
    if (event.key === " " && event.target.closest("button, summary, input")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  document.addEventListener("change", (event) => { if (event.target.name === "chosen") mark(); });
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== "decide") return;
    event.detail.parameters.next = following()?.dataset.finding || "";
  });
  // Of several answers under way only the one asked for last is shown: each takes the place of the finding that stood
  // there when it was asked for, and would miss it once another had. A decision is waited for.
  let last = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt } = event.detail;
    const deciding = elt.id === "decide";
    if (!deciding && !elt.closest("#audit-rows")) return;
    if (!deciding && busy) return event.preventDefault();
    clearTimeout(opening);
    last = elt;
    busy = deciding;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "audit-finding" && detail.requestConfig.elt !== last) detail.shouldSwap = false;
  });
  // A new form can be sent only once htmx has settled it: until then a key that decides does nothing.
  for (const name of ["afterSettle", "responseError", "sendError", "sendAbort", "timeout", "swapError"]) {
    document.addEventListener(`htmx:${name}`, () => { busy = false; });
  }
  document.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "audit-finding") mark(); });

  const whole = (count) => count.toLocaleString("en-US");
  const number = (element) => Number(element.textContent.replaceAll(",", ""));

  // What a heading or a button says of its findings, without the one that has left.
  function without(sums, fen) {
    const { dataset } = sums;
    dataset.count -= 1;
    dataset.fen -= fen;
    const yuan = (dataset.fen / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    for (const one of sums.querySelectorAll(".n")) one.textContent = whole(Number(dataset.count));
    for (const one of sums.querySelectorAll(".sum")) one.textContent = yuan;
    const field = sums.querySelector("input[name=count]");
    if (field) field.value = dataset.count;
  }

  // The rows that were decided leave the list; the focus goes to the one that is shown now.
  document.addEventListener("audit-decided", (event) => {
    for (const id of event.detail.ids) {
      const gone = rowOf(id);
      const group = gone?.closest(".audit-group");
      for (const sums of [group, document.getElementById("audit-total")]) if (gone) without(sums, Number(gone.dataset.fen));
      gone?.remove();
      if (group && !group.querySelector("li")) group.remove();
    }
    const here = document.querySelector(".audit-list .tabs a[aria-current] [data-state]");
    const there = document.querySelector(`.audit-list .tabs [data-state="${event.detail.state}"]`);
    for (const [tab, sign] of [[here, -1], [there, 1]]) if (tab) tab.textContent = whole(number(tab) + sign * event.detail.ids.length);
    const cleared = document.getElementById("audit-cleared");
    if (cleared && !rows().length) cleared.hidden = false;
    mark();
    const row = rowOf(shown());
    row?.querySelector("a").focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  });

  const top = document.querySelector(".audit-top");
  if (top) {
    top.open = localStorage.getItem("audit-top") !== "closed";
    top.addEventListener("toggle", () => localStorage.setItem("audit-top", top.open ? "open" : "closed"));
  }
  mark();
  const row = rowOf(shown());
  if (row) {
    row.querySelector("a").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
})();
