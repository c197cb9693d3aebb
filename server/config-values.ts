import { isIP } from 'node:net'
import * as v from 'valibot'

// What a setting may be, as text: each is a schema whose faults finish a sentence that begins with the name of the setting.

const portRule = 'must be a port number'
export const port = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,4}$/, portRule),
  v.transform(Number),
  v.maxValue(65_535, portRule),
)
export const positive = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{0,6}$/, 'must be a number of seconds'),
  v.transform(Number),
)
/** Bytes: no less than a small notebook needs, no more than a number can count. */
export const room = v.pipe(
  v.string(),
  v.regex(/^[1-9]\d{6,14}$/, 'must be a number of bytes from 1000000 to 999999999999999, such as 1073741824 for 1 GiB'),
  v.transform(Number),
)
/** Whether an origin is this very machine. */
export const isLocal = (origin: string): boolean =>
  /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(origin).hostname)

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

export const origin = v.pipe(
  v.string(),
  v.check(isOrigin, 'must be an origin such as https://notes.example.com, without a path'),
  v.check(
    (text) => !isOrigin(text) || text.startsWith('https:') || (text.startsWith('http:') && isLocal(text)),
    'must be https, but for this machine itself',
  ),
)

export const issuer = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.parse(text)
    return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url.origin))
  }, 'must be an https address, but for this machine itself'),
)

export const listOf = (isGood: (text: string) => boolean, problem: string) =>
  v.pipe(
    v.string(),
    v.transform((text) => text.split(',').map((part) => part.trim())),
    v.check((parts) => parts.every(isGood), problem),
  )

const isAddress = (text: string): boolean => isIP(text) !== 0
export const addresses = listOf(isAddress, 'must be addresses such as 0.0.0.0,::')
const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return more === undefined && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}
export const networks = listOf(isNetwork, 'must be addresses or networks such as 10.0.0.5,192.168.0.0/16')
/** Where a server listens unless it is told otherwise. */
export const loopback = '127.0.0.1,::1'
