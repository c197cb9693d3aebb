// Sends the worker every message there is and many that there are not, in every way a page has.
;(() => {
  const heard = []
  const listen = (target, where) =>
    target.addEventListener('message', ({ data }) => {
      if (data?.fromAttack !== true) heard.push([where, data])
    })

  const seeded = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  const types = [
    ...['session.get', 'session.poke', 'session.cancelSignIn', 'worker.claim'],
    ...['session.tokens', 'session.token', 'session.export', 'session.refresh', 'session.exchange', 'session.config'],
    ...['vault.get', 'vault.read', 'vault.export', 'secrets.get', 'secrets.put', 'keys.export', 'share', 'install'],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '', 'GET_TOKEN', 'CACHE_URLS', 'SKIP'],
  ]
  const scraps = (random) => [
    ...[null, undefined, 0, -1, 1, Number.NaN, 1e308, '', 'main', '*', '/', 'holdfast', 'record', true, [], {}],
    ...[{ __proto__: null }, new Map([['type', 'session.get']]), new Date(0), /x/, new Uint8Array(9), 10n],
    ...[new Blob(['x']), new Error('x'), '\u0000', '\ud800', 'x'.repeat(100_000), `${location.origin}/`],
    ...[{ toString: 'x', type: 'session.get' }, types[Math.floor(random() * types.length)], random()],
  ]
  const names = ['v', 'id', 'type', 'provider', 'returnTo', 'url', 'scope', 'token', 'key', 'config', 'headers', 'then']
  const noise = (random) => {
    const pick = (list) => list[Math.floor(random() * list.length)]
    if (random() < 0.1) return pick(scraps(random))
    const message = random() < 0.7 ? { v: 1, id: crypto.randomUUID(), type: pick(types) } : {}
    for (let count = Math.floor(random() * 4); count > 0; count -= 1) message[pick(names)] = pick(scraps(random))
    return message
  }

  const targets = async () => {
    const registration = await navigator.serviceWorker.ready
    return [navigator.serviceWorker.controller, registration.active, registration.waiting].filter(Boolean)
  }

  const listenEverywhere = () => {
    listen(navigator.serviceWorker, 'container')
    navigator.serviceWorker.startMessages()
    listen(window, 'window')
    for (const name of ['holdfast', 'holdfast-custody', 'session', 'session.state', 'workbox', 'tokens', '']) {
      listen(new BroadcastChannel(name), `channel ${name}`)
    }
  }

  attack(async ({ count, seed }) => {
    listenEverywhere()
    const replies = {}
    for (const worker of await targets()) {
      for (const type of types) {
        const message = lib.question(type, { provider: 'main', returnTo: '/' })
        replies[type] = [
          await lib.ask(lib.question(type), worker),
          await lib.ask(message, worker),
          type === 'SKIP' || !/^session|^worker/.test(type) ? null : await lib.ask({ ...message, v: 2 }, worker),
        ]
      }
    }
    const random = seeded(seed)
    const asked = await targets()
    const fuzzed = []
    for (let at = 0; at < count; at += 1) {
      const message = noise(random)
      const isForeign = typeof message?.type === 'string' && !('v' in message)
      const worker = asked[at % asked.length]
      const answer = lib.outcome(() => lib.ask(message, worker))
      // What has a type and no version is for others in the same worker, and nobody answers.
      if (!isForeign) fuzzed.push(await answer)
      await lib.outcome(async () => worker.postMessage(message))
      new BroadcastChannel('holdfast').postMessage({ fromAttack: true })
    }
    const state = await lib.ask(lib.question('session.get'))
    return { replies, fuzzed, heard, state }
  })
})()
