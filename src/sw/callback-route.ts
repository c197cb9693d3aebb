import { pageHeaders } from './prelude.ts'
import type { SignIn } from './sign-in.ts'

declare const self: ServiceWorkerGlobalScope

/** A provider's answer is small; anything larger is none. */
const longest = 64 * 1024

/** Navigations of a whole window to the callback. Frames are left to the server, which shows them nothing either. */
export const isCallback = (request: Request, url: URL, callbackPath: string): boolean =>
  url.origin === self.location.origin && url.pathname === callbackPath && request.destination === 'document'

const goTo = (location: string): Response =>
  new Response(null, { status: 303, headers: { ...pageHeaders, location, 'cache-control': 'no-store' } })

const readForm = async (request: Request): Promise<URLSearchParams> => {
  const body = await request.blob()
  return new URLSearchParams(body.size > longest ? '' : await body.text())
}

/** Nothing is ever rendered here: every answer is a redirect with an empty fragment (RFC 9110 §15.4.4). */
export const answerCallback = async (signIn: SignIn, request: Request, url: URL): Promise<Response> => {
  try {
    if (request.method === 'POST') return goTo(await signIn.receive(await readForm(request), true))
    const wish = url.searchParams.get('continue')
    return goTo(await (wish === null ? signIn.receive(url.searchParams, false) : signIn.proceed(wish)))
  } catch {
    return goTo(`${self.location.origin}/?signin=interrupted#`)
  }
}

/**
 * Without a worker the server answers the callback, so it has to redirect there too. A host that renders something is
 * told so in the console of the worker.
 */
export const checkCallback = async (callbackPath: string, fetch: typeof globalThis.fetch): Promise<void> => {
  try {
    const response = await fetch(callbackPath, { redirect: 'manual', cache: 'no-store' })
    if (response.type === 'opaqueredirect') return
    console.warn(`Holdfast: the server should answer ${callbackPath} with a redirect, as the seal does.`)
  } catch {
    // Offline: the next activation asks again.
  }
}
