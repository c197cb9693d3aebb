/** What a test puts at a path of the app's origin. */
export type Served = {
  readonly body: string
  readonly type?: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** True: without the headers that protect every answer of the app. */
  readonly raw?: boolean
}

const ofTheirAnswerAlone = ['content-type', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']

/** The headers that the server puts on whatever it answers, taken from an answer of its own. */
const protection = async (server: string): Promise<Headers> => {
  const { headers } = await fetch(new URL('/no-such-page', server))
  const protecting = new Headers(headers)
  for (const name of ofTheirAnswerAlone) protecting.delete(name)
  return protecting
}

/** Pages and scripts of a test, with the headers of every answer of `server` unless they are raw. */
export const createServed = (server: string) => {
  const pages = new Map<string, Served>()
  return {
    serve(path: string, served: Served) {
      pages.set(path, served)
    },
    async respond(path: string): Promise<Response | undefined> {
      const served = pages.get(path)
      if (served === undefined) return undefined
      const headers = served.raw === true ? new Headers() : await protection(server)
      headers.set('content-type', served.type ?? 'text/html; charset=utf-8')
      for (const [name, value] of Object.entries(served.headers ?? {})) headers.set(name, value)
      return new Response(served.body, { status: served.status ?? 200, headers })
    },
  }
}
