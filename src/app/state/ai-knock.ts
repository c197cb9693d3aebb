type Fetch = typeof globalThis.fetch

/** What a knock at a program on this machine came to, where it did not answer. */
export type NoAnswer = 'blocked' | 'absent' | 'refused'

/** How long a program on this machine may take to answer at all, in milliseconds; the browser may have to ask first. */
const patience = { answer: 5000, asked: 60_000 }

/** Chromium's names for the permission, newest first. Browsers without it need none, and throw. */
const names = ['loopback-network', 'local-network-access'] as const

/** What the browser says of reaching this machine: `granted`, `prompt` or `denied`; undefined where it does not ask. */
export const loopbackPermission = async (): Promise<string | undefined> => {
  for (const name of names) {
    try {
      const status: unknown = await Reflect.apply(navigator.permissions.query, navigator.permissions, [{ name }])
      const state: unknown = Reflect.get(Object(status), 'state')
      if (typeof state === 'string') return state
    } catch {
      // Another name, or none.
    }
  }
  return undefined
}

/**
 * Asks a program on this machine for something, from the page: a browser that asks the person for permission does so for a
 * page, and a worker must not be the first to reach out. A program that does not know this origin answers in a way that
 * the browser keeps from us, exactly as if nothing were there; so it is asked once more for an answer that nobody reads,
 * which comes if and only if something is there.
 */
export const createKnock =
  (fetch: Fetch, permission: () => Promise<string | undefined> = loopbackPermission) =>
  async (url: string, init: RequestInit): Promise<Response | NoAnswer> => {
    const before = await permission()
    if (before === 'denied') return 'blocked'
    const signal = () => AbortSignal.timeout(before === 'prompt' ? patience.asked : patience.answer)
    try {
      const response = await fetch(url, { ...init, cache: 'no-store', signal: signal() })
      return response.status === 403 ? 'refused' : response
    } catch {
      // It may just have been refused.
      if ((await permission()) === 'denied') return 'blocked'
    }
    try {
      await fetch(new URL(url).origin, { mode: 'no-cors', cache: 'no-store', signal: signal() })
      return 'refused'
    } catch {
      return 'absent'
    }
  }

export type Knock = ReturnType<typeof createKnock>
