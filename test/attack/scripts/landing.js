// Waits on the page where a sign-in or a callback ends, and keeps all that its address and its memory say.
localStorage.setItem(
  'landed',
  JSON.stringify({
    href: location.href,
    hash: location.hash,
    referrer: document.referrer,
    opener: String(window.opener),
    name: window.name,
    length: history.length,
    history: globalThis.navigation?.entries().map(({ url, index }) => [index, url]),
    activation: globalThis.navigation?.activation?.from?.url,
    entries: performance.getEntries().map((entry) => entry.toJSON()),
    document: document.documentElement.outerHTML,
  }),
)
