/** So many characters of a document are kept for search. */
const MOST = 2_000_000

/** The text of a PDF, for search. Rejects where it cannot be read. */
export const readPdf = async (file: Blob): Promise<string> => {
  const { extractText } = await import('unpdf')
  const { text } = await extractText(new Uint8Array(await file.arrayBuffer()), { mergePages: true })
  return text.slice(0, MOST).toWellFormed()
}
