/** The 10,000 most common passwords of the list that zxcvbn-ts ships, which is in order of frequency. */
const load = async (): Promise<ReadonlySet<string>> => {
  const { dictionary } = await import('@zxcvbn-ts/language-common')
  return new Set(dictionary['passwords-common'].slice(0, 10_000))
}

/** Loaded when somebody first chooses a password: it takes a sixth of the memory of a server that rests. */
let common: Promise<ReadonlySet<string>> | undefined

export const isCommon = async (password: string): Promise<boolean> => {
  common ??= load()
  return (await common).has(password.toLowerCase())
}
