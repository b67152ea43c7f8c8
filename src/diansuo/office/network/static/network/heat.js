// Walks the map of areas × days: says which cell is under the mouse, the finger or the arrow keys, and opens its area.
(function () {
  "use strict";

  const box = document.getElementById("heat");
  if (!box) return;
  const data = JSON.parse(document.getElementById("heat-data").textContent);
  const cells = document.getElementById("heat-cells");
  const cursor = document.getElementById("heat-cursor");
  const said = document.getElementById("heat-said");
  const names = box.querySelector(".heat-names");
  const width = cursor.width.baseVal.value;
  const height = cursor.height.baseVal.value;
  const top = cells.y.baseVal.value;
  const kinds = data.kinds.length;
  const first = Date.UTC(...data.first.split("-").map((part, at) => Number(part) - (at === 1 ? 1 : 0)));
  let row = -1;
  let column = data.days - 1;

  function day(at) {
    return new Date(first + at * 86400000).toISOString().slice(0, 10);
  }

  function words(sign) {
    if (sign === ".") return data.nothing;
    const code = "0123456789ab".indexOf(sign);
    return data.kinds[code % kinds] + (code >= kinds ? " " + data.sudden : "");
  }

  function address() {
    return data.address.replace("/0/", `/${data.areas[row]}/`) + "?day=" + day(column);
  }

  function show() {
    cursor.setAttribute("x", column * width);
    cursor.setAttribute("y", top + row * height);
    names.querySelectorAll(".here").forEach((one) => one.classList.remove("here"));
    names.children[row].classList.add("here");
    const [link, text] = said.children;
    link.hidden = false;
    link.href = address();
    text.textContent = `${data.names[row]} ${day(column)} ${words(data.codes[row][column])}`;
  }

  function move(down, right) {
    row = Math.min(Math.max(row + down, 0), data.areas.length - 1);
    column = Math.min(Math.max(column + right, 0), data.days - 1);
    show();
    const at = names.offsetWidth + column * width;
    if (at < box.scrollLeft + names.offsetWidth) box.scrollLeft = at - names.offsetWidth;
    if (at + width > box.scrollLeft + box.clientWidth) box.scrollLeft = at + width - box.clientWidth;
    const y = top + row * height;
    if (y < box.scrollTop) box.scrollTop = y;
    if (y + height > box.scrollTop + box.clientHeight) box.scrollTop = y + height - box.clientHeight;
  }

  function find(event) {
    const place = cells.parentNode.getBoundingClientRect();
    const x = Math.floor((event.clientX - place.left) / width);
    const y = Math.floor((event.clientY - place.top - top) / height);
    if (x < 0 || y < 0 || x >= data.days || y >= data.areas.length) return false;
    [row, column] = [y, x];
    show();
    return true;
  }

  const steps = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    PageUp: [-20, 0], PageDown: [20, 0], Home: [0, -data.days], End: [0, data.days],
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && row >= 0 && event.target === box) {
      window.location.href = address();
    } else if (steps[event.key]) {
      event.preventDefault();
      move(...(row < 0 ? [1, 0] : steps[event.key]));
    }
  });
  const map = cells.parentNode;
  map.addEventListener("mousemove", find);
  let touched = false;
  map.addEventListener("pointerdown", (event) => { touched = event.pointerType !== "mouse"; });
  map.addEventListener("click", (event) => {
    // A finger first sees what it hit; the link above opens it.
    if (find(event) && !touched) window.location.href = address();
  });
  box.scrollLeft = box.scrollWidth;
})();
