import { closeBrowser, launchBrowser, makeProfile, removeProfile } from './browsers.ts'

/** One profile for all tests of the project in which Firefox has been once; each test starts with a copy of it. */
export default async (): Promise<() => Promise<void>> => {
  const profile = await makeProfile()
  await closeBrowser(await launchBrowser('firefox', { profile }))
  process.env.HOLDFAST_WARM_PROFILE = profile
  return () => removeProfile(profile)
}
