// What a script of the page can do where sync is on.
;(() => {
  /** Operations that there are not, each of which somebody could have thought of. */
  const invented = [
    ...['sync.keys', 'sync.key', 'sync.words', 'sync.kit', 'sync.log', 'sync.export', 'sync.records', 'sync.identity'],
    ...['sync.compact', 'sync.post', 'sync.seal', 'sync.open', 'sync.sign', 'sync.admit', 'sync.expel', 'sync.keyring'],
    ...['sync.unwrap', 'sync.showKit', 'keys.export', 'device.sign', 'device.key', 'log.append', 'pairing.sign'],
    ...['exchange.derive', 'vault.open', 'vault.seal', 'vault.unwrapDeviceKey'],
  ]
  const withWords = ['sync.unlock', 'sync.confirmKit', 'sync.openBackup', 'sync.applyBackup']
  const words = [
    ...['', 'zoo '.repeat(12), `${'abandon '.repeat(11)}about`, 'x'.repeat(100_000), 12, null, {}, [], ['abandon']],
    ...[{ toString: 'abandon' }, new Uint8Array(16), '\u0000', '*', '%'],
  ]

  const seeded = (seed) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed / 2 ** 32
  }
  /** The operations that there are, with members and values that they may have, or not. */
  const noise = async (known, count) => {
    const random = seeded(39)
    const pick = (list) => list[Math.floor(random() * list.length)]
    const members = [
      'words',
      'code',
      'device',
      'name',
      'value',
      'key',
      'epoch',
      'authTime',
      'again',
      'account',
      'wraps',
    ]
    const values = [...words.slice(0, 10), 'main', 'note/x', '__proto__', true, Date.now(), new Uint8Array(80), {}]
    const replies = []
    for (let at = 0; at < count; at += 1) {
      const type = pick(known)
      const more = Array.from({ length: Math.floor(random() * 3) }, () => [pick(members), pick(values)])
      replies.push([type, await lib.ask(lib.question(type, Object.fromEntries(more)))])
    }
    return replies
  }

  const ask = async ({ known, count }) => {
    const replies = []
    for (const type of [...known, ...invented]) {
      replies.push([type, await lib.ask(lib.question(type))])
      replies.push([`${type} +`, await lib.ask(lib.question(type, { words: 'abandon', provider: 'main', key: 1 }))])
    }
    for (const type of withWords) {
      for (const one of words) {
        replies.push([`${type} (words)`, await lib.outcome(() => lib.ask(lib.question(type, { words: one })))])
      }
    }
    return { replies, noise: await noise(known, count), storage: await dumpStorage() }
  }

  const call = async ([method, path, body]) => {
    const init = { method, ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }) }
    const response = await lib.outcome(() => fetch(path, init))
    return typeof response === 'string' ? [path, response] : [path, response.status, await response.text()]
  }
  const calls = async (asked) => {
    const answers = []
    for (const one of asked) answers.push(await call(one))
    return answers
  }

  /** Every table of sync with something in it that no worker has put there. */
  const garbage = {
    replica: [{ id: 'memory', value: new Uint8Array(200) }],
    seen: [
      { device: 'AAAAAAAAAAAAAAAAAAAAAA', seq: 1, hash: new Uint8Array(32) },
      { device: 'x', seq: -1, hash: 'x' },
    ],
    aside: [{ position: 1, code: 'NO_SUCH_FAULT', record: 'x' }],
    own: [{ seq: 9e15, name: 7 }, { seq: -1 }],
    changed: [
      { name: 'note/none', stamp: 1 },
      { name: 'file/none', stamp: 2 },
      { name: 'x', stamp: 'x' },
      { name: 7, stamp: 3 },
      { name: ['note/none'], stamp: 4 },
      { name: 'note/without a stamp' },
      { name: 'file/without a stamp', stamp: {} },
    ],
    offered: [{ stamp: 1, name: 'note/none', snapshot: new Uint8Array(3), isGone: true }],
  }
  const clear = async (tables) => {
    const database = await done(indexedDB.open('holdfast-notes'))
    const transaction = database.transaction(tables, 'readwrite')
    for (const table of tables) transaction.objectStore(table).clear()
    await new Promise((resolve) => {
      transaction.oncomplete = resolve
    })
    database.close()
  }
  const put = async (tables) => {
    const database = await done(indexedDB.open('holdfast-notes'))
    const transaction = database.transaction(Object.keys(tables), 'readwrite')
    for (const [table, rows] of Object.entries(tables)) {
      for (const row of rows) transaction.objectStore(table).put(row)
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve
      transaction.onabort = () => reject(transaction.error)
    })
    database.close()
    return Object.keys(tables)
  }
  const spoil = async ({ only }) => put(only === undefined ? garbage : { [only]: garbage[only] })
  /** As if everything that was sent were of one note that is not there, and so much of it that it is worth to make it less. */
  const rewrite = async () => {
    await clear(['own'])
    const rows = Array.from({ length: 600 }, (_, at) => ({ seq: 1_000_000 + at, name: 'note/none' }))
    return put({ own: rows })
  }
  /** A file that some device would have told of: the worker is to fetch it, and to believe it. */
  const plant = async () =>
    put({ manifests: [{ name: `file/${crypto.randomUUID()}`, manifest: new Uint8Array(50), state: 'wanted' }] })

  attack(async ({ act, ...input }) => {
    await navigator.serviceWorker.ready
    if (act === 'ask') return ask(input)
    if (act === 'calls') return calls(input.asked)
    if (act === 'rewrite') return rewrite()
    if (act === 'empty') return clear(['notes', 'updates'])
    return act === 'plant' ? plant() : spoil(input)
  })
})()
