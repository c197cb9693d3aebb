import { tool } from './tool.mjs'

/** Checks style and format of all code; biome.json says what is code. Answers whether all is well. */
export const lint = async () => (await tool('biome', ['ci', '--error-on-warnings'])) === 0
