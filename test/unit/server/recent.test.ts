import { expect, test } from 'vitest'
import { createRecent } from '../../../server/api/recent.ts'

test('what was asked for of late is remembered, and what was not makes room', () => {
  const recent = createRecent<number>(100)
  recent.put('kept', 1)
  recent.put('left', 2)
  for (let count = 0; count < 1000; count += 1) {
    recent.put(`other ${count}`, count)
    if (count % 50 === 0) expect(recent.get('kept')).toBe(1)
  }
  expect(recent.get('left')).toBeUndefined()
  expect(recent.get('other 0')).toBeUndefined()
  expect(recent.get('other 999')).toBe(999)
})
