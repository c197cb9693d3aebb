import * as v from 'valibot'
import { fromBase64url } from '../base/bytes.ts'

/** Bytes as JSON has them: base64url. */
export const bytes = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const decoded = fromBase64url(dataset.value)
    if (decoded !== undefined) return decoded
    addIssue({ message: 'is not base64url' })
    return NEVER
  }),
)

export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
