import * as v from 'valibot'
import { ApiError } from './errors.ts'

const readJson = (text: string): unknown => {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ApiError('bad_request')
  }
}

/** The body as `schema` has it. Rejects with ApiError; the details name the fields and not what was in them. */
export const parseBody = async <T>(request: Request, schema: v.GenericSchema<unknown, T>): Promise<T> => {
  const text = await request.text()
  const type = request.headers.get('content-type') ?? ''
  if (text !== '' && !/^application\/json\s*(;|$)/i.test(type)) throw new ApiError('unsupported_media_type')
  const json = readJson(text)
  if (Array.isArray(json)) throw new ApiError('validation_failed')
  const parsed = v.safeParse(schema, json)
  if (parsed.success) return parsed.output
  const details = parsed.issues.map((issue) => ({ field: v.getDotPath(issue), problem: issue.type }))
  throw new ApiError('validation_failed', { details })
}
