import type { Recorded } from '../../support/recorded.ts'
import type { Site } from './site.ts'

/** What the run does to an app on purpose. A refused token is none of the network's doing, but asks for a refresh. */
export type FaultKind = 'kill' | 'cut' | 'lost reply' | 'refused token'
type Fault = { readonly kind: FaultKind; readonly from: number; until: number }

/** What became of a call, as the page that asked saw it. `left`: the page was closed or loaded anew meanwhile. */
type Outcome = 'answered' | 'refused' | 'failed' | 'left'
type Call = {
  readonly id: string
  readonly write: boolean
  readonly began: number
  outcome?: Outcome
  explained: boolean
}

/** The id of calls that only find out whether an app answers; they are not counted. */
export const probe = 'probe'

const count = <T>(list: readonly T[], is: (one: T) => boolean): number => list.filter(is).length

/** Writes down what was asked and what went wrong, and makes figures of it. */
export const createLedger = (site: Site, accessTokenTtl: number) => {
  const faults: Fault[] = []
  const calls: Call[] = []
  let lastGood = Date.now()
  let signOuts = 0
  /** How sessions ended, should one have. */
  const endings = new Set<string>()
  const between = (from: number, until: number): Fault | undefined =>
    faults.findLast((fault) => fault.until >= from && fault.from <= until)

  /** Refreshes: those that the life of a token asks for, those that a fault asks for, and those that nothing explains. */
  const refreshFigures = () => {
    const demanded: Record<FaultKind, number> = { kill: 0, cut: 0, 'lost reply': 0, 'refused token': 0 }
    let due = 0
    const strange: string[] = []
    let issuedAt = began
    let before = began
    for (const request of site.refreshes()) {
      const fault = between(before - 200, request.at)
      if (request.at >= issuedAt + 800 * accessTokenTtl) due += 1
      else if (fault === undefined) strange.push(`${request.at - began} ms in, ${request.at - before} ms after another`)
      else demanded[fault.kind] += 1
      before = request.at
      if (isGranted(request)) issuedAt = request.at
    }
    return { due, demanded, strange, all: site.refreshes().length }
  }

  /**
   * Writes that the API has acted on more than once. Where a worker is killed over a call, a browser may hand the same call to
   * the next worker, which lets a POST fail; where a connection ends, it may send the same bytes again, below the worker.
   */
  const repetitions = () => {
    const found = { resent: 0, handedOn: 0, duplicates: 0 }
    for (const { id, write } of calls) {
      const sendings = write ? site.sendings(id) : []
      for (const [at, sending] of sendings.entries()) {
        const before = sendings[at - 1]
        if (before === undefined) continue
        const killed = faults.some(({ kind, from }) => kind === 'kill' && from >= before.at - 200 && from <= sending.at)
        if (before.proof === sending.proof) found.resent += 1
        else if (killed) found.handedOn += 1
        else found.duplicates += 1
      }
    }
    return found
  }

  const callFigures = () => {
    const ids = new Map(calls.map((call) => [call.id, call]))
    const acted = [...new Set(site.ids())]
    const times = (call: Call) => site.acted(call.id)
    const untold = (call: Call) => times(call) > 0 && call.outcome !== 'answered'
    return {
      asked: calls.length,
      writes: count(calls, (call) => call.write),
      answered: count(calls, (call) => call.outcome === 'answered'),
      refused: count(calls, (call) => call.outcome === 'refused'),
      failed: count(calls, (call) => call.outcome === 'failed'),
      left: count(calls, (call) => call.outcome === 'left'),
      unexplained: count(calls, (call) => (call.outcome === 'failed' || call.outcome === 'refused') && !call.explained),
      unsettled: count(calls, (call) => call.outcome === undefined),
      writesActed: count(calls, (call) => call.write && times(call) > 0),
      untold: count(calls, (call) => call.write && untold(call)),
      answeredNotActed: count(calls, (call) => call.outcome === 'answered' && times(call) === 0),
      ...repetitions(),
      uninvited: count(acted, (id) => id !== probe && !ids.has(id)),
    }
  }

  let began = Date.now()
  return {
    site,
    /** From now on everything counts. */
    begin() {
      began = Date.now()
      lastGood = began
    },
    /** Something goes wrong from now until `end` of it is called. */
    fault(kind: FaultKind): { end(): void } {
      const fault: Fault = { kind, from: Date.now(), until: Date.now() }
      faults.push(fault)
      return {
        end() {
          fault.until = Date.now()
        },
      }
    },
    ask(id: string, write: boolean): { settle(outcome: Outcome): void } {
      const call: Call = { id, write, began: Date.now(), explained: false }
      calls.push(call)
      return {
        settle(outcome) {
          call.outcome = outcome
          if (outcome === 'answered') lastGood = Math.max(lastGood, call.began)
          call.explained = between(Math.min(lastGood, call.began), Date.now()) !== undefined
        },
      }
    },
    saw(status: string | undefined) {
      if (status === undefined || status === 'signed-in') return
      signOuts += 1
      endings.add(
        `${status} after the answers ${site
          .refreshes()
          .slice(-4)
          .map(({ reply }) => reply?.status ?? 'none')
          .join(', ')}`,
      )
    },
    figures: () => ({
      writesBy: site.writesBy,
      signOuts,
      endings: [...endings],
      faults: (kind: FaultKind) => count(faults, (fault) => fault.kind === kind),
      refreshes: refreshFigures(),
      calls: callFigures(),
    }),
  }
}

const isGranted = ({ reply }: Recorded): boolean => reply?.status === 200

export type Ledger = ReturnType<typeof createLedger>
export type Figures = ReturnType<Ledger['figures']>
