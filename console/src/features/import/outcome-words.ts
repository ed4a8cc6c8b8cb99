import type { Schemas } from '../../api/client'
import { count, whole } from '../../api/format'
import { isWord, reasonWords } from '../files/reason-words'
import { isOfDuplicates, rowRuleWords, SAME_KEY, sameKeyRows, valueRuleWords } from '../../formats/rules'

type Counted = Pick<Schemas['DryRun'], 'accepted' | 'quarantined' | 'duplicates'> &
  Partial<Pick<Schemas['DryRun'], 'replaces' | 'reasons'>>

/** What a commit does: `57 in (50 replace rows, 7 as before), 3 wait, 1 with the key of another row, 2 duplicates`. */
export function outcome({ accepted, quarantined, duplicates, replaces, reasons }: Counted): string {
  const sameKey = sameKeyRows(reasons)
  const equalRows = duplicates - sameKey
  const replaced = replaces?.replaced ?? 0
  const equal = replaces?.equal ?? 0
  const unchanged = equal + (replaces?.older ?? 0)
  const inLake = [
    replaced > 0 ? `${whole(replaced)} ${replaced === 1 ? 'replaces a row' : 'replace rows'}` : '',
    equal > 0 ? `${whole(equal)} as before` : '',
  ].filter(Boolean)
  return [
    accepted > 0 && unchanged === accepted
      ? `nothing changes, ${count(accepted, 'row')} ${equal < accepted ? 'older or ' : ''}as before`
      : `${whole(accepted)} in${inLake.length > 0 ? ` (${inLake.join(', ')})` : ''}`,
    quarantined > 0 ? `${whole(quarantined)} ${quarantined === 1 ? 'waits' : 'wait'}` : '',
    sameKey > 0 ? `${whole(sameKey)} with the key of another row` : '',
    equalRows > 0 ? `${whole(equalRows)} ${equalRows === 1 ? 'duplicate' : 'duplicates'}` : '',
  ]
    .filter(Boolean)
    .join(', ')
}

/**
 * The columns that a commit leaves out.
 *
 * @example stayOut(['VPE', 'EAN']) // '2 columns stay out'
 * @example stayOut(['VPE', 'EAN'], 2) // 'VPE, EAN stay out'
 */
export function stayOut(columns: string[], mostNamed = 1): string {
  if (columns.length === 0) return ''
  const named = columns.length > mostNamed ? count(columns.length, 'column') : columns.join(', ')
  return `${named} ${columns.length === 1 ? 'stays' : 'stay'} out`
}

/** Whether nearly all rows have the key of another row: the column of the key is probably another one. */
export const isMostlyDuplicates = ({ accepted, quarantined, duplicates }: Counted): boolean =>
  duplicates > accepted && 2 * duplicates > accepted + quarantined + duplicates

/** A rule in words about the value or the row that breaks it, as the list of reasons and the cells show it. */
export const ruleWords = (rule: string): string =>
  valueRuleWords(rule) ?? rowRuleWords(rule) ?? `breaks the rule ${rule.replaceAll('_', ' ')}`

const TYPES = /is (not a (?:whole number|number|date with a time of day|date)|neither yes nor no)/
const WIDTH = /^The row has (\d+ cells?), the header has (\d+)\./
const DIFFERS = /It differs in (.+?), which (?:is|are) left out/
/** The first value of a field that differs from the row that is kept; of values about people only the fields. */
const ITS =
  /; its (.+?) is (.+?) instead of (.+?)(?=, its | and \d+ more\. |\. Neither is|\. Correct the key)/s
const THEY = /; they differ in (.+?)\. (?:Neither is|Correct the key)/s
const REMEDY = /\. (Write .+?)\.?$/
const FAULT = / ((?:is|has|does|holds|was) .+?)\. [A-Z]/

const KEPT = /^Row (\d+) has the same (key|values)/

/**
 * Why a cell is red, in the few words that fit into it: the gate's own without the column, else those of the rule. A word
 * among numbers gets no advice how to write it, as no other spelling makes it a number.
 */
export function flawWords({ rule, reason }: Schemas['GridFlaw'], value = ''): string {
  const [, kept, same] = KEPT.exec(reason) ?? []
  if (kept && isOfDuplicates(rule)) {
    const [, title, theirs, own] = ITS.exec(reason) ?? []
    if (title && theirs && own)
      return `same ${same ?? 'key'} as row ${kept}, which is kept; ${title} ${own}, kept ${theirs}`
    const differs = THEY.exec(reason)?.[1] ?? DIFFERS.exec(reason)?.[1]
    return `same ${same ?? 'key'} as row ${kept}, which is kept${differs ? `; differs in ${differs}` : ''}`
  }
  const width = WIDTH.exec(reason)
  if (width) return `${width[1] ?? ''}, the header has ${width[2] ?? ''}`
  const remedy = rule === 'type' && !isWord({ value, reason }) ? REMEDY.exec(reason)?.[1] : undefined
  const ofType = (rule === 'type' ? TYPES.exec(reason)?.[1] : undefined) ?? FAULT.exec(reason)?.[1]
  const words = ofType ?? ruleWords(rule)
  return remedy ? `${words}; ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}` : words
}

/** Whether a row lost to another one of its key that is no newer: a person has to say which of the two is right. */
export const isConflict = ({ rule, reason }: Schemas['GridFlaw']): boolean =>
  rule === SAME_KEY && !reason.includes('because it is newer')

/** Why a cell is red and what to do: the gate's sentences, else the words of the rule. */
export const flawReason = ({ rule, reason }: Schemas['GridFlaw'], value = ''): string => {
  const title = OF_COLUMN.exec(reason)?.[1] ?? 'The column'
  return reason ? reasonWords({ value, reason }, title, false) : ruleWords(rule)
}

const OF_COLUMN = /^(.+?) is not a /
