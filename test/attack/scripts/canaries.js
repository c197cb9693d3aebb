// Looks at every surface that a page of the origin has.
attack(async ({ paths }) => {
  const responses = []
  for (const path of paths) {
    for (const init of [{}, { cache: 'force-cache' }, { cache: 'no-store', mode: 'same-origin' }]) {
      const response = await lib.outcome(() => fetch(path, { ...init, signal: AbortSignal.timeout(3000) }))
      if (typeof response === 'string') continue
      responses.push([path, response.url, response.status, response.headers, await response.text()])
    }
  }
  const replies = []
  for (const type of ['session.get', 'session.poke', 'session.tokens']) replies.push(await lib.ask(lib.question(type)))
  return {
    responses,
    replies,
    storage: await dumpStorage(),
    entries: performance.getEntries().map((entry) => entry.toJSON()),
    history: [history.state, location.href, document.referrer, globalThis.navigation?.entries().map(({ url }) => url)],
    registrations: (await navigator.serviceWorker.getRegistrations()).map((one) => one.active?.scriptURL),
  }
})
