import type { Grade } from '../protocol/messages.ts'

/** Not there in a browser without the Cookie Store API, or outside a secure context. */
declare const cookieStore: CookieStore | undefined

const set = async (cookies: CookieStore, name: string): Promise<boolean> => {
  try {
    await cookies.set({ name, value: '1', path: '/', sameSite: 'strict' })
    await cookies.delete({ name, path: '/' })
    return true
  } catch {
    return false
  }
}

/**
 * Whether this browser refuses `__Host-Http-` cookies from scripts, which is what keeps a page from putting an install id
 * of its own in place. A control with the plain `__Host-` prefix shows that cookies as such can be set, so that a refusal
 * means the prefix.
 */
const refusesPrefix = async (): Promise<boolean> => {
  if (typeof cookieStore === 'undefined') return false
  const suffix = crypto.randomUUID()
  return (
    (await set(cookieStore, `__Host-holdfast-probe-${suffix}`)) &&
    !(await set(cookieStore, `__Host-Http-holdfast-probe-${suffix}`))
  )
}

/** `sealed` where the script brought a share and the browser protects its cookie, else `memory`: never a weaker store. */
export const judgeGrade = async (hasShare: boolean): Promise<Grade> =>
  hasShare && (await refusesPrefix()) ? 'sealed' : 'memory'
