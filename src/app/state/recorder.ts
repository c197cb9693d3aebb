import { type ReadonlySignal, signal } from '@preact/signals'
import type { AttachmentsStore } from '../../data/attachments-store.ts'
import type { Attachment } from '../../notebook/attachment.ts'

export type RecorderStatus = 'idle' | 'starting' | 'recording' | 'paused' | 'ending'

/** Why nothing is recorded. */
export type RecorderFailure = 'refused' | 'missing' | 'unavailable' | 'storage'

export type Recorder = {
  readonly status: ReadonlySignal<RecorderStatus>
  readonly seconds: ReadonlySignal<number>
  /** How loud it is, from 0 to 1. */
  readonly level: ReadonlySignal<number>
  /** Records for a note. Every second of it is stored as it comes. Gives why it does not, or undefined. */
  start(noteId: string, name: string): Promise<RecorderFailure | undefined>
  pause(): void
  resume(): void
  /** Ends it, and gives the recording; undefined where there is none. */
  stop(): Promise<Attachment | undefined>
}

/** How often what was recorded is stored, in milliseconds. */
const EVERY = 1000

const types = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/mp4', 'm4a'],
] as const

const failureOf = (thrown: unknown): RecorderFailure => {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
  return name === 'NotFoundError' ? 'missing' : 'unavailable'
}

/** Follows how loud a stream is; the way to stop comes back. */
const followLevel = (stream: MediaStream, tell: (level: number) => void): (() => void) => {
  const audio = new AudioContext()
  const analyser = new AnalyserNode(audio, { fftSize: 512 })
  audio.createMediaStreamSource(stream).connect(analyser)
  void audio.resume().catch(() => undefined)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    tell(Math.min(1, Math.sqrt(power) * 4))
  }, 60)
  return () => {
    clearInterval(timer)
    void audio.close().catch(() => undefined)
  }
}

/** A recording under way. */
type Running = {
  readonly recorder: MediaRecorder
  readonly stored: () => Promise<void>
  readonly attachment: () => Attachment
  end(): void
}

export const createRecorder = (store: AttachmentsStore, onFailure: (failure: RecorderFailure) => void): Recorder => {
  const status = signal<RecorderStatus>('idle')
  const seconds = signal(0)
  const level = signal(0)
  let running: Running | undefined

  const begin = (stream: MediaStream, noteId: string, name: string): Running => {
    const [mimeType, ending] = types.find(([type]) => MediaRecorder.isTypeSupported(type)) ?? ['', 'webm']
    const recorder = new MediaRecorder(stream, mimeType === '' ? {} : { mimeType })
    let attachment: Attachment = {
      id: crypto.randomUUID(),
      noteId,
      name: `${name}.${ending}`,
      type: (recorder.mimeType || mimeType).split(';')[0] ?? 'audio/webm',
      size: 0,
      createdAt: Date.now(),
      text: '',
      duration: 0,
    }
    let writing = Promise.resolve()
    recorder.addEventListener('dataavailable', ({ data }) => {
      if (data.size === 0) return
      writing = writing
        .then(async () => {
          attachment = { ...attachment, size: attachment.size + data.size, duration: seconds.peek() }
          await store.append(attachment, new Uint8Array(await data.arrayBuffer()))
        })
        .catch(() => {
          onFailure('storage')
          if (recorder.state !== 'inactive') recorder.stop()
        })
    })
    const timer = setInterval(() => {
      if (recorder.state === 'recording') seconds.value += 0.1
    }, 100)
    const unfollow = followLevel(stream, (loud) => {
      level.value = recorder.state === 'recording' ? loud : 0
    })
    recorder.start(EVERY)
    return {
      recorder,
      stored: () => writing,
      attachment: () => attachment,
      end() {
        clearInterval(timer)
        unfollow()
        for (const track of stream.getTracks()) track.stop()
      },
    }
  }
  const reset = (): void => {
    running?.end()
    running = undefined
    status.value = 'idle'
    seconds.value = 0
    level.value = 0
  }

  return {
    status,
    seconds,
    level,
    async start(noteId, name) {
      if (status.peek() !== 'idle') return undefined
      status.value = 'starting'
      try {
        running = begin(await navigator.mediaDevices.getUserMedia({ audio: true }), noteId, name)
        status.value = 'recording'
        return undefined
      } catch (thrown) {
        reset()
        return failureOf(thrown)
      }
    },
    pause() {
      if (running?.recorder.state !== 'recording') return
      running.recorder.pause()
      status.value = 'paused'
    },
    resume() {
      if (running?.recorder.state !== 'paused') return
      running.recorder.resume()
      status.value = 'recording'
    },
    async stop() {
      const current = running
      if (current === undefined || status.peek() === 'ending') return undefined
      status.value = 'ending'
      if (current.recorder.state !== 'inactive') {
        const ended = new Promise((resolve) => current.recorder.addEventListener('stop', resolve, { once: true }))
        current.recorder.stop()
        await ended
      }
      await current.stored()
      const attachment = current.attachment()
      reset()
      return attachment.size === 0 ? undefined : attachment
    },
  }
}
