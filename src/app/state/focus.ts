/** The elements that focus is moved to from elsewhere. */
export const places = {
  title: 'note-title',
  body: 'note-body',
  ai: 'ai-tool',
  search: 'note-search',
  back: 'note-back',
  row: 'open-row',
} as const

/** Moves focus once what was just asked for is on the page. */
export const focusSoon = (place: keyof typeof places): void => {
  setTimeout(() => document.getElementById(places[place])?.focus(), 0)
}
