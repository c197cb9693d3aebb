import { createEvents } from '../../base/server-events.ts'

/** How long the stream stays after a page was last heard of, in milliseconds. */
const patience = 30_000

export type Live = {
  /** A page is looking: what the server tells is listened to from now on, for a while. */
  heard(): void
  stop(): void
}

export type LiveDeps = {
  /** Opens the stream of events of the server. */
  readonly open: (signal: AbortSignal) => Promise<Response>
  readonly onNews: () => void
}

const follow = async (response: Response, onNews: () => void): Promise<void> => {
  if (!response.ok || response.body === null) return
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  const events = createEvents()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if (events.push(read.value).length > 0) onNews()
  }
}

/**
 * Listens where no page can: pages of an extension have no way to the API. Whoever looks asks again now and then, so a stream that has
 * ended, or whose worker was ended, comes back.
 */
export const createLive = ({ open, onNews }: LiveDeps): Live => {
  let current: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    clearTimeout(timer)
    current?.abort()
    current = undefined
  }
  return {
    stop,
    heard() {
      clearTimeout(timer)
      timer = setTimeout(stop, patience)
      if (current !== undefined) return
      const own = new AbortController()
      current = own
      open(own.signal)
        .then((response) => follow(response, onNews))
        .catch(() => undefined)
        .finally(() => {
          if (current === own) current = undefined
        })
    },
  }
}
