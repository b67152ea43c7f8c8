// A wide box of days opens at its newest end: at what is marked newest in it, else at the end.
for (const box of document.querySelectorAll("[data-newest-end]")) {
  const newest = box.querySelector("[data-newest]");
  if (newest) box.scrollLeft += newest.getBoundingClientRect().right - box.getBoundingClientRect().right;
  else box.scrollLeft = box.scrollWidth;
}
