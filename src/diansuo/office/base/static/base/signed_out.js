// Whoever sees the sign-in page is signed in no more: what pages kept to open without a network goes with the sign-in.
if ("caches" in window) caches.keys().then((names) => Promise.all(names.map((name) => caches.delete(name))));
