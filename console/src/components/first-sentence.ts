const FIRST = /^(.*?[.!?])\s+(?=[“"‘'(]?\p{Lu})(.+)$/su

/** The first sentence of a text, and the others; the others are empty where the text is one sentence. */
export function firstSentence(text: string): [string, string] {
  const [, first = text, others = ''] = FIRST.exec(text) ?? []
  return [first, others]
}
