/** Between two looks at what is watched, and between two signs of life; milliseconds. */
const interval = 1000
const heartbeat = 15_000

/** Whether a request asks for events rather than one answer (HTML §9.2). */
export const asksForEvents = (request: Request): boolean =>
  request.headers
    .get('accept')
    ?.split(/[,;]/)
    .some((type) => type.trim().toLowerCase() === 'text/event-stream') ?? false

export type Watched = { readonly value: unknown; readonly isLast: boolean }

type Stream = {
  /** What is now; undefined: there is nothing more to see. It is looked at once a second, whichever node changes it. */
  readonly look: () => Promise<Watched | undefined>
  /** The first look. */
  readonly first: Watched
  /** Milliseconds after which it ends whatever happens. */
  readonly longest: number
}

/** Answers with what is, and again whenever it is another (Server-Sent Events). */
export const eventStream = ({ look, first, longest }: Stream): Response => {
  const encoder = new TextEncoder()
  const end = Date.now() + longest
  let timer: NodeJS.Timeout | undefined
  let told = ''
  let quietSince = Date.now()

  const stop = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    clearTimeout(timer)
    controller.close()
  }
  const write = (controller: ReadableStreamDefaultController<Uint8Array>, text: string) => {
    controller.enqueue(encoder.encode(text))
    quietSince = Date.now()
  }
  const tell = (controller: ReadableStreamDefaultController<Uint8Array>, { value, isLast }: Watched): void => {
    const text = JSON.stringify(value)
    if (text !== told) write(controller, `data: ${text}\n\n`)
    else if (Date.now() - quietSince >= heartbeat) write(controller, ':\n\n')
    told = text
    if (isLast || Date.now() >= end) stop(controller)
    else timer = setTimeout(() => void again(controller), interval)
  }
  const again = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    // A database that is away ends the stream, and whoever listens comes again.
    const now = await look().catch(() => undefined)
    // Nobody listens any more.
    if (timer === undefined) return
    if (now === undefined) stop(controller)
    else tell(controller, now)
  }
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      write(controller, 'retry: 2000\n\n')
      tell(controller, first)
    },
    cancel() {
      clearTimeout(timer)
      timer = undefined
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
}
