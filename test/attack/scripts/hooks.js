// Stands before everything that a page could be handed something secret with, from before anything else is loaded.
;(() => {
  const own = {
    write: localStorage.setItem.bind(localStorage),
    exportKey: crypto.subtle.exportKey.bind(crypto.subtle),
    clone: new Map([Request, Response].map(({ prototype }) => [prototype, prototype.clone])),
    chain: Promise.prototype.then,
    listen: EventTarget.prototype.addEventListener,
  }
  const after = (promise, next) => own.chain.call(promise, next, () => {})
  const noted = new Set()
  const append = (entry) => noted.add(entry.join(' '))
  /** All that was noted here, and in the pages before this one. */
  globalThis.hookedNotes = () => JSON.stringify([...noted, ...Object.values({ ...localStorage })])
  const started = performance.timeOrigin
  own.listen.call(window, 'pagehide', () => own.write(`hooked ${started}`, JSON.stringify([...noted])))
  const seen = new WeakSet()

  const text = (value) => {
    if (typeof value === 'string') return value
    try {
      return JSON.stringify(value, lib.replacer)
    } catch (error) {
      return `cannot be read: ${error}`
    }
  }
  /** All that a value says, and later what is in its body. */
  const note = (where, value) => {
    append([where, text(value)])
    if (value instanceof Request || value instanceof Response) {
      append([where, value.url, text(value.headers)])
      if (!value.bodyUsed && !seen.has(value)) {
        seen.add(value)
        const copy = own.clone.get(Object.getPrototypeOf(value)).call(value)
        after(copy.text(), (body) => append([where, body]))
      }
    }
    if (value instanceof CryptoKey) after(own.exportKey('raw', value), (raw) => append([where, text(raw)]))
    if (value instanceof MessageEvent) append([where, text(value.data)])
    if (value instanceof IDBRequest) value.addEventListener('success', () => append([where, text(value.result)]))
  }
  const hook = (target, name, where) => {
    const method = target?.[name]
    if (typeof method !== 'function') return
    target[name] = function (...given) {
      for (const value of given) note(where, value)
      if (this instanceof Request || this instanceof Response || this instanceof Headers) note(where, this)
      const result = new.target ? Reflect.construct(method, given, new.target) : Reflect.apply(method, this, given)
      if (result instanceof Promise) after(result, (value) => note(where, value))
      else note(where, result)
      return result
    }
    if (method.prototype !== undefined) target[name].prototype = method.prototype
    hooked.push(where)
  }
  const hooked = []
  const hookAll = (prototype, label) => {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype ?? {}))) {
      if (name !== 'constructor' && typeof value === 'function') hook(prototype, name, `${label}.${name}`)
    }
  }
  const hookSetter = (prototype, name, label) => {
    const found = Object.getOwnPropertyDescriptor(prototype, name)
    Object.defineProperty(prototype, name, {
      ...found,
      set(listener) {
        found.set.call(this, function (event) {
          note(`${label}.${name}`, event)
          return listener.call(this, event)
        })
      },
    })
    hooked.push(`${label}.${name}`)
  }

  EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
    if (type === 'message' || type === 'controllerchange') {
      own.listen.call(this, type, (event) => note(`event ${type}`, event), ...rest)
    }
    return own.listen.call(this, type, listener, ...rest)
  }
  for (const target of [window, navigator.serviceWorker]) {
    own.listen.call(target, 'message', (event) => note('message', event))
  }
  for (const name of ['holdfast', 'session', 'tokens']) {
    const channel = new BroadcastChannel(name)
    own.listen.call(channel, 'message', (event) => note(`channel ${name}`, event))
  }

  for (const name of ['fetch', 'Request', 'Response', 'Headers', 'URL', 'URLSearchParams']) hook(window, name, name)
  for (const name of ['open', 'postMessage', 'atob', 'btoa']) hook(window, name, name)
  for (const [label, type] of Object.entries({
    ...{
      Headers,
      Request,
      Response,
      XMLHttpRequest,
      MessagePort,
      BroadcastChannel,
      ServiceWorker,
      Cache,
      CacheStorage,
    },
    ...{ ServiceWorkerContainer, ServiceWorkerRegistration, SubtleCrypto, IDBFactory, IDBObjectStore, IDBDatabase },
    ...{ Storage, History, HTMLFormElement, TextEncoder, TextDecoder, LockManager },
  })) {
    if (label !== 'Storage') hookAll(type.prototype, label)
  }
  hook(Storage.prototype, 'getItem', 'Storage.getItem')
  hookSetter(MessagePort.prototype, 'onmessage', 'MessagePort')
  hookSetter(BroadcastChannel.prototype, 'onmessage', 'BroadcastChannel')
  hookSetter(ServiceWorkerContainer.prototype, 'onmessage', 'ServiceWorkerContainer')
  hookSetter(IDBRequest.prototype, 'onsuccess', 'IDBRequest')
  Object.defineProperty(Object.prototype, 'access_token', {
    set: (value) => append(['access_token', text(value)]),
    configurable: true,
  })
  Object.defineProperty(Object.prototype, 'share', {
    set: (value) => append(['share', text(value)]),
    configurable: true,
  })
  // biome-ignore lint/suspicious/noThenProperty: what every promise of the page comes through
  Promise.prototype.then = function (resolved, rejected) {
    const watch = (value) => {
      if (typeof value === 'string' || value instanceof ArrayBuffer) append(['then', text(value)])
      return typeof resolved === 'function' ? resolved(value) : value
    }
    return own.chain.call(this, watch, rejected)
  }
  append(['hooked', hooked.length])
})()
