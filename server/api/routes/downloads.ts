import * as v from 'valibot'
import { browsers, type Downloads } from '../../accounts/downloads.ts'
import type { Store } from '../../store/store.ts'
import { ApiError } from '../errors.ts'
import { file, forAnyone, forCaller, type Route } from '../route.ts'
import { iso, time } from '../shapes.ts'

const linked = v.object({
  browser: v.picklist(browsers),
  url: v.string(),
  expiresAt: time,
  size: v.number(),
  sha256: v.string(),
})

const ticket = v.object({ ticket: v.pipe(v.string(), v.regex(/^[a-z]+\.\d{1,16}\.[\w-]{43}$/)) })

/** `origin`: of the app. */
export const downloadRoutes = (store: Store, downloads: Downloads, origin: string): readonly Route[] => [
  forCaller(
    {
      method: 'GET',
      path: '/user/download-link',
      summary: "Links to the extension's packages, good for ten minutes, with size and SHA-256.",
      reply: v.object({ packages: v.array(linked) }),
    },
    async () => ({
      packages: (await downloads.packages()).map((one) => {
        const { ticket, expiresAt } = downloads.link(one)
        const { browser, bytes, sha256 } = one
        const url = `${origin}/api/v1/downloads/${ticket}`
        return { browser, url, expiresAt: iso(expiresAt), size: bytes.length, sha256 }
      }),
    }),
  ),
  forAnyone(
    {
      method: 'GET',
      path: '/downloads/:ticket',
      summary: 'A package, by a link that was given for it.',
      params: ticket,
      reply: file,
    },
    async ({ params }) => {
      const found = await downloads.open(params.ticket)
      if (found === undefined) throw new ApiError('not_found')
      const disposition = `attachment; filename="${found.name}"`
      return new Response(found.bytes, {
        headers: { 'content-type': 'application/zip', 'content-disposition': disposition },
      })
    },
  ),
  forCaller(
    {
      method: 'POST',
      path: '/user/download-tracked',
      summary: 'Notes that the extension was downloaded.',
      body: v.object({ browser: v.picklist(browsers) }),
      reply: v.object({ tracked: v.literal(true) }),
    },
    async ({ account, session }) => {
      await store.accounts.noteDownload(account.id)
      await store.sessions.audit('app.downloaded', account.id, session.id)
      return { tracked: true } as const
    },
  ),
]
