// Asks for the worker's script in every way a page has, and for a worker made of another file.
;(() => {
  const path = '/sw.js'
  const bodies = []
  const keep = async (label, response) => {
    const text = await lib.outcome(() => response.text())
    bodies.push([label, response.type, response.status, text.slice(0, 2000)])
  }

  const fetches = async () => {
    const likeAWorker = {
      'Service-Worker': 'script',
      'Sec-Fetch-Dest': 'serviceworker',
      'Sec-Fetch-Mode': 'same-origin',
      'Sec-Fetch-Site': 'same-origin',
      'X-HTTP-Method-Override': 'GET',
    }
    for (const address of [
      path,
      `${path}?`,
      `${path}?x`,
      '/%73w.js',
      '//sw.js',
      '/./sw.js',
      `${path}/`,
      '/SW.JS',
      '/sw%2ejs',
      '/sw.js%20',
      '/sw.js%00',
      '/sw.js;x',
      '/sw.js#x',
      '/x/../sw.js',
      '/%2e/sw.js',
      '\\sw.js',
      '/sw.js/.',
      '/sw.js%3f',
    ]) {
      for (const mode of ['cors', 'same-origin', 'no-cors']) {
        for (const headers of [{}, likeAWorker]) {
          await lib.outcome(async () => keep(`${address} ${mode}`, await fetch(address, { mode, headers })))
        }
      }
    }
    for (const cache of ['force-cache', 'only-if-cached', 'reload', 'no-store']) {
      await lib.outcome(async () => keep(cache, await fetch(path, { cache, mode: 'same-origin' })))
    }
    for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      await lib.outcome(async () => keep(method, await fetch(path, { method })))
    }
    await lib.outcome(async () => keep('range', await fetch(path, { headers: { Range: 'bytes=0-99' } })))
    await lib.outcome(async () => keep('priority', await fetch(path, { priority: 'high', keepalive: true })))
  }

  const xhr = async () => {
    const request = new XMLHttpRequest()
    request.open('GET', path)
    for (const name of ['Service-Worker', 'Sec-Fetch-Dest']) request.setRequestHeader(name, 'script')
    const loaded = lib.once(request, 'loadend')
    request.send()
    await loaded
    bodies.push(['xhr', '', request.status, request.responseText])
  }

  const elements = async () => {
    const outcomes = {}
    const add = async (label, tag, attributes, into = document.body) => {
      const element = document.createElement(tag)
      for (const [name, value] of Object.entries(attributes)) element[name] = value
      const settled = lib.once(element, 'load', 'error')
      into.append(element)
      const event = await lib.within(settled, 1500)
      const inside = await lib.outcome(async () => element.contentDocument?.documentElement?.textContent)
      outcomes[label] = [event.type ?? event, inside, String(globalThis.__holdfast)]
    }
    const src = lib.trust.url(path)
    await Promise.all([
      add('script', 'script', { src }),
      add('module', 'script', { src, type: 'module' }),
      add('nomodule', 'script', { src, noModule: true }),
      add('preload', 'link', { rel: 'preload', as: 'script', href: path }, document.head),
      add(
        'preload fetch',
        'link',
        { rel: 'preload', as: 'fetch', crossOrigin: 'anonymous', href: path },
        document.head,
      ),
      add('modulepreload', 'link', { rel: 'modulepreload', href: path }, document.head),
      add('modulepreload worker', 'link', { rel: 'modulepreload', as: 'serviceworker', href: path }, document.head),
      add('prefetch', 'link', { rel: 'prefetch', href: path }, document.head),
      add('prefetch worker', 'link', { rel: 'prefetch', as: 'serviceworker', href: path }, document.head),
      add('prerender', 'link', { rel: 'prerender', href: path }, document.head),
      add('stylesheet', 'link', { rel: 'stylesheet', href: path }, document.head),
      add('frame', 'iframe', { src: path }),
      add('object', 'object', { data: src }),
      add('embed', 'embed', { src }),
      add('image', 'img', { src: path }),
      add('video', 'video', { src: path }),
      add('track', 'track', { src: path }),
      add('audio', 'audio', { src: path }),
      add('source', 'input', { type: 'image', src: path }),
      add('dns-prefetch', 'link', { rel: 'dns-prefetch', href: path }, document.head),
      add('manifest', 'link', { rel: 'manifest', href: path }, document.head),
      add('icon', 'link', { rel: 'icon', href: path }, document.head),
      ...['worker', 'sharedworker', 'audioworklet', 'document', 'image', 'font', 'style', 'json', 'track'].map((as) =>
        add(`preload ${as}`, 'link', { rel: 'preload', as, href: path }, document.head),
      ),
    ])
    await lib.outcome(async () => Object.assign(outcomes, { import: await import(path) }))
    return outcomes
  }

  const windows = async () => {
    const opened = window.open(path)
    const isThere = async () => {
      while (opened !== null && (opened.location.href === 'about:blank' || opened.document.readyState !== 'complete')) {
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return opened?.document.documentElement.textContent
    }
    const seen = await lib.outcome(() => lib.within(isThere(), 1500))
    opened?.close()
    return seen
  }

  /** What a worker of this kind tells, or how it failed. */
  const listenTo = async (make) =>
    lib.outcome(async () => {
      const worker = make()
      const told = new Promise((resolve) => {
        worker.onerror = (event) => resolve(`failed: ${event.message ?? ''}`)
        const port = worker.port ?? worker
        port.onmessage = ({ data }) => resolve(data)
      })
      return lib.within(told, 1500)
    })

  const workers = async () => {
    const script = lib.trust.url(path)
    const inner = lib.trust.url('/attack/inner-worker.js')
    const code = 'importScripts(location.origin + "/sw.js"); postMessage(self.__holdfast)'
    const blob = lib.trust.url(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))
    return Object.fromEntries(
      await Promise.all(
        Object.entries({
          dedicated: () => new Worker(script),
          module: () => new Worker(script, { type: 'module' }),
          shared: () => new SharedWorker(script),
          sharedModule: () => new SharedWorker(script, { type: 'module' }),
          blob: () => new Worker(blob),
          data: () => new Worker(lib.trust.url(`data:text/javascript,${encodeURIComponent(code)}`)),
          own: () => new Worker(inner),
          ownModule: () => new Worker(inner, { type: 'module' }),
          ownShared: () => new SharedWorker(inner),
        }).map(async ([label, make]) => [label, await listenTo(make)]),
      ),
    )
  }

  const register = async (address, options) =>
    lib.outcome(async () => {
      const registration = await navigator.serviceWorker.register(lib.trust.url(address), options)
      const worker = registration.installing ?? registration.waiting ?? registration.active
      const answer = await lib.within(lib.ask(lib.question('session.get'), worker), 500)
      const { scriptURL } = worker
      return { scriptURL, answer }
    })

  const registrations = async (files) => {
    const outcomes = {}
    const scope = '/attack/scope/'
    const tries = [
      [`${path}?x`, {}],
      [`${path}?`, {}],
      ['/%73w.js', { scope }],
      [path, { scope }],
      [path, { scope, type: 'module' }],
      [path, { scope: '/attack' }],
      ...files.map((file) => [file, { scope: `${new URL('.', new URL(file, location.origin)).pathname}scope/` }]),
    ]
    for (const [address, options] of tries) {
      outcomes[`${address} ${JSON.stringify(options)}`] = await register(address, options)
    }
    return outcomes
  }

  /** Ways to ask that answer nothing or little to who asks. */
  const others = async () => {
    const seen = {}
    const worklet = async () =>
      (globalThis.audioWorklet ?? new OfflineAudioContext(1, 1, 8000).audioWorklet).addModule(path)
    seen.worklet = await lib.outcome(() => lib.within(worklet(), 1500))
    seen.font = await lib.outcome(() => lib.within(new FontFace('x', `url(${path})`).load(), 1500))
    seen.beacon = await lib.outcome(async () => navigator.sendBeacon(path, 'x'))
    const heard = (target) => lib.within(lib.once(target, 'open', 'message', 'error'), 1500)
    seen.events = await lib.outcome(async () => (await heard(new EventSource(path))).type)
    seen.socket = await lib.outcome(
      async () => (await heard(new WebSocket(path.replace(/^/, location.origin.replace('http', 'ws'))))).type,
    )
    const rules = document.createElement('script')
    rules.type = 'speculationrules'
    seen.rules = await lib.outcome(async () => {
      rules.text = JSON.stringify({ prefetch: [{ urls: [path] }], prerender: [{ urls: [path] }] })
      document.head.append(rules)
    })
    const form = Object.assign(document.createElement('form'), { method: 'POST', action: path, target: 'posted' })
    const posted = window.open('about:blank', 'posted')
    document.body.append(form)
    form.submit()
    await new Promise((resolve) => setTimeout(resolve, 500))
    seen.form = await lib.outcome(() => posted?.document.documentElement.textContent)
    posted?.close()
    return seen
  }

  const cached = async () => {
    const cache = await caches.open('attack')
    const added = await lib.outcome(() => cache.add(path))
    const texts = []
    for (const name of await caches.keys()) {
      const response = await (await caches.open(name)).match(path)
      if (response !== undefined) texts.push(await response.text())
    }
    await caches.delete('attack')
    return { added, texts }
  }

  attack(async ({ files }) => {
    await fetches()
    await xhr()
    return {
      bodies,
      elements: await elements(),
      windows: await windows(),
      workers: await workers(),
      others: await others(),
      cached: await cached(),
      registrations: await registrations(files),
      global: globalThis.__holdfast ?? null,
      entries: performance.getEntries().map((entry) => entry.toJSON()),
    }
  })
})()
