import { dictionary } from '@zxcvbn-ts/language-common'

/** The 10,000 most common passwords of the list that zxcvbn-ts ships, which is in order of frequency. */
const common = new Set(dictionary['passwords-common'].slice(0, 10_000))

export const isCommon = (password: string): boolean => common.has(password.toLowerCase())
