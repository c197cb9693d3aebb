import { describe, expect, it } from 'vitest'
import { chipFor } from '../../../src/app/state/chip.ts'

const calm = { saving: false, failed: false, online: true, expired: false }

describe('the chip', () => {
  it('says that all is saved when nothing else is to be said', () => {
    expect(chipFor(calm)).toBe('saved')
  })

  it('says that it saves, online or not', () => {
    expect(chipFor({ ...calm, saving: true })).toBe('saving')
    expect(chipFor({ ...calm, saving: true, online: false, expired: true })).toBe('saving')
  })

  it('says that it is offline and saved here', () => {
    expect(chipFor({ ...calm, online: false })).toBe('offline')
  })

  it('asks for the user when the session ended, also offline', () => {
    expect(chipFor({ ...calm, expired: true, online: false })).toBe('needsYou')
  })

  it('never says saved, saving or offline of text that could not be stored', () => {
    expect(chipFor({ saving: true, failed: true, online: false, expired: false })).toBe('needsYou')
  })
})
