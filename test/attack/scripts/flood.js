// Floods the worker, and holds what it may want to hold.
;(() => {
  const plenty = async ({ count }) => {
    const { controller } = navigator.serviceWorker
    const kinds = [
      (at) => lib.question('session.get', { at }),
      (at) => ({ v: 1, id: `${at}`, type: 'session.tokens' }),
      (at) => at,
      () => null,
      (at) => ({ v: 1, id: at, type: { toString: 'session.get' } }),
      (at) => [['session.get', at]],
    ]
    for (let at = 0; at < count; at += 1) {
      controller.postMessage(kinds[at % kinds.length](at))
      if (at % 5000 === 0) await new Promise((resolve) => setTimeout(resolve))
    }
    // All that came before is answered first, however slow the machine is.
    return lib.ask(lib.question('session.get'), undefined, 25_000)
  }
  const bombs = async () => {
    const deep = {}
    let at = deep
    for (let level = 0; level < 2000; level += 1) {
      at.v = {}
      at = at.v
    }
    const round = { v: 1, id: 'round', type: 'session.get' }
    round.self = round
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, index]))
    const shared = Array.from({ length: 28 }).reduce((inner) => [inner, inner], 'x')
    const buffer = new ArrayBuffer(64 * 1024 * 1024)
    const { port1, port2 } = new MessageChannel()
    const messages = [
      [deep],
      [round],
      [wide],
      [{ ...lib.question('session.get'), more: shared }],
      [lib.question('session.get', { text: 'x'.repeat(32 * 1024 * 1024) })],
      [lib.question('session.get', { buffer }), [buffer]],
      [lib.question('session.get', { port: port1 }), [port1, port2]],
      [new Map([['type', 'session.get']])],
      [new Error('session.get')],
      [lib.question('session.signIn', { provider: '__proto__', returnTo: '/' })],
      [JSON.parse('{"v":1,"id":"p","type":"session.get","__proto__":{"type":"session.tokens"}}')],
    ]
    const told = []
    for (const [message, transfer = []] of messages) {
      told.push(
        await lib.outcome(async () => {
          const { port1: mine, port2: theirs } = new MessageChannel()
          const answer = new Promise((resolve) => {
            mine.onmessage = ({ data }) => resolve(data)
          })
          navigator.serviceWorker.controller.postMessage(message, [theirs, ...transfer])
          return lib.within(answer, 5000)
        }),
      )
    }
    return { told, after: await lib.ask(lib.question('session.get')) }
  }
  /** Every name of a lock that the origin shows, and some that it could have, held for as long as the page lives. */
  const locks = async () => {
    const names = new Set(['holdfast', 'holdfast-refresh', 'refresh', 'vault', 'session', 'main'])
    const watch = async () => {
      const { held, pending } = await navigator.locks.query()
      for (const { name } of [...held, ...pending]) {
        if (!names.has(name)) names.add(name)
        else continue
        void navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => undefined)
      }
    }
    for (const name of names)
      void navigator.locks.request(name, { steal: true }, () => new Promise(() => {})).catch(() => undefined)
    const answers = []
    const until = performance.now() + 9000
    while (performance.now() < until) {
      await watch()
      const response = await fetch('/api/v1/auth/status')
      answers.push([response.status, await response.text()])
    }
    return { names: [...names], answers: answers.length, last: answers.at(-1) }
  }
  const acts = { plenty, bombs, locks }
  attack(async ({ act, ...more }) => {
    await navigator.serviceWorker.ready
    return acts[act](more)
  })
})()
