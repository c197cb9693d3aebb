import type { Recorded } from './recorded.ts'

export type Predicate = (request: Recorded) => boolean

/**
 * What goes wrong. `hang`: no answer ever; `reset`: the connection ends before the server sees the request; `drop`: the
 * server acts on it and the reply is lost; a number: this status with no body; a function: this response instead.
 */
export type Fault = 'hang' | 'reset' | 'drop' | number | ((request: Recorded) => Response)

type Planned = { readonly concerns: Predicate; readonly fault: Fault; left: number }

/** Which of the requests to come go wrong, and how. */
export const createFaults = () => {
  let planned: Planned[] = []
  let isDown = false
  const plan = (concerns: Predicate, fault: Fault, times = 1) => {
    planned.push({ concerns, fault, left: times })
  }
  return {
    /**
     * The next requests that `concerns` is true of fail, `times` of them. A browser may send a request again by itself
     * when a kept connection ends: a `reset` that is to be felt needs `times: Infinity`, and `recover()`.
     */
    failNext: (concerns: Predicate, fault: Exclude<Fault, 'drop'>, times?: number) => plan(concerns, fault, times),
    /** The server handles the next such request, and its reply never arrives. */
    dropReply: (concerns: Predicate, times?: number) => plan(concerns, 'drop', times),
    /** Every connection to both origins ends, until `up()`. */
    down() {
      isDown = true
    },
    up() {
      isDown = false
    },
    /** Forgets every fault that has not happened. */
    recover() {
      planned = []
      isDown = false
    },
    /** The fault of this request, which is used up by asking. */
    take(request: Recorded): Fault | undefined {
      if (isDown) return 'reset'
      const found = planned.find((one) => one.left > 0 && one.concerns(request))
      if (found !== undefined) found.left -= 1
      return found?.fault
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
