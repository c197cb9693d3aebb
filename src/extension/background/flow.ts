import browser, { type Windows } from 'webextension-polyfill'
import type { SignIn } from '../../sw/sign-in.ts'
import { WINDOW } from '../package/names.ts'

/** How a sign-in ended that did not end well: the values of `?signin=` in a web app's address. */
export type Outcome = string | undefined

/** The one sign-in that may be under way, in a window of the browser's own. */
export type Flow = {
  /** Opens the provider and takes its answer. Resolves when the sign-in has ended, in whatever way. */
  run(signIn: SignIn, id: string): Promise<Outcome>
  isRunning(): boolean
  /** Brings the provider's window to the front. */
  show(): Promise<void>
  close(): Promise<void>
}

const answerOf = (address: string | undefined): URLSearchParams =>
  address !== undefined && URL.canParse(address) ? new URL(address).searchParams : new URLSearchParams()

/**
 * The window that the browser opened for a flow. Its address cannot be read without a permission, but that it came can. Its
 * number is kept for the next life of the background, which cannot take the provider's answer any more, and closes it.
 */
const followWindow = () => {
  let found: number | undefined
  const note = ({ id, type }: Windows.Window) => {
    // A window that the person opens meanwhile is a whole one.
    if (type === 'popup') found ??= id
    if (found !== undefined) void browser.storage.session.set({ [WINDOW]: found })
  }
  browser.windows.onCreated.addListener(note)
  return {
    id: () => found,
    stop() {
      browser.windows.onCreated.removeListener(note)
      void browser.storage.session.remove(WINDOW)
    },
  }
}

/** Closes the window of a flow that the life of the background before this one has begun. */
export const closeLeftWindow = async (): Promise<void> => {
  const id: unknown = (await browser.storage.session.get(WINDOW))[WINDOW]
  await browser.storage.session.remove(WINDOW)
  if (typeof id === 'number') await browser.windows.remove(id).catch(() => undefined)
}

export const createFlow = (): Flow => {
  let running: ReturnType<typeof followWindow> | undefined
  const window = async (act: (id: number) => Promise<unknown>): Promise<void> => {
    const id = running?.id()
    // A window that the person has closed meanwhile ends the flow by itself.
    if (id !== undefined) await act(id).catch(() => undefined)
  }
  return {
    isRunning: () => running !== undefined,
    show: () => window((id) => browser.windows.update(id, { focused: true })),
    close: () => window((id) => browser.windows.remove(id)),
    async run(signIn, id) {
      running = followWindow()
      try {
        const address = await browser.identity.launchWebAuthFlow({ url: await signIn.proceed(id), interactive: true })
        const end = new URL(await signIn.receive(answerOf(address), false))
        return end.searchParams.get('signin') ?? undefined
      } catch {
        // The window was closed, or none came, because the provider could not be shown in it.
        await signIn.cancel()
        return running?.id() === undefined ? 'unavailable' : 'cancelled'
      } finally {
        running.stop()
        running = undefined
      }
    },
  }
}
