import { Workbox } from 'workbox-window'
import { HoldfastError } from '../protocol/errors.ts'
import { ask } from './ask.ts'
import { trustedScriptUrl } from './script-url.ts'

/** How long a claimed page may take to notice its controller, in milliseconds. */
const patience = 10_000

/** The registered worker of this origin, as a page deals with it. */
export type Registration = {
  readonly workbox: Workbox
  readonly registration: ServiceWorkerRegistration
  /** The worker in charge of this page, which is awake as soon as it is asked. */
  worker(): ServiceWorker
}

const controllerChange = (): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new HoldfastError('WORKER_UNAVAILABLE')), patience)
  navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true })
  return promise.finally(() => clearTimeout(timer))
}

/** After a first load and after a hard reload a page has no controller: the active worker takes charge of it. */
const beControlled = async (active: ServiceWorker): Promise<void> => {
  if (navigator.serviceWorker.controller !== null) return
  const changed = controllerChange()
  await Promise.all([ask(active, { type: 'worker.claim' }), changed])
}

/**
 * The registration of `script`, where its worker is in charge of this page already. Registering again would stand in line behind an
 * update that is under way, as it is after a sign-out: for two seconds in Chromium.
 */
const present = async (script: string): Promise<ServiceWorkerRegistration | undefined> => {
  if (navigator.serviceWorker.controller?.scriptURL !== new URL(script, location.href).href) return undefined
  const registration = await navigator.serviceWorker.getRegistration('/')
  // Where it was taken away and comes anew, the worker in charge is of the one before.
  return registration?.active === navigator.serviceWorker.controller ? registration : undefined
}

/** Registers `script` as a classic worker for the whole origin. Rejects with WORKER_UNAVAILABLE where that cannot be. */
export const register = async (script: string): Promise<Registration> => {
  if (!('serviceWorker' in navigator)) throw new HoldfastError('WORKER_UNAVAILABLE')
  try {
    const workbox = new Workbox(trustedScriptUrl(script), { scope: '/', type: 'classic', updateViaCache: 'none' })
    const found = await present(script)
    const registered = workbox.register({ immediate: true })
    if (found === undefined) await registered
    else registered.catch(() => undefined)
    const registration = found ?? (await navigator.serviceWorker.ready)
    const active = registration.active
    if (active === null) throw new HoldfastError('WORKER_UNAVAILABLE')
    await beControlled(active)
    return { workbox, registration, worker: () => navigator.serviceWorker.controller ?? active }
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('WORKER_UNAVAILABLE', { cause })
  }
}

/** Resolves when another worker has taken charge of this page. */
export const replaced = controllerChange
