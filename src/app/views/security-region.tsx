import type { Grade, Limit } from '../../kit/client.ts'
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

const limitWords: { readonly [L in Limit]: string } = {
  bearer: t.limitBearer,
  'no-refresh': t.limitNoRefresh,
  'no-revocation': t.limitNoRevocation,
  'code-in-address': t.limitCodeInAddress,
  'no-par': t.limitNoPar,
}

const Limits = ({ limits }: { readonly limits: readonly Limit[] }) => (
  <ul class="limits">
    {limits.map((limit) => (
      <li key={limit}>{limitWords[limit]}</li>
    ))}
  </ul>
)

const none: Words = { name: t.gradeNone, text: t.gradeNoneText, atRest: t.atRestNone }

export const SecurityRegion = () => {
  const { custody, serverFacts } = useApp()
  if (custody.link.value.status === 'starting') {
    return (
      <Region title={t.security}>
        <p class="muted">{t.accountStarting}</p>
      </Region>
    )
  }
  const state = custody.state.value
  const words = state === undefined ? none : grades[state.grade]
  const limits = state?.status === 'signed-in' ? state.limits : []
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
      {serverFacts.trustsNetwork.value && (
        <p>
          <strong>{t.trustedNetwork}</strong> {t.trustedNetworkText}
        </p>
      )}
      <Facts
        facts={[
          [t.grade, grade],
          [t.tokensAtRest, words.atRest],
          ...(limits.length === 0 ? [] : [[t.limits, <Limits key="limits" limits={limits} />] as const]),
        ]}
      />
      {state !== undefined && <p class="fine muted">{fill(t.protocol, { version: state.protocol })}</p>}
    </Region>
  )
}
