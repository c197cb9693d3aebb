/** Large pictures are read small: a QR code that fills a part of one is still there. */
const longest = 1600

type Drawn = { readonly source: CanvasImageSource; readonly width: number; readonly height: number }

/** The text of the QR code in what is drawn, or undefined where there is none. Never throws. */
export const readQr = async ({ source, width, height }: Drawn): Promise<string | undefined> => {
  const scale = Math.min(1, longest / Math.max(width, height, 1))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context === null) return undefined
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  const { decodeQR } = await import('qr/decode.js')
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height))
  } catch {
    // The decoder throws where it finds no code.
    return undefined
  }
}

/** The same of a picture that was picked. */
export const readQrOfFile = async (file: Blob): Promise<string | undefined> => {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (bitmap === undefined) return undefined
  try {
    return await readQr({ source: bitmap, width: bitmap.width, height: bitmap.height })
  } finally {
    bitmap.close()
  }
}
