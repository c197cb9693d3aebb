// Uses every key found in a storage of the origin as the vault would.
;(() => {
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

  const bytesOf = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))
  /** The keys that lie wrapped in an opened record, under the key that has opened it. */
  const unwrap = async (key, text) => {
    const keys = []
    for (const { wrapped } of found(JSON.parse(text), (value) => typeof value?.wrapped === 'string')) {
      const sealed = bytesOf(wrapped)
      const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, 12) }
      keys.push(await lib.outcome(() => crypto.subtle.decrypt(algorithm, key, sealed.slice(12))))
    }
    return keys
  }

  /** What an attacker who does not know the share can put in its place. */
  const guesses = (all, shares) => [
    ...shares.map(bytesOf),
    new Uint8Array(),
    new Uint8Array(32),
    ...found(all, (value) => typeof value === 'string' && value.length < 200).map(utf8),
    // As long as a key is, and a hash, and whatever else somebody could have left lying about.
    ...found(all, (value) => value instanceof Uint8Array && (value.length === 16 || value.length === 32)),
    utf8('holdfast seal v1'),
    utf8(location.origin),
  ]

  /** Every way to a vault key that the keys found allow: signing guesses, exporting, deriving, using them as they are. */
  const candidates = async (keys, all, shares) => {
    const made = []
    for (const key of keys) {
      const raw = await lib.outcome(() => crypto.subtle.exportKey('raw', key))
      if (raw instanceof ArrayBuffer) made.push(await vaultKey(raw))
      if (key.algorithm.name === 'AES-GCM') made.push(key)
      if (!key.usages.includes('sign')) continue
      for (const guess of guesses(all, shares)) made.push(await vaultKey(await crypto.subtle.sign('HMAC', key, guess)))
    }
    for (const guess of guesses(all, shares)) made.push(await vaultKey(guess))
    return made
  }

  attack(async (input) => {
    const all = await dumpStorage()
    const keys = found(all, (value) => value instanceof CryptoKey)
    const made = await candidates(keys, all, input?.shares ?? [])
    const records = Object.values(all.databases).flatMap((database) => [
      ...(database.records ?? []),
      // What sync remembers lies with the notes, sealed in the same way.
      ...(database.replica ?? []).filter(([id]) => id === 'memory').map(([, { value }]) => ['replica', value]),
    ])
    const opened = []
    for (const [name, record] of records) {
      for (const key of made) {
        const text = record instanceof Uint8Array ? await open(key, name, record) : undefined
        if (text !== undefined) opened.push([text, await unwrap(key, text)])
      }
    }
    return {
      all,
      keys: keys.length,
      tried: made.length * records.length,
      records: records.map(([name]) => name),
      opened,
    }
  })
})()
