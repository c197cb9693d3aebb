export { HoldfastError } from '../protocol/errors.ts'
export type { CustodyConfig } from '../sw/config.ts'
export { installCustody } from '../sw/install.ts'
