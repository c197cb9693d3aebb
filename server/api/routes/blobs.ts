import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Store } from '../../store/store.ts'
import { ApiError } from '../errors.ts'
import { file, forCaller, type Route } from '../route.ts'
import { bytes } from '../shapes.ts'

/** A chunk of 1 MiB with its IV and its tag. */
const largestChunk = 1024 * 1024 + 28

const blob = v.object({ id: bytes(16) })
const chunk = v.object({ id: bytes(16), chunk: bytes(32) })

/** Files in chunks, each named by the SHA-256 of its bytes, which the server cannot read. */
export const blobRoutes = (store: Store, quota: number): readonly Route[] => [
  forCaller(
    {
      method: 'GET',
      path: '/blobs/:id',
      summary: 'The chunks of a file that are there and stay: an upload that was cut goes on with the others.',
      params: blob,
      reply: v.object({ chunks: v.array(v.string()) }),
    },
    async ({ account }, { params: { id } }) => {
      const chunks = await store.blobs.list(account.id, id)
      if (chunks.length === 0) throw new ApiError('not_found')
      return { chunks }
    },
  ),
  forCaller(
    {
      method: 'DELETE',
      path: '/blobs/:id',
      summary:
        'Removes a file that no device has any more. Its chunks can be had for 30 days; one that is put brings it back.',
      params: blob,
      reply: v.object({ removed: v.literal(true) }),
    },
    async ({ account }, { params: { id } }) => {
      if (!(await store.blobs.remove(account.id, id, quota))) throw new ApiError('not_found')
      return { removed: true } as const
    },
  ),
  forCaller(
    {
      method: 'PUT',
      path: '/blobs/:id/:chunk',
      summary: 'Stores a chunk: the body is its bytes, and its name their SHA-256. The same again is one.',
      params: chunk,
      longest: largestChunk,
      hasBytes: 'at once',
      reply: v.object({ stored: v.literal(true) }),
      errors: ['validation_failed', 'quota_exceeded'],
    },
    async ({ account }, { params, request }) => {
      const body = Buffer.from(await request.arrayBuffer())
      if (createHash('sha256').update(body).digest('base64url') !== params.chunk) {
        throw new ApiError('validation_failed', { details: [{ field: 'body', problem: 'hash' }] })
      }
      if (!(await store.blobs.put(account.id, params.id, params.chunk, body, quota))) {
        throw new ApiError('quota_exceeded')
      }
      return { stored: true } as const
    },
  ),
  forCaller(
    {
      method: 'GET',
      path: '/blobs/:id/:chunk',
      summary: 'The bytes of a chunk.',
      params: chunk,
      reply: file,
    },
    async ({ account }, { params }) => {
      const found = await store.blobs.find(account.id, params.id, params.chunk)
      if (found === undefined) throw new ApiError('not_found')
      return new Response(found, { headers: { 'content-type': 'application/octet-stream' } })
    },
  ),
]
