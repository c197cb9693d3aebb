import { spawn } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import * as v from 'valibot'
import { registrationStatement } from '../src/protocol/device-statement.ts'
import { ask } from './api.ts'
import { Failure } from './failure.ts'
import { aboutOf, beginSignIn, canBind, discover, newProofKey, proofsOf, proofsOfSession, revoke } from './provider.ts'
import { alone, isEnded, readSession, type Session, writeSession } from './session-file.ts'
import { nameOfThis } from './sync/identity.ts'

/** How long a person may take, in milliseconds. */
const patience = 600_000

const page = (title: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8" /><title>${title} · Holdfast</title><h1>${title}</h1><p>You can close this page and go back to the terminal.</p></html>`

/** Waits on a port of this machine for the provider's answer (RFC 8252 §7.3). */
const listen = async () => {
  const answer = Promise.withResolvers<URLSearchParams>()
  const server = createServer({ requestTimeout: 10_000 }, (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1')
    const isAnswer = url.pathname === '/callback' && incoming.method === 'GET' && url.searchParams.has('state')
    const failed = url.searchParams.has('error')
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    }
    outgoing.writeHead(isAnswer ? 200 : 404, headers)
    outgoing.end(
      page(isAnswer ? (failed ? 'The sign-in was cancelled' : 'The browser is done') : 'There is nothing here'),
    )
    if (isAnswer) answer.resolve(url.searchParams)
  })
  const listening = Promise.withResolvers<void>()
  server.once('error', listening.reject)
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const timer = setTimeout(() => answer.reject(new Failure('SIGN_IN_FAILED')), patience)
  const close = () => {
    clearTimeout(timer)
    server.close()
  }
  return { redirect: `http://127.0.0.1:${port}/callback`, answer: answer.promise, close }
}

/** Tries to; the address is printed besides. */
const openBrowser = (address: string): void => {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(program, [address], { stdio: 'ignore', detached: true })
  child.once('error', () => undefined)
  child.unref()
}

const registeredSchema = v.object({ device: v.object({ id: v.string() }), serverKey: v.string() })

/** Puts this machine on the list of devices, with a key of its own (docs/devices.md). */
const register = async (session: Session): Promise<Session> => {
  const publicKey = String(session.deviceKey.x)
  const jkt = await (await proofsOf(session.proofKey)).calculateThumbprint()
  const key = createPrivateKey({ key: session.deviceKey, format: 'jwk' })
  const signature = sign(null, Buffer.from(registrationStatement(publicKey, jkt)), key).toString('base64url')
  const body = { publicKey, signature, name: nameOfThis() }
  const { device, serverKey } = v.parse(registeredSchema, await ask(session, 'POST', '/devices', body))
  return { ...session, device: { id: device.id, serverKey } }
}

const newDeviceKey = (): Session['deviceKey'] => ({
  ...generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }),
})

/** As the device that this machine has been; or as another one, where that is of another account. */
const registerAgain = async (session: Session, deviceKey: Session['deviceKey'] | undefined): Promise<Session> => {
  if (deviceKey === undefined) return register(session)
  return register({ ...session, deviceKey }).catch((thrown: unknown) => {
    if (thrown instanceof Failure && thrown.reply === 'key_in_use') return register(session)
    throw thrown
  })
}

const signIn = async (
  server: string,
  before: Session | undefined,
  tellAddress: (address: string) => void,
): Promise<Session> => {
  const about = await aboutOf(server)
  const { issuer, clientId } = about
  const metadata = await discover(issuer)
  const key = { isBound: canBind(metadata), proofKey: await newProofKey() }
  const { redirect, answer, close } = await listen()
  try {
    const begun = await beginSignIn({ about, metadata, proofs: await proofsOfSession(key), redirect })
    tellAddress(begun.address)
    const parameters = await answer
    if (parameters.get('error') === 'access_denied') throw new Failure('SIGN_IN_CANCELLED')
    const tokens = await begun.finish(parameters)
    const session = { server, issuer, clientId, ...key, deviceKey: newDeviceKey(), sealed: [], logs: [], ...tokens }
    const known = before?.server === server && before.issuer === issuer ? before.deviceKey : undefined
    // A device is known by the key that its tokens are bound to.
    return session.isBound ? await registerAgain(session, known) : session
  } finally {
    close()
  }
}

export type LoginOptions = { readonly server: string; readonly opensBrowser: boolean }

/** What belongs to the key of the device stays with it. */
const keep = (session: Session): Promise<void> =>
  alone(async () => {
    const now = await readSession()
    const own = now !== undefined && now.deviceKey.x === session.deviceKey.x ? now : session
    const { exchangeKey, sealed, logs, sync } = own
    await writeSession({ ...session, exchangeKey, sealed, logs, sync })
  })

/** Signs in by the browser of this system. The session that was here before is ended; the device stays the same. */
export const login = async ({ server, opensBrowser }: LoginOptions): Promise<Session> => {
  const before = await readSession()
  const session = await signIn(server, before, (address) => {
    process.stderr.write(`Sign in at this address in your browser:\n${address}\n`)
    if (opensBrowser) openBrowser(address)
  }).catch((cause: unknown) => {
    throw cause instanceof Failure ? cause : new Failure('SIGN_IN_FAILED')
  })
  await keep(session)
  if (before !== undefined && !isEnded(before)) await revoke(before).catch(() => undefined)
  return session
}
