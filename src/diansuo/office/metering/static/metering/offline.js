// Lets the pages of the round open again without a network, where the browser allows a worker: on encrypted pages only.
(() => {
  if (!("serviceWorker" in navigator)) return;
  const { worker, home } = document.getElementById("round-state").dataset;

  // The first time the page came before its worker: it names itself and what it is made of.
  async function keep() {
    const parts = Array.from(document.querySelectorAll("link[href], script[src]"), (part) => part.href || part.src);
    (await navigator.serviceWorker.ready).active.postMessage({ keep: [location.href.split("#")[0], ...parts] });
  }

  navigator.serviceWorker.addEventListener("controllerchange", keep);
  navigator.serviceWorker.register(worker, { scope: home }).then(keep, () => null);
})();
