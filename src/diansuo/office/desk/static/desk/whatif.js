// Of the fields of all kinds of change, shows those of the kind that is chosen; without this script all are there.
(function () {
  "use strict";

  const form = document.getElementById("whatif");
  if (!form) return;
  const kind = form.elements.namedItem("kind");

  function show() {
    form.querySelectorAll("fieldset[data-kind]").forEach((part) => {
      part.hidden = part.dataset.kind !== kind.value;
      part.disabled = part.hidden;
    });
  }

  kind.addEventListener("change", show);
  show();
})();
