/** Words with so large a share of their pairs of letters in common are spelt alike: `reveneu` and `revenue` have .625, `like` and `lake` .6. */
const MIN_ALIKE = 0.62

/** A shorter word has no plural and no recognizable slip. */
const LEAST_PLURAL = 4

/** The different words of texts. */
export const wordsIn = (texts: string[]): string[] => [
  ...new Set(texts.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))),
]

/**
 * The word that is spelt most like another one; undefined where none is.
 *
 * @example nearest('custmers', ['customers', 'orders']) // 'customers'
 */
export const nearest = (word: string, spelt: string[]): string | undefined => allAlike(word, spelt)[0]

/** The words that are spelt like another one, the nearest first. */
export const allAlike = (word: string, spelt: string[]): string[] =>
  spelt
    .map((other) => ({ other, alike: alikeness(word, other) }))
    .filter(({ other, alike }) => alike >= MIN_ALIKE || isMistyped(word, other))
    .sort((one, other) => other.alike - one.alike)
    .map(({ other }) => other)

/** From so many letters on two wrong ones leave a word that is no other: `costumer`. */
const [LEAST_OF_LONG_WORD, MOST_WRONG] = [7, 2]

/** Letters in another order are a slip of the fingers: `ordres`. */
const sorted = (word: string): string => [...word].sort().join('')

const isMistyped = (word: string, other: string): boolean =>
  (word.length >= LEAST_PLURAL && sorted(word) === sorted(other)) ||
  (Math.min(word.length, other.length) >= LEAST_OF_LONG_WORD && distance(word, other) <= MOST_WRONG)

/** How many letters are to add, drop or change in one word for the other (Levenshtein, 1965). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [place, beside] of [...other].entries())
      next.push(
        Math.min(
          (row[place] ?? 0) + Number(letter !== beside),
          (row[place + 1] ?? 0) + 1,
          (next[place] ?? 0) + 1,
        ),
      )
    row = next
  }
  return row.at(-1) ?? 0
}

/** The share of neighbouring letters that two words have in common, of 1 (Dice, 1945). */
function alikeness(one: string, other: string): number {
  const [pairs, others] = [pairsOf(one), pairsOf(other)]
  const common = [...pairs].filter((pair) => others.has(pair)).length
  return (2 * common) / (pairs.size + others.size)
}

const pairsOf = (word: string): Set<string> =>
  new Set([...` ${word} `].slice(1).map((letter, at) => ` ${word} `.charAt(at) + letter))

/** A word and what it may be the plural of: `categories`, `category`; `boxes`, `box`. */
export const withSingulars = (word: string): string[] =>
  word.length < LEAST_PLURAL
    ? [word]
    : [word, word.replace(/ies$/, 'y'), word.replace(/(?<=s|x|z|ch|sh)es$/, ''), word.replace(/s$/, '')]

/** The typed words as texts have them: as they are, as a singular, or as the word that is spelt most like them. */
export function asWritten(typed: string, texts: string[]): string {
  const lower = texts.map((text) => text.toLowerCase())
  const spelt = wordsIn(lower)
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const own = withSingulars(word).find((each) => lower.some((text) => text.includes(each)))
      return own ?? nearest(word, spelt) ?? word
    })
    .join(' ')
}
