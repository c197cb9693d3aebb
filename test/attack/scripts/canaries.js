// Looks at every surface that a page of the origin has.
attack(async ({ paths, built = [] }) => {
  const inits = [{}, { cache: 'force-cache' }, { cache: 'no-store', mode: 'same-origin' }]
  // What is byte for byte a built file needs no search, and there are megabytes of them.
  const bodyOf = async (bytes) => {
    const hash = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    const hex = hash.map((byte) => byte.toString(16).padStart(2, '0')).join('')
    return built.includes(hex) ? `built file ${hex}` : new TextDecoder().decode(bytes)
  }
  const read = async (path, init) => {
    // What streams never ends: a look at how it begins is enough.
    const response = await lib.outcome(() => fetch(path, { ...init, signal: AbortSignal.timeout(3000) }))
    if (typeof response === 'string') return []
    const bytes = await lib.outcome(() => response.arrayBuffer())
    const body = typeof bytes === 'string' ? bytes : await bodyOf(bytes)
    return [[path, response.url, response.status, response.headers, body]]
  }
  const responses = []
  for (const path of paths) responses.push(...(await Promise.all(inits.map((init) => read(path, init)))).flat())
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
