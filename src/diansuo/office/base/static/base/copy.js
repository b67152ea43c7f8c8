// Buttons that copy or print: data-copy names the field whose text is copied, data-copied is what the button then says;
// data-print prints the page. Without script the text stays there to be marked by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy], button[data-print]");
  if (!button) return;
  if (button.hasAttribute("data-print")) {
    window.print();
    return;
  }
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // a page served without TLS has no clipboard of its own
  }
  if (!button.dataset.copied) return;
  const words = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = words; }, 2000);
});
