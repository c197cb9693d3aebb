declare module '@joplin/turndown-plugin-gfm' {
  import type { Plugin } from 'turndown'
  /** Tables, lines struck through, boxes of tasks and highlighted code. */
  export const gfm: Plugin
}
