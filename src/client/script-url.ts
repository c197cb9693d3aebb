type Policy = { createScriptURL(text: string): string }
type Factory = { createPolicy(name: string, rules: Policy): Policy }

const isFactory = (value: unknown): value is Factory =>
  typeof value === 'object' && value !== null && 'createPolicy' in value && typeof value.createPolicy === 'function'

let policy: Policy | undefined

/**
 * The worker's address in the form that a page under `require-trusted-types-for 'script'` must give it (Trusted Types).
 * The policy lets through one address alone; where there are no Trusted Types the text itself will do.
 */
export const trustedScriptUrl = (script: string): string => {
  const factory: unknown = Reflect.get(globalThis, 'trustedTypes')
  if (!isFactory(factory)) return script
  try {
    policy ??= factory.createPolicy('holdfast', {
      createScriptURL: (text) => {
        if (text !== script) throw new TypeError('Only the worker is loaded by this policy.')
        return text
      },
    })
  } catch {
    // The page's own policy does not name ours, so it does not ask for one either, or will say so at registration.
    return script
  }
  return policy.createScriptURL(script)
}
