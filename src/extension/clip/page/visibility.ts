/** What of an element a reader sees: all of it, its children where they say so themselves, or nothing. */
export type Seen = 'all' | 'children' | 'nothing'

/** Whether the element takes a place on the page. A closed `details` counts: its reader knows of it. */
export const seenOf = (element: Element): Seen => {
  if (Element.prototype.checkVisibility.call(element, { visibilityProperty: true })) return 'all'
  const { display, visibility } = getComputedStyle(element)
  if (display === 'none') return 'nothing'
  return visibility === 'visible' ? 'all' : 'children'
}

/** True for a frame that is large enough to be read. */
export const isLarge = (element: Element): boolean => {
  const { width, height } = Element.prototype.getBoundingClientRect.call(element)
  return width >= 100 && height >= 100
}
