// Starts a sign-in and looks for what the addresses on its way hold.
;(() => {
  const violations = []
  const keep = (event) => {
    const { blockedURI, documentURI, referrer, sample, sourceFile, effectiveDirective } = event
    violations.push({ blockedURI, documentURI, referrer, sample, sourceFile, effectiveDirective })
  }
  document.addEventListener('securitypolicyviolation', keep)
  const reports = []
  const observer =
    globalThis.ReportingObserver && new ReportingObserver((all) => reports.push(...all), { buffered: true })
  observer?.observe()
  const entries = []
  new PerformanceObserver((list) => entries.push(...list.getEntries().map((entry) => entry.toJSON()))).observe({
    entryTypes: PerformanceObserver.supportedEntryTypes,
  })

  const begin = async () => {
    const { ok } = await lib.ask(lib.question('session.signIn', { provider: 'main', returnTo: '/attack/landing' }))
    return ok.url
  }

  const fetches = async (url) => {
    const seen = []
    for (const redirect of ['manual', 'follow', 'error']) {
      for (const [method, mode] of [
        ['GET', 'cors'],
        ['GET', 'no-cors'],
        ['POST', 'same-origin'],
      ]) {
        seen.push(
          await lib.outcome(async () => {
            const response = await fetch(url, { method, mode, redirect, signal: AbortSignal.timeout(3000) })
            return [response.type, response.status, response.url, response.headers]
          }),
        )
      }
    }
    return seen
  }

  const frames = async (url) => {
    const seen = []
    for (const [tag, name] of [
      ['iframe', 'src'],
      ['object', 'data'],
      ['embed', 'src'],
    ]) {
      await lib.outcome(async () => {
        const element = document.createElement(tag)
        element[name] = tag === 'iframe' ? url : lib.trust.url(url)
        const settled = lib.once(element, 'load', 'error')
        document.body.append(element)
        await lib.within(settled, 1000)
        seen.push(
          await lib.outcome(() => [
            element.contentWindow?.location.href,
            element.contentDocument?.documentElement.outerHTML,
          ]),
        )
      })
    }
    return seen
  }

  const watch = async (handle) => {
    const seen = []
    const until = performance.now() + 5000
    while (handle !== null && !handle.closed && performance.now() < until && !localStorage.getItem('landed')) {
      const now = await lib.outcome(() => [handle.location.href, handle.document.documentElement.outerHTML])
      if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    while (performance.now() < until && !localStorage.getItem('landed')) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return seen
  }

  /** A form to our own origin, whose redirect leads to the provider: the form's policy looks at that too. */
  const submit = (url, target) => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'GET', action: '/auth/callback', target })
    for (const [name, value] of new URL(url).searchParams) {
      const input = document.createElement('input')
      Object.assign(input, { name, value })
      form.append(input)
    }
    document.body.append(form)
    form.submit()
  }

  attack(async () => {
    localStorage.removeItem('landed')
    const url = await begin()
    const seen = { url, fetches: await fetches(url), frames: await frames(url) }
    const flow = window.open(await begin(), 'flow')
    seen.window = await watch(flow)
    const landed = localStorage.getItem('landed')
    localStorage.removeItem('landed')
    // One of the browsers holds the form's policy against where its redirect leads, and says so.
    const blocked = lib.once(document, 'securitypolicyviolation')
    const form = window.open('about:blank', 'form')
    submit(await begin(), 'form')
    seen.form = await lib.within(Promise.race([watch(form), blocked.then(() => 'blocked')]), 2000)
    return {
      seen,
      violations,
      reports: reports.map((report) => report.toJSON?.() ?? String(report)),
      landed,
      formLanded: localStorage.getItem('landed'),
      entries,
      storage: await dumpStorage(),
    }
  })
})()
