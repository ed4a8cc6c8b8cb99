/** Words for yes and no of the languages in which files are written, as the gate knows them; `x` alone marks a yes. */
const YES = new Set(
  (
    'yes y true t 1 ja j wahr oui o vrai sí si sì s vero sim tak ano да on an richtig ' +
    'igen da áno já kyllä jah jā taip evet так ναι verdadero verdadeiro prawda ' +
    'có đúng ya 是 有 はい 예 네 ใช่ हाँ כן نعم بله'
  ).split(' '),
)
const NO = new Set(
  (
    'no n false f 0 nein nee nej falsch non faux falso não nao nie ne нет off aus ' +
    'nem nu nei ei nē hayır hayir ні не όχι fałsz ' +
    'không sai tidak 否 无 無 いいえ 아니오 아니요 ไม่ใช่ नहीं לא لا خیر'
  ).split(' '),
)
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
