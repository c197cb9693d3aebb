// Reads every storage of the origin that a page can read.
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

  globalThis.dumpStorage = dump
  globalThis.found = found
  globalThis.done = done
})()
