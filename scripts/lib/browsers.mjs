import { ensurePrograms } from './programs.mjs'

const browsers = [
  { name: 'Chromium', variable: 'HOLDFAST_CHROMIUM', package: 'chromium', paths: ['/usr/bin/chromium'] },
  {
    name: 'Firefox',
    variable: 'HOLDFAST_FIREFOX',
    package: 'firefox-esr',
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
  },
]

/** The same Chromium, built without its windows: a quarter less of the processor for what needs none. */
const windowless = {
  name: 'Chromium without windows',
  variable: 'HOLDFAST_CHROMIUM_SHELL',
  package: 'chromium-headless-shell',
  paths: ['/usr/bin/chromium-headless-shell'],
  optional: true,
}

/** Finds the browsers, and installs the missing ones where that can be done. Answers their paths as variables. */
export const ensureBrowsers = () => ensurePrograms([...browsers, windowless])
