// Reads every storage of the origin, and uses every key found there as the vault would.
;(() => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
      request.onblocked = () => reject(new Error('blocked'))
    })

  const dumpDatabase = async (name) => {
    const database = await done(indexedDB.open(name))
    const dump = {}
    for (const store of database.objectStoreNames) {
      const objects = database.transaction(store).objectStore(store)
      const [keys, values] = await Promise.all([done(objects.getAllKeys()), done(objects.getAll())])
      dump[store] = keys.map((key, at) => [key, values[at]])
    }
    database.close()
    return dump
  }

  const dumpDatabases = async () => {
    const dump = {}
    for (const { name } of await indexedDB.databases()) dump[name] = await lib.outcome(() => dumpDatabase(name))
    return dump
  }

  const dumpCaches = async () => {
    const dump = {}
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      dump[name] = []
      for (const request of await cache.keys()) {
        const response = await cache.match(request)
        dump[name].push([request.url, request.headers, response.headers, await response.text()])
      }
    }
    return dump
  }

  const walk = async (folder) => {
    const dump = {}
    for await (const [name, handle] of folder.entries()) {
      dump[name] = handle.kind === 'directory' ? await walk(handle) : await (await handle.getFile()).text()
    }
    return dump
  }

  const dump = async () => ({
    databases: await dumpDatabases(),
    caches: await lib.outcome(dumpCaches),
    cookie: document.cookie,
    cookieStore: await lib.outcome(async () => await globalThis.cookieStore?.getAll()),
    local: { ...localStorage },
    session: { ...sessionStorage },
    files: await lib.outcome(async () => walk(await navigator.storage.getDirectory())),
    locks: await lib.outcome(async () => await navigator.locks.query()),
    name: window.name,
    history: history.state,
  })

  const found = (value, is, into = []) => {
    if (is(value)) into.push(value)
    else if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) found(inner, is, into)
    return into
  }

  const utf8 = (text) => new TextEncoder().encode(text)
  const concat = (...parts) => new Uint8Array(parts.flatMap((part) => Array.from(part)))
  const field = (text) => concat(new Uint8Array(new Uint32Array([utf8(text).length]).buffer).reverse(), utf8(text))
  const associated = (name, grade, provider) =>
    concat(utf8('holdfast record'), [1], field(name), field(grade), field(provider))

  const vaultKey = async (mixed) => {
    const base = await crypto.subtle.importKey('raw', mixed, 'HKDF', false, ['deriveKey'])
    const salt = new Uint8Array(32)
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info: utf8('holdfast vault v1 record') }
    return crypto.subtle.deriveKey(derivation, base, { name: 'AES-GCM', length: 256 }, true, ['decrypt', 'unwrapKey'])
  }

  const open = async (key, name, record) => {
    for (const grade of ['sealed', 'memory', 'isolated']) {
      const provider = name.split('/')[1] ?? ''
      const algorithm = { name: 'AES-GCM', iv: record.slice(1, 13), additionalData: associated(name, grade, provider) }
      try {
        return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, record.slice(13)))
      } catch {
        // Another guess.
      }
    }
    return undefined
  }

  /** What an attacker who does not know the share can put in its place. */
  const guesses = (all) => [
    new Uint8Array(),
    new Uint8Array(32),
    ...found(all, (value) => typeof value === 'string' && value.length < 200).map(utf8),
    utf8('holdfast seal v1'),
    utf8(location.origin),
  ]

  /** Every way to a vault key that the keys found allow: signing guesses, exporting, deriving, using them as they are. */
  const candidates = async (keys, all) => {
    const made = []
    for (const key of keys) {
      const raw = await lib.outcome(() => crypto.subtle.exportKey('raw', key))
      if (raw instanceof ArrayBuffer) made.push(await vaultKey(raw))
      if (key.algorithm.name === 'AES-GCM') made.push(key)
      if (!key.usages.includes('sign')) continue
      for (const guess of guesses(all)) made.push(await vaultKey(await crypto.subtle.sign('HMAC', key, guess)))
    }
    for (const guess of guesses(all)) made.push(await vaultKey(guess))
    return made
  }

  attack(async () => {
    const all = await dump()
    const keys = found(all, (value) => value instanceof CryptoKey)
    const made = await candidates(keys, all)
    const records = Object.values(all.databases).flatMap((database) => database.records ?? [])
    const opened = []
    for (const [name, record] of records) {
      for (const key of made) {
        if (record instanceof Uint8Array) opened.push(await open(key, name, record))
      }
    }
    return {
      all,
      keys: keys.length,
      tried: made.length * records.length,
      records: records.map(([name]) => name),
      opened: opened.filter((text) => text !== undefined),
    }
  })
})()
