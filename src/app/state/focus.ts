/** The elements that focus is moved to from elsewhere. */
export const places = {
  title: 'note-title',
  body: 'note-body',
  ai: 'ai-tool',
  search: 'note-search',
  back: 'note-back',
  row: 'open-row',
} as const

/** Moves focus to what is on the page, and answers whether it is there now. */
const focusNow = (place: keyof typeof places): boolean => {
  const element = document.getElementById(places[place])
  element?.focus()
  return element !== null && document.activeElement === element
}

/** Moves focus once what was just asked for is on the page. */
export const focusSoon = (place: keyof typeof places): void => {
  setTimeout(() => focusNow(place), 0)
}

/** Moves focus at once where it can be, so that no key that follows goes elsewhere; once it is on the page otherwise. */
export const focusAtOnce = (place: keyof typeof places): void => {
  if (!focusNow(place)) focusSoon(place)
}
