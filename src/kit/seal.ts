export { createSeal, type Seal, type SealOptions } from '../seal/seal.ts'
