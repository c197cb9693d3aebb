/** One answer as a browser shows it. */
export type Page = {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> }

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const decode = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name] ?? '')

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return found === undefined ? undefined : decode(found)
}

/** The forms of a page, in order, with the fields as they are filled in. */
export const formsOf = (page: Page): readonly Form[] =>
  [...page.text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => {
    const inputs = [...form.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag)
    const named = inputs.map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? ''] as const)
    return { action: new URL(attribute(form, 'action') ?? '', page.url).href, fields: Object.fromEntries(named) }
  })

/** The form whose action ends like this. Throws an Error where the page has none. */
export const formTo = (page: Page, ending: string): Form => {
  const form = formsOf(page).find(({ action }) => action.endsWith(ending))
  if (form === undefined) throw new Error(`No form to ${ending} on ${page.url} (${page.status})`)
  return form
}

type Cookie = { readonly value: string; readonly path: string }

/** Follows redirects and keeps cookies by path, as a browser would; runs no script. */
export const createBrowser = (language = 'en') => {
  const jar = new Map<string, Cookie>()

  const cookiesFor = (url: string): string => {
    const { pathname } = new URL(url)
    const fits = ({ path }: Cookie) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)
    return [...jar]
      .flatMap(([key, cookie]) => (fits(cookie) ? [`${key.split(' ')[0]}=${cookie.value}`] : []))
      .join('; ')
  }

  const keep = (headers: Headers) => {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      const path = attributes.find((one) => one.startsWith('path='))?.slice(5) ?? '/'
      const ended = attributes.some((one) => /^expires=Thu, 01 Jan 1970/.test(one))
      if (ended) jar.delete(`${name} ${path}`)
      else jar.set(`${name} ${path}`, { value, path })
    }
  }

  const send = async (url: string, init: RequestInit, hops = 10): Promise<Page> => {
    const headers = { 'accept-language': language, accept: 'text/html', ...init.headers, cookie: cookiesFor(url) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    keep(response.headers)
    const location = response.headers.get('location')
    if (location === null || hops === 0) {
      return { url, status: response.status, headers: response.headers, text: await response.text() }
    }
    await response.body?.cancel()
    return send(new URL(location, url).href, {}, hops - 1)
  }

  return {
    open: (url: string): Promise<Page> => send(url, {}),
    submit: (form: Form, fields: Readonly<Record<string, string>> = {}, headers: Record<string, string> = {}) =>
      send(form.action, { method: 'POST', headers, body: new URLSearchParams({ ...form.fields, ...fields }) }),
    /** Names and values of every cookie it has. */
    cookies: () => [...jar].map(([key, { value }]) => ({ name: key.split(' ')[0] ?? '', value })),
  }
}

export type Browser = ReturnType<typeof createBrowser>
