/** Reads a stream of events to its end, and says what came so far. */
export const follow = (response: Response) => {
  const heard = { text: '', isOver: false }
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const part of response.body ?? []) heard.text += decoder.decode(part, { stream: true })
  }
  void read()
    .catch(() => undefined)
    .finally(() => {
      heard.isOver = true
    })
  return heard
}
