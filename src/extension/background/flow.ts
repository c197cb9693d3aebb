import browser from 'webextension-polyfill'
import type { SignIn } from '../../sw/sign-in.ts'

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

/** The window that the browser opened for a flow. Its address cannot be read without a permission, but that it came can. */
const followWindow = () => {
  let found: number | undefined
  const note = ({ id }: { readonly id?: number | undefined }) => {
    found ??= id
  }
  browser.windows.onCreated.addListener(note)
  return {
    id: () => found,
    stop: () => browser.windows.onCreated.removeListener(note),
  }
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
        // The window was closed, or the provider could not be shown in it.
        await signIn.cancel()
        return 'cancelled'
      } finally {
        running.stop()
        running = undefined
      }
    },
  }
}
