import { hashPassword } from '../../server/accounts/password.ts'
import { formTo } from '../../test/unit/server/support/browser.ts'
import { createClient, newPerson, type Person, type Site } from '../../test/unit/server/support/client.ts'
import type { Line } from './line.ts'
import { at, lanes, rateOf, type Served, servedAt } from './rates.ts'

/** Hashes that are asked for at once: on two processors, one more than are made at once. */
const width = 4
/** More than are signed in while it is measured. */
const most = 640

/** A sign-in page that waits for its form: where that goes, what it carries, and the cookies of its browser. */
type Begun = { readonly path: string; readonly body: string; readonly cookies: ReadonlyMap<string, string> }

const begin = async (site: Site, person: Person): Promise<Begun> => {
  const client = await createClient(site)
  const form = formTo(await client.begin(), '/sign-in')
  return {
    path: new URL(form.action).pathname,
    body: String(new URLSearchParams({ ...form.fields, ...person })),
    cookies: new Map(client.browser.cookies().map(({ name, value }) => [name, value])),
  }
}

const cookieOf = (cookies: Iterable<readonly [string, string]>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** The form with the password, and the page that it leads to, which carries the code. */
const signIn = async (line: Line, { path, body, cookies }: Begun): Promise<void> => {
  const type = 'application/x-www-form-urlencoded'
  const sent = { cookie: cookieOf(cookies), 'content-type': type }
  const { status, head } = await line.send({ method: 'POST', path, headers: sent, body })
  const location = /\r\nlocation: (\S+)/i.exec(head)?.[1]
  if (location === undefined) throw new Error(`A sign-in was answered ${status}.`)
  const given = [...head.matchAll(/\r\nset-cookie: ([^=]+)=([^;]*)/gi)].map(
    ([, name = '', value = '']) => [name, value] as const,
  )
  const cookie = cookieOf(new Map([...cookies, ...given]))
  const page = await line.send({ method: 'GET', path: new URL(location).pathname, headers: { cookie } })
  if (page.status !== 200 || !page.body.includes('name="code"')) throw new Error(`No code but ${page.status}.`)
}

/**
 * How often a second people sign in, each over a connection of its own, from the password to the code, at the server in the process
 * `pid`. One person alone has few attempts at a time.
 */
export const signIns = async (site: Site, pid: number): Promise<Served> => {
  const prepare = async (): Promise<Begun[]> => {
    const person = newPerson()
    await (await createClient(site)).createAccount(person)
    return Promise.all(Array.from({ length: most / lanes }, () => begin(site, person)))
  }
  const begun = await Promise.all(Array.from({ length: lanes }, prepare))
  return servedAt(site.idUrl, pid, async (line, lane) => {
    const next = at(begun, lane).pop()
    if (next === undefined) return false
    await signIn(line, next)
    return true
  })
}

/** How often a second a password is hashed in this process, as the server hashes. */
export const hashes = async (): Promise<Served> => {
  const before = process.cpuUsage()
  let count = 0
  const perSecond = await rateOf(async () => {
    count += 1
    return (await hashPassword('a good long password')) !== ''
  }, width)
  const { user, system } = process.cpuUsage(before)
  return { perSecond, cost: (user + system) / count }
}
