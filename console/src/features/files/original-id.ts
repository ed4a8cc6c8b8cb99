/** Keys of corrected rows, which the console sends as files of their own. */
const CORRECTIONS = /^[^/]+\/corrections\/([a-p]+)-[a-p]+\.csv$/

/** The id of the file whose rows a file corrects, of which its key has letters for digits; undefined for any other file. */
export function originalId(key: string): string | undefined {
  const letters = CORRECTIONS.exec(key)?.[1]
  return letters?.replace(/[g-p]/g, (letter) => String(letter.charCodeAt(0) - 'g'.charCodeAt(0)))
}
