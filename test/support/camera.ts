import { writeFile } from 'node:fs/promises'
import type { Page } from 'puppeteer-core'

/** Switches of Chromium for a camera that shows what is in `file` when it is switched on. */
export const cameraArgs = (file: string): readonly string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
]

const [width, height, scale] = [640, 480, 5]

/** The QR code that a page shows, as the dark ones of its squares and the length of its side. */
const squaresOf = (page: Page) =>
  page.evaluate(() => {
    const picture = document.querySelector('svg.qr-code')
    const drawn = picture?.querySelector('path:not(.qr-paper)')?.getAttribute('d') ?? ''
    const side = Number(picture?.getAttribute('viewBox')?.split(' ')[2])
    return { side, dark: [...drawn.matchAll(/M(\d+) (\d+)h1/g)].map(([, x, y]) => [Number(x), Number(y)] as const) }
  })

/** Holds the QR code that `page` shows before the camera: a film of one picture (YUV4MPEG2). */
export const holdBeforeCamera = async (page: Page, file: string): Promise<void> => {
  const { side, dark } = await squaresOf(page)
  const light = Buffer.alloc(width * height, 235)
  const [left, top] = [width, height].map((length) => Math.floor((length - side * scale) / 2))
  for (const [x, y] of dark) {
    for (let row = 0; row < scale; row += 1) {
      const at = ((top ?? 0) + y * scale + row) * width + (left ?? 0) + x * scale
      light.fill(16, at, at + scale)
    }
  }
  const colour = Buffer.alloc((width * height) / 2, 128)
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)
  await writeFile(file, Buffer.concat([head, Buffer.from('FRAME\n'), light, colour]))
}

/**
 * Holds it before the camera of `by`: what the page is given as the camera shows the code. For Firefox, which takes no film as
 * its camera.
 */
export const holdBeforePage = async (page: Page, by: Page): Promise<void> => {
  await by.evaluate(
    ({ side, dark }, size) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: side * size, height: side * size })
      const draw = () => {
        const context = canvas.getContext('2d')
        if (context === null) return
        context.fillStyle = 'white'
        context.fillRect(0, 0, canvas.width, canvas.height)
        context.fillStyle = 'black'
        for (const [x, y] of dark) context.fillRect(x * size, y * size, size, size)
      }
      navigator.mediaDevices.getUserMedia = async () => {
        draw()
        // A stream has the pictures that are drawn from now on.
        setInterval(draw, 100)
        return canvas.captureStream()
      }
    },
    await squaresOf(page),
    scale,
  )
}
