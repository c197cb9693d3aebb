import { browsers } from '../test/support/browsers.ts'
import { measureExport, measureImport } from './notebook/exchanging.ts'
import { measureMemory } from './notebook/memory.ts'
import { measureOpening } from './notebook/opening.ts'
import { measurePaste } from './notebook/pasting.ts'
import { measureSearch } from './notebook/searching.ts'
import { tellSizes } from './notebook/sizes.ts'
import { openStage, type Stage } from './notebook/stage.ts'
import { measureLongNote, measureTyping } from './notebook/typing.ts'

// The notebook with 20,000 notes of two kilobytes, in the built app, beside a reference for each figure in the same run.
// A name of a browser chooses it; a number after it is another count of notes.

const [kind, count = '20000', ...parts] = process.argv.slice(2)

const measures: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  import: measureImport,
  opening: measureOpening,
  typing: measureTyping,
  search: measureSearch,
  memory: measureMemory,
  export: measureExport,
  paste: measurePaste,
  long: measureLongNote,
}

await tellSizes()
for (const browser of browsers.filter((one) => kind === undefined || one === kind)) {
  console.log(`── ${count} notes of 2 kB in ${browser}`)
  const stage = await openStage(browser, Number(count), 2000)
  try {
    for (const [name, measure] of Object.entries(measures)) {
      if (parts.length === 0 || name === 'import' || parts.includes(name)) await measure(stage)
    }
  } finally {
    await stage.close()
  }
}
