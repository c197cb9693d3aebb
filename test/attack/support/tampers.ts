import { INSTALL_COOKIE } from '../../../src/seal/install.ts'
import type { Tamper } from '../../support/gate.ts'
import type { Reply } from '../../support/recorded.ts'

/** Servers that lack one layer each, so that an attack is seen to succeed without it. */

const without = (reply: Reply, name: string): Reply => {
  const { [name]: _gone, ...headers } = reply.headers
  return { ...reply, headers }
}

/** No answer carries a policy: neither the worker's script nor a page. */
export const withoutPolicy: Tamper = {
  reply: (_request, reply) => without(reply, 'content-security-policy'),
}

/** The name of the install cookie in a browser that knows no prefix. */
export const plainCookie = 'holdfast-install'

const renamed = (text: string | undefined, from: string, to: string): string => (text ?? '').replaceAll(from, to)

/** The install cookie has a name that a script may set as well. */
export const withPlainCookie: Tamper = {
  request: (headers) =>
    headers.cookie === undefined
      ? headers
      : { ...headers, cookie: renamed(headers.cookie, `${plainCookie}=`, `${INSTALL_COOKIE}=`) },
  reply: (_request, reply) => {
    const cookie = reply.headers['set-cookie']
    if (cookie === undefined) return reply
    return { ...reply, headers: { ...reply.headers, 'set-cookie': renamed(cookie, INSTALL_COOKIE, plainCookie) } }
  },
}

const field = (page: string, name: string): string =>
  new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1] ?? ''

/** The provider sends the browser back to an address with the code in it, in place of a form. */
export const withCodeInAddress = (isOn: () => boolean): Tamper => ({
  reply: (request, reply) => {
    const code = field(reply.body, 'code')
    const action = /action="([^"]*)"/.exec(reply.body)?.[1]
    if (request.site !== 'id' || code === '' || !isOn() || action === undefined) return reply
    const answer = new URLSearchParams({ code, state: field(reply.body, 'state'), iss: field(reply.body, 'iss') })
    const headers = { location: `${action}?${answer}`, 'cache-control': 'no-store' }
    return { status: 303, headers, body: '' }
  },
})
