/** Words for yes and no of the languages in which files are written; `x` alone marks a yes. */
const YES = new Set(
  'yes y true t 1 ja j wahr oui o vrai sí si sì s vero sim tak ano да on an richtig'.split(' '),
)
const NO = new Set('no n false f 0 nein nee nej falsch non faux falso não nao nie ne нет off aus'.split(' '))
const MARK = 'x'

/** Words that mean that there is no value, in any type. */
const EMPTY = new Set(['n/a', 'na', '#n/a', 'null', 'none', 'nan', 'k.a.', 'k. a.', '-', '--', '–', '?'])

export const meansEmpty = (word: string): boolean => EMPTY.has(word.trim().toLowerCase())

/**
 * What a word means as yes or no; empty if a person decides. `x` is a yes only where no other word is one.
 *
 * @example truthOf('Oui', ['Oui', 'N', 'x']) // 'true'
 */
export function truthOf(word: string, all: string[]): 'true' | 'false' | '' {
  const plain = word.trim().toLowerCase()
  if (NO.has(plain)) return 'false'
  if (YES.has(plain)) return 'true'
  const others = all.map((each) => each.trim().toLowerCase()).filter((each) => each !== MARK)
  return plain === MARK && !others.some((each) => YES.has(each)) ? 'true' : ''
}
