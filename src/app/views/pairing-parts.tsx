import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ErrorCode, JoiningDevice, PairingEnd, PairingNumbers } from '../../kit/client.ts'
import { shortTime } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

const failures: Partial<Record<ErrorCode, string>> = {
  RECENT_SIGN_IN_REQUIRED: t.pairSignInAgain,
  SESSION_EXPIRED: t.accountExpired,
  SIGNED_IN_ALREADY: t.pairSignedInAlready,
  DEVICES_UNAVAILABLE: t.pairNoKeys,
  PAIRING_CODE_INVALID: t.pairCodeInvalid,
  PAIRING_OTHER_SERVER: t.pairOtherServer,
  PAIRING_UNKNOWN: t.pairUnknown,
  PAIRING_LATE: t.pairLate,
  PAIRING_USED: t.pairUsed,
  PAIRING_LIMITED: t.pairLimited,
  PROVIDER_UNAVAILABLE: t.pairNoAnswer,
}

/** What did not work, in words and with a code to copy. */
export const PairingFailure = ({ code }: { readonly code: ErrorCode }) => (
  <>
    <p>{failures[code] ?? t.pairFailed}</p>
    <p class="muted">
      {t.errorCode}: <code>{code}</code>
    </p>
  </>
)

export const endWords: { readonly [E in PairingEnd]: string } = {
  expired: t.pairExpired,
  guessed: t.pairGuessed,
  left: t.pairLeft,
  refused: t.pairRefused,
  mismatch: t.pairMismatch,
  interrupted: t.pairInterrupted,
}

export const Numbers = ({ numbers }: { readonly numbers: PairingNumbers }) => (
  <p class="pair-numbers">
    {numbers.map((number, index) => (
      <span key={index}>{number} </span>
    ))}
  </p>
)

const nameOf = ({ name, platform }: JoiningDevice): string => (name.includes(platform) ? name : `${name} · ${platform}`)

export const joiningText = (text: string, device: JoiningDevice): string =>
  fill(text, { name: nameOf(device), time: shortTime(locale, device.at, Date.now()) })

/** The time that is left, in minutes and seconds. Not a live region: it would be read out every second. */
export const Countdown = ({ until }: { readonly until: number }) => {
  const now = useSignal(Date.now())
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = Date.now()
    }, 1000)
    return () => clearInterval(timer)
  }, [])
  const left = Math.max(0, Math.ceil((until - now.value) / 1000))
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return <p class="muted">{left === 0 ? t.pairExpired : fill(t.pairGoodFor, { time })}</p>
}
