import { describe, expect, it } from 'vitest'
import { NOTES_DATABASE } from '../../../src/data/database.ts'
import { storedThings } from '../../../src/data/register.ts'

describe('the register of stored things', () => {
  it('names each thing once', () => {
    const names = storedThings.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('has the notes where they are stored', () => {
    expect(storedThings.find(({ name }) => name === 'notes')?.where).toBe(`IndexedDB ${NOTES_DATABASE}/notes`)
  })

  it('lets no secret outlive the session, but for what the seal itself needs', () => {
    const staying = storedThings.filter(({ secret, cleared }) => secret && cleared === 'never by itself')
    expect(staying.map(({ name }) => name)).toEqual(['device', 'install cookie'])
  })
})
