// What every attack shares: it runs as a script element of a page of the origin, and tells what it obtained in the page.
;(() => {
  const bytesOf = (value) => {
    if (value instanceof ArrayBuffer) return new Uint8Array(value)
    return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined
  }
  const replacer = (_key, value) => {
    const bytes = bytesOf(value)
    if (bytes !== undefined) return { bytes: Array.from(bytes).join(','), text: new TextDecoder().decode(bytes) }
    if (value instanceof Headers) return Object.fromEntries(value)
    if (value instanceof CryptoKey) return { cryptoKey: value.algorithm.name, extractable: value.extractable }
    if (value instanceof Error || value instanceof DOMException) return `${value.name}: ${value.message}`
    if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
    return value
  }
  const report = (obtained) => {
    const element = document.createElement('pre')
    element.id = 'obtained'
    element.textContent = JSON.stringify(obtained ?? null, replacer)
    document.documentElement.append(element)
  }
  /** What a piece of an attack came to: its value, or in words why it did not work. */
  const outcome = async (work) => {
    try {
      return await work()
    } catch (error) {
      return `refused: ${error?.name}: ${error?.message}`
    }
  }
  const within = (promise, milliseconds) =>
    Promise.race([promise, new Promise((resolve) => setTimeout(resolve, milliseconds, 'no answer'))])
  const once = (target, ...types) =>
    new Promise((resolve) => {
      for (const type of types) target.addEventListener(type, resolve, { once: true })
    })
  let policy
  /** An address in the form that a page under Trusted Types must give a script's: by the policy of the app, if free. */
  const url = (text) => {
    try {
      policy ??= globalThis.trustedTypes?.createPolicy('holdfast', { createScriptURL: (address) => address })
      return policy?.createScriptURL(text) ?? text
    } catch {
      return text
    }
  }
  const trust = { url }
  const ask = async (message, target, limit = 10_000) => {
    const worker = target ?? navigator.serviceWorker.controller ?? (await navigator.serviceWorker.ready).active
    const { port1, port2 } = new MessageChannel()
    const answer = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data)
    })
    worker.postMessage(message, [port2])
    return within(answer, limit)
  }
  const question = (type, more = {}) => ({ v: 1, id: crypto.randomUUID(), type, ...more })
  globalThis.lib = { report, outcome, within, once, trust, ask, question, replacer }
  globalThis.attack = (run) => {
    const input = JSON.parse(new URLSearchParams(location.search).get('input') ?? 'null')
    const start = async () => {
      try {
        report(await run(input))
      } catch (error) {
        report({ broken: `${error?.name}: ${error?.message}\n${error?.stack}` })
      }
    }
    void start()
  }
})()
