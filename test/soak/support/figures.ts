import type { Figures } from './ledger.ts'

const line = (name: string, value: string | number): string => `  ${name.padEnd(44)} ${value}`

/** The figures of one app, and of each that has a bound whether it keeps to it. */
export const formatFigures = (
  name: string,
  { writesBy, signOuts, endings, faults, refreshes, calls }: Figures,
  same: boolean,
): string => {
  const { demanded } = refreshes
  return [
    `${name}:`,
    line(
      'done to it',
      `${faults('kill')} kills, ${faults('cut')} cuts, ${faults('lost reply')} lost replies, ${faults('refused token')} refused tokens`,
    ),
    line('sign-outs', [signOuts, ...endings].join(', ')),
    line('still the session of the first sign-in', same ? 'yes' : 'NO'),
    line('tokens that came to their end', refreshes.due),
    line('token requests', refreshes.all),
    line('  for the end of a token, one each', refreshes.due),
    line('  for refused tokens', demanded['refused token']),
    line('  again after a lost reply', demanded['lost reply']),
    line('  again after a kill', demanded.kill),
    line('  again after a cut', demanded.cut),
    line('  without a reason', [refreshes.strange.length, ...refreshes.strange].join(', ')),
    line(
      'calls asked',
      `${calls.asked}, ${calls.writes} of them by ${writesBy}${writesBy === 'POST' ? ', not idempotent' : ''}`,
    ),
    line('  answered', calls.answered),
    line('  failed under a fault', calls.failed + calls.refused - calls.unexplained),
    line('  page closed or loaded anew over them', calls.left),
    line('  failed without a reason', calls.unexplained),
    line(`calls by ${writesBy} that the API acted on`, calls.writesActed),
    line('  of these, page not told (reply lost)', calls.untold),
    line('  twice: the worker asked twice', calls.duplicates),
    line('  twice: handed to the next worker at a kill', calls.handedOn),
    line('  twice: browser sent the same bytes again', calls.resent),
    line('  that no page asked for', calls.uninvited),
  ].join('\n')
}

/** What must be zero and is not, in words; and that something happened at all. */
export const brokenBounds = (
  name: string,
  { writesBy, signOuts, refreshes, calls, faults }: Figures,
  same: boolean,
): string[] => {
  const zero = {
    'a sign-out': signOuts,
    'another session than the first': same ? 0 : 1,
    'token requests without a reason': refreshes.strange.length,
    'calls that failed without a reason': calls.unexplained,
    'calls that came to nothing at all': calls.unsettled,
    'calls that the worker asked twice and the API acted on': calls.duplicates,
    'calls by POST acted on twice after a kill': writesBy === 'POST' ? calls.handedOn : 0,
    'calls that no page asked for': calls.uninvited,
    'answers to calls that the API has not acted on': calls.answeredNotActed,
    'no token came to its end': refreshes.due === 0 ? 1 : 0,
    'no kill': faults('kill') === 0 ? 1 : 0,
    'hardly any call was answered': calls.answered * 2 < calls.asked ? 1 : 0,
  }
  return Object.entries(zero)
    .filter(([, value]) => value > 0)
    .map(([what, value]) => `${name}: ${what} (${value})`)
}
