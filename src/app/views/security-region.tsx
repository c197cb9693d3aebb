import type { Grade } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { ShieldIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { Facts, Region } from '../ui/region.tsx'
import { fill } from '../ui/words.ts'

type Words = { readonly name: string; readonly text: string; readonly atRest: string }

const grades: { readonly [G in Grade]: Words } = {
  sealed: { name: t.gradeSealed, text: t.gradeSealedText, atRest: t.atRestSealed },
  isolated: { name: t.gradeIsolated, text: t.gradeIsolatedText, atRest: t.atRestIsolated },
  memory: { name: t.gradeMemory, text: t.gradeMemoryText, atRest: t.atRestMemory },
}

const none: Words = { name: t.gradeNone, text: t.gradeNoneText, atRest: t.atRestNone }

export const SecurityRegion = () => {
  const { custody } = useApp()
  if (custody.link.value.status === 'starting') {
    return (
      <Region title={t.security}>
        <p class="muted">{t.accountStarting}</p>
      </Region>
    )
  }
  const state = custody.state.value
  const words = state === undefined ? none : grades[state.grade]
  const grade = (
    <>
      <span class={`grade ${state?.grade ?? 'none'}`}>
        {state !== undefined && <ShieldIcon />}
        {words.name}
      </span>
      <p>{words.text}</p>
    </>
  )
  return (
    <Region title={t.security}>
      <Facts
        facts={[
          [t.grade, grade],
          [t.tokensAtRest, words.atRest],
        ]}
      />
      {state !== undefined && <p class="fine muted">{fill(t.protocol, { version: state.protocol })}</p>}
    </Region>
  )
}
