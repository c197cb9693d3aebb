// Writes to the storages of the worker what it would like the worker to find there.
;(() => {
  const open = () => done(indexedDB.open('holdfast-custody'))
  const ended = (transaction) =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onabort = () => reject(transaction.error)
    })
  const write = async (store, entries) => {
    const database = await open()
    const transaction = database.transaction(store, 'readwrite')
    for (const [name, value] of entries) {
      if (value === undefined) transaction.objectStore(store).delete(name)
      else transaction.objectStore(store).put(value, name)
    }
    await ended(transaction)
    database.close()
  }
  const copies = () =>
    new Promise((resolve, reject) => {
      const request = indexedDB.open('attack', 1)
      request.onupgradeneeded = () => request.result.createObjectStore('copies')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })

  const syncTables = ['replica', 'seen', 'own', 'aside', 'synced', 'offered', 'changed', 'manifests']

  const acts = {
    /** A key of the attacker's own in place of the one of this profile. */
    async key() {
      const made = await crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
      await write('keys', [['device', made]])
    },
    /** Records made up, in every form that somebody could take for one. */
    async records({ made, name = 'session/main' }) {
      const forms = {
        random: crypto.getRandomValues(new Uint8Array(300)),
        versioned: new Uint8Array([1, ...crypto.getRandomValues(new Uint8Array(300))]),
        empty: new Uint8Array(),
        json: { status: 'live', account: { sub: 'attacker', name: null, email: null } },
        text: 'live',
      }
      await write('records', [[name, forms[made]]])
    },
    /** The record of one name under another. */
    async swap({ name = 'session/main' }) {
      const { records } = (await dumpStorage()).databases['holdfast-custody']
      const other = records.find(([one]) => one !== name)
      await write('records', [[name, other[1]]])
    },
    /** One bit of the session's record. */
    async flip({ name = 'session/main' }) {
      const { records } = (await dumpStorage()).databases['holdfast-custody']
      const [, record] = records.find(([one]) => one === name)
      record[record.length >> 1] ^= 1
      await write('records', [[name, record]])
    },
    async copy() {
      const all = (await dumpStorage()).databases['holdfast-custody']
      const database = await copies()
      const transaction = database.transaction('copies', 'readwrite')
      transaction.objectStore('copies').put(all, 'all')
      await ended(transaction)
      database.close()
      return all.records.map(([name]) => name)
    },
    /** What sync remembers, beside the notes. */
    async copySync() {
      const dump = (await dumpStorage()).databases['holdfast-notes']
      const all = Object.fromEntries(syncTables.map((table) => [table, dump[table].map(([, row]) => row)]))
      const database = await copies()
      const transaction = database.transaction('copies', 'readwrite')
      transaction.objectStore('copies').put(all, 'sync')
      await ended(transaction)
      database.close()
    },
    async restoreSync() {
      const copied = await copies()
      const all = await done(copied.transaction('copies').objectStore('copies').get('sync'))
      copied.close()
      const database = await done(indexedDB.open('holdfast-notes'))
      const transaction = database.transaction(syncTables, 'readwrite')
      for (const table of syncTables) {
        const store = transaction.objectStore(table)
        store.clear()
        for (const row of all[table]) store.put(row)
      }
      await ended(transaction)
      database.close()
    },
    /** All that was copied, in place of all that is there; the worker's mark of an ended install goes too. */
    async restore() {
      const database = await copies()
      const all = await done(database.transaction('copies').objectStore('copies').get('all'))
      database.close()
      await write('keys', [['ended-install', undefined], ...all.keys])
      await write('records', [['revocations', undefined], ...all.records])
    },
    /** Signs out, and waits for the worker of the next install; a page that stays looks after it as the app does. */
    async signOut() {
      let isChanged = false
      const changed = lib.once(navigator.serviceWorker, 'controllerchange').then(() => {
        isChanged = true
      })
      await lib.ask(lib.question('session.signOut'))
      while (!isChanged) {
        await lib.within(changed, 2000)
        if (!isChanged) await lib.ask(lib.question('session.poke'))
      }
      return lib.ask(lib.question('session.get'))
    },
    /** Signs out, takes away every mark of it at once, as often as one comes, and puts back what was copied. */
    async outrun() {
      const changed = lib.once(navigator.serviceWorker, 'controllerchange')
      await lib.ask(lib.question('session.signOut'))
      for (let count = 0; count < 5; count += 1) await acts.restore()
      await lib.within(changed, 3000)
      await acts.restore()
    },
    /** Pages and scripts of the attacker's own in the cache of the app. */
    async cache({ text }) {
      const planted = []
      for (const name of await caches.keys()) {
        const cache = await caches.open(name)
        for (const request of await cache.keys()) {
          if (!/html|\.js/.test(request.url)) continue
          const headers = { 'content-type': request.url.includes('html') ? 'text/html' : 'text/javascript' }
          const body = request.url.includes('html') ? `<!doctype html><title>${text}</title>` : `/* ${text} */`
          await cache.put(request, new Response(body, { headers }))
          planted.push(request.url)
        }
      }
      return planted
    },
    /** What the worker serves. */
    async read({ paths }) {
      const served = []
      for (const path of paths) {
        const response = await fetch(path, { mode: 'same-origin', cache: 'no-store' })
        served.push([path, response.headers, await response.text()])
      }
      return served
    },
    async state() {
      await navigator.serviceWorker.ready
      const { ok } = await lib.ask(lib.question('session.get'))
      return { state: ok, storage: await dumpStorage() }
    },
  }

  attack(async ({ act, ...more }) => acts[act](more))
})()
