import type { Page } from 'puppeteer-core'

// What scripts can get hold of. Each of these functions runs in a page, and may use nothing from this file.

/** Sends every kind of message, known and not, to the background. Runs in a page or a content script. */
export const askEverything = async (): Promise<readonly unknown[]> => {
  const { runtime } = Reflect.get(globalThis, 'chrome') ?? {}
  const types = [
    ...['session.get', 'session.poke', 'session.tokens', 'session.token', 'session.export', 'session.refresh'],
    ...['session.exchange', 'session.config', 'vault.get', 'vault.read', 'vault.export', 'secrets.get', 'secrets.list'],
    ...[
      'session.signIn',
      'session.cancelSignIn',
      'secrets.put',
      'secrets.remove',
      'worker.activate',
      'session.signOut',
    ],
    ...['keys.export', 'keys.sign', 'dpop.proof', 'share', 'clip', 'worker.claim', '__proto__', 'constructor', ''],
  ]
  const messages: unknown[] = types.flatMap((type) => [
    { v: 1, id: crypto.randomUUID(), type },
    {
      v: 1,
      id: crypto.randomUUID(),
      type,
      provider: 'main',
      returnTo: '/',
      name: 'main',
      url: 'http://localhost/api/v1',
    },
    { type, id: crypto.randomUUID(), tab: 1, kind: 'page', pictures: false },
  ])
  messages.push(null, 0, '', 'session.get', [], {}, { v: 2, type: 'session.get' }, 'x'.repeat(100_000))
  const replies: unknown[] = []
  for (const message of messages) {
    try {
      const patience = new Promise((resolve) => setTimeout(resolve, 10_000, 'no answer'))
      replies.push(await Promise.race([runtime.sendMessage(message), patience]))
    } catch (thrown) {
      replies.push(`refused: ${thrown}`)
    }
  }
  return replies
}

/** Reads every storage of the extension, and tries to take every key out. Runs in a page of the extension. */
export const readEverything = async (): Promise<unknown> => {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  const exported = async (key: CryptoKey): Promise<string> => {
    const tried = (['raw', 'jwk', 'pkcs8'] as const).map((format) => crypto.subtle.exportKey(format as 'raw', key))
    const results = await Promise.allSettled(tried)
    return results.map((one) => (one.status === 'fulfilled' ? JSON.stringify(one.value) : 'refused')).join(' ')
  }
  const shown = async (value: unknown): Promise<unknown> => {
    if (value instanceof CryptoKey) return exported(value)
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      const bytes = new Uint8Array(value instanceof ArrayBuffer ? value : value.buffer)
      return new TextDecoder('latin1').decode(bytes)
    }
    if (typeof value !== 'object' || value === null) return value
    return Promise.all(Object.entries(value).map(async ([name, inner]) => [name, await shown(inner)]))
  }
  const found: unknown[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store)
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())])
      found.push([name, store, keys, await shown(values)])
    }
    database.close()
  }
  const { storage } = Reflect.get(globalThis, 'chrome')
  found.push(await storage.local.get(null), await storage.session.get(null), document.cookie)
  found.push([Object.entries(localStorage), Object.entries(sessionStorage), await caches.keys()])
  return found
}

/** Everything that a page shows or remembers of itself. */
export const lookAround = (page: Page): Promise<unknown> =>
  page.evaluate(() => [
    document.documentElement.outerHTML,
    [...document.querySelectorAll('input, textarea, select')].map((field) => Reflect.get(field, 'value')),
    performance.getEntries().map((entry) => JSON.stringify(entry)),
    location.href,
    JSON.stringify(history.state),
    document.referrer,
    Object.getOwnPropertyNames(globalThis).flatMap((name) => {
      const value: unknown = Reflect.get(globalThis, name)
      return typeof value === 'string' ? [value] : []
    }),
  ])

/** The code of an error that the background answered with. */
export const codeOf = (reply: unknown): unknown => Reflect.get(Object(Reflect.get(Object(reply), 'error')), 'code')
