import { type ReadonlySignal, signal } from '@preact/signals'

/** Whether the page is looked at. */
export const pageVisible = (): ReadonlySignal<boolean> => {
  const look = () => document.visibilityState === 'visible'
  const visible = signal(look())
  document.addEventListener('visibilitychange', () => {
    visible.value = look()
  })
  return visible
}
