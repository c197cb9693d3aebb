import fc from 'fast-check'

/** Text as it is hard to deal with: any code units, lone surrogates, NUL, what JSON, URLs and headers treat specially. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.array(fc.nat(0xffff), { maxLength: 4 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '\0', '\ud800', '__proto__', 'constructor', '"', '\\', '%', '%00', '%2e%2e', '//', '\n', 'ä€😀'),
)

const odd: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  2 ** 53,
  1n,
  Symbol.iterator,
  true,
)

/** Anything that structured clone or JSON could hand over: deep, cyclic, with odd keys, getters that would throw. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({
    maxDepth: 3,
    maxKeys: 4,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    key: fc.oneof(anyText, fc.constantFrom('v', 'id', 'type', 'ok', 'error', 'state', 'status')),
  }),
  anyText,
  odd,
  fc.constantFrom(1, 10, 5000).map((depth) => {
    let value: unknown = 'deep'
    for (let at = 0; at < depth; at += 1) value = { v: 1, id: 'x', type: value }
    return value
  }),
  fc.constant(null).map(() => {
    const cyclic: Record<string, unknown> = { v: 1, id: 'x' }
    cyclic.type = cyclic
    return cyclic
  }),
)

type Fields = Readonly<Record<string, unknown>>

/** The same object with one field gone, replaced by anything, or added: almost right is the hardest to refuse. */
export const damaged = <T extends object>(good: fc.Arbitrary<T>): fc.Arbitrary<Fields> =>
  fc
    .tuple(good, fc.nat(), fc.constantFrom('drop', 'replace', 'add'), anything, anyText)
    .map(([value, at, how, other, name]) => {
      const entries = Object.entries(value)
      const chosen = at % Math.max(1, entries.length)
      if (how === 'add') return Object.fromEntries([...entries, [name, other]])
      if (how === 'drop') return Object.fromEntries(entries.filter((_, index) => index !== chosen))
      return Object.fromEntries(entries.map(([key, old], index) => [key, index === chosen ? other : old]))
    })

/** Anything, the good, and the almost good. */
export const hostile = <T extends object>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 2, arbitrary: anything }, { weight: 1, arbitrary: good }, { weight: 3, arbitrary: damaged(good) })

export const anyBytes = (maxLength: number): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc.uint8Array({ maxLength }).map((bytes) => new Uint8Array(bytes))

/** Moments in milliseconds: our own days mostly, and every number there is. */
export const moment: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1_600_000_000_000, max: 2_200_000_000_000 }),
  fc.integer({ min: 0, max: 10 }),
  fc.maxSafeInteger(),
)
